"""What was told to those above: for the timeline of a case, and for a supervisor's home."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comity.desks.cases import ringing, rules
from comity.desks.cases.alerting import Escalation, Told
from comity.desks.cases.models import CaseMessage, Standing, State
from comity.desks.cases.visibility import visible_messages
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty

PAGE: Final = 10
"""So many late ones stand on the home page; all are under "Nearly late or late"."""

LATE: Final = Q(
    incoming=True, kind__in=rules.ASKS, state__in=(State.NEW, State.OPEN), still_since=None, due_at__isnull=False
) & ~Q(standing=Standing.WITHDRAWN)
"""With a `due_at` in the past: requests that should have been answered."""

WORDS: Final[Mapping[str, Any]] = {
    Told.SUPERVISORS: _("Nobody had taken it: supervisors were told"),
    Told.EVERYBODY: _("Nobody had taken it: everybody was told"),
    Told.LATE: _("Its time was over: supervisors were told"),
}


@dataclass(frozen=True, slots=True)
class Escalated:
    """One message that was escalated to a supervisor.

    Attributes:
        message: with its case and holder.
        told: `Told`, why it stands here.
        since: when it began to ring, or its time was over, UTC.
        at: when that was told, UTC.
    """

    message: CaseMessage
    told: str
    since: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class EscalatedToMe:
    """What was escalated to a supervisor and still waits: all that rings, the first of what is late, and how many."""

    shown: tuple[Escalated, ...] = ()
    count: int = 0


def of(messages: Iterable[CaseMessage]) -> tuple[Escalation, ...]:
    """Return what was told about these messages, in order; one query."""
    return tuple(Escalation.objects.filter(message__in=[one.pk for one in messages]).order_by("id"))


def to_me(officer: Officer) -> EscalatedToMe:
    """Return what was escalated to this officer and is not yet dealt with; nothing for who is no supervisor."""
    if not officer.may(Duty.APPROVE):
        return EscalatedToMe()
    rings = [one for one in ringing.rings_for(officer) if one.told]
    late = _told_late(officer)
    count = late.count()
    shown = [*((one.message, one.told, one.begun_at) for one in rings)]
    shown += [(one, str(Told.LATE), one.due_at) for one in late.order_by("due_at", "id")[:PAGE] if one.due_at]
    told = {(one.message_id, one.told, one.begun_at): one.at for one in of(one for one, _told, _since in shown)}
    return EscalatedToMe(
        tuple(Escalated(*one, told[one[0].pk, *one[1:]]) for one in shown if (one[0].pk, *one[1:]) in told),
        count + len(rings),
    )


def stamp(officer: Officer) -> str:
    """Return a text that changes when something is escalated to this officer; nothing for who is no supervisor."""
    if not officer.may(Duty.APPROVE):
        return ""
    return str(Escalation.objects.order_by("-id").values_list("id", flat=True).first() or 0)


def _told_late(officer: Officer) -> QuerySet[CaseMessage]:
    told = Escalation.objects.filter(message=OuterRef("pk"), told=Told.LATE, begun_at=OuterRef("due_at"))
    seen = visible_messages(officer, CaseMessage.objects.all())
    found = seen.filter(LATE, Exists(told), authority=officer.authority, due_at__lte=timezone.now())
    return found.select_related("case__holder")
