"""KEM keys: one a week, published five weeks ahead, destroyed when the last note sealed with them has expired."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

WEEK: Final = timedelta(days=7)
WEEKS_AHEAD: Final = 5
LONGEST_NOTE: Final = timedelta(days=30)
KEPT_AFTER: Final = timedelta(days=7)
_MONDAY: Final = datetime(2024, 1, 1, tzinfo=UTC)


def week_of(now: datetime) -> datetime:
    """Return the Monday, 00:00 UTC, at which the week of an instant began."""
    return _MONDAY + (now - _MONDAY) // WEEK * WEEK


def weeks_to_publish(published_from: Iterable[datetime], now: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """Return (from, until) of every week for which a key must still be made: this one and the five that follow.

    Args:
        published_from: starts of the weeks for which there is a key.
        now: UTC.
    """
    there = set(published_from)
    starts = (week_of(now) + number * WEEK for number in range(WEEKS_AHEAD + 1))
    return tuple((start, start + WEEK) for start in starts if start not in there)


def erase_after(valid_until: datetime) -> datetime:
    """Return when the private half must be destroyed: no note sealed in its week can still be waiting."""
    return valid_until + LONGEST_NOTE + KEPT_AFTER
