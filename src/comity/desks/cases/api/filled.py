"""What was filled in on a form, as the body of a message: the way back from what `bodies.to_form` does."""

from typing import Any, Final

from django import forms
from django.http import QueryDict

from comity.desks.cases import evaluations, rules
from comity.desks.cases.api import bodies
from comity.desks.cases.forms import FORMS, Choices

_QUESTION: Final = "refused"


def from_form(kind: str, data: QueryDict, *, about: int | None = None, case: int | None = None) -> dict[str, Any]:
    """Return a body that holds what was filled in; what is still empty is left out, so it may lack what it needs.

    Args:
        kind: of message, one that there is a form for.
        data: as a form of the pages posts it, or as it is kept.
        about: id of the message that it refers to.
        case: id of the case within which it is written.
    """
    shape = bodies.SHAPES[kind].model_fields
    body: dict[str, Any] = {"kind": kind}
    if "about" in shape and about is not None:
        body["about"] = about
    if "case" in shape and case is not None:
        body["case"] = case
    body["fields"] = _fields(kind, data)
    if "subjects" in shape:
        body["subjects"] = [_subject(place, schema, data) for place, schema in _listed(data)]
    return body


def _fields(kind: str, data: QueryDict) -> dict[str, Any]:
    known: Any = bodies.SHAPES[kind].model_fields["fields"].annotation
    asked = FORMS[kind](None, initial=None, offered=Choices()).fields
    found: dict[str, Any] = {}
    for name in known.model_fields:
        if name == _QUESTION and kind == "answer":
            value: Any = _refused(data)
        elif name == "include":
            value = [int(one) for one in map(str, data.getlist(name)) if one.isdecimal()]
        else:
            value = _value(asked[name], list(map(str, data.getlist(name))))
        if value not in ("", None, False, []):
            found[name] = value
    return found


def _value(field: forms.Field, values: list[str]) -> Any:  # noqa: ANN401 - plain JSON
    if isinstance(field, forms.MultipleChoiceField):
        return [one for one in values if one]
    value = values[-1] if values else ""
    if isinstance(field, forms.BooleanField):
        return bool(value)
    if isinstance(field, forms.IntegerField):
        return int(value) if value.isdecimal() and value.isascii() else None
    return value


def _refused(data: QueryDict) -> list[dict[str, Any]]:
    numbers = (name.removeprefix(_QUESTION) for name in data if name.startswith(_QUESTION))
    places = sorted(int(one) for one in numbers if one.isdecimal() and one.isascii())
    found = ((place, str(data.get(f"{_QUESTION}{place}", ""))) for place in places)
    return [{"question": place + 1, "ground": ground} for place, ground in found if ground]


def _listed(data: QueryDict) -> list[tuple[str, str]]:
    entries = (entry.partition(":") for entry in str(data.get("subjects", "")).split(","))
    return [(place, schema) for place, _colon, schema in entries if schema in rules.FIELDS][: rules.MAX_SUBJECTS]


def _subject(place: str, schema: str, data: QueryDict) -> dict[str, Any]:
    found: dict[str, Any] = {"schema": schema}
    for asked in rules.FIELDS[schema]:
        text = str(data.get(f"s{place}-{asked.prop}", ""))
        if asked.several and (lines := [line.strip() for line in text.splitlines() if line.strip()]):
            found[asked.prop] = lines
        elif text and not asked.several:
            found[asked.prop] = text
    for name in ("category", "link", *evaluations.FIELDS):
        if text := str(data.get(f"s{place}-{name}", "")):
            found[name] = text
    return found
