"""Dates in a running text: as numbers or with the month in words, of two calendars, as far as they are known.

`03/04/1974` is in March for some and in April for others. Both are said, and nobody chooses but the officer.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Final, NamedTuple

import icu

from comity.formats.pasted.levelled import level
from comity.vocabulary.errors import VocabularyError
from comity.vocabulary.hijri import FIRST_YEAR, LAST_YEAR, HijriDate
from comity.vocabulary.partial_date import PartialDate

MARK: Final = " AH"
"""Behind a date of the Hijri calendar, as a form reads it."""

_EARLIEST: Final = 1700
_FARTHEST: Final = 50
_SHORT: Final = 2  # digits of a year without its century
"""Years ahead that a date of a document lies at most."""
_MONTHS_OF: Final = ("en", "fr", "es", "ar", "ar_SY", "ar_DZ", "ar_MA")
_HIJRI_MONTHS: Final = (
    r"muharram|محرم",
    r"safar|صفر",
    r"rabi.?.?(?:a[lw]|ul|el)?.?(?:awwal|i)|ربيع الاول",
    r"rabi.?.?(?:al?th?|a[lt]|uth?|el)?.?(?:thani|akhir|ii)|ربيع (?:الثاني|الاخر)",
    r"jumada.?.?(?:al|ul|el)?.?(?:ula|awwal|i)|جمادى الاولى",
    r"jumada.?.?(?:al|ath?|el)?.?(?:thani(?:yah?)?|akhirah?|ii)|جمادى (?:الثانية|الاخرة|الاخر)",
    r"rajab|رجب",
    r"sha.?ban|شعبان",
    r"ramadh?an|رمضان",
    r"shawwal|شوال",
    r"(?:dh?u|zu).?(?:al?|l)?.?q[ai].?dah?|ذ[وي] القعدة",
    r"(?:dh?u|zu).?(?:al?|l)?.?hijjah?|ذ[وي] الحجة",
)
_OF_HIJRI: Final = r"(?P<ah>\s{0,2}(?:A\.?H\.?(?![A-Za-z])|هـ?\.?(?!\w)))?"
_OF: Final = r"(?:\s?-\s?|\s|\.\s?|\s(?:de|del|of|du)\s)"


class Found(NamedTuple):
    """A date in a levelled text: where it stands, and the days, months or years that it may be."""

    start: int
    stop: int
    readings: tuple[str, ...]
    hijri: bool = False


@cache
def _months() -> dict[str, int]:
    """Return the months in the languages of the console, levelled, with their numbers."""
    found: dict[str, int] = {}
    for language in _MONTHS_OF:
        symbols = icu.DateFormatSymbols(icu.Locale(language))
        for names in (symbols.getMonths(), symbols.getShortMonths()):
            found |= {level(name).text.casefold().rstrip("."): place for place, name in enumerate(names, start=1)}
    return found


@cache
def _worded() -> tuple[re.Pattern[str], ...]:
    names = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    hijri = "|".join(f"(?P<h{place}>{name})" for place, name in enumerate(_HIJRI_MONTHS, start=1))
    day, year = r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|o|\.)?", r"(?P<y>\d{4})(?!\d)"
    return tuple(
        re.compile(rf"(?<![\w/.-]){form}", re.IGNORECASE)
        for form in (
            rf"{day}{_OF}(?P<m>{names})\.?{_OF}{year}",
            rf"(?P<m>{names})\.?\s{day},?\s{year}",
            rf"{day}{_OF}(?:{hijri}){_OF}{year}{_OF_HIJRI}",
            rf"(?<!\d\s)(?P<m>{names})\.?{_OF}{year}",
            rf"(?<!\d\s)(?:{hijri}){_OF}{year}{_OF_HIJRI}",
        )
    )


_YEAR_FIRST: Final = re.compile(
    rf"(?<![\w/.-])(?P<y>\d{{4}})(?P<s>[-/.])(?P<m>\d{{1,2}})(?:(?P=s)(?P<d>\d{{1,2}}))?(?![\w]|[-/.]\d){_OF_HIJRI}"
)
_YEAR_LAST: Final = re.compile(
    r"(?<![\w/.-])(?P<a>\d{1,2})(?P<s>[-/.]|\. |\s)(?P<b>\d{1,2})(?P=s)(?P<y>\d{4}|\d{2})(?![\w]|[-/.]\d)" + _OF_HIJRI
)
_BORN: Final = re.compile(
    r"(?<!\w)(?:born|nee?|naci(?:o|do|da)|ولد|ولدت|مواليد|dob|yob|ano|annee|year)(?:[\s:,]+(?:in|en|vers|about|around|hacia|"
    r"circa|de naissance|de nacimiento|of birth|سنة|عام|حوالي)){0,3}[\s:,]{1,3}(?P<y>\d{4})(?![\w]|[-/.]\d)"
    + _OF_HIJRI,
    re.IGNORECASE,
)


def dates(text: str, today: date) -> Iterator[Found]:
    """Yield every date in a levelled text; some may stand over one another, the surest first.

    Args:
        text: levelled.
        today: what a year of two digits is read by.
    """
    for pattern in _worded():
        for match in pattern.finditer(text):
            parts = match.groupdict()
            month = _months().get(str(parts.get("m") or "").casefold().rstrip("."), 0)
            of_hijri = next((place for place in range(1, 13) if parts.get(f"h{place}")), 0)
            readings = _readings(parts["y"], month or of_hijri, parts.get("d"), today, hijri=bool(of_hijri))
            yield from _found(match, match.start(), readings, hijri=bool(of_hijri))
    for match in _YEAR_FIRST.finditer(text):
        hijri = _is_hijri(match["y"], match["ah"])
        yield from _found(
            match, match.start(), _readings(match["y"], int(match["m"]), match["d"], today, hijri=hijri), hijri=hijri
        )
    for match in _YEAR_LAST.finditer(text):
        hijri = _is_hijri(match["y"], match["ah"])
        both = [
            *_readings(match["y"], int(match["b"]), match["a"], today, hijri=hijri),
            *_readings(match["y"], int(match["a"]), match["b"], today, hijri=hijri),
        ]
        yield from _found(match, match.start(), both, hijri=hijri)
    for match in _BORN.finditer(text):
        hijri = _is_hijri(match["y"], match["ah"])
        yield from _found(match, match.start("y"), _readings(match["y"], 0, None, today, hijri=hijri), hijri=hijri)


def _found(match: re.Match[str], start: int, readings: list[str], *, hijri: bool) -> Iterator[Found]:
    if readings:
        stop = match.start() + len(match[0].rstrip())
        yield Found(start, stop, tuple(dict.fromkeys(readings)), hijri)


def _is_hijri(year: str, mark: str | None) -> bool:
    return bool(mark) or FIRST_YEAR <= int(year) <= LAST_YEAR


def _readings(year: str, month: int, day: str | None, today: date, *, hijri: bool) -> list[str]:
    """Return every date that these numbers can be; none where no calendar has it."""
    parts = [f"{part:02}" for part in (month, int(day or 0)) if part]
    if len(parts) < (month != 0) + (day is not None):  # a zero, which no calendar has
        return []
    years = [year] if len(year) > _SHORT else [f"{today.year // 100 - past:02}{year}" for past in (0, 1)]
    found = []
    for one in years:
        text = "-".join([one, *parts])
        try:
            if hijri:
                found.append(f"{HijriDate.parse(text)}{MARK}")
                continue
            known = PartialDate.parse(text)
        except VocabularyError:
            continue
        if _EARLIEST <= known.year <= today.year + _FARTHEST and (len(year) > _SHORT or known.earliest <= today):
            found.append(str(known))
    return found
