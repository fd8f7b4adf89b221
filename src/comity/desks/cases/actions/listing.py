"""What officers do with many messages at once, and the filters that they keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError

from comity.desks.cases import columns
from comity.desks.cases.actions import holding
from comity.desks.cases.actions.recording import record
from comity.desks.cases.models import Case, SavedFilter
from comity.node.officers.models import Officer
from comity.node.writing import writing

MOST_FILTERS: Final = 30


@dataclass(frozen=True, slots=True)
class Bulk:
    """What became of an act on several cases: how many changed, and those that meanwhile stood otherwise."""

    changed: int
    left: tuple[Case, ...]


def take_each(cases: Sequence[Case], officer: Officer, *, at: datetime) -> Bulk:
    """Take those cases that nobody holds; what a colleague holds is left to him.

    Args:
        cases: visible to the officer, as he saw them.
        officer: who takes them.
        at: now, UTC.
    """
    with writing():
        held = [(case, holding.take(case, officer, shown=None, at=at)) for case in cases]
    return _summed(held, officer)


def let_go_each(cases: Sequence[Case], officer: Officer, *, at: datetime) -> Bulk:
    """Give back those of the cases that the officer holds (args as `take_each`)."""
    with writing():
        held = [
            (case, holding.let_go(case, officer, shown=officer.pk, at=at))
            for case in cases
            if case.holder_id == officer.pk
        ]
    others = tuple(case for case in cases if case.holder_id not in (officer.pk, None))
    found = _summed(held, None)
    return Bulk(found.changed, (*found.left, *others))


def assign_each(cases: Sequence[Case], to: Officer, officer: Officer, *, at: datetime) -> Bulk:
    """Assign cases to a colleague, whoever holds them (args as `take_each`).

    Raises:
        PermissionDenied: the officer may not assign, or not to this one.
    """
    with writing():
        held = [(case, holding.assign(case, to, officer, shown=case.holder_id, at=at)) for case in cases]
    return _summed(held, to)


def _summed(held: Sequence[tuple[Case, holding.Held]], wanted: Officer | None) -> Bulk:
    left = tuple(case for case, found in held if found.holder != wanted)
    return Bulk(len(held) - len(left), left)


def note_export(officer: Officer, *, form: str, withheld: int, messages: Sequence[bytes], at: datetime) -> None:
    """Record that an officer took a list out of the node, of which messages, and how many were withheld."""
    with writing():
        facts = {"form": form, "rows": len(messages), "withheld": withheld}
        record("list.exported", officer, at, subjects=messages, facts=facts)


def keep_filter(officer: Officer, name: str, query: str, *, at: datetime) -> SavedFilter | None:
    """Keep a filter under a name, in the place of an earlier one of that name.

    Returns:
        the filter; `None` if the officer has thirty already. It is his own and says nothing of anybody, so that the
        ledger has no entry.
    """
    name = " ".join(name.split())[:60]
    own = SavedFilter.objects.filter(officer=officer)
    if not name or (not own.filter(name=name).exists() and own.count() >= MOST_FILTERS):
        return None
    try:
        with writing():
            kept, _new = own.update_or_create(name=name, officer=officer, defaults={"query": query[:500], "at": at})
    except IntegrityError:  # the same name from another window
        return own.filter(name=name).first()
    return kept


def choose_columns(officer: Officer, keys: Sequence[str]) -> None:
    """Keep which columns an officer wants in the list, in his order; without any, those it comes with.

    As a filter, it is his own and says nothing of anybody.
    """
    with writing():
        mine = Officer.objects.select_for_update().get(pk=officer.pk)
        others = {name: kept for name, kept in mine.list_columns.items() if name != columns.LIST}
        mine.list_columns = {**others, columns.LIST: list(keys)} if keys else others
        mine.save(update_fields=["list_columns"])


def drop_filter(officer: Officer, key: int) -> bool:
    """Let go of a filter of the officer's own; tells whether there was one."""
    with writing():
        return bool(SavedFilter.objects.filter(officer=officer, pk=key).delete()[0])
