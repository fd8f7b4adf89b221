"""Values as lists write them, turned into what a subject holds: text, partial dates, countries."""

import re
from datetime import date, datetime
from functools import cache

import icu

# Names of states as the lists spell them where ICU's display names in English and French differ.
COUNTRY_ALIASES = {
    "bolivia (plurinational state of)": "bo",
    "burma": "mm",
    "brunei darussalam": "bn",
    "cabo verde": "cv",
    "central african republic": "cf",
    "china, people's republic of": "cn",
    "congo": "cg",
    "congo, democratic republic of the": "cd",
    "congo, republic of the": "cg",
    "cote d'ivoire": "ci",
    "cote d ivoire": "ci",
    "czech republic": "cz",
    "democratic people's republic of korea": "kp",
    "democratic people\u2019s republic of korea": "kp",
    "democratic republic of the congo": "cd",
    "hong kong": "hk",
    "iran (islamic republic of)": "ir",
    "iran, islamic republic of": "ir",
    "ivory coast": "ci",
    "korea, democratic people's republic of": "kp",
    "korea, north": "kp",
    "korea, republic of": "kr",
    "korea, south": "kr",
    "lao people's democratic republic": "la",
    "libyan arab jamahiriya": "ly",
    "macau": "mo",
    "moldova, republic of": "md",
    "myanmar": "mm",
    "north macedonia, the republic of": "mk",
    "palestinian": "ps",
    "state of palestine": "ps",
    "republic of korea": "kr",
    "republic of moldova": "md",
    "russian federation": "ru",
    "swaziland": "sz",
    "syrian arab republic": "sy",
    "taiwan": "tw",
    "tanzania, united republic of": "tz",
    "the gambia": "gm",
    "trinidad and tobago": "tt",
    "turkey": "tr",
    "türkiye": "tr",
    "united kingdom of great britain and northern ireland": "gb",
    "united republic of tanzania": "tz",
    "united states of america": "us",
    "venezuela (bolivarian republic of)": "ve",
    "viet nam": "vn",
    "west bank": "ps",
}
MONTHS = {m: i for i, m in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
)}  # fmt: skip
ISO_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:[T ]\d\d:.*|Z|[+-]\d\d:\d\d)?$")
WORDED_DATE = re.compile(r"^(?:(\d{1,2})\.?\s+)?(?:([A-Za-z]{3})[a-z]*\.?,?\s+)?(\d{4})$")
YEAR_RANGE = re.compile(r"^(?:between\s+)?(\d{4})\s*(?:-|to|and|\u2013)\s*(\d{4})$", re.IGNORECASE)
APPROXIMATELY = re.compile(r"^(?:circa|approximately|approx\.?|about|c\.|ca\.)\s*", re.IGNORECASE)
MAX_RANGE_YEARS = 10  # a wider range says nothing about a person and would match a tenth of the register
MAX_TEXT_CHARS = 64_000


def clean(text: str | None) -> str:
    """Return text without control characters, with single spaces; empty for None."""
    if not text:
        return ""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())[:MAX_TEXT_CHARS]


def real_date(year: int, month: int | None = None, day: int | None = None) -> str:
    """Return the partial date as ISO text, or an empty string when no calendar has it."""
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return ""
    if month is None:
        return f"{year:04d}"
    return f"{year:04d}-{month:02d}" if day is None else f"{year:04d}-{month:02d}-{day:02d}"


def dates(text: str | None, pattern: str | None = None) -> tuple[str, ...]:  # noqa: PLR0911  one guard a way of writing
    """Return the partial dates (`1974`, `1974-03`, `1974-03-22`) which `text` names; empty when it names none.

    Reads ISO dates, `14 Jun 1975`, `Jun 1975`, `circa 1965`, and ranges of at most ten years, which become one
    value a year. `pattern` (strptime) is tried first when given.
    """
    text = clean(text)
    if not text:
        return ()
    if pattern:
        return _by_pattern(text, pattern)
    text = APPROXIMATELY.sub("", text)
    if found := ISO_DATE.match(text):
        year, month, day = (int(g) if g else None for g in found.groups())
        return tuple(filter(None, (real_date(year or 0, month, day),)))
    if found := YEAR_RANGE.match(text):
        first, last = int(found[1]), int(found[2])
        return tuple(f"{y:04d}" for y in range(first, last + 1)) if 0 <= last - first < MAX_RANGE_YEARS else ()
    if found := WORDED_DATE.match(text):
        month = MONTHS.get(found[2].lower()) if found[2] else None
        if (found[2] and month is None) or (found[1] and month is None):
            return ()
        return tuple(filter(None, (real_date(int(found[3]), month, int(found[1]) if found[1] else None),)))
    return ()


def _by_pattern(text: str, pattern: str) -> tuple[str, ...]:
    try:
        moment = datetime.strptime(text, pattern)  # noqa: DTZ007  a calendar day has no time zone
    except ValueError:
        return ()
    month = moment.month if any(code in pattern for code in ("%m", "%b", "%B", "%j")) else None
    day = moment.day if any(code in pattern for code in ("%d", "%j")) else None
    return (real_date(moment.year, month, day),)


@cache
def _country_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in ("es", "fr", "en"):
        locale = icu.Locale(language)
        for code in icu.Locale.getISOCountries():
            names[icu.Locale("", code).getDisplayCountry(locale).casefold()] = code.lower()
    return names | COUNTRY_ALIASES


def country(text: str | None) -> str:
    """Return the lower case ISO 3166-1 code of a state named in English, French or Spanish or by code; else empty."""
    key = clean(text).strip(" .,").casefold()
    if len(key) == 2:  # noqa: PLR2004  an alpha-2 code
        return key if key in set(_country_names().values()) else ""
    return _country_names().get(key) or _country_names().get(key.removeprefix("the "), "")
