"""The hand-over list: what an officer holds, what is due in it, and what colleagues should know."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import F, Min, Q

from comity.desks.cases import reads, rules
from comity.desks.cases.models import Case, CaseMessage, CaseNote, Handover, State
from comity.node.officers.models import Officer

NOTES: Final = 3  # the newest of a case
MOST: Final = 40  # shown at once; printed are up to `ALL`
ALL: Final = 500
KEPT: Final = 10  # hand-overs shown


@dataclass(frozen=True, slots=True)
class Line:
    """A case on the list.

    Attributes:
        case: held by the officer.
        waiting: its messages that wait for us or for a partner, what is due first before the others.
        last: the message that came or went last.
        notes: the newest notes of the office.
    """

    case: Case
    waiting: tuple[CaseMessage, ...]
    last: CaseMessage
    notes: tuple[CaseNote, ...]

    @property
    def due_at(self) -> datetime | None:
        """When the first of what waits is due."""
        return min((one.due_at for one in self.waiting if one.due_at), default=None)


def held(officer: Officer) -> list[int]:
    """Return the open cases that an officer holds, by id, at most 500, what is due soonest first."""
    waits = Q(messages__kind__in=rules.AWAIT_REPLY, messages__state__in=(State.NEW, State.OPEN))
    seen = reads.visible_to(officer).filter(case__holder=officer, case__closed_at=None).values("case")
    found = Case.objects.filter(holder=officer, pk__in=seen).annotate(due=Min("messages__due_at", filter=waits))
    return list(found.order_by(F("due").asc(nulls_last=True), "pk").values_list("pk", flat=True)[:ALL])


def lines(officer: Officer, ids: Sequence[int]) -> tuple[Line, ...]:
    """Return the lines of these cases, what is due first before the others; in four queries.

    Args:
        officer: who looks; what he may not see is not there.
        ids: of cases, as `held` returns them.
    """
    grouped: dict[int, list[CaseMessage]] = defaultdict(list)
    cases = Case.objects.in_bulk(ids)  # joined, each message would bring its own copy of case and holder
    shown = reads.visible_to(officer).filter(case__in=ids).prefetch_related("addressees")
    for one in shown.defer("kept").order_by("id"):
        one.case = cases[one.case_id]
        grouped[one.case_id].append(one)
    notes: dict[int, list[CaseNote]] = defaultdict(list)
    for note in CaseNote.objects.filter(case__in=ids, struck_at=None).select_related("author").order_by("-id"):
        if len(notes[note.case_id]) < NOTES:
            notes[note.case_id].append(note)
    found = [
        Line(messages[0].case, _waiting(messages), messages[-1], tuple(notes[case]))
        for case, messages in grouped.items()
    ]
    return tuple(sorted(found, key=lambda line: (line.due_at is None, line.due_at, line.case.pk)))


def _waiting(messages: list[CaseMessage]) -> tuple[CaseMessage, ...]:
    waits = [
        one
        for one in messages
        if one.kind in rules.AWAIT_REPLY
        and one.state in (State.NEW, State.OPEN)
        and not (one.standing or one.circular or one.copied)
    ]
    return tuple(sorted(waits, key=lambda one: (one.due_at is None, one.due_at, one.pk)))


def received(officer: Officer) -> tuple[Handover, ...]:
    """Return what was handed over to an officer, unread before read, the newest first."""
    found = Handover.objects.filter(to=officer).select_related("by").prefetch_related("cases")
    return tuple(found.order_by(F("read_at").asc(nulls_first=True), "-id")[:KEPT])


def unread(officer: Officer) -> tuple[Handover, ...]:
    """Return the hand-overs that an officer has not read yet."""
    found = Handover.objects.filter(to=officer, read_at=None).select_related("by").prefetch_related("cases")
    return tuple(found.order_by("-id")[:KEPT])


def stamp(officer: Officer) -> str:
    """Return a text that changes when something was handed over to an officer, or he has read it."""
    return ".".join(str(key) for key in Handover.objects.filter(to=officer, read_at=None).values_list("pk", flat=True))
