"""Dates that were given in the Hijri calendar: how a message carries them beside the days that they may be.

The model has Gregorian dates alone. A message therefore carries every day (month, year) that a Hijri date may be as the
date, which every recipient can compare, and the date as it was given among the words of the description, as `VIN` is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from comity.vocabulary.errors import VocabularyError
from comity.vocabulary.hijri import HijriDate

PROPERTY: Final = "description"
MARK: Final = " AH"
"""Behind a date of the Hijri calendar (anno Hegirae), drawn left to right in every language."""

_NOTE: Final = re.compile(r"Hijri ([A-Za-z]{1,40}) ([0-9]{4}(?:-[0-9]{2}){0,2})")


def note(prop: str, given: HijriDate) -> str:
    """Return the line of the description that says how a date was given: ``Hijri birthDate 1405-03-12``."""
    return f"Hijri {prop} {given}"


def noted(properties: Mapping[str, Sequence[str]]) -> dict[str, tuple[HijriDate, ...]]:
    """Return the Hijri dates that a subject was given with, by property."""
    found: dict[str, tuple[HijriDate, ...]] = {}
    for line in properties.get(PROPERTY, ()):
        if (match := _NOTE.fullmatch(str(line))) is None:
            continue
        try:
            found[match[1]] = (*found.get(match[1], ()), HijriDate.parse(match[2]))
        except VocabularyError:
            continue
    return found


def without_notes(lines: Iterable[str]) -> list[str]:
    """Return the lines of a description that are no such notes."""
    return [line for line in lines if _NOTE.fullmatch(str(line)) is None]


def spelled(given: HijriDate) -> str:
    """Return a Hijri date and what it may be: ``1405-03-12 AH = 1984-12-05``, a dash and ``1984-12-06``."""
    possible = given.gregorian
    span = str(possible[0]) if len(possible) == 1 else f"{possible[0]} \N{EN DASH} {possible[-1]}"
    return f"{given}{MARK} = {span}"


def others(values: Iterable[str], given: Iterable[HijriDate]) -> list[str]:
    """Return the dates that do not come from one of the Hijri dates given."""
    explained = {str(day) for one in given for day in one.gregorian}
    return [value for value in values if value not in explained]
