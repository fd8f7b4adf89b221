"""Tell those above when nobody acts: of what rings and is not taken, and of what is over its time.

A chore of the worker. What is to be told is asked of the database each time, and what was told is stored with an act of
the ledger in one transaction: a restart neither forgets an escalation nor makes it twice.
"""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Exists, OuterRef

from comity.desks.cases import ringing
from comity.desks.cases.alerting import Escalation, Told
from comity.desks.cases.escalations import LATE
from comity.desks.cases.models import Case, CaseMessage
from comity.node.ledger import actions as ledger
from comity.node.writing import writing

PORTION: Final = 20
"""So many late requests of an authority are told at a time: the worker has other work, too."""


def steps(begun_at: datetime, at: datetime, minutes: int) -> tuple[Told, ...]:
    """Return who must have been told of what rings since `begun_at`: supervisors first, then everybody.

    Args:
        begun_at: since when nobody has it, UTC.
        at: now, UTC.
        minutes: after which supervisors are told; everybody is told after twice as many.
    """
    due = ((Told.SUPERVISORS, minutes), (Told.EVERYBODY, 2 * minutes))
    return tuple(told for told, after in due if at - begun_at >= timedelta(minutes=after))


def escalate(at: datetime) -> int:
    """Tell what is to be told now, and return how much that was."""
    return sum(_ringing(one.id, at) + _late(one.id, at) for one in settings.NODE.authorities)


def _ringing(authority: str, at: datetime) -> int:
    minutes: int = settings.NODE.alarm_minutes
    seen = list(ringing.ringing(CaseMessage.objects.all(), authority))
    told = ringing.told_of(seen)
    missing = [
        (one, step)
        for one in seen
        for step in steps(ringing.begun(one), at, minutes)
        if step not in told.get((one.pk, ringing.begun(one)), [])
    ]
    return sum(_tell_ringing(one, step, at) for one, step in missing)


def _tell_ringing(message: CaseMessage, step: Told, at: datetime) -> bool:
    """Store one escalation, if the message still rings as it did when it was found."""
    since = ringing.begun(message)
    with writing():
        _lock(message)
        now = ringing.ringing(CaseMessage.objects.filter(pk=message.pk), message.authority).first()
        if now is None or ringing.begun(now) != since:
            return False
        return _tell(now, step, since, at)


def _late(authority: str, at: datetime) -> int:
    told = Escalation.objects.filter(message=OuterRef("pk"), told=Told.LATE, begun_at=OuterRef("due_at"))
    found = CaseMessage.objects.filter(LATE, authority=authority, due_at__lte=at).exclude(Exists(told))
    return sum(_tell_late(one, at) for one in found.order_by("due_at")[:PORTION])


def _tell_late(message: CaseMessage, at: datetime) -> bool:
    """Store that a request is late, if it still is."""
    with writing():
        _lock(message)
        now = CaseMessage.objects.filter(LATE, pk=message.pk, due_at=message.due_at).select_related("case").first()
        return now is not None and now.due_at is not None and _tell(now, Told.LATE, now.due_at, at)


def _lock(message: CaseMessage) -> None:
    """Wait for whoever is taking or giving back the case at this moment."""
    Case.objects.select_for_update().get(pk=message.case_id)


def _tell(message: CaseMessage, told: Told, since: datetime, at: datetime) -> bool:
    _row, made = Escalation.objects.get_or_create(message=message, told=told, begun_at=since, defaults={"at": at})
    if made:
        ledger.record(
            ledger.Act(
                kind="case.escalated",
                authority=message.authority,
                officer="",  # the node itself
                at=at,
                case=message.case.reference,
                facts=ledger.facts({"since": int(since.timestamp()), "told": told}),
                subjects=(bytes(message.msg),),
            )
        )
    return made
