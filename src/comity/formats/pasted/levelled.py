"""A text levelled for looking: what shows nothing left out, digits and letters in one form, each with its place."""

import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from comity.vocabulary.visible import is_unseen

_WIDENS: Final = "\N{ARABIC TATWEEL}"
_JOINERS: Final = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_QUOTES: Final = {
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{MODIFIER LETTER APOSTROPHE}": "'",
    "\N{MINUS SIGN}": "-",
}
_SCRIPTS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
"""Scripts with letters that cannot be told from one another by eye."""


@dataclass(frozen=True, slots=True)
class Levelled:
    """A text to look in.

    Attributes:
        text: one sign for each that shows something; lines end with a line feed.
        places: of each of its signs in the text that was given.
    """

    text: str
    places: tuple[int, ...]

    def span(self, start: int, stop: int) -> tuple[int, int]:
        """Return where a stretch of this text, which is not empty, stands in the text that was given."""
        return self.places[start], self.places[stop - 1] + 1


@dataclass(frozen=True, slots=True)
class Strange:
    """Something that is not what it looks like.

    Attributes:
        start: of the first sign, in the text.
        stop: of the sign behind the last.
        rule: ``unseen`` (a sign, or a run of it, that shows nothing or turns the direction of writing) or ``mixed``
            (one word in letters of two scripts that look alike).
        code: of an unseen sign, such as ``U+202E``; empty otherwise.
    """

    start: int
    stop: int
    rule: str
    code: str = ""


def level(text: str) -> Levelled:
    """Return a text in the form in which everything else looks at it."""
    signs, places = [], []
    for place, sign in enumerate(text):
        plain = sign if sign.isascii() and (sign.isprintable() or sign == "\n") else _plain(sign)
        if plain:
            signs.append(plain)
            places.append(place)
    return Levelled("".join(signs), tuple(places))


@lru_cache(maxsize=4096)
def _plain(sign: str) -> str:
    """Return the one sign that stands for another; empty for one that shows nothing or only marks a letter."""
    if sign.isspace():
        return " "
    category = unicodedata.category(sign)
    if is_unseen(sign) or category == "Mn":
        return ""
    if sign in _QUOTES or category == "Pd":
        return _QUOTES.get(sign, "-")
    if (digit := unicodedata.decimal(sign, None)) is not None:
        return str(digit)
    apart = unicodedata.normalize("NFKD", sign)
    return apart[0] if all(unicodedata.category(one) == "Mn" for one in apart[1:]) else sign


def strange(text: str) -> tuple[Strange, ...]:
    """Return everything in a text that is not what it looks like, in its order."""
    found: list[Strange] = []
    for place, sign in enumerate(text):
        if sign.isascii() and (sign.isprintable() or sign.isspace()):
            continue
        if not (is_unseen(sign) or sign.isascii()) or _spells(text, place):
            continue
        code = f"U+{ord(sign):04X}"
        if found and found[-1].stop == place and found[-1].code == code:
            found[-1] = replace(found[-1], stop=place + 1)
        else:
            found.append(Strange(place, place + 1, "unseen", code))
    return tuple(sorted((*found, *_mixed(text)), key=lambda one: (one.start, one.stop)))


def _spells(text: str, place: int) -> bool:
    """Whether an unseen sign belongs to how words are spelled: Persian, Arabic and Indic join letters by it."""
    if text[place] == _WIDENS:
        return True
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    return text[place] in _JOINERS and len(around) > 1 and all(unicodedata.category(one) == "Lo" for one in around)


def _mixed(text: str) -> list[Strange]:
    found, start, scripts = [], 0, set[str]()
    for place, sign in enumerate(f"{text} "):
        if sign.isalpha():
            scripts.add("LATIN" if sign.isascii() else _script(sign))
        elif not (sign.isdecimal() or unicodedata.category(sign) in {"Mn", "Cf"}):
            if len(scripts - {""}) > 1:
                found.append(Strange(start, place, "mixed"))
            start, scripts = place + 1, set()
    return found


@lru_cache(maxsize=4096)
def _script(sign: str) -> str:
    name = unicodedata.name(sign, "").partition(" ")[0]
    return name if name in _SCRIPTS else ""
