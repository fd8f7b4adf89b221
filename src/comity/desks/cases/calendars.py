"""Deadlines as a calendar that a program fetches by a secret address: how many cases are due when, and nothing else.

The address is no sign-in: whoever has it learns counts and times. So no event names a case, a partner or a person, and
what is kept of the address is its digest.
"""

import hashlib
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comity.desks.cases import rules
from comity.desks.cases.alerting import Calendar, Scope
from comity.desks.cases.models import CaseMessage, Standing, State
from comity.desks.cases.visibility import visible_messages
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty

BACK: Final = timedelta(days=7)
AHEAD: Final = timedelta(days=90)
MOST: Final = 5_000
"""Deadlines that are read at most: of a desk with more, those that come first."""


def digest(secret: str) -> bytes:
    """Return what is kept of a secret. It is drawn with 256 bits, so that a plain hash cannot be tried out."""
    return hashlib.sha256(secret.encode()).digest()


def of_secret(secret: str) -> Calendar | None:
    """Return the calendar at a secret address; nothing if it was revoked, or its officer may read no cases."""
    found = Calendar.objects.filter(digest=digest(secret)).select_related("officer").first()
    return found if found is not None and found.officer.may(Duty.READ_CASES) else None


def of_officer(officer: Officer) -> Calendar | None:
    """Return the officer's calendar, if there is one."""
    return Calendar.objects.filter(officer=officer).first()


def deadlines(officer: Officer, scope: str, at: datetime) -> tuple[tuple[datetime, int], ...]:
    """Return at which minute how many cases are due, in order; what stands still has no deadline.

    Args:
        officer: whose calendar it is; nothing that he may not see is counted.
        scope: one of `Scope`.
        at: now, UTC; from a week before to three months ahead.
    """
    found = visible_messages(officer, CaseMessage.objects.all()).filter(
        authority=officer.authority,
        incoming=True,
        kind__in=rules.ASKS,
        state__in=(State.NEW, State.OPEN),
        still_since=None,
        due_at__range=(at - BACK, at + AHEAD),
    )
    found = found.exclude(standing=Standing.WITHDRAWN).order_by("due_at")
    if scope == Scope.MINE:
        found = found.filter(case__holder=officer)
    cases: dict[datetime, set[int]] = defaultdict(set)
    for due_at, case_id in found.values_list("due_at", "case_id")[:MOST]:
        if due_at is not None:
            cases[due_at.replace(second=0, microsecond=0)].add(case_id)
    return tuple((minute, len(ids)) for minute, ids in sorted(cases.items()))


def to_ics(calendar: Calendar, at: datetime) -> bytes:
    """Return the calendar as iCalendar, in its officer's language and in UTC; the same while nothing changes.

    Source: RFC 5545, section 3.6.1; RFC 7986 for name and refresh interval.
    """
    from icalendar import Calendar as File  # noqa: PLC0415  # only who fetches a calendar waits for it
    from icalendar import Event  # noqa: PLC0415  # as above

    officer = calendar.officer
    with translation.override(officer.language):
        file = File()
        file.add("prodid", "-//Comity//Deadlines//EN")
        file.add("version", "2.0")
        file.add("name", name := _("Deadlines, %(node)s") % {"node": settings.NODE.name(officer.language)})
        file.add("x-wr-calname", name)
        file.add("refresh-interval", timedelta(minutes=15), parameters={"value": "DURATION"})
        for due_at, count in deadlines(officer, calendar.scope, at):
            event = Event()
            event.add("uid", _uid(calendar, due_at))
            event.add("dtstamp", calendar.made_at.replace(microsecond=0))
            event.add("dtstart", due_at)
            event.add(
                "summary",
                ngettext("Answer due: %(count)s case", "Answer due: %(count)s cases", count) % {"count": count},
            )
            event.add("class", "PRIVATE")
            event.add("transp", "TRANSPARENT")
            file.add_component(event)
    data: bytes = file.to_ical()
    return data


def _uid(calendar: Calendar, due_at: datetime) -> str:
    """Return an id that stays while the minute stays, and that tells nothing."""
    seed = bytes(calendar.digest) + due_at.isoformat().encode()
    return hashlib.sha256(seed).hexdigest()[:32]
