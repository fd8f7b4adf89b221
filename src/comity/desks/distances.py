"""How far a time is from now, in the reader's words and in whole units.

Django's own phrases do not serve here: several of its Arabic ones have the wrong number ("since 5 minute").
"""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUTE_S: Final = 60
HOUR_S: Final = 3_600
DAY_S: Final = 86_400
IN_HOURS_S: Final = 2 * DAY_S  # up to two days one counts hours


def distance(value: datetime, now: datetime) -> str:
    """Return `5 minutes ago`, `in 3 hours`, or `now` within a minute; never more than what has passed or is left.

    Args:
        value: the time in question, aware.
        now: aware.
    """
    seconds = (value - now).total_seconds()
    size = abs(seconds)
    if size < MINUTE_S:
        return _("now")
    ahead = seconds > 0
    if size < HOUR_S:
        return _minutes(int(size // MINUTE_S), ahead=ahead)
    if size < IN_HOURS_S:
        return _hours(int(size // HOUR_S), ahead=ahead)
    return _days(int(size // DAY_S), ahead=ahead)


def _minutes(count: int, *, ahead: bool) -> str:
    text = (
        ngettext("in %(count)s minute", "in %(count)s minutes", count)
        if ahead
        else ngettext("%(count)s minute ago", "%(count)s minutes ago", count)
    )
    return text % {"count": count}


def _hours(count: int, *, ahead: bool) -> str:
    text = (
        ngettext("in %(count)s hour", "in %(count)s hours", count)
        if ahead
        else ngettext("%(count)s hour ago", "%(count)s hours ago", count)
    )
    return text % {"count": count}


def _days(count: int, *, ahead: bool) -> str:
    text = (
        ngettext("in %(count)s day", "in %(count)s days", count)
        if ahead
        else ngettext("%(count)s day ago", "%(count)s days ago", count)
    )
    return text % {"count": count}
