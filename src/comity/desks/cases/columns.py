"""Which columns a list of messages has, and in which order: each officer chooses, and files of the list follow."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from comity.node.officers.models import Officer

LIST: Final = "messages"
"""Under this name the choice stands among an officer's lists."""

HEADINGS: Final[dict[str, Any]] = {
    "kind": _("Kind"),
    "partner": _("Partner"),
    "reference": _("Reference"),
    "state": _("State"),
    "due": _("Due"),
    "time": _("Time"),
    "case": _("Case"),
    "operation": _("Operation"),
    "purpose": _("Purpose"),
    "area": _("Crime area"),
    "urgency": _("Urgency"),
    "holder": _("Held by"),
    "handling": _("Handling codes"),
    "sent": _("Sent"),
    "arrived": _("Arrived"),
}
"""Every column but the subject, which comes first in any case: by it a row is opened."""
DEFAULT: Final = ("kind", "partner", "reference", "state", "due", "time")
IN_FILES: Final[dict[str, tuple[str, ...]]] = {
    "kind": ("direction", "kind"),
    "partner": ("partner", "partner_id"),
    "state": ("state", "standing"),
    "time": ("sent", "arrived"),
    "area": ("crime_area",),
}
"""What a column becomes in a file, where one cell holds one thing; the others keep their names."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list."""

    key: str
    heading: str


def shown(keys: Iterable[object] = DEFAULT) -> tuple[Column, ...]:
    """Return the columns of these keys, each once; a key that is none, from another version, is left out."""
    known = (key for key in dict.fromkeys(map(str, keys)) if key in HEADINGS)
    return tuple(Column(key, str(HEADINGS[key])) for key in known)


def keys_of(officer: Officer) -> tuple[str, ...]:
    """Return the keys that an officer chose; empty where he never did."""
    kept = officer.list_columns.get(LIST) if isinstance(officer.list_columns, dict) else None
    return tuple(column.key for column in shown(kept)) if isinstance(kept, list) else ()


def of(officer: Officer) -> tuple[Column, ...]:
    """Return the columns that an officer sees."""
    return shown(keys_of(officer) or DEFAULT)


def others(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Return the columns that could be added, by their names."""
    there = {column.key for column in columns}
    left = (column for column in shown(HEADINGS) if column.key not in there)
    return tuple(sorted(left, key=lambda column: str(column.heading)))


def changed(keys: tuple[str, ...], step: str) -> tuple[str, ...]:
    """Return the columns after one step: `add:due`, `remove:due`, `up:due`, `down:due` or `reset`.

    The last one stays: without any, a row would say nothing of itself.
    """
    verb, _colon, key = step.partition(":")
    if verb == "reset":
        return ()
    if verb == "add" and key in HEADINGS and key not in keys:
        return (*keys, key)
    if key not in keys:
        return keys
    if verb == "remove" and len(keys) > 1:
        return tuple(one for one in keys if one != key)
    if verb in {"up", "down"}:
        place = keys.index(key)
        new = max(0, place - 1) if verb == "up" else min(len(keys) - 1, place + 1)
        rest = [one for one in keys if one != key]
        return (*rest[:new], key, *rest[new:])
    return keys


def in_files(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the columns of a file for those of the list, the subject first; empty, which means all, for none."""
    found = [name for key in keys for name in IN_FILES.get(key, (key,))]
    return tuple(dict.fromkeys(["subject", *found])) if found else ()
