# ruff: noqa: RUF001  letters of other scripts are what this file is about
"""Pieces of a text that look like facts: which kind, how they can be read, whether their check digits hold."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from comity.formats import mrz
from comity.formats.check_digits import base58_fits, bech32_fits, iban_fits, imo_fits, luhn_fits, vin_fits
from comity.formats.pasted.dates import dates
from comity.formats.pasted.levelled import Levelled, level

MAX_TEXT: Final = 20_000
"""Signs of a text that are looked at: some ten pages of a letter."""
MAX_PIECES: Final = 100


class Kind(StrEnum):
    """What a piece of a text looks like."""

    DATE = "date"
    HIJRI = "hijri"
    ZONE = "zone"
    DOCUMENT = "document"
    PLATE = "plate"
    VIN = "vin"
    IMO = "imo"
    MMSI = "mmsi"
    PHONE = "phone"
    IMEI = "imei"
    EMAIL = "email"
    IBAN = "iban"
    WALLET = "wallet"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text that looks like a fact.

    Attributes:
        kind: of fact.
        start: of its first sign, in the text as it was given.
        stop: of the sign behind its last.
        line: on which it begins, from 1.
        written: as it stands there.
        readings: what it may be, in the form in which a field takes it; several where it can be read in several ways.
        fits: whether its check digits hold; `None` where it has none that prove anything.
    """

    kind: Kind
    start: int
    stop: int
    line: int
    written: str
    readings: tuple[str, ...]
    fits: bool | None = None


class _Seen(NamedTuple):
    start: int
    stop: int
    kind: Kind
    readings: tuple[str, ...]
    fits: bool | None = None


_LETTERS_AND_DIGITS: Final = r"(?=[A-Z\d/ -]*\d)(?=[A-Z\d/ -]*[A-Z])"
_NUMBER: Final = r"(?:[\s:.#-]{0,3}(?:no|nr|n°|num|number|numero|nummer|№|رقم)?[\s:.#-]{0,3})"
_EMAIL: Final = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?!\w)")
_WALLET: Final = re.compile(
    r"(?<!\w)(?:(?P<hex>0x[0-9a-fA-F]{40})|(?P<bech>(?i:bc1[02-9ac-hj-np-z]{11,71}))|(?P<base>[13T][1-9A-HJ-NP-Za-km-z]{25,33}))(?!\w)"
)
_IBAN: Final = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}(?!\w)")
_VIN: Final = re.compile(r"(?<![\w-])(?=[A-Z0-9]{0,14}[A-Z][A-Z0-9]*\d)[A-HJ-NPR-Z0-9]{17}(?![\w-])")
_IMO: Final = re.compile(rf"(?<!\w)(?:IMO|OMI){_NUMBER}(?P<it>\d{{7}})(?!\d)", re.IGNORECASE)
_MMSI: Final = re.compile(rf"(?<!\w)MMSI{_NUMBER}(?P<it>\d{{9}})(?!\d)", re.IGNORECASE)
_IMEI: Final = re.compile(r"(?<![\w-])(?P<it>\d{2}[ -]?\d{6}[ -]?\d{6}[ -]?\d)(?![\w-])")
_PHONE: Final = re.compile(r"(?<![\w+])(?:\+|00)\d(?:[ ().\-/]{0,2}\d){6,14}(?!\d)")
_NATIONAL: Final = re.compile(
    r"(?<!\w)(?:tel|telephone|telefono|phone|mobile|movil|portable|cell|gsm|fax|whatsapp|هاتف|جوال|موبايل|تليفون)"
    r"[\s:.#]{0,4}(?P<it>\(?\d(?:[ ().\-/]{0,2}\d){4,14})(?!\d)",
    re.IGNORECASE,
)
_NAMED_DOCUMENT: Final = re.compile(
    r"(?<!\w)(?:passports?|passeport|pasaporte|identity card|id card|carte d'identite|cedula(?: de identidad)?|dni|"
    r"document(?:o)?|visa|visado|permit|licen[cs]e|licencia|permis|ID|جواز(?: سفر(?:ه|ها)?)?|هوية|بطاقة|اقامة)"
    rf"{_NUMBER}(?P<it>(?=[A-Z/-]*\d[A-Z/-]*\d[A-Z/-]*\d)[A-Z\d](?:[/-]?[A-Z\d]){{4,19}})(?![\w@])",
    re.IGNORECASE,
)
_DOCUMENT: Final = re.compile(r"(?<![\w/@-])[A-Z]{1,3}\d{6,9}[A-Z]?(?![\w/@-])")
_NAMED_PLATE: Final = re.compile(
    r"(?<!\w)(?:plates?|registration|reg|immatriculation|immatricule|plaque|matricula|placas?|لوحة|لوحات)"
    rf"{_NUMBER}(?P<it>{_LETTERS_AND_DIGITS}[A-Z\d]{{1,5}}(?:[ -]?[A-Z\d]{{1,5}}){{0,3}})(?!\w)",
    re.IGNORECASE,
)
_PLATE: Final = re.compile(
    r"(?<![\w/-])(?:[A-Z]{1,3}[ -]\d{2,4}[ -][A-Z]{1,3}|[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]{1,3}-[A-Z]{1,2} ?\d{1,4}|"
    r"\d{4}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{3}|[A-Z]{2}-\d{3}-[A-Z]{2}|[A-Z]{3}[ -]\d{3,4})(?![\w/-])"
)
_LINE_OF_ZONE: Final = re.compile(r"[A-Z0-9<]{20,44}")


def recognise(text: str, today: date) -> tuple[Piece, ...]:
    """Return what looks like facts in a text, in its order, none over another; at most `MAX_PIECES`.

    Args:
        text: as it was pasted; looked at up to `MAX_TEXT` signs.
        today: births lie before it, and years of two digits are read by it.
    """
    plain = level(text[:MAX_TEXT])
    taken = bytearray(len(plain.text))
    found = []
    for rule in _RULES:
        for seen in rule(plain.text, today):
            if seen.stop > seen.start and not any(taken[seen.start : seen.stop]):
                taken[seen.start : seen.stop] = b"\1" * (seen.stop - seen.start)
                found.append(_piece(text, plain, seen))
    return tuple(sorted(found, key=lambda one: one.start)[:MAX_PIECES])


def find(text: str, passage: str) -> Piece | None:
    """Return where words that somebody chose stand in a text, blanks and unseen signs apart; a date of no kind.

    The kind of what is found is of no meaning: whoever chose the words says what they are.
    """
    plain, wanted = level(text[:MAX_TEXT]), level(passage[:MAX_TEXT]).text.split()
    if not wanted:
        return None
    match = re.search(r"\s+".join(map(re.escape, wanted)), plain.text)
    return None if match is None else _piece(text, plain, _Seen(match.start(), match.end(), Kind.DOCUMENT, ()))


def _piece(text: str, plain: Levelled, seen: _Seen) -> Piece:
    start, stop = plain.span(seen.start, seen.stop)
    line = text.count("\n", 0, start) + 1
    return Piece(seen.kind, start, stop, line, text[start:stop], seen.readings, seen.fits)


def _zones(text: str, today: date) -> Iterator[_Seen]:
    """Yield machine readable zones: lines of nothing but their signs, read as a whole."""
    lines, at = [], 0
    for line in text.split("\n"):
        signs = "".join(line.translate(mrz.DRAWN).split()).upper()
        lines.append((at, at + len(line.rstrip()), signs if _LINE_OF_ZONE.fullmatch(signs) else ""))
        at += len(line) + 1
    for place in range(len(lines)):
        for count in (3, 2):
            block = lines[place : place + count]
            if len(block) < count or not all(signs for _start, _stop, signs in block):
                continue
            joined = "\n".join(signs for _start, _stop, signs in block)
            zone = mrz.read(joined, today) if "<<" in joined else ()
            if isinstance(zone, mrz.Zone):
                yield _Seen(block[0][0], block[-1][1], Kind.ZONE, (joined,), not zone.faults)
                break


def _wallets(text: str, _today: date) -> Iterator[_Seen]:
    for match in _WALLET.finditer(text):
        fits = None if match["hex"] else bech32_fits(match[0]) if match["bech"] else base58_fits(match[0])
        mixed = any(map(str.isdecimal, match[0])) and match[0] != match[0].upper()
        if fits or match["hex"] or match["bech"] or mixed:
            yield _Seen(match.start(), match.end(), Kind.WALLET, (match[0],), fits)


def _ibans(text: str, _today: date) -> Iterator[_Seen]:
    """Yield account numbers; words in capitals behind one belong to it only if its check digits then hold."""
    for match in _IBAN.finditer(text):
        ends = [match.end(), *(match.start() + blank.start() for blank in re.finditer(" ", match[0]))]
        for end in sorted(ends, reverse=True):
            number = re.sub("[ -]", "", text[match.start() : end])
            if len(number) >= 15 and iban_fits(number):  # noqa: PLR2004  the shortest, of Norway
                yield _Seen(match.start(), end, Kind.IBAN, (number,), fits=True)
                break
        else:
            number = re.sub("[ -]", "", match[0])
            if sum(map(str.isdecimal, number)) >= 10:  # noqa: PLR2004  fewer are words in capitals
                yield _Seen(match.start(), match.end(), Kind.IBAN, (number,), fits=False)


def _numbers(pattern: re.Pattern[str], kind: Kind, tidy: Callable[[str], str]) -> "_Rule":
    """Return a rule that yields what a pattern finds: of its group `it`, where it has one."""
    group = "it" if "it" in pattern.groupindex else 0

    def rule(text: str, _today: date) -> Iterator[_Seen]:
        for match in pattern.finditer(text):
            value = tidy(match[group])
            fits = _FITS[kind](value) if kind in _FITS else None
            if kind is Kind.IMEI and not fits:  # any 15 digits else
                continue
            yield _Seen(match.start(group), match.end(group), kind, (value,), fits or (fits if kind in _MUST else None))

    return rule


def _dates(text: str, today: date) -> Iterator[_Seen]:
    for one in dates(text, today):
        yield _Seen(one.start, one.stop, Kind.HIJRI if one.hijri else Kind.DATE, one.readings)


def _spaced(value: str) -> str:
    return " ".join(value.split())


def _joined(value: str) -> str:
    return re.sub("[ -]", "", value).upper()


_Rule = Callable[[str, date], Iterator[_Seen]]
_FITS: Final[dict[Kind, Callable[[str], bool]]] = {Kind.IMO: imo_fits, Kind.VIN: vin_fits, Kind.IMEI: luhn_fits}
_MUST: Final = frozenset({Kind.IMO, Kind.IMEI})
"""Kinds of number that always have a check digit, so that a misfit means something."""
_RULES: Final[tuple[_Rule, ...]] = (
    _zones,
    _numbers(_EMAIL, Kind.EMAIL, str.lower),
    _wallets,
    _ibans,
    _numbers(_IMO, Kind.IMO, str),
    _numbers(_MMSI, Kind.MMSI, str),
    _numbers(_VIN, Kind.VIN, str),
    _numbers(_NAMED_DOCUMENT, Kind.DOCUMENT, str.upper),
    _dates,
    _numbers(_NAMED_PLATE, Kind.PLATE, lambda value: _spaced(value).upper()),
    _numbers(_PHONE, Kind.PHONE, _spaced),
    _numbers(_NATIONAL, Kind.PHONE, _spaced),
    _numbers(_IMEI, Kind.IMEI, _joined),
    _numbers(_PLATE, Kind.PLATE, _spaced),
    _numbers(_DOCUMENT, Kind.DOCUMENT, str),
)
"""Rules in the order in which they are believed: what one took no later one takes."""
