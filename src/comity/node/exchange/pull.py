"""Pull: answer a partner that asks for what waits for it, instead of waiting to be called."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from comity.delivery import MalformedError, MisaddressedError, Parcel
from comity.node.exchange import heads, models, proofs
from comity.node.exchange.deliver import BATCH_BYTES, BATCH_NOTES
from comity.node.ledger import actions as ledger
from comity.node.ledger.sequencer import sequence
from comity.node.partners import members
from comity.node.partners.models import Lane
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.errors import VocabularyError

MOST: Final = 2**63  # what the database counts with


def compose(query: dict[str, str], peer: Iterable[AuthorityId], at: datetime) -> Parcel:
    """Return the notes of one of our authorities to a connected one, after a seq (docs/protocol/http.md).

    Args:
        query: ``from`` (ours, who wrote them), ``to`` (theirs), ``lane``, ``after``, ``have``.
        peer: authorities behind the connection.
        at: now, UTC.

    Raises:
        MalformedError: a parameter is missing or no count.
        MisaddressedError: ``from`` is not ours, or ``to`` is not behind this connection.
    """
    try:
        own, partner = AuthorityId.parse(query["from"]), AuthorityId.parse(query["to"])
        lane, after, have = (int(query[name]) for name in ("lane", "after", "have"))
    except (KeyError, ValueError, VocabularyError) as error:
        raise MalformedError("a pull names from, to, lane, after and have", "pull.malformed") from error
    if lane not in {0, 1} or not 0 <= after < MOST or not 0 <= have < MOST:
        raise MalformedError("lane, after or have of a pull is out of range", "pull.malformed")
    if members.own(own) is None or partner not in set(peer):
        raise MisaddressedError("a pull is for the connected node's own notes", "pull.misaddressed")
    log = ledger.exchange_log(str(own))
    checkpoint = sequence(log.name, at)
    if checkpoint is None:
        raise MalformedError("the log is empty", "log.empty")
    state = Lane.objects.filter(pair__own=str(own), pair__partner=str(partner), number=lane).first()
    rows = [] if state is None else _after(log.id, state.pair_id, lane, after, checkpoint.size)
    return Parcel(
        sender=own,
        recipient=partner,
        lane=lane,
        proof=proofs.make(log, checkpoint, min(have, log.size), [index for index, _, _, _ in rows]) if rows else None,
        notes=tuple(raw for _, raw, _, _ in rows),
        bodies=tuple({body_id: sealed for _, _, body_id, sealed in rows}.values()),
        have=heads.size_of(partner),
        next_seq=1 if state is None else state.in_next,
    )


def _after(log_id: int, pair_id: int, lane: int, after: int, size: int) -> list[tuple[int, bytes, int, bytes]]:
    found = (
        models.Note.objects.filter(pair_id=pair_id, out=True, lane=lane, seq__gt=after)
        .filter(entry__log_id=log_id, entry__index__lt=size)
        .exclude(body__sealed__isnull=True)
        .order_by("seq")
        .values_list("entry__index", "raw", "body_id", "body__sealed")[:BATCH_NOTES]
    )
    rows: list[tuple[int, bytes, int, bytes]] = []
    total = 0
    for index, raw, body_id, sealed in found:
        if sealed is None or index is None:
            continue
        total += len(raw) + len(sealed)
        if rows and total > BATCH_BYTES:
            break
        rows.append((index, bytes(raw), body_id, bytes(sealed)))
    return rows
