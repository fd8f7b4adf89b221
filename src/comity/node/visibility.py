"""From a filter of the agreements to a database query: the half of `visible_to` that every table shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from django.db.models import Q

from comity.agreements.filters import (
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Everything,
    Filter,
    Holds,
    In,
    Is,
    Not,
    Nothing,
    Stated,
    Value,
    Within,
    matches,
)

NOTHING = Q(pk__in=())
EVERYTHING = ~Q(pk__in=())


@dataclass(frozen=True, slots=True)
class Column:
    """A column that holds an attribute; `empty` is what stands there when the attribute is not stated."""

    name: str
    empty: str | None = None


@dataclass(frozen=True, slots=True)
class Always:
    """An attribute that has one value in every row of the table; `None` where the table never states it."""

    value: Value | None


Columns = Mapping[str, Column | Always]


class _NoColumnError(Exception):
    """A filter asks for what the table cannot say."""


def to_query(tree: Filter, columns: Columns) -> Q:
    """Return the condition under which a row is let through.

    A filter that asks for something the table cannot answer lets nothing through: a new clause must fail closed until
    the table has its column.

    Args:
        tree: as `comity.agreements.visible` gave it.
        columns: attribute of `comity.agreements.Thing` to where the table has it.
    """
    try:
        return _query(tree, columns)
    except _NoColumnError:
        return NOTHING


def _query(tree: Filter, columns: Columns) -> Q:
    match tree:
        case Everything():
            return EVERYTHING
        case Nothing():
            return NOTHING
        case AllOf(parts):
            return reduce(and_, (_query(part, columns) for part in parts), EVERYTHING)
        case AnyOf(parts):
            return reduce(or_, (_query(part, columns) for part in parts), NOTHING)
        case Not(part):
            return ~_query(part, columns)
        case _:
            return _leaf(tree, columns.get(tree.field))


def _leaf(leaf: Is | In | AtLeast | AtMost | Holds | Within | Stated, column: Column | Always | None) -> Q:
    if isinstance(column, Always):
        return EVERYTHING if matches(leaf, {leaf.field: column.value}) else NOTHING
    if column is None:
        raise _NoColumnError
    # "Not stated" meets no leaf, so that negation makes it true: it must be false here, never null.
    stated = Q(**{f"{column.name}__isnull": False})
    if column.empty is not None:
        stated &= ~Q(**{column.name: column.empty})
    match leaf:
        case Stated():
            return stated
        case Is(_, value):
            return stated & Q(**{column.name: value})
        case In(_, values):
            return stated & Q(**{f"{column.name}__in": values})
        case AtLeast(_, value):
            return stated & Q(**{f"{column.name}__gte": value})
        case AtMost(_, value):
            return stated & Q(**{f"{column.name}__lte": value})
        case _:  # sets need a table of their own
            raise _NoColumnError
