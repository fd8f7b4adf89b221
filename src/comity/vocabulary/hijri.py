"""Dates of the Hijri calendar, and the days of the Gregorian calendar that they may be.

There is not one Hijri calendar: Umm al-Qura (official in Saudi Arabia) follows the computed moon, the tabular ones a
cycle of thirty years from two epochs. They differ by up to two days, so a Hijri date is a span and never one day; where
months begin when the moon is seen, it may be a day more.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import icu

from comity.vocabulary.errors import VocabularyError
from comity.vocabulary.partial_date import PartialDate

FIRST_YEAR, LAST_YEAR = 1200, 1500
"""Years that dates of people and documents lie in: 1785 to 2077."""

_FORM: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_MONTHS, _DAYS = 12, 30
_CALENDARS: Final = ("islamic-umalqura", "islamic-civil", "islamic-tbla")
_EPOCH: Final = date(1970, 1, 1)
_DAY: Final = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class HijriDate:
    """A year, a month of a year, or a day of the Hijri calendar.

    Attributes:
        year: 1200 to 1500.
        month: `None` where unknown.
        day: 1 to 30 in every month, because calendars differ about its length; `None` where unknown.
    """

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> "HijriDate":
        """Read ``1405``, ``1405-03`` or ``1405-03-12``.

        Raises:
            VocabularyError: it is none of these, there is no such day, or the year is none that people live in.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise VocabularyError("a Hijri date is written like 1405, 1405-03 or 1405-03-12")
        year, month, day = (None if part is None else int(part) for part in match.groups())
        if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
            raise VocabularyError("a Hijri year of people and documents lies between 1200 and 1500")
        if not (1 <= (month or 1) <= _MONTHS and 1 <= (day or 1) <= _DAYS) or month == 0 or day == 0:
            raise VocabularyError("there is no such date in the Hijri calendar")
        return cls(year, month, day)

    @property
    def earliest(self) -> date:
        """The first day of the Gregorian calendar that it may be."""
        return min(_gregorian(name, self.year, self.month or 1, self.day or 1) for name in _CALENDARS)

    @property
    def latest(self) -> date:
        """The last day of the Gregorian calendar that it may be."""
        if self.day is not None:
            return max(_gregorian(name, self.year, self.month or 1, self.day) for name in _CALENDARS)
        year, month = (self.year + 1, 1) if self.month in {None, _MONTHS} else (self.year, (self.month or 0) + 1)
        return max(_gregorian(name, year, month, 1) for name in _CALENDARS) - timedelta(days=1)

    @property
    def gregorian(self) -> tuple[PartialDate, ...]:
        """What it may be in the Gregorian calendar, as exactly as it is known itself: days, months or years."""
        first, last = self.earliest, self.latest
        days = (first + timedelta(days=count) for count in range((last - first).days + 1))
        if self.day is not None:
            return tuple(PartialDate(one.year, one.month, one.day) for one in days)
        if self.month is not None:
            return tuple(dict.fromkeys(PartialDate(one.year, one.month) for one in days))
        return tuple(PartialDate(year) for year in range(first.year, last.year + 1))

    def __str__(self) -> str:
        parts = [f"{self.year:04}"]
        parts += [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)


@lru_cache(maxsize=1024)
def _gregorian(name: str, year: int, month: int, day: int) -> date:
    calendar = icu.Calendar.createInstance(icu.TimeZone.createTimeZone("UTC"), icu.Locale(f"en@calendar={name}"))
    calendar.clear()
    calendar.set(year, month - 1, day)
    return _EPOCH + timedelta(days=int(calendar.getTime() // _DAY))
