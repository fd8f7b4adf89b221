"""How far each copy of a message of ours got, and what its recipient replied."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from comity.delivery import MAX_NOTES
from comity.desks.cases import words
from comity.desks.cases.due import AWAITED
from comity.desks.cases.models import Addressee, CaseMessage
from comity.node.exchange.models import Note, Receipt


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far one recipient's copy got: waiting, stored, refused, replaced or read, with the time of each step."""

    authority: str
    state: str
    code: str
    sent_at: datetime
    stored_at: datetime | None = None
    read_at: datetime | None = None
    note_id: int = 0
    clauses: tuple[str, ...] = ()
    reply: str = ""
    replied_at: datetime | None = None
    limit_at: datetime | None = None
    due_at: datetime | None = None
    still_since: datetime | None = None
    delay: str = ""
    copied: bool = False  # got it for information only
    expected: bool = True  # whether the recipient owes an answer at all
    taken_up: Mapping[str, Any] | None = None  # what the recipient said of who works on it

    @property
    def awaited(self) -> bool:
        """Whether the partner still owes an answer."""
        return self.expected and self.reply in AWAITED

    @property
    def word(self) -> Any:  # noqa: ANN401 - a lazy text
        """The state in words."""
        return words.word(words.DELIVERY, self.state)

    @property
    def tone(self) -> str:
        """The tone that repeats the word."""
        return {"w": "warning", "s": "info", "read": "good", "r": "danger"}.get(self.state, "")

    @property
    def symbol(self) -> str:
        """The icon that repeats the word."""
        return {"w": "hourglass", "s": "check", "read": "checks", "r": "ban"}.get(self.state, "refresh")


def deliveries(messages: Sequence[CaseMessage]) -> dict[int, tuple[Delivery, ...]]:
    """Return the copies of each message of ours; three queries, however many messages and partners."""
    addressees = list(Addressee.objects.filter(message__in=[one.pk for one in messages]).order_by("authority"))
    notes = {note.pk: note for note in Note.objects.filter(pk__in=[one.note_id for one in addressees]).defer("raw")}
    receipts = _covering(notes.values())
    circulars = {one.pk for one in messages if one.circular}
    found: dict[int, list[Delivery]] = {}
    for one in addressees:
        note = notes.get(one.note_id)
        if note is not None:
            found.setdefault(one.message_id, []).append(
                _delivery(one, note, receipts, expected=one.message_id not in circulars and not one.copied)
            )
    return {key: tuple(value) for key, value in found.items()}


def _covering(notes: Collection[Note]) -> tuple[Receipt, ...]:
    """Return the partners' receipts for these notes: one query that reads no others, however many a pair has."""
    lanes: dict[tuple[int, int], list[int]] = {}
    for note in notes:
        lanes.setdefault((note.pair_id, note.lane), []).append(note.seq)
    wanted = Q()
    for (pair, lane), seqs in lanes.items():
        wanted |= Q(
            pair=pair, lane=lane, first__lte=max(seqs), last__gte=min(seqs), last__lt=max(seqs) + MAX_NOTES
        )  # no run is longer than a parcel
    return tuple(Receipt.objects.filter(wanted, ours=False)) if lanes else ()


def _delivery(addressee: Addressee, note: Note, receipts: Iterable[Receipt], *, expected: bool) -> Delivery:
    mine = [
        one
        for one in receipts
        if one.pair_id == note.pair_id and one.lane == note.lane and one.first <= note.seq <= one.last
    ]
    at = {one.kind: one.at for one in mine}
    return Delivery(
        authority=addressee.authority,
        state="read" if "read" in at else note.state,
        code=note.code,
        sent_at=note.at,
        stored_at=at.get("stored"),
        read_at=at.get("read"),
        note_id=note.pk,
        clauses=tuple(addressee.clauses),
        reply=addressee.reply,
        replied_at=addressee.replied_at,
        limit_at=addressee.limit_at,
        due_at=addressee.due_at,
        still_since=addressee.still_since,
        delay=addressee.delay,
        copied=addressee.copied,
        expected=expected,
    )
