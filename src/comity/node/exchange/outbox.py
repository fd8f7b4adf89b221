"""Send: decide, seal once, and queue one note for each recipient, all in one transaction."""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from comity.agreements import Action, Decision
from comity.messages import Message, write
from comity.messages.items import SALT_SIZE
from comity.messages.note import SUITE, VERSION, Note
from comity.node import rows
from comity.node.exchange import attachments, gate, models, poke
from comity.node.ledger import actions as ledger
from comity.node.partners import members, pairs
from comity.node.writing import writing
from comity.sealing import SUITE as SEALING
from comity.sealing import seal_body
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.urgency import Urgency

LIFE: Final = timedelta(days=14)  # a note that could not be delivered for a fortnight is sent again as a new one
AT_ONCE: Final = 400  # values of one statement
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
    salts = _salts()
    prepared = [_prepare(message, at, salts) for message in messages]
    sealed = [item for item in prepared if isinstance(item, _Sealed)]
    with writing():
        sent = iter(_queue(sealed, at))
        results = tuple(item if isinstance(item, NotSent) else next(sent) for item in prepared)
        ledger.record(_act(messages[0].head.from_, results, by=by, at=at, case=case))
        transaction.on_commit(poke.worker)
    return results


def _salts(at_once: int = 256) -> Callable[[], bytes]:
    """Return what draws a salt for each item, a few KiB of randomness in one system call."""

    def drawn() -> Iterator[bytes]:
        while True:
            block = secrets.token_bytes(SALT_SIZE * at_once)
            yield from (block[start : start + SALT_SIZE] for start in range(0, len(block), SALT_SIZE))

    return drawn().__next__


def _prepare(message: Message, at: datetime, salts: Callable[[], bytes]) -> _Sealed | NotSent:
    """Decide for every recipient and seal the body once (steps 1 and 2)."""
    sender = message.head.from_
    asked = [
        (recipient, gate.may_pass(Action.SEND, message, own=sender, partner=recipient, at=at))
        for recipient in message.head.recipients
    ]
    refused = tuple((recipient, decision) for recipient, decision in asked if not decision.allowed)
    if refused:
        return NotSent(refused)
    payload, msg = write(message, salts)
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
    numbers = [_lane_of(item.message) for item in sealed]
    wanted = [
        (recipient, number)
        for item, number in zip(sealed, numbers, strict=True)
        for recipient in item.message.head.recipients
    ]
    addressing = _Addressing(own, wanted, at)
    addressed = [
        addressing.note(number, recipient, _Contents(body_id, item.msg, item.cek, item.digest, len(item.body)))
        for item, number, body_id in zip(sealed, numbers, body_ids, strict=True)
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


@dataclass(slots=True)
class _Place:
    """How far a lane has come, as its locked row says."""

    lane_id: int
    pair_id: int
    next_seq: int
    prev: bytes


_PLACES: Final = (
    "SELECT lane.id, lane.pair_id, lane.out_next, lane.out_prev, pair.partner FROM partners_lane AS lane"
    " JOIN partners_pair AS pair ON pair.id = lane.pair_id WHERE pair.own = %s AND lane.number = %s AND pair.partner IN"
)


class _Addressing:
    """Numbers notes in their lanes, whose rows it locks, advances and saves once.

    Args:
        own: who sends.
        wanted: (recipient, lane) of every note that will be made.
        at: now, UTC.
    """

    def __init__(self, own: AuthorityId, wanted: Iterable[tuple[AuthorityId, int]], at: datetime) -> None:
        self._own, self._at = own, at
        self._sent, self._exp = int(at.timestamp()), int((at + LIFE).timestamp())
        self._dir = members.directory().version
        self._places: dict[tuple[AuthorityId, int], _Place] = {}
        lanes: dict[int, dict[str, AuthorityId]] = {}
        for recipient, number in wanted:
            lanes.setdefault(number, {})[str(recipient)] = recipient
        for number, recipients in sorted(lanes.items()):
            self._take(number, recipients)

    def _take(self, number: int, recipients: dict[str, AuthorityId]) -> None:
        """Lock the lanes of these recipients, in one order for everybody, and make those that are not there yet."""
        names = list(recipients)
        for start in range(0, len(names), AT_ONCE):
            part = names[start : start + AT_ONCE]
            query = f"{_PLACES} ({rows.marks(len(part))}) ORDER BY lane.id{rows.locked('lane')}"
            found = rows.every(query, str(self._own), number, *part)
            if len(found) < len(part):
                for name in set(part) - {row[4] for row in found}:
                    pairs.pair(self._own, recipients[name])
                found = rows.every(query, str(self._own), number, *part)
            for lane_id, pair_id, next_seq, prev, name in found:
                self._places[recipients[name], number] = _Place(lane_id, pair_id, next_seq, bytes(prev))

    def note(
        self, number: int, recipient: AuthorityId, contents: _Contents, supersedes: bytes | None = None
    ) -> tuple[int, int, int, bytes, bytes, bytes, int]:
        """Return (pair, lane, seq, hash, note, msg, body) of a note, wrapped for its recipient and given its place."""
        place = self._places[recipient, number]
        seq = place.next_seq
        fields = (
            VERSION, SUITE, self._own, recipient, number, seq, place.prev, contents.msg, contents.digest,
            contents.size, self._dir, self._sent, self._exp,
        )  # fmt: skip
        core = Note(*fields, b"", supersedes).core_bytes()
        wrap = SEALING.wrap(members.kem_key(recipient, self._at), contents.cek, core)
        raw = Note(*fields, wrap, supersedes).to_bytes()
        place.next_seq, place.prev = seq + 1, hashlib.sha256(raw).digest()
        return place.pair_id, number, seq, place.prev, raw, contents.msg, contents.body_id

    def store(self, addressed: Sequence[tuple[int, int, int, bytes, bytes, bytes, int]]) -> Sequence[int]:
        """Store notes with their leaves and how far each lane has come; returns the notes' ids."""
        moment = rows.moment(self._at)
        hashes = [row[3] for row in addressed]
        entries = ledger.append_notes(ledger.exchange_log(str(self._own)), hashes, self._at)
        rest = (True, models.NoteState.WAITING.value, "", False, moment)
        rows.run_each(
            "UPDATE partners_lane SET out_next = %s, out_prev = %s WHERE id = %s",
            [(place.next_seq, place.prev, place.lane_id) for place in self._places.values()],
        )
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
        addressing = _Addressing(own, [(partner, row.lane)], at)
        contents = _Contents(body.id, bytes(row.msg), bytes(body.cek), bytes(body.sha256), body.size)
        (made,) = addressing.store([addressing.note(row.lane, partner, contents, bytes(row.hash))])
        models.Note.objects.filter(id=row.id).update(state=models.NoteState.REPLACED)
        transaction.on_commit(poke.worker)
    return models.Note.objects.get(id=made)


def send_anew(notes: Iterable[models.Note], at: datetime) -> int:
    """Send notes of one authority again as new ones, in the caller's transaction; returns how many.

    Args:
        notes: with pair and body, in the order of their lanes; those that are gone to a log that was closed.
        at: now, UTC.
    """
    found = [(row, AuthorityId.parse(row.pair.partner)) for row in notes]
    if not found:
        return 0
    own = AuthorityId.parse(found[0][0].pair.own)
    addressing = _Addressing(own, [(partner, row.lane) for row, partner in found], at)
    addressing.store([addressing.note(row.lane, partner, _contents(row), bytes(row.hash)) for row, partner in found])
    models.Note.objects.filter(id__in=[row.id for row, _ in found]).update(state=models.NoteState.REPLACED)
    transaction.on_commit(poke.worker)
    return len(found)


def _contents(row: models.Note) -> _Contents:
    body = row.body
    if body is None or body.cek is None:
        raise LookupError("the body of a note was erased")
    return _Contents(body.id, bytes(row.msg), bytes(body.cek), bytes(body.sha256), body.size)


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
