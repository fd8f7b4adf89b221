"""What an officer may see, as a small expression over attributes of things, which a store can turn into its query.

Twelve shapes and no more. A field is the attribute's name on `comity.agreements.asking.Thing`, such as ``authority`` or
``retain_until``; values are text, whole numbers (days as day numbers) and truth values. What a thing does not state
meets no leaf, so ``Not`` of a leaf is true for it: in a store, null must count as "not met" before ``Not`` is taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Value = str | int | bool


@dataclass(frozen=True, slots=True)
class Everything:
    """All things."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No thing."""


@dataclass(frozen=True, slots=True)
class Is:
    """The field has this value."""

    field: str
    value: Value


@dataclass(frozen=True, slots=True)
class In:
    """The field has one of these values."""

    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The number in the field is this or more."""

    field: str
    value: int


@dataclass(frozen=True, slots=True)
class AtMost:
    """The number in the field is this or less."""

    field: str
    value: int


@dataclass(frozen=True, slots=True)
class Holds:
    """The set in the field has this member."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Within:
    """The set in the field has no member but these."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """The field is stated at all."""

    field: str


@dataclass(frozen=True, slots=True)
class Not:
    """What the part does not let through."""

    part: "Filter"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part lets it through."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part lets it through."""

    parts: tuple["Filter", ...]


Leaf = Is | In | AtLeast | AtMost | Holds | Within | Stated
Filter = Everything | Nothing | Leaf | Not | AllOf | AnyOf


def matches(tree: Filter, attributes: Mapping[str, Any]) -> bool:
    """Return whether a thing with these attributes is let through; absent and ``None`` both mean "not stated"."""
    match tree:
        case Everything():
            return True
        case Nothing():
            return False
        case Not(part):
            return not matches(part, attributes)
        case AllOf(parts):
            return all(matches(part, attributes) for part in parts)
        case AnyOf(parts):
            return any(matches(part, attributes) for part in parts)
        case _:
            found = attributes.get(tree.field)
            return found is not None and _meets(tree, found)


def _meets(leaf: Leaf, found: Any) -> bool:  # noqa: ANN401, PLR0911 - a stored value; one line a shape
    match leaf:
        case Stated():
            return True
        case Is(_, value):
            return bool(found == value)
        case In(_, values):
            return found in values
        case AtLeast(_, value):
            return bool(found >= value)
        case AtMost(_, value):
            return bool(found <= value)
        case Holds(_, value):
            return value in found
        case Within(_, values):
            return set(found) <= set(values)


def all_of(*parts: Filter) -> Filter:
    """Return the conjunction, made as small as it is by plain logic."""
    kept: list[Filter] = []
    for part in parts:
        if isinstance(part, Nothing):
            return part
        for piece in part.parts if isinstance(part, AllOf) else (part,):
            if not isinstance(piece, Everything) and piece not in kept:
                kept.append(piece)
    stated = {piece.field for piece in kept if isinstance(piece, Stated)}
    kept = [_opposite(piece, stated) for piece in kept]
    # A leaf asks by itself that its field is stated.
    fields = {piece.field for piece in kept if isinstance(piece, Leaf) and not isinstance(piece, Stated)}
    kept = [piece for piece in kept if not (isinstance(piece, Stated) and piece.field in fields)]
    if not kept:
        return Everything()
    return kept[0] if len(kept) == 1 else AllOf(tuple(kept))


def _opposite(piece: Filter, stated: set[str]) -> Filter:
    """Turn "stated, and not true" into "false", the form in which a store has it."""
    match piece:
        case Not(Is(field, bool(value))) if field in stated:
            return Is(field, not value)
        case _:
            return piece


def any_of(*parts: Filter) -> Filter:
    """Return the disjunction, made as small as it is by plain logic."""
    kept: list[Filter] = []
    for part in parts:
        if isinstance(part, Everything):
            return part
        for piece in part.parts if isinstance(part, AnyOf) else (part,):
            if not isinstance(piece, Nothing) and piece not in kept:
                kept.append(piece)
    if not kept:
        return Nothing()
    return kept[0] if len(kept) == 1 else AnyOf(tuple(kept))


def negate(part: Filter) -> Filter:
    """Return what `part` does not let through, with negation pushed down to the leaves."""
    match part:
        case Everything():
            return Nothing()
        case Nothing():
            return Everything()
        case Not(inner):
            return inner
        case AllOf(parts):
            return any_of(*(negate(piece) for piece in parts))
        case AnyOf(parts):
            return all_of(*(negate(piece) for piece in parts))
        case _:
            return Not(part)


def assume(tree: Filter, field: str, value: Value) -> Filter:
    """Return what is left of the filter once a field is known, as a store knows the kind of thing in a table."""
    match tree:
        case AllOf(parts):
            return all_of(*(assume(part, field, value) for part in parts))
        case AnyOf(parts):
            return any_of(*(assume(part, field, value) for part in parts))
        case Not(part):
            return negate(assume(part, field, value))
        case Everything() | Nothing():
            return tree
        case _ if tree.field == field:
            return Everything() if _meets(tree, value) else Nothing()
        case _:
            return tree
