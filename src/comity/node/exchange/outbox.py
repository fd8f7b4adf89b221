"""Send: decide, seal once, and queue one note for each recipient, all in one transaction."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from comity.agreements import Action, Decision
from comity.messages import Message, write
from comity.messages.note import SUITE, VERSION, Note
from comity.node import rows
from comity.node.exchange import attachments, gate, models, poke
from comity.node.ledger import actions as ledger
from comity.node.partners import members, pairs
from comity.node.partners.models import Lane
from comity.node.writing import writing
from comity.sealing import SUITE as SEALING
from comity.sealing import seal_body
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.urgency import Urgency

LIFE: Final = timedelta(days=14)  # a note that could not be delivered for a fortnight is sent again as a new one
URGENT_LANE: Final = 0
ORDINARY_LANE: Final = 1


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that is on its way.

    Attributes:
        msg: root over its items, the same for every recipient.
        body_id: row of the sealed body.
        note_ids: one row for each recipient, in the message's order.
        decisions: what allowed each, in the same order.
    """

    msg: bytes
    body_id: int
    note_ids: tuple[int, ...]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class NotSent:
    """A message that may not leave; nothing of it was queued.

    Attributes:
        refusals: (recipient, why) of each recipient who may not receive it.
    """

    refusals: tuple[tuple[AuthorityId, Decision], ...]


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A message ready to be addressed."""

    message: Message
    msg: bytes
    cek: bytes
    body: bytes
    digest: bytes
    decisions: tuple[Decision, ...]


def send(messages: Sequence[Message], *, by: str, at: datetime, case: str = "") -> tuple[Sent | NotSent, ...]:
    """Send messages of one authority; each is sent to all of its recipients or to none.

    Args:
        messages: all from the same authority of this node.
        by: the officer's id; empty for the node itself.
        at: now, UTC.
        case: reference of the case they belong to.

    Returns:
        one result for each message, in order. Call it inside the transaction of the act that sends; it records one
        act for the whole batch.

    Raises:
        LookupError: the sender is not of this node.

    Source: docs/protocol/delivery.md, section 3.
    """
    prepared = [_prepare(message, at) for message in messages]
    sealed = [item for item in prepared if isinstance(item, _Sealed)]
    with writing():
        sent = iter(_queue(sealed, at))
        results = tuple(item if isinstance(item, NotSent) else next(sent) for item in prepared)
        ledger.record(_act(messages[0].head.from_, results, by=by, at=at, case=case))
        transaction.on_commit(poke.worker)
    return results


def _prepare(message: Message, at: datetime) -> _Sealed | NotSent:
    """Decide for every recipient and seal the body once (steps 1 and 2)."""
    sender = message.head.from_
    asked = [
        (recipient, gate.may_pass(Action.SEND, message, own=sender, partner=recipient, at=at))
        for recipient in message.head.recipients
    ]
    refused = tuple((recipient, decision) for recipient, decision in asked if not decision.allowed)
    if refused:
        return NotSent(refused)
    payload, msg = write(message, lambda: secrets.token_bytes(16))
    cek = secrets.token_bytes(32)
    body = seal_body(cek, payload)
    return _Sealed(message, msg, cek, body, hashlib.sha256(body).digest(), tuple(decision for _, decision in asked))


def _queue(sealed: Sequence[_Sealed], at: datetime) -> tuple[Sent, ...]:
    """Wrap and number in each lane, and store bodies, notes and leaves (steps 3 and 4)."""
    if not sealed:
        return ()
    own = sealed[0].message.head.from_
    body_ids = rows.insert(
        models.Body,
        ("sha256", "sealed", "cek", "size"),
        [(item.digest, item.body, item.cek, len(item.body)) for item in sealed],
    )
    addressing = _Addressing(own, at)
    addressed = [
        addressing.note(
            _lane_of(item.message), recipient, _Contents(body_id, item.msg, item.cek, item.digest, len(item.body))
        )
        for item, body_id in zip(sealed, body_ids, strict=True)
        for recipient in item.message.head.recipients
    ]
    made = iter(addressing.store(addressed))
    for item in sealed:
        if item.message.attachments:
            attachments.announce(item.message, item.msg, None)
    return tuple(
        Sent(item.msg, body_id, tuple(next(made) for _ in item.message.head.recipients), item.decisions)
        for item, body_id in zip(sealed, body_ids, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Contents:
    """What a note is the envelope of."""

    body_id: int
    msg: bytes
    cek: bytes
    digest: bytes
    size: int


_COLUMNS: Final = (
    "pair_id",
    "lane",
    "seq",
    "hash",
    "raw",
    "msg",
    "body_id",
    "entry_id",
    "out",
    "state",
    "code",
    "ahead",
    "at",
)


class _Addressing:
    """Numbers notes in their lanes, whose rows it locks, advances and saves once."""

    def __init__(self, own: AuthorityId, at: datetime) -> None:
        self._own, self._at = own, at
        self._sent, self._exp = int(at.timestamp()), int((at + LIFE).timestamp())
        self._dir = members.directory().version
        self._lanes: dict[tuple[AuthorityId, int], Lane] = {}

    def note(
        self, number: int, recipient: AuthorityId, contents: _Contents, supersedes: bytes | None = None
    ) -> tuple[int, int, int, bytes, bytes, bytes, int]:
        """Return (pair, lane, seq, hash, note, msg, body) of a note, wrapped for its recipient and given its place."""
        lane = self._lane(recipient, number)
        note = Note(
            v=VERSION,
            suite=SUITE,
            from_=self._own,
            to=recipient,
            lane=number,
            seq=lane.out_next,
            prev=bytes(lane.out_prev),
            msg=contents.msg,
            body=contents.digest,
            size=contents.size,
            dir=self._dir,
            sent=self._sent,
            exp=self._exp,
            supersedes=supersedes,
            wrap=b"",
        )
        key = members.kem_key(recipient, self._at)
        raw = replace(note, wrap=SEALING.wrap(key, contents.cek, note.core_bytes())).to_bytes()
        lane.out_next, lane.out_prev = lane.out_next + 1, hashlib.sha256(raw).digest()
        return lane.pair_id, number, note.seq, lane.out_prev, raw, contents.msg, contents.body_id

    def _lane(self, recipient: AuthorityId, number: int) -> Lane:
        key = recipient, number
        if key not in self._lanes:
            self._lanes[key] = pairs.lane_for_update(self._own, recipient, number)
        return self._lanes[key]

    def store(self, addressed: Sequence[tuple[int, int, int, bytes, bytes, bytes, int]]) -> range:
        """Store notes with their leaves and how far each lane has come; returns the notes' ids."""
        moment = rows.moment(self._at)
        hashes = [row[3] for row in addressed]
        entries = ledger.append_notes(ledger.exchange_log(str(self._own)), hashes, self._at)
        rest = (True, models.NoteState.WAITING.value, "", False, moment)
        Lane.objects.bulk_update(self._lanes.values(), ["out_next", "out_prev"])
        return rows.insert(
            models.Note, _COLUMNS, [(*row, entry, *rest) for row, entry in zip(addressed, entries, strict=True)]
        )


def _lane_of(message: Message) -> int:
    return ORDINARY_LANE if message.head.urgency is Urgency.NORMAL else URGENT_LANE


def resend(row: models.Note, at: datetime) -> models.Note:
    """Send a note again as a new one, for instance because it expired or its wrap could not be opened.

    Message and body stay; the wrap, the place in the lane and the times are new, and `supersedes` names the old note.

    Raises:
        LookupError: the body was erased, or the note was neither refused nor is it ours.
    """
    body = row.body
    if not row.out or body is None or body.cek is None or row.state != models.NoteState.REFUSED:
        raise LookupError("only a refused note of ours, whose body is still here, can be sent again")
    own, partner = AuthorityId.parse(row.pair.own), AuthorityId.parse(row.pair.partner)
    with writing():
        addressing = _Addressing(own, at)
        contents = _Contents(body.id, bytes(row.msg), bytes(body.cek), bytes(body.sha256), body.size)
        (made,) = addressing.store([addressing.note(row.lane, partner, contents, bytes(row.hash))])
        models.Note.objects.filter(id=row.id).update(state=models.NoteState.REPLACED)
        transaction.on_commit(poke.worker)
    return models.Note.objects.get(id=made)


def _act(own: AuthorityId, results: Sequence[Sent | NotSent], *, by: str, at: datetime, case: str) -> ledger.Act:
    sent = [result for result in results if isinstance(result, Sent)]
    refused = [refusal for result in results if isinstance(result, NotSent) for refusal in result.refusals]
    clauses = {clause for result in sent for decision in result.decisions for clause in decision.clauses}
    clauses |= {clause for _, decision in refused for clause in decision.clauses}
    return ledger.Act(
        kind="message.sent" if sent else "message.refused",
        authority=str(own),
        officer=by,
        at=at,
        case=case,
        clauses=tuple(sorted(clauses)),
        facts=ledger.facts({"sent": len(sent), "refused": len(refused)}),
        subjects=tuple(result.msg for result in sent),
    )
