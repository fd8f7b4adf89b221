"""The machine readable zone of travel documents: TD1, TD2 and TD3, and visas of forms A and B (ICAO Doc 9303).

It is read from what somebody typed or a scanner guessed, so nothing is believed that its check digits do not bear out:
a digit that does not fit is named by line and place, with the signs that are often taken for each other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from comity.vocabulary.errors import VocabularyError
from comity.vocabulary.partial_date import PartialDate
from comity.vocabulary.visible import plain_digits

FILLER: Final = "<"
_WEIGHTS: Final = (7, 3, 1)
_FARTHEST: Final = 50
"""Years that a document is valid at most, so that an expiry of `95` was in 1995."""
_SIGNS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")
# What a scanner takes for a digit where only digits stand, and for a letter where only letters do.
_AS_DIGIT: Final = {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "G": "6", "B": "8"}
_AS_LETTER: Final = {"0": "O", "1": "I", "2": "Z", "5": "S", "6": "G", "8": "B"}
_ALIKE: Final = {**_AS_LETTER, **{letter: digit for digit, letter in _AS_LETTER.items()}}
DRAWN: Final = str.maketrans(
    {"\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}": "<<", "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}": "<"}
)


@dataclass(frozen=True, slots=True)
class Span:
    """Some signs of a zone, counted from 0: `stop` is the first that belongs to it no more."""

    line: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class _Layout:
    """One form of zone: where each of its fields stands, and over what each check digit is made."""

    name: str
    lines: int
    width: int
    names: Span
    number: Span
    nationality: Span
    birth: Span
    sex: Span
    expiry: Span
    optional: Span
    whole: tuple[Span, ...] = ()


_BIRTH, _SEX, _EXPIRY = Span(1, 13, 19), Span(1, 20, 21), Span(1, 21, 27)
_UP_TO_BIRTH: Final = (Span(1, 0, 10), Span(1, 13, 20))


def _of_two_lines(name: str, width: int, optional_stop: int, *whole: Span) -> _Layout:
    return _Layout(
        name, 2, width, names=Span(0, 5, width), number=Span(1, 0, 9), nationality=Span(1, 10, 13), birth=_BIRTH,
        sex=_SEX, expiry=_EXPIRY, optional=Span(1, 28, optional_stop), whole=whole,
    )  # fmt: skip


_TD1: Final = _Layout(
    "TD1", 3, 30, names=Span(2, 0, 30), number=Span(0, 5, 14), nationality=Span(1, 15, 18), birth=Span(1, 0, 6),
    sex=Span(1, 7, 8), expiry=Span(1, 8, 14), optional=Span(0, 15, 30),
    whole=(Span(0, 5, 30), Span(1, 0, 7), Span(1, 8, 15), Span(1, 18, 29)),
)  # fmt: skip
_LAYOUTS: Final = (
    _TD1,
    _of_two_lines("TD2", 36, 35, *_UP_TO_BIRTH, Span(1, 21, 35)),
    _of_two_lines("TD3", 44, 42, *_UP_TO_BIRTH, Span(1, 21, 43)),
    _of_two_lines("MRV-B", 36, 36),
    _of_two_lines("MRV-A", 44, 44),
)


@dataclass(frozen=True, slots=True)
class Alike:
    """A sign that may stand for another: with `instead` in its place the check digit would fit."""

    line: int
    place: int
    found: str
    instead: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a zone; lines and places are counted from 1, as people count them.

    Attributes:
        rule: ``lines`` (neither two nor three of one known width), ``width`` (a line has `found` signs and not
            `expected`), ``sign`` (none of A to Z, 0 to 9 and `<`), ``check`` (a check digit) or ``date`` (no such day).
        line: 0 where the zone as a whole is meant.
        place: of the sign; 0 where the line as a whole is meant.
        field: over which the check digit is made: ``number``, ``birth``, ``expiry``, ``optional`` or ``whole``.
        found: what stands there.
        expected: what would fit.
        alike: signs that may have been taken for others.
    """

    rule: str
    line: int = 0
    place: int = 0
    field: str = ""
    found: str = ""
    expected: str = ""
    alike: tuple[Alike, ...] = ()


@dataclass(frozen=True, slots=True)
class Zone:
    """What a zone says.

    Attributes:
        layout: ``TD1``, ``TD2``, ``TD3``, ``MRV-A`` or ``MRV-B``.
        document: code of the document, such as ``P`` or ``ID``.
        issuer: code of the issuing state or organisation as it stands there, such as ``FRA`` or ``D``.
        number: of the document.
        surname: transliterated, in capitals, perhaps cut off.
        given: given names, likewise.
        nationality: as `issuer`.
        birth: as far as it is known, or `None`.
        sex: ``female``, ``male`` or empty.
        expiry: or `None`.
        faults: check digits that do not fit and days that there are not.
        repaired: letters that were read as the digits, or digits as the letters, that alone can stand there.
    """

    layout: str
    document: str
    issuer: str
    number: str
    surname: str
    given: str
    nationality: str
    birth: PartialDate | None
    sex: str
    expiry: PartialDate | None
    faults: tuple[Fault, ...] = ()
    repaired: tuple[Alike, ...] = ()

    @property
    def name(self) -> str:
        """Given names and surname, in this order."""
        return f"{self.given} {self.surname}".strip()

    @property
    def is_visa(self) -> bool:
        """Whether the document is a visa, whose number is not one of its holder's own."""
        return self.layout.startswith("MRV")

    @property
    def is_passport(self) -> bool:
        """Whether the document is a passport."""
        return self.document.startswith("P")


def check_digit(text: str) -> str:
    """Return the check digit over signs of a zone (Doc 9303 part 3, 4.9): weights 7, 3, 1, modulo 10."""
    values = (0 if sign == FILLER else int(sign, 36) for sign in text)
    return str(sum(value * _WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)


def read(text: str, today: date) -> Zone | tuple[Fault, ...]:
    """Read a zone as it was typed or scanned; blanks, small letters and digits of other scripts do no harm.

    Args:
        text: two or three lines, or all of it on one.
        today: births lie before it; a year of two digits is read by that.

    Returns:
        what it says, with the check digits that do not fit; or why it is no zone at all.
    """
    lines = _lines(text)
    layout = _layout(lines)
    if layout is None:
        return tuple(_misshapen(lines))
    # Names may be cut short by whoever copied them: fillers at their end carry nothing.
    lines[layout.names.line] = lines[layout.names.line].ljust(layout.width, FILLER)
    wrong = [
        Fault("sign", row + 1, place + 1, found=sign)
        for row, line in enumerate(lines)
        for place, sign in enumerate(line)
        if sign not in _SIGNS
    ]
    return tuple(wrong) if wrong else _zone(layout, lines, today)


def _lines(text: str) -> list[str]:
    drawn = plain_digits(text.translate(DRAWN)).upper()
    lines = ["".join(sign for sign in line if sign.isprintable() and sign != " ") for line in drawn.splitlines()]
    lines = [line for line in lines if line]
    if len(lines) == 1:
        for layout in _LAYOUTS:
            if len(lines[0]) == layout.lines * layout.width:
                return [lines[0][at : at + layout.width] for at in range(0, len(lines[0]), layout.width)]
    return lines


def _layout(lines: Sequence[str]) -> _Layout | None:
    """Return the form of zone these lines have; the line of names may lack fillers at its end."""
    visa = bool(lines) and lines[0].startswith("V")
    for layout in _LAYOUTS:
        if layout.lines != len(lines) or layout.name.startswith("MRV") != visa:
            continue
        widths = [len(line) for row, line in enumerate(lines) if row != layout.names.line]
        if all(width == layout.width for width in widths) and len(lines[layout.names.line]) <= layout.width:
            return layout
    return None


def _misshapen(lines: Sequence[str]) -> Iterator[Fault]:
    """Say which lines keep these from being a zone: measured by the form that comes next to them."""
    wanted = [layout for layout in _LAYOUTS if layout.lines == len(lines)]
    if not wanted:
        yield Fault("lines", found=str(len(lines)))
        return
    longest = max(map(len, lines))
    width = min((layout.width for layout in wanted), key=lambda width: abs(width - longest))
    for row, line in enumerate(lines):
        if len(line) != width:
            yield Fault("width", row + 1, found=str(len(line)), expected=str(width))


def _zone(layout: _Layout, lines: list[str], today: date) -> Zone:
    repaired = list(_repairs(layout, lines))
    for one in repaired:
        line = lines[one.line - 1]
        lines[one.line - 1] = line[: one.place - 1] + one.instead + line[one.place :]
    number, checks = _number(layout, lines)
    faults = [fault for fault in (_checked(lines, *one) for one in checks) if fault is not None]
    faults += _other_checks(layout, lines)
    birth = _date(_cut(lines, layout.birth), today, past=True)
    expiry = _date(_cut(lines, layout.expiry), today, past=False)
    for name, span, found in (("birth", layout.birth, birth), ("expiry", layout.expiry, expiry)):
        if found is None and _cut(lines, span).strip(FILLER):
            faults.append(Fault("date", span.line + 1, span.start + 1, name, _cut(lines, span)))
    surname, _two, given = _cut(lines, layout.names).rstrip(FILLER).partition("<<")
    return Zone(
        layout=layout.name,
        document=lines[0][:2].rstrip(FILLER),
        issuer=lines[0][2:5].rstrip(FILLER),
        number=number.rstrip(FILLER),
        surname=_words(surname),
        given=_words(given),
        nationality=_cut(lines, layout.nationality).rstrip(FILLER),
        birth=birth,
        sex={"F": "female", "M": "male"}.get(_cut(lines, layout.sex), ""),
        expiry=expiry,
        faults=tuple(faults),
        repaired=tuple(repaired),
    )


def _cut(lines: Sequence[str], span: Span) -> str:
    return lines[span.line][span.start : span.stop]


def _words(text: str) -> str:
    return " ".join(text.replace(FILLER, " ").split())


def _repairs(layout: _Layout, lines: Sequence[str]) -> Iterator[Alike]:
    """Yield letters where only digits can stand, and digits where only letters can."""
    digits = [layout.birth, layout.expiry, *(Span(one.line, one.stop, one.stop + 1) for one in _checked_spans(layout))]
    if layout.whole:
        digits.append(_last(layout))
    letters = [layout.names, layout.nationality, Span(0, 0, 5)]
    for spans, instead in ((digits, _AS_DIGIT), (letters, _AS_LETTER)):
        yield from _alike(lines, spans, instead)


def _alike(lines: Sequence[str], spans: Sequence[Span], instead: Mapping[str, str]) -> Iterator[Alike]:
    for span in spans:
        for place in range(span.start, span.stop):
            sign = lines[span.line][place]
            if sign in instead:
                yield Alike(span.line + 1, place + 1, sign, instead[sign])


def _checked_spans(layout: _Layout) -> tuple[Span, ...]:
    """Return the fields that have a check digit of their own right behind them."""
    return (layout.number, layout.birth, layout.expiry)


def _last(layout: _Layout) -> Span:
    """Return the place of the check digit over the whole zone."""
    row = 1
    return Span(row, layout.width - 1, layout.width)


_Check = tuple[str, tuple[Span, ...], Span]


def _number(layout: _Layout, lines: Sequence[str]) -> tuple[str, list[_Check]]:
    """Return the number, and what its check digit is made over.

    A number of more than nine signs goes on at the begin of the optional field, its check digit behind it; a filler
    then stands where the check digit would (Doc 9303 part 5, 4.2.2; part 6, 4.2.2).
    """
    span = layout.number
    digit = Span(span.line, span.stop, span.stop + 1)
    more = _cut(lines, layout.optional).partition(FILLER)[0]
    if layout.name in {"TD1", "TD2"} and _cut(lines, digit) == FILLER and len(more) > 1:
        start = layout.optional.start
        rest = Span(layout.optional.line, start, start + len(more) - 1)
        return (
            _cut(lines, span) + _cut(lines, rest),
            [("number", (span, rest), Span(rest.line, rest.stop, rest.stop + 1))],
        )
    return _cut(lines, span), [("number", (span,), digit)]


def _other_checks(layout: _Layout, lines: Sequence[str]) -> Iterator[Fault]:
    checks: list[_Check] = [
        (name, (span,), Span(span.line, span.stop, span.stop + 1))
        for name, span in (("birth", layout.birth), ("expiry", layout.expiry))
    ]
    if layout.name == "TD3" and _cut(lines, Span(1, 28, 43)).strip(FILLER):
        checks.append(("optional", (layout.optional,), Span(1, 42, 43)))
    if layout.whole:
        checks.append(("whole", layout.whole, _last(layout)))
    for check in checks:
        if (fault := _checked(lines, *check)) is not None:
            yield fault


def _checked(lines: Sequence[str], name: str, spans: tuple[Span, ...], digit: Span) -> Fault | None:
    """Return what is wrong with a check digit; an empty field may have a filler for it."""
    covered, found = "".join(_cut(lines, span) for span in spans), _cut(lines, digit)
    expected = check_digit(covered)
    if found == expected or (found == FILLER and not covered.strip(FILLER)):
        return None
    alike = tuple(_would_fit(lines, spans, found)) if found.isdigit() and name in {"number", "optional"} else ()
    return Fault("check", digit.line + 1, digit.start + 1, name, found, expected, alike)


def _would_fit(lines: Sequence[str], spans: Sequence[Span], digit: str) -> Iterator[Alike]:
    """Yield each sign that, taken for the one that it is often confused with, makes the check digit fit."""
    covered = "".join(_cut(lines, span) for span in spans)
    places = [(span.line, place) for span in spans for place in range(span.start, span.stop)]
    for at, (sign, (row, place)) in enumerate(zip(covered, places, strict=True)):
        other = _ALIKE.get(sign)
        if other is not None and check_digit(covered[:at] + other + covered[at + 1 :]) == digit:
            yield Alike(row + 1, place + 1, sign, other)


def _date(text: str, today: date, *, past: bool) -> PartialDate | None:
    """Return a date of six signs as far as it is known; the century is the one that makes it past, or nearest."""
    if not text[:2].isdecimal():
        return None
    short = int(text[:2])
    year = today.year - today.year % 100 + short
    rest = [text[at : at + 2] for at in (2, 4)]
    known = [part for part in rest if part.isdecimal()]
    if any(part.strip(FILLER) and not part.isdecimal() for part in rest) or (rest[0] == "<<" and rest[1] != "<<"):
        return None
    try:
        found = PartialDate.parse("-".join([f"{year:04}", *known]))
        if found.earliest > today if past else year > today.year + _FARTHEST:
            found = PartialDate.parse("-".join([f"{year - 100:04}", *known]))
    except VocabularyError:
        return None
    return found
