"""Is this the same subject, and which values say so."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from comity.matching.digests import (
    ANYONE,
    ORGANISATION,
    OTHER,
    PERSON,
    VEHICLE,
    VERSION,
    Birth,
    Packed,
    Prepared,
    digest,
)
from comity.matching.identifiers import GROUPS, VIN, one_sign_apart
from comity.matching.names import Name, compare_names, may_agree
from comity.subjects import Subject

# How much of the score equal names alone make, by kind: a person's name never suffices for "probable".
NAME_SHARE = {PERSON: 0.86, ANYONE: 0.86}
NAME_SHARE_OF_THINGS = 0.9
WEAK_NAME = 0.9
FEW_WORDS = (0.8, 0.1)  # a share of 0.8 and 0.1 for each word's weight: one word 0.9, two full words 1
LONE_NAME = 0.5  # the most that a single word in common says about a person
LONE_CEILING = 0.6  # and with all else short of an identifier

# Evidence beside names: what it adds or takes.
BIRTH_DAY, BIRTH_MONTH, BIRTH_YEAR = 0.12, 0.08, 0.05
BIRTH_NEAR, BIRTH_OTHER = -0.04, -0.3
COUNTRY_SAME, COUNTRY_OTHER = 0.02, -0.03
GENDER_OTHER = -0.15
NEAR_VIN = 0.66  # one sign changed: misread, or a number that was altered

SAME_FROM, PROBABLE_FROM, POSSIBLE_FROM = 0.95, 0.87, 0.625
NEAR_YEARS = 1


RULES = (
    "name.same-word", "name.same-sound", "name.same-skeleton", "name.nickname", "name.initial", "name.near-spelling",
    "name.written-together", "name.missing-word", "name.other-word", "name.other-legal-form", "name.weak", "name.lone",
    "birth.same-day", "birth.same-month", "birth.same-year", "birth.near-date", "birth.near-year", "birth.other-date",
    "country.same", "country.other", "gender.other", "kind.other",
    "identifier.same", "identifier.near", "identifier.other",
)  # fmt: skip
"""Every rule of a reason; those of identifiers are followed by the kind of number, as `identifier.same.imo`."""


class Verdict(StrEnum):
    """What a score means; people decide, this only ranks."""

    SAME = "same"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Reason:
    """One pair of values, and what it added to the score or took from it.

    Attributes:
        rule: rule key, such as `name.same-skeleton`; pages translate it.
        left: the value of the first subject; empty when it has none.
        right: the value of the second subject.
        weight: positive for, negative against.
    """

    rule: str
    left: str
    right: str
    weight: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answer of a comparison.

    Attributes:
        score: 0 to 1; comparable only within one version.
        verdict: the band of the score.
        reasons: every pair of values that counted, names first.
        names: the two whole names that are most alike; empty when a side has none.
        version: of the algorithm.
    """

    score: float
    verdict: Verdict
    reasons: tuple[Reason, ...]
    names: tuple[str, str] = ("", "")
    version: str = VERSION


class _Best(NamedTuple):
    share: float
    alike: float
    left: Name
    right: Name
    lone: bool


def compare(a: Subject, b: Subject) -> Comparison:
    """Compare two subjects; symmetric, deterministic, and blind to the order of their values."""
    return compare_prepared(digest(a), digest(b))


def compare_prepared(a: Prepared, b: Prepared) -> Comparison:
    """Compare two digests, see `compare`."""
    if b.key < a.key:
        swapped = _ordered(b, a)
        reasons = tuple(Reason(r.rule, r.right, r.left, r.weight) for r in swapped.reasons)
        return Comparison(swapped.score, swapped.verdict, reasons, swapped.names[::-1])
    return _ordered(a, b)


def score(a: Prepared, b: Prepared) -> float:
    """Return the score alone, which costs less than the reasons; the same as `compare_prepared(a, b).score`."""
    if not comparable(a, b):
        return 0.0
    return _scored(a, b, None) if a.key <= b.key else _scored(b, a, None)


def hopeless(a: Prepared, b: Prepared | Packed) -> bool:
    """Return whether the score is below `POSSIBLE_FROM` whatever the names say; costs a tenth of the score.

    Without a number in common, another birth date takes more than the best of names gives.
    """
    if not comparable(a, b):
        return True
    if a.identifiers and (a.kind == VEHICLE or not a.identifiers.isdisjoint(b.identifiers)):
        return False
    ceiling = (NAME_SHARE.get(a.kind, NAME_SHARE_OF_THINGS) if a.names and b.names else 0.0) + COUNTRY_SAME
    if a.births and b.births:
        ceiling += _births(a.births, b.births)[1]
    return ceiling < POSSIBLE_FROM


def comparable(a: Prepared, b: Prepared | Packed) -> bool:
    """Return whether two kinds of subject can be the same thing at all; a person is never a ship."""
    if a.kind == b.kind:
        return a.kind != OTHER or a.schema == b.schema
    return ANYONE in (a.kind, b.kind) and {a.kind, b.kind} <= {ANYONE, PERSON, ORGANISATION}


def verdict_of(value: float) -> Verdict:
    """Return the band of a score."""
    if value >= SAME_FROM:
        return Verdict.SAME
    if value >= PROBABLE_FROM:
        return Verdict.PROBABLE
    return Verdict.POSSIBLE if value >= POSSIBLE_FROM else Verdict.DIFFERENT


def _ordered(a: Prepared, b: Prepared) -> Comparison:
    if not comparable(a, b):
        return Comparison(0.0, Verdict.DIFFERENT, (Reason("kind.other", a.schema, b.schema, -1.0),))
    reasons: list[Reason] = []
    value = _scored(a, b, reasons)
    best = _best_names(a, b)
    names = (best.left.text, best.right.text) if best else ("", "")
    return Comparison(value, verdict_of(value), tuple(reasons), names)


def _scored(a: Prepared, b: Prepared, reasons: list[Reason] | None) -> float:
    """Return the score; write what led to it into `reasons` unless that is None.

    Names and contradictions add up; agreeing identifiers then close part of the gap to 1, so that one more of them
    never lowers a score.
    """
    best = _best_names(a, b)
    value = best.share if best else 0.0
    if best and reasons is not None:
        reasons += _name_reasons(best)
    if a.births and b.births:
        rule, weight, x, y = _births(a.births, b.births)
        value += weight
        if reasons is not None:
            _note(reasons, rule, _written(x), _written(y), weight)
    if a.countries and b.countries:
        common = a.countries & b.countries
        weight = COUNTRY_SAME if common else COUNTRY_OTHER
        value += weight
        rule = "country.same" if common else "country.other"
        _note(reasons, rule, " ".join(sorted(common or a.countries)), " ".join(sorted(common or b.countries)), weight)
    if a.genders and b.genders and not a.genders & b.genders:
        value += GENDER_OTHER
        _note(reasons, "gender.other", " ".join(sorted(a.genders)), " ".join(sorted(b.genders)), GENDER_OTHER)
    if best and best.lone:
        value = min(value, LONE_CEILING)
    if a.identifiers and b.identifiers:
        value = _identified(a, b, value, reasons)
    return round(min(1.0, max(0.0, value)), 4)


def _identified(a: Prepared, b: Prepared, value: float, reasons: list[Reason] | None) -> float:
    agreeing = a.identifiers & b.identifiers
    groups = {group for group, _ in agreeing}
    mine, theirs = dict(sorted(a.identifiers, reverse=True)), dict(sorted(b.identifiers, reverse=True))
    near: list[tuple[str, str, str]] = []
    for group in sorted((mine.keys() & theirs.keys()) - groups):
        if group == VIN.name and (pair := one_sign_apart(a.identifiers, b.identifiers)):
            near.append((group, *pair))
            continue
        clash = -GROUPS[group].clash
        value += clash
        _note(reasons, f"identifier.other.{group}", mine[group], theirs[group], clash)
    value = max(0.0, value)
    for group, left, right in near:
        gained = (1.0 - value) * NEAR_VIN
        value += gained
        _note(reasons, f"identifier.near.{group}", left, right, round(gained, 4))
    for group, number in sorted(agreeing):
        gained = (1.0 - value) * GROUPS[group].certainty
        value += gained
        _note(reasons, f"identifier.same.{group}", number, number, round(gained, 4))
    return value


def _note(reasons: list[Reason] | None, rule: str, left: str, right: str, weight: float) -> None:
    if reasons is not None and weight:
        reasons.append(Reason(rule, left, right, weight))


def _best_names(a: Prepared, b: Prepared) -> _Best | None:
    """Return the two names that say most; None when no two names may agree."""
    found: _Best | None = None
    share = NAME_SHARE.get(a.kind, NAME_SHARE_OF_THINGS)
    person = PERSON in (a.kind, b.kind) or bool(a.births and b.births)  # only people are born
    someone = person or ANYONE in (a.kind, b.kind)  # it may be a person: a given name alone says no more
    for left in a.names:
        for right in b.names:
            if not may_agree(left, right):
                continue
            alike, _ = compare_names(left, right, explain=False)
            weight = min(left.weight, right.weight)
            value = alike * share * min(1.0, FEW_WORDS[0] + FEW_WORDS[1] * weight)
            if left.weak or right.weak:
                value *= WEAK_NAME
            lone = person and min(left.full, right.full) < 2  # noqa: PLR2004  one word
            lone = lone or (someone and (left.given or right.given))
            if lone:
                value = min(value, LONE_NAME)
            if found is None or value > found.share:
                found = _Best(value, alike, left, right, lone)
    return found


def _name_reasons(best: _Best) -> list[Reason]:
    """Return the pairs of words, their weights scaled so that those in favour make up the share of the name."""
    _, pairings = compare_names(best.left, best.right)
    gained = sum(weight for _, _, _, weight in pairings if weight > 0) or 1.0
    scale = best.share / gained
    if best.alike:
        scale /= best.alike
    reasons = [
        Reason(rule, left, right, round(weight * scale * best.alike, 4)) for rule, left, right, weight in pairings
    ]
    if best.left.weak or best.right.weak:
        reasons.append(Reason("name.weak", best.left.text, best.right.text, 0.0))
    if best.lone:
        reasons.append(Reason("name.lone", best.left.text, best.right.text, 0.0))
    return reasons


def _births(xs: tuple[Birth, ...], ys: tuple[Birth, ...]) -> tuple[str, float, Birth, Birth]:
    """Return the rule, weight and values of the two birth dates that agree best."""
    best = ("birth.other-date", BIRTH_OTHER, xs[0], ys[0])
    for x in xs:
        for y in ys:
            rule, weight = _birth_pair(x, y)
            if weight > best[1]:
                best = (rule, weight, x, y)
    return best


def _birth_pair(x: Birth, y: Birth) -> tuple[str, float]:  # noqa: PLR0911  a guard for each way two dates differ
    if x[0] != y[0]:
        same_day = x[1:] == y[1:] and x[1] != 0
        near = abs(x[0] - y[0]) <= NEAR_YEARS and (same_day or not (x[1] and y[1]))
        slip = same_day and x[2] != 0 and sum(p != q for p, q in zip(str(x[0]), str(y[0]), strict=False)) == 1
        return ("birth.near-year", BIRTH_NEAR) if near or slip else ("birth.other-date", BIRTH_OTHER)
    if not x[1] or not y[1]:
        return "birth.same-year", BIRTH_YEAR
    if x[1] != y[1]:
        swapped = x[2] and y[2] and (x[1], x[2]) == (y[2], y[1])
        first = (x[1], x[2]) == (1, 1) or (y[1], y[2]) == (1, 1)  # 1 January often stands for an unknown day
        if swapped or first:
            return "birth.near-date", BIRTH_NEAR
        return ("birth.near-date", 2 * BIRTH_NEAR) if x[2] and x[2] == y[2] else ("birth.other-date", BIRTH_OTHER)
    if not x[2] or not y[2]:
        return "birth.same-month", BIRTH_MONTH
    if x[2] == y[2]:
        return "birth.same-day", BIRTH_DAY
    return "birth.near-date", 2 * BIRTH_NEAR


def _written(birth: Birth) -> str:
    year, month, day = birth
    return f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if month and day else "")
