"""Push: hand waiting notes to their recipient, lane 0 first, and settle what it answers.

Source: docs/protocol/delivery.md, section 3 (steps 5 to 9).
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from comity.delivery import (
    DeliveryError,
    Fault,
    ForkError,
    Head,
    Parcel,
    ReceiptKind,
    prove,
    wait_s,
)
from comity.node.exchange import heads, inbox, models, proofs, receipts
from comity.node.ledger import actions as ledger
from comity.node.ledger.sequencer import sequence
from comity.node.partners import incidents, keyring, members
from comity.node.partners.models import Lane, Pair
from comity.node.writing import writing
from comity.vocabulary.authority import AuthorityId

BATCH_NOTES: Final = 100
BATCH_BYTES: Final = 8 * 1024 * 1024

OK, CONFLICT = 200, 409
Post = Callable[[AuthorityId, bytes], tuple[int, bytes]]
"""Posts a parcel to a member and returns (HTTP status, body); raises OSError where it cannot be reached."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt achieved.

    Attributes:
        notes: how many were acknowledged or refused by the partner, with proof.
        more: whether further notes wait and nothing stands against sending them at once.
        code: why it failed; empty if it did not.
    """

    notes: int = 0
    more: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class _Batch:
    """A parcel on its way, with its own state: nothing is shared with the thread that seals."""

    parcel: Parcel
    head: Head
    told: tuple[int, ...]


def deliver(pair: Pair, lane: int, post: Post, at: datetime) -> Outcome:
    """Make one attempt to deliver what waits in a lane.

    Args:
        pair: between whom.
        lane: 0 or 1.
        post: how to reach the partner.
        at: now, UTC.
    """
    standing = members.standing(AuthorityId.parse(pair.partner), at)
    if standing in members.BARRED:
        return _failed(pair, f"member.{standing}", at)
    batch = _batch(pair, lane, at)
    return Outcome() if batch is None else _hand_over(pair, batch, post, at)


def _hand_over(pair: Pair, batch: _Batch, post: Post, at: datetime) -> Outcome:
    """Post a parcel and settle what is answered."""
    partner = batch.parcel.recipient
    try:
        status, body = post(partner, batch.parcel.to_bytes())
        if status == CONFLICT and (fault := Fault.from_bytes(body)).head is not None:
            return _prove_from(pair, fault)
        if status != OK:
            return _failed(pair, Fault.from_bytes(body).code, at)
        return _settle(pair, batch, Parcel.from_bytes(body), at)
    except OSError:
        return _failed(pair, "partner.unreachable", at)
    except DeliveryError as error:
        if isinstance(error, ForkError):
            incidents.keep(error.code, pair.partner, error.evidence, shown_by=pair.partner, at=at)
        return _failed(pair, f"answer.{error.code}", at)


def _batch(pair: Pair, lane: int, at: datetime) -> _Batch | None:
    """Compose the next parcel of a lane, `None` if nothing waits."""
    log = ledger.exchange_log(pair.own)
    if not _waits(pair, lane):
        return None
    checkpoint = sequence(log.name, at)
    if checkpoint is None:
        return None
    pair.refresh_from_db()
    rows = _waiting(pair, lane, checkpoint.size)
    told = list(receipts.untold(pair).filter(entry__index__lt=checkpoint.size)[:50]) if lane == 1 or not rows else []
    given = receipts.leaves(models.Receipt.objects.filter(id__in=[row.id for row in told]))
    if not rows and not given:
        return None
    indices = [index for _, index, _, _ in rows] + [leaf.index for leaf in given]
    partner = AuthorityId.parse(pair.partner)
    theirs = members.exchange_log_of(partner)
    if theirs is None:
        return None
    head = heads.known(theirs, partner)
    state = Lane.objects.get(pair=pair, number=lane)
    parcel = Parcel(
        sender=AuthorityId.parse(pair.own),
        recipient=partner,
        lane=lane,
        proof=proofs.make(log, checkpoint, min(pair.partner_has, log.size), indices),
        notes=tuple(raw for _, _, raw, _ in rows),
        bodies=tuple({body_id: sealed for body_id, _, _, sealed in rows}.values()),
        receipts=given,
        have=head.size,
        cosignatures=_cosignatures(pair, head, at) if told else (),
        heads=heads.news_for(pair, at),
        want=receipts.gaps(pair, state),
        next_seq=state.in_next,
    )
    return _Batch(parcel, head, tuple(row.id for row in told))


def _cosignatures(pair: Pair, head: Head, at: datetime) -> tuple[bytes, ...]:
    """Witness the log of a partner from which we pulled: it got no answer that could have carried it."""
    return (keyring.cosign_checkpoint(AuthorityId.parse(pair.own), head.text, at),) if head.text else ()


def _waits(pair: Pair, lane: int) -> bool:
    waiting = models.Note.objects.filter(pair=pair, out=True, lane=lane, state=models.NoteState.WAITING)
    return waiting.exists() or receipts.untold(pair).exists()


def _waiting(pair: Pair, lane: int, size: int) -> list[tuple[int, int, bytes, bytes]]:
    """Return (body id, log index, note, sealed body) of the next notes that the checkpoint covers, in order."""
    found = (
        models.Note.objects.filter(
            pair=pair, out=True, lane=lane, state=models.NoteState.WAITING, entry__index__lt=size
        )
        .order_by("seq")
        .values_list("body_id", "entry__index", "raw", "body__sealed")[:BATCH_NOTES]
    )
    rows: list[tuple[int, int, bytes, bytes]] = []
    total = 0
    for body_id, index, raw, sealed in found:
        if sealed is None:  # erased before it could be delivered: the withdrawal follows in the same lane
            continue
        total += len(raw) + len(sealed)
        if rows and total > BATCH_BYTES:
            break
        rows.append((body_id, index or 0, bytes(raw), bytes(sealed)))
    return rows


def _prove_from(pair: Pair, fault: Fault) -> Outcome:
    """Remember from where the partner wants consistency proved, and try again at once."""
    head = fault.head or 0
    if head == pair.partner_has:
        return Outcome(code=fault.code)
    Pair.objects.filter(id=pair.id).update(partner_has=head)
    return Outcome(more=True)


def _failed(pair: Pair, code: str, at: datetime) -> Outcome:
    failures = pair.failures + 1
    wait = timedelta(seconds=wait_s(failures, random.random()))  # noqa: S311  # spreads load, protects nothing
    with writing():
        Pair.objects.filter(id=pair.id).update(failures=failures, retry_at=at + wait, last_code=code[:100])
    return Outcome(code=code)


def _settle(pair: Pair, batch: _Batch, reply: Parcel, at: datetime) -> Outcome:
    """Believe the answer, settle its receipts, and queue again what the partner says it lacks.

    Raises:
        DeliveryError: the answer is not proved; the notes keep waiting.
    """
    if (reply.sender, reply.recipient) != (batch.parcel.recipient, batch.parcel.sender):
        raise DeliveryError("the answer is from somebody else", "answer.misaddressed")
    with inbox.one_at_a_time(pair.own, pair.partner):
        proved = None
        if reply.proof is not None:
            proved = prove(reply, batch.head, members.checkpoint_verifier(reply.proof.log))
        with writing():
            if reply.proof is not None and proved is not None:
                proof = proofs.keep(reply, proved, at) if reply.receipts else None
                if proof is not None:
                    receipts.take(reply, proved, pair, proof, at)
                heads.take_reached(reply, proved.head, batch.head, at)
            else:
                heads.take(reply, at)
            models.Receipt.objects.filter(id__in=batch.told).update(told=True)
            _requeue(pair, reply)
    settled = sum(
        statement.last - statement.first + 1
        for statement in (proved.statements if proved is not None else ())
        if statement.kind is not ReceiptKind.READ
    )
    return Outcome(notes=settled, more=settled > 0 or bool(batch.told))


def _requeue(pair: Pair, reply: Parcel) -> None:
    """Send again what the partner acknowledged and lacks now: it was restored from a backup."""
    lane = Lane.objects.get(pair=pair, number=reply.lane)
    missing = list(reply.want[: receipts.GAPS_AT_ONCE])
    if not missing and reply.next_seq <= lane.out_acked:
        missing = [(reply.next_seq, lane.out_acked)]
    for first, last in missing:
        models.Note.objects.filter(
            pair=pair, out=True, lane=reply.lane, seq__gte=first, seq__lte=last, state=models.NoteState.STORED
        ).update(state=models.NoteState.WAITING)
