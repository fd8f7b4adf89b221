"""What is wrong with a request that is not written as the interface says, in words."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from comity.desks.cases import rules
from comity.desks.cases.api.problems import Fault
from comity.desks.cases.forms import FORMS

_SAID: Final[Mapping[str, Any]] = {
    "missing": _("It is missing; add it."),
    "extra_forbidden": _("The interface does not know it here; remove it."),
    "literal_error": _("Choose one of %(expected)s."),
    "union_tag_invalid": _("Choose one of %(expected_tags)s."),
    "union_tag_not_found": _("It is missing; add it."),
    "string_type": _("Write it as a text."),
    "string_too_long": _("Write %(max_length)s signs at most."),
    "string_too_short": _("It is empty; fill it in."),
    "string_pattern_mismatch": _("Write it in the form %(pattern)s."),
    "int_type": _("Write it as a whole number."),
    "int_parsing": _("Write it as a whole number."),
    "bool_type": _("Write true or false."),
    "list_type": _("Write it as a list."),
    "too_long": _("Write %(max_length)s entries at most."),
    "too_short": _("Write at least one entry."),
    "model_type": _("Write it as an object."),
    "model_attributes_type": _("Write it as an object."),
    "dict_type": _("Write it as an object."),
    "greater_than_equal": _("Write at least %(ge)s."),
    "less_than_equal": _("Write at most %(le)s."),
}
_AT_SCHEMA: Final = 2  # after `subjects` and the number
_ELSE: Final = _("It is not written as the OpenAPI document says.")


def faults(errors: Sequence[Mapping[str, Any]]) -> tuple[Fault, ...]:
    """Return what pydantic found, each with its place and remedy; not what stood there, which may name a person."""
    return tuple(Fault(_place(one["loc"]), _words(one)) for one in errors)


def _words(error: Mapping[str, Any]) -> str:
    said = str(_SAID.get(error["type"], _ELSE))
    try:
        return said % (error.get("ctx") or {})
    except KeyError:
        return str(_ELSE)


def _place(loc: Sequence[Any]) -> str:
    """Return a JSON pointer into the body, or the name of a header or parameter.

    Before the path stand the source and the name of the argument; in the path of a choice between shapes stands which
    shape was tried.
    """
    source, *path = loc
    if source != "body":
        return str(path[-1]) if path else str(source)
    path = path[1:]
    if path and path[0] in FORMS:
        path = path[1:]
    if path[:1] == ["subjects"] and len(path) > _AT_SCHEMA and path[_AT_SCHEMA] in rules.FIELDS:
        del path[_AT_SCHEMA]
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
