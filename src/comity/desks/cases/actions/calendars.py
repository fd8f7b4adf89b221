"""Making the address of a calendar, and revoking it."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from comity.desks.cases import calendars
from comity.desks.cases.actions.recording import record
from comity.desks.cases.alerting import Calendar, Scope
from comity.node.officers.models import Officer
from comity.node.writing import writing

NOTED_EVERY: Final = timedelta(hours=1)


def make_calendar(officer: Officer, scope: Scope, *, at: datetime) -> str:
    """Give the officer a new secret address and return its secret, which is not kept; an earlier address ends."""
    secret = secrets.token_urlsafe(32)
    with writing():
        Calendar.objects.update_or_create(
            officer=officer,
            defaults={"digest": calendars.digest(secret), "scope": scope, "made_at": at, "fetched_at": None},
        )
        record("calendar.made", officer, at, facts={"scope": scope})
    return secret


def revoke_calendar(officer: Officer, *, at: datetime) -> bool:
    """Let the officer's address lead nowhere any more; tells whether there was one."""
    with writing():
        count, _ = Calendar.objects.filter(officer=officer).delete()
        if count:
            record("calendar.revoked", officer, at)
    return bool(count)


def note_fetched(calendar: Calendar, *, at: datetime) -> None:
    """Note that the calendar was fetched, to the hour: an address that leaked shows itself to its officer."""
    if calendar.fetched_at is not None and at - calendar.fetched_at < NOTED_EVERY:
        return
    with writing():
        Calendar.objects.filter(pk=calendar.pk).update(fetched_at=at)
