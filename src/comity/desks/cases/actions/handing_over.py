"""The end of a shift: an officer leaves his cases to a colleague, who sees that he has them and what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from comity.desks.cases.actions import holding
from comity.desks.cases.actions.recording import record
from comity.desks.cases.models import Case, Handover
from comity.node.officers.models import Officer
from comity.node.writing import writing

MAX_TEXT: Final = 4_000


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What became of it: the hand-over, `None` if no case went; and the cases that the officer no longer held."""

    handover: Handover | None
    left: tuple[Case, ...]


def hand_over(cases: Sequence[Case], to: Officer, text: str, officer: Officer, *, at: datetime) -> HandedOver:
    """Leave cases to a colleague, all in one transaction.

    Args:
        cases: visible to the officer; those that he does not hold any more stay where they are.
        to: who takes over.
        text: what he should know beyond the cases' own notes; at most 4,000 characters.
        officer: who leaves them.
        at: now, UTC.

    Raises:
        PermissionDenied: the colleague is none who may write messages for the same authority.
    """
    with writing():
        own = set(Case.objects.filter(pk__in=[case.pk for case in cases], holder=officer).values_list("pk", flat=True))
        gone = [case for case in cases if case.pk in own and holding.pass_on(case, to, officer, at=at).done]
        if not gone:
            return HandedOver(None, tuple(cases))
        made = Handover.objects.create(
            authority=officer.authority, by=officer, to=to, text=text.strip()[:MAX_TEXT], at=at
        )
        made.cases.set(gone)
        record("shift.handed-over", officer, at, facts={"to": to.username, "cases": len(gone)})
    return HandedOver(made, tuple(case for case in cases if case not in gone))


def note_read_handover(handover: Handover, officer: Officer, *, at: datetime) -> bool:
    """Note that the colleague has read what was said; tells whether this is new. Only who took over may say so."""
    with writing():
        if not Handover.objects.filter(pk=handover.pk, to=officer, read_at=None).update(read_at=at):
            return False
        record("shift.taken-over", officer, at, facts={"from": handover.by.username})
    return True
