"""Lanes: the order of notes between two authorities, and what becomes of each note that arrives."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from comity.delivery.errors import ForkError, MisaddressedError
from comity.messages.note import SUITE, VERSION, Note
from comity.vocabulary.authority import AuthorityId

FIRST_SEQ: Final = 1
NO_NOTE: Final = bytes(32)  # `prev` of the first note in a lane
CLOCK_SKEW_S: Final = 300  # a partner's clock may run ahead of ours by five minutes
LONGEST_LIFE_S: Final = 30 * 86_400  # design: KEM keys are erased at most 30 days after their week
MAX_AHEAD: Final = 10_000  # notes kept behind a gap
MAX_AHEAD_S: Final = 30 * 86_400


class Standing(StrEnum):
    """Where a note stands in its lane."""

    IN_ORDER = "in-order"
    AHEAD = "ahead"  # an earlier note is missing: shown at once, marked; automation waits
    REPEATED = "repeated"  # stored before: answered again, without a second effect


@dataclass(frozen=True, slots=True)
class InLane:
    """What has arrived from a partner in one lane.

    Attributes:
        next_seq: lowest seq that has not arrived.
        last_hash: hash of the note before it.
        ahead: how many notes wait behind the gap.
    """

    next_seq: int = FIRST_SEQ
    last_hash: bytes = NO_NOTE
    ahead: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one authentic note.

    Attributes:
        refusal: code of the rule against it, such as ``note.expired``; empty if it is accepted. A refused note still
            takes its place in the lane, so that one bad note never blocks those after it.
    """

    note: Note
    raw: bytes
    note_hash: bytes
    standing: Standing
    refusal: str = ""


def refusal_of(note: Note, wrap_size: int, now: int) -> str:
    """Return the code of the first rule that an authentic note breaks by itself, or an empty text.

    Args:
        note: as parsed.
        wrap_size: length of a wrap in the suite that we speak, bytes.
        now: Unix seconds, UTC.

    Source: docs/protocol/delivery.md, step 5.
    """
    rules = (
        ("note.version", note.v != VERSION),
        ("note.suite", note.suite != SUITE),
        ("note.wrap", len(note.wrap) != wrap_size),
        ("note.future", note.sent > now + CLOCK_SKEW_S),
        ("note.expired", note.exp <= now),
        ("note.lifetime", not 0 < note.exp - note.sent <= LONGEST_LIFE_S),
    )
    return next((code for code, broken in rules if broken), "")


def judge(
    notes: Sequence[tuple[bytes, bytes, Note]],
    lane: InLane,
    *,
    sender: AuthorityId,
    recipient: AuthorityId,
    lane_number: int,
    stored: Callable[[int], tuple[bytes, bytes] | None],
    wrap_size: int,
    now: int,
) -> tuple[Verdict, ...]:
    """Judge the proved notes of one parcel, in its order (docs/protocol/delivery.md, section 5).

    Args:
        notes: (raw bytes, hash, parsed note), ascending by seq.
        lane: what arrived before.
        sender: from whom every note must be.
        recipient: to whom every note must be.
        lane_number: the lane in which every note must be.
        stored: (hash, raw bytes) of the note that we hold at a seq, `None` if there is none.
        wrap_size: length of a wrap, bytes.
        now: Unix seconds, UTC.

    Raises:
        MisaddressedError: a note is for somebody else, of another lane, or out of ascending order.
        ForkError: another note stands at this place in the lane already, or the chain is broken.
    """
    expected, last, ahead = lane.next_seq, lane.last_hash, lane.ahead
    verdicts, before = [], 0
    for raw, digest, note in notes:
        if (note.from_, note.to, note.lane) != (sender, recipient, lane_number):
            raise MisaddressedError("a note in the parcel is not between its two authorities", "note.misaddressed")
        if note.seq <= before:
            raise MisaddressedError("notes are not ascending by seq", "note.order")
        before = note.seq
        standing = _standing(note, raw, digest, InLane(expected, last, lane.ahead), stored)
        refusal = refusal_of(note, wrap_size, now)
        if note.seq == expected:  # in order, or it waited behind the gap that this parcel closes
            expected, last = note.seq + 1, digest
        elif standing is Standing.AHEAD:
            ahead += 1
            if ahead > MAX_AHEAD:
                raise MisaddressedError("too many notes wait behind a gap", "lane.quarantine-full")
        verdicts.append(Verdict(note, raw, digest, standing, refusal))
    return tuple(verdicts)


def _standing(
    note: Note, raw: bytes, digest: bytes, lane: InLane, stored: Callable[[int], tuple[bytes, bytes] | None]
) -> Standing:
    if note.seq == lane.next_seq:
        if note.prev != lane.last_hash:
            held = stored(note.seq - 1)
            raise ForkError(
                "the note does not continue the chain of its lane",
                (raw,) if held is None else (held[1], raw),
                "lane.chain-broken",
            )
        held = stored(note.seq) if lane.ahead else None  # it may have come before, and waited behind a gap
        if held is None:
            return Standing.IN_ORDER
    else:
        held = stored(note.seq)
        if held is None:  # erased: the chain's hash alone cannot tell, and a second effect must not come of it
            return Standing.AHEAD if note.seq > lane.next_seq else Standing.REPEATED
    if held[0] != digest:
        raise ForkError("two notes for one place in a lane", (held[1], raw), "lane.equivocation")
    return Standing.REPEATED


def next_lane(lane: InLane, later: Iterable[tuple[int, bytes, bytes]]) -> tuple[InLane, tuple[int, bytes] | None]:
    """Close the gap as far as notes that came earlier allow (docs/protocol/delivery.md, step 5.6).

    Args:
        lane: after the notes in order have been counted.
        later: (seq, hash, prev) of the notes that waited behind the gap, ascending.

    Returns:
        the lane after it, and the (seq, prev) of a waiting note whose `prev` contradicts the chain, if there is one.
    """
    expected, last, ahead = lane.next_seq, lane.last_hash, lane.ahead
    for seq, digest, prev in later:
        if seq != expected:
            break
        if prev != last:
            return InLane(expected, last, ahead), (seq, prev)
        expected, last, ahead = seq + 1, digest, max(0, ahead - 1)
    return InLane(expected, last, ahead), None
