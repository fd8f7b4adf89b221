"""Dates as far as they are known."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from comity.vocabulary.errors import VocabularyError

_FORM: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, a month of a year, or a day; proleptic Gregorian calendar.

    Attributes:
        year: 1 to 9999.
        month: `None` where unknown.
        day: `None` where unknown; never known without the month.
    """

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read ``1974``, ``1974-03`` or ``1974-03-22``.

        Raises:
            VocabularyError: it is none of these, or there is no such day.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise VocabularyError("a date is written like 1974, 1974-03 or 1974-03-22")
        year, month, day = (None if part is None else int(part) for part in match.groups())
        try:
            date(year or 0, month or 1, day or 1)
        except ValueError:
            raise VocabularyError("there is no such date") from None
        return cls(year or 0, month, day)

    @property
    def earliest(self) -> date:
        """The first day that it may be."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day that it may be."""
        if self.day is not None:
            return self.earliest
        if self.month is None or self.month == 12:  # noqa: PLR2004  # December
            return date(self.year, 12, 31)
        return date(self.year, self.month + 1, 1) - timedelta(days=1)

    def agrees(self, other: "PartialDate") -> bool:
        """Say whether both may be the same day."""
        return self.earliest <= other.latest and other.earliest <= self.latest

    def __str__(self) -> str:
        parts = [f"{self.year:04}"]
        parts += [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)
