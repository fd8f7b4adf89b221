"""A subject made ready for comparison once, so that it can be compared many times."""

from hashlib import blake2b
from typing import NamedTuple

import msgspec

from comity.matching.errors import VersionError
from comity.matching.identifiers import identifiers
from comity.matching.names import Name, name_of
from comity.matching.words import CONTENT, word
from comity.subjects import Subject

VERSION = "v1"
MAX_NAMES = 24
MAX_BIRTHS = 12
MAX_COUNTRIES = 12

PERSON, ORGANISATION, VESSEL, AIRCRAFT, VEHICLE, OTHER, ANYONE = (
    "person", "organisation", "vessel", "aircraft", "vehicle", "other", "anyone",
)  # fmt: skip
KINDS = {
    "Person": PERSON, "Organization": ORGANISATION, "Company": ORGANISATION, "PublicBody": ORGANISATION,
    "LegalEntity": ANYONE, "Thing": ANYONE, "Vessel": VESSEL, "Airplane": AIRCRAFT, "Vehicle": VEHICLE,
}  # fmt: skip
STRONG_NAMES = ("name", "alias", "previousName")
WEAK_NAMES = ("weakAlias", "abbreviation")
COUNTRIES = ("nationality", "citizenship", "country", "jurisdiction", "flag")
DATE_PARTS = 3

type Birth = tuple[int, int, int]


class Prepared(NamedTuple):
    """What `compare_prepared` needs of a subject; build it with `digest` or `unpack`.

    Attributes:
        key: hash of the rest; orders two digests, so that comparing is symmetric.
        kind: person, organisation, vessel, aircraft, vehicle, anyone (a legal entity of unknown kind) or other.
        schema: the subject's schema; things of kind `other` are compared within one schema only.
        names: at most 24, sorted, the longest kept.
        births: (year, month, day), 0 for what is not known, sorted.
        identifiers: (group, value), sorted.
        genders: sorted.
        countries: ISO codes, sorted.
    """

    key: str
    kind: str
    schema: str
    names: tuple[Name, ...]
    births: tuple[Birth, ...]
    identifiers: frozenset[tuple[str, str]]
    genders: frozenset[str]
    countries: frozenset[str]


def digest(subject: Subject) -> Prepared:
    """Prepare a subject for comparison and tokens. The order of its values does not matter."""
    kind = KINDS.get(subject.schema, OTHER)
    texts = {(text, False) for prop in STRONG_NAMES for text in subject.get(prop)}
    if not texts:
        texts = {(text, False) for text in _name_from_parts(subject)}
    texts |= {(text, True) for prop in WEAK_NAMES for text in subject.get(prop)}
    names = _names(texts, kind)
    births = sorted({b for text in subject.get("birthDate") if (b := birth_of(text))})[:MAX_BIRTHS]
    countries = sorted({c.casefold() for prop in COUNTRIES for c in subject.get(prop)})[:MAX_COUNTRIES]
    genders = sorted({g.casefold()[:1] for g in subject.get("gender")} & {"m", "f"})
    numbers = identifiers(subject)
    parts = (kind, subject.schema, [(n.text, n.weak) for n in names], births, numbers, genders, countries)
    key = blake2b(msgspec.msgpack.encode(parts), digest_size=8).hexdigest()
    return Prepared(
        key, kind, subject.schema, names, tuple(births), frozenset(numbers), frozenset(genders), frozenset(countries)
    )


def _name_from_parts(subject: Subject) -> list[str]:
    """Return the first and last names put together, when a subject has no whole name."""
    given = " ".join((subject.first("firstName"), subject.first("middleName"), subject.first("fatherName")))
    families = subject.get("lastName") or ("",)
    return [text for family in families[:4] if (text := f"{given} {family}".strip())]


def _names(texts: set[tuple[str, bool]], kind: str) -> tuple[Name, ...]:
    person = kind in {PERSON, ANYONE}
    best: dict[tuple[object, ...], Name] = {}
    for text, weak in sorted(texts):
        name = name_of(text, person=person, weak=weak)
        known = best.get(name.words)
        if name.words and (known is None or (known.weak and not weak)):
            best[name.words] = name
    kept = sorted(best.values(), key=lambda n: (n.weak, -n.weight, n.text))[:MAX_NAMES]
    return tuple(sorted(kept, key=lambda n: (n.text, n.weak)))


def birth_of(text: str) -> Birth | None:
    """Return (year, month, day) of a partial ISO date, 0 for missing parts; None when it is none."""
    parts = text[:10].split("-")
    if not 1 <= len(parts) <= DATE_PARTS or not all(p.isascii() and p.isdigit() for p in parts):
        return None
    numbers = [int(p) for p in parts] + [0, 0]
    return numbers[0], numbers[1], numbers[2]


def pack(prepared: Prepared) -> bytes:
    """Return a digest as bytes, to be stored beside a record; `unpack` costs a tenth of `digest`."""
    names = [(n.text, n.weak, [(w.text, w.voiceless, w.kind) for w in n.words]) for n in prepared.names]
    return msgspec.msgpack.encode((
        VERSION, prepared.key, prepared.kind, prepared.schema, names, prepared.births, sorted(prepared.identifiers),
        sorted(prepared.genders), sorted(prepared.countries),
    ))  # fmt: skip


type _Words = tuple[tuple[str, bool, int], ...]


class Packed(NamedTuple):
    """A stored digest before its names are rebuilt, which costs most; the fields are those of `Prepared`."""

    version: str
    key: str
    kind: str
    schema: str
    names: tuple[tuple[str, bool, _Words], ...]
    births: tuple[Birth, ...]
    identifiers: tuple[tuple[str, str], ...]
    genders: tuple[str, ...]
    countries: tuple[str, ...]

    def prepared(self) -> Prepared:
        """Return the digest."""
        person = self.kind in {PERSON, ANYONE}
        names = tuple(_name_again(text, weak, parts, person=person) for text, weak, parts in self.names)
        return Prepared(
            self.key, self.kind, self.schema, names, self.births, frozenset(self.identifiers), frozenset(self.genders),
            frozenset(self.countries),
        )  # fmt: skip


_decoder = msgspec.msgpack.Decoder(Packed)


def peek(data: bytes) -> Packed:
    """Return what `pack` made, its names still packed.

    Raises:
        VersionError: made by another version of this package, or not by it at all.
    """
    try:
        packed = _decoder.decode(data)
    except msgspec.MsgspecError as error:
        raise VersionError("the stored digest has another shape") from error
    if packed.version != VERSION:
        raise VersionError(f"the stored digest is of version `{packed.version[:10]}`, not `{VERSION}`")
    return packed


def unpack(data: bytes) -> Prepared:
    """Return the digest that `pack` made (raises `VersionError`)."""
    return peek(data).prepared()


def _name_again(text: str, weak: bool, parts: _Words, *, person: bool) -> Name:  # noqa: FBT001  as stored
    words = []
    for part, voiceless, kind in parts:
        made = word(part, voiceless=voiceless, person=person)
        words.append(made if made.kind == kind else made._replace(kind=CONTENT, weight=0.7))
    return Name.of(text, tuple(words), weak)
