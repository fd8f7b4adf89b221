"""Receive: believe, judge, open, decide, store with effects and receipts in one transaction, then answer with proof.

The numbered steps are those of docs/protocol/delivery.md, section 5.
"""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from comity.delivery import (
    DeliveryError,
    ForkError,
    InLane,
    MalformedError,
    MisaddressedError,
    Parcel,
    Proved,
    ReceiptKind,
    Standing,
    Verdict,
    judge,
    next_lane,
    prove,
)
from comity.merkle import runs_of
from comity.messages import Message, MessageError, Note, NoteError, parse_note, read
from comity.node import rows
from comity.node.exchange import attachments, gate, heads, models, proofs, receipts, receivers
from comity.node.ledger import actions as ledger
from comity.node.ledger.sequencer import numbering
from comity.node.partners import incidents, keyring, members, pairs
from comity.node.partners.models import Pair
from comity.sealing import SUITE, WRAP_SIZE, SealingError, open_body
from comity.vocabulary.authority import AuthorityId, LogName

UNPROVED_AT_ONCE: Final = 100  # notes that one incident keeps
_ONE_AT_A_TIME: Final[dict[tuple[str, str], threading.Lock]] = defaultdict(threading.Lock)


def one_at_a_time(own: str, partner: str) -> threading.Lock:
    """Return the lock under which parcels and answers of a pair are judged and stored, one after the other."""
    return _ONE_AT_A_TIME[own, partner]


@dataclass(frozen=True, slots=True)
class Opened:
    """A judged note and what was found in it; `message` is `None` where the note is refused or repeated."""

    verdict: Verdict
    index: int
    refusal: str
    message: Message | None = None
    payload: bytes = b""
    cek: bytes = b""
    body: bytes = b""


def accept(data: bytes, peer: frozenset[AuthorityId], at: datetime) -> Parcel:
    """Judge a partner's parcel, keep what it brings, and return the parcel that answers it.

    Args:
        data: the request's body.
        peer: the authorities whose node holds the pinned TLS key of this connection.
        at: now, UTC.

    Raises:
        DeliveryError: nothing of it was believed or kept.
    """
    parcel = Parcel.from_bytes(data)  # (1) well-formed, of a size and version we know
    own = members.own(parcel.recipient)
    if own is None or parcel.sender not in peer:  # (2) between an authority of ours and one behind this connection
        raise MisaddressedError("the parcel is not between this node and the connected one")
    with one_at_a_time(str(parcel.recipient), str(parcel.sender)):
        absorb(parcel, at)
    return receipts.answer(parcel, at)


def absorb(parcel: Parcel, at: datetime, *, owed: bool = False) -> None:
    """Believe a parcel and keep what it brings; the caller holds the pair's lock.

    Args:
        parcel: as it came.
        at: now, UTC.
        owed: whether nobody waits for the receipts: the parcel was pulled, and they go out with one of ours.

    Raises:
        DeliveryError: nothing of it was kept, but for evidence of a fork.
    """
    if parcel.proof is None:
        if parcel.notes or parcel.receipts:
            raise DeliveryError("notes and receipts need a proof", "proof.missing")
        heads.take(parcel, at)
        return
    pair = pairs.pair(parcel.recipient, parcel.sender)
    heads.check_in_force(parcel.proof.log, parcel.sender, parcel.proof.checkpoint)
    try:
        proved = prove(
            parcel, heads.known(parcel.proof.log, parcel.sender), members.checkpoint_verifier(parcel.proof.log)
        )
        opened = _open_all(parcel, proved, pair, at)
    except ForkError as error:
        incidents.keep(error.code, str(parcel.proof.log), error.evidence, shown_by=str(parcel.sender), at=at)
        raise
    with numbering(ledger.exchange_log(pair.own).name, at):
        _store(parcel, proved, opened, pair, at, owed=owed)


def _open_all(parcel: Parcel, proved: Proved, pair: Pair, at: datetime) -> tuple[Opened, ...]:
    """Judge and open every note of a proved parcel (steps 5 and 6)."""
    try:
        parsed = [parse_note(raw) for raw in parcel.notes]
    except NoteError as error:
        raise MalformedError("a note in the parcel is malformed", error.code) from error
    verdicts = judge(
        list(zip(parcel.notes, proved.note_hashes, parsed, strict=True)),
        _arrived(_state(pair, parcel.lane), pair, parcel, parsed, at),
        sender=parcel.sender,
        recipient=parcel.recipient,
        lane_number=parcel.lane,
        stored=lambda seq: _held(pair, parcel.lane, seq),
        wrap_size=WRAP_SIZE,
        now=int(at.timestamp()),
    )
    bodies = {hashlib.sha256(body).digest(): body for body in parcel.bodies}
    members.check_versions(((one.note.dir, one.raw) for one in verdicts), shown_by=parcel.sender, at=at)
    return tuple(
        _open(verdict, index, bodies, at) for verdict, index in zip(verdicts, proved.note_indices, strict=True)
    )


def _arrived(state: InLane, pair: Pair, parcel: Parcel, parsed: Sequence[Note], at: datetime) -> InLane:
    """Return what has arrived in a lane; the first note in a log that follows a closed one takes up the lane anew.

    Notes between were lost with the stolen key of the log before, and come again as new ones; nobody waits for them.
    """
    if parcel.proof is None or not parsed or parsed[0].seq <= state.next_seq or parcel.proof.log.number == 1:
        return state
    before = members.log_entry(replace(parcel.proof.log, number=parcel.proof.log.number - 1))
    of_this_log = models.Note.objects.filter(
        pair=pair, out=False, lane=parcel.lane, proof__log=str(parcel.proof.log)
    ).exists()
    if before is None or before.closed is None or of_this_log:
        return state
    _tell_of_unproved(before.name, before.closed.size, pair, parcel, at)
    return InLane(parsed[0].seq, parsed[0].prev)


def _tell_of_unproved(log: LogName, size: int, pair: Pair, parcel: Parcel, at: datetime) -> None:
    """Keep an incident where we hold notes of a lane above what is trusted of their log: a thief may have sent them."""
    held = models.Note.objects.filter(pair=pair, out=False, lane=parcel.lane, proof__log=str(log), index__gte=size)
    found = tuple(bytes(raw) for raw in held.order_by("seq").values_list("raw", flat=True)[:UNPROVED_AT_ONCE])
    if found:
        incidents.keep("lane.unproved", f"{pair.partner} lane {parcel.lane}", found, shown_by="", at=at)


def _state(pair: Pair, number: int, *, lock: bool = False) -> InLane:
    """Return what has arrived in a lane; with `lock` its row stays ours until the transaction ends."""
    query = "SELECT in_next, in_last, in_ahead FROM partners_lane WHERE pair_id = %s AND number = %s"
    found = rows.one(query + rows.locked() if lock else query, pair.id, number)
    if found is None:
        raise LookupError(f"{pair} has no lane {number}")
    return InLane(found[0], bytes(found[1]), found[2])


def _held(pair: Pair, lane: int, seq: int) -> tuple[bytes, bytes] | None:
    row = rows.one(
        'SELECT hash, raw FROM exchange_note WHERE pair_id = %s AND "out" = FALSE AND lane = %s AND seq = %s',
        pair.id,
        lane,
        seq,
    )
    return None if row is None else (bytes(row[0]), bytes(row[1]))


def _open(verdict: Verdict, index: int, bodies: dict[bytes, bytes], at: datetime) -> Opened:
    """Unwrap, open, read and decide one note; every "no" is a code, for the note is authentic and takes its place."""
    if verdict.standing is Standing.REPEATED or verdict.refusal:
        return Opened(verdict, index, verdict.refusal)
    note = verdict.note
    body = bodies.get(note.body)
    if body is None or len(body) != note.size:
        raise DeliveryError("the body of a note is missing from its parcel", "body.missing")
    try:
        cek = SUITE.unwrap(keyring.kem_keys_at(note.to, at), note.wrap, note.core_bytes())
        payload = open_body(cek, body)
    except SealingError:
        return Opened(verdict, index, "note.unopenable")
    try:
        message, msg = read(payload)
    except MessageError as error:
        return Opened(verdict, index, error.code)
    refusal = _mismatch(note, message, msg)
    if not refusal:
        decision = gate.may_be_received(message, note, at)
        refusal = "" if decision.allowed else gate.code_of(decision)
    if refusal:
        return Opened(verdict, index, refusal, cek=cek, body=body)
    return Opened(verdict, index, "", message, payload, cek, body)


def _mismatch(note: Note, message: Message, msg: bytes) -> str:
    """Compare the envelope with what is sealed in it: nobody may pass another's message off as sent to us."""
    if msg != note.msg:
        return "message.root"
    if message.head.from_ != note.from_:
        return "message.sender"
    if note.to not in message.head.recipients:
        return "message.recipient"
    return ""


def _store(parcel: Parcel, proved: Proved, opened: Sequence[Opened], pair: Pair, at: datetime, *, owed: bool) -> None:
    """Store notes, effects, receipts, head and lane together (step 7)."""
    proof = proofs.keep(parcel, proved, at)
    fresh = [item for item in opened if item.verdict.standing is not Standing.REPEATED]
    kept = [item for item in fresh if item.message is not None]
    body_ids = iter(
        rows.insert(
            models.Body,
            ("sha256", "sealed", "cek", "size"),
            [(item.verdict.note.body, item.body, item.cek, len(item.body)) for item in kept],
        )
    )
    moment = rows.moment(at)
    note_ids = rows.insert(
        models.Note,
        _COLUMNS,
        [
            (*_row(item), next(body_ids) if item.message is not None else None, pair.id, proof.id, moment)
            for item in fresh
        ],
    )
    for item in fresh:
        if item.message is not None and item.message.attachments:
            attachments.announce(item.message, item.verdict.note.msg, pair)
    _advance(fresh, pair, parcel.lane, at)
    receipts.issue(_runs(fresh), pair, at, owed=owed)
    receipts.take(parcel, proved, pair, proof, at)
    heads.take(parcel, at, proved.head)
    receivers.hand_over(
        [
            receivers.Arrived(note_id, item.message, item.payload, item.verdict.note, item.verdict.standing, at)
            for note_id, item in zip(note_ids, fresh, strict=True)
            if item.message is not None
        ]
    )


_COLUMNS: Final = (
    "lane", "seq", "hash", "raw", "msg", "state", "code", "ahead", "index", "out",
    "body_id", "pair_id", "proof_id", "at",
)  # fmt: skip


def _row(item: Opened) -> tuple[object, ...]:
    """Return the first columns of a note's row."""
    note, verdict = item.verdict.note, item.verdict
    state = models.NoteState.REFUSED if item.refusal else models.NoteState.STORED
    ahead = verdict.standing is Standing.AHEAD
    return (
        note.lane, note.seq, verdict.note_hash, verdict.raw, note.msg,
        state.value, item.refusal, ahead, item.index, False,
    )  # fmt: skip


def _advance(fresh: Sequence[Opened], pair: Pair, number: int, at: datetime) -> None:
    """Move the lane past what came in order and past what had waited behind the gap."""
    state = _state(pair, number, lock=True)
    for item in fresh:
        note = item.verdict.note
        if item.verdict.standing is Standing.IN_ORDER:
            if state.ahead and note.seq > state.next_seq:  # between them stands what had waited and came once more
                state, _ = next_lane(state, _chain(_held_from(pair, number, state.next_seq).filter(seq__lt=note.seq)))
            ahead = state.ahead if note.seq == state.next_seq else 0  # else it takes up the lane anew
            state = InLane(note.seq + 1, item.verdict.note_hash, ahead)
        else:
            state = InLane(state.next_seq, state.last_hash, state.ahead + 1)
    if state.ahead:
        later = _held_from(pair, number, state.next_seq)
        state, broken = next_lane(state, _chain(later))
        if broken is not None:
            incidents.keep(
                "lane.chain-broken",
                f"{pair.partner} lane {number}",
                tuple(bytes(raw) for raw in later.filter(seq=broken[0]).values_list("raw", flat=True)),
                shown_by=pair.partner,
                at=at,
            )
    rows.run(
        "UPDATE partners_lane SET in_next = %s, in_last = %s, in_ahead = %s WHERE pair_id = %s AND number = %s",
        state.next_seq,
        state.last_hash,
        state.ahead,
        pair.id,
        number,
    )


def _held_from(pair: Pair, number: int, seq: int) -> QuerySet[models.Note]:
    """Return a partner's notes in a lane from some seq on, in order."""
    return models.Note.objects.filter(pair=pair, out=False, lane=number, seq__gte=seq).order_by("seq")


def _chain(held: QuerySet[models.Note]) -> Iterator[tuple[int, bytes, bytes]]:
    """Return (seq, hash, prev) of notes that waited behind a gap."""
    return ((row.seq, bytes(row.hash), parse_note(bytes(row.raw)).prev) for row in held.iterator())


def _runs(fresh: Sequence[Opened]) -> list[tuple[ReceiptKind, str, int, int, int, bytes]]:
    """Return (kind, code, lane, first, last, hash of the last) of each run that gets one receipt."""
    found: list[tuple[ReceiptKind, str, int, int, int, bytes]] = []
    for code in dict.fromkeys(item.refusal for item in fresh):
        of_code = {item.verdict.note.seq: item.verdict for item in fresh if item.refusal == code}
        kind = ReceiptKind.REFUSED if code else ReceiptKind.STORED
        for first, count in runs_of(tuple(of_code)):
            last = of_code[first + count - 1]
            found.append((kind, code, last.note.lane, first, last.note.seq, last.note_hash))
    return found
