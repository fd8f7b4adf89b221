"""What is written to the interface. The shape of each kind of message is made from its form on the pages.

So a form and the interface can never know different fields: what a form asks for, the interface takes, and the form
alone decides whether it is right.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from django import forms
from django.http import QueryDict
from django.utils import translation
from ninja import Schema
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, create_model

from comity.desks.cases import drafts, evaluations, rules
from comity.desks.cases.api.problems import Fault
from comity.desks.cases.api.shapes import Place, RowId, whole
from comity.desks.cases.forms import FORMS, Choices, Draft, SubjectForm
from comity.desks.cases.forms.messages import grounds
from comity.desks.cases.forms.subject import MAX_VALUES

_STRICT: Final = ConfigDict(strict=True, extra="forbid")
_CODE: Final = 120  # signs of a code, an id or a date
_MOST_CHOSEN: Final = 250
_DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_IN_CASES: Final = frozenset({"information"})
"""Kinds that can begin a case or be written within one."""


class Strict(Schema):
    """A body in which nothing stands that is not known, and no number is written as a text."""

    model_config = _STRICT


class DecisionBody(Strict):
    """Whether a record is the subject that the partner asks about."""

    verdict: Literal["same", "different", "open"] = Field(description="open takes an earlier decision back")
    reason: str = Field(default="", max_length=500, description="Needed with different.")


class TakeBody(Strict):
    """Taking a case."""

    seen: RowId | None = Field(description="Id of the holder whom the officer saw, null for nobody.")


class GiveBackBody(Strict):
    """Giving a case back."""

    seen: RowId = Field(description="Id of the holder whom the officer saw: usually his own.")


class NothingBody(Strict):
    """An object without members."""


def _said(field: forms.Field) -> str:
    return " ".join(text for text in (f"{field.label}." if field.label else "", str(field.help_text)) if text)


def _codes(field: forms.ChoiceField) -> list[str]:
    offered: Any = field.choices
    found: list[Any] = []
    for code, words in offered:  # a group of choices has their list for its words
        found += [one for one, _words in words] if isinstance(words, (list, tuple)) else [code]
    return [str(code) for code in found if code != ""]


def _one_of(codes: Iterable[str]) -> Any:  # noqa: ANN401 - a type
    return Literal[tuple(codes)]


def type_of(field: forms.Field) -> tuple[Any, Any]:
    """Return the type and the default of a form's field."""
    about: dict[str, Any] = {"description": _said(field)}
    if isinstance(field, forms.MultipleChoiceField):
        codes = _codes(field)
        one: Any = _one_of(codes) if codes else Annotated[str, Field(min_length=1, max_length=_CODE)]
        least = 1 if field.required else 0
        listed = Annotated[list[one], Field(min_length=least, max_length=_MOST_CHOSEN, **about)]
        return listed, ... if field.required else []
    if isinstance(field, forms.ChoiceField):
        codes = _codes(field)
        if codes:
            chosen = _one_of(codes if field.required else ["", *codes])
            return Annotated[chosen, Field(**about)], ... if field.required else ""
        return Annotated[str, Field(min_length=1 if field.required else 0, max_length=_CODE, **about)], (
            ... if field.required else ""
        )
    if isinstance(field, (forms.BooleanField, forms.IntegerField, forms.DateField)):
        return _plain(field, about)
    most = getattr(field, "max_length", None) or _CODE
    return Annotated[str, Field(min_length=1 if field.required else 0, max_length=most, **about)], (
        ... if field.required else ""
    )


def _plain(field: forms.Field, about: dict[str, Any]) -> tuple[Any, Any]:
    """Return the type and the default of a yes or no, a number or a day."""
    if isinstance(field, forms.BooleanField):
        return Annotated[bool, Field(**about)], False
    default = ... if field.required else None
    if isinstance(field, forms.IntegerField):
        bounds: dict[str, Any] = {"ge": field.min_value, "le": field.max_value}
        number: Any = Annotated[int | None, Field(**bounds)]
        return Annotated[number, BeforeValidator(whole, json_schema_input_type=number), Field(**about)], default
    day = Annotated[str, Field(pattern=_DAY, json_schema_extra={"format": "date"}, **about)]
    return (day, default) if field.required else (day | None, default)


class RefusedQuestion(Strict):
    """A question of the request that is refused."""

    question: Place = Field(description="Its number, from 1.")
    ground: _one_of(code for code, _words in grounds())  # type: ignore[valid-type] # the closed list of the forms


def _fields(kind: str) -> type[BaseModel]:
    """Return the shape of the fields of a kind, made from its form."""
    made: dict[str, Any] = {
        name: type_of(field) for name, field in FORMS[kind](None, initial=None, offered=Choices()).fields.items()
    }
    if kind == "answer":
        confirmed = "Ids of the confirmed candidates to send."
        made["include"] = (Annotated[list[RowId], Field(max_length=_MOST_CHOSEN, description=confirmed)], [])
        part = "Questions that are refused while the others are answered."
        made["refused"] = (Annotated[list[RefusedQuestion], Field(max_length=100, description=part)], [])
    elif "include" in made:
        made["include"] = (Annotated[list[RowId], Field(min_length=1, max_length=_MOST_CHOSEN)], ...)
    return create_model(
        f"{_name(kind)}Fields", __config__=_STRICT, __doc__=f"The fields of a message of kind {kind}.", **made
    )


def _subject(schema: str, *, linked: bool) -> type[BaseModel]:
    form = SubjectForm(None, prefix="s0", schema=schema, linked=linked)
    made: dict[str, Any] = {"schema_": (Annotated[Literal[schema], Field(alias="schema")], ...)}
    several = {asked.prop for asked in rules.FIELDS[schema] if asked.several}
    for name in (*(asked.prop for asked in rules.FIELDS[schema]), "category", "link", *evaluations.FIELDS):
        field = form.fields.get(name)  # what else a form has helps those who type
        if field is None:
            continue
        made[name] = type_of(field)
        if name in several:
            value = Annotated[str, Field(min_length=1, max_length=500)]
            made[name] = (Annotated[list[value], Field(max_length=MAX_VALUES, description=_said(field))], [])
    name = f"{'Linked' if linked else ''}{schema}Subject"
    return create_model(name, __config__=_STRICT, __doc__=f"A subject: {schema}.", **made)


def _subjects(*, linked: bool) -> Any:  # noqa: ANN401 - a type
    known = tuple(_subject(schema, linked=linked) for schema in rules.FIELDS)
    one: Any = known[0]
    for other in known[1:]:
        one = one | other
    return Annotated[one, Field(discriminator="schema_")]


def _message(kind: str, subjects: dict[bool, Any]) -> type[BaseModel]:
    made: dict[str, Any] = {"kind": (Literal[kind], ...), "fields": (_fields(kind), ...)}
    if kind in drafts.ROUTES:
        made["about"] = (Annotated[RowId, Field(description="Id of the message that it refers to.")], ...)
    if kind in _IN_CASES:
        made["case"] = (Annotated[RowId | None, Field(description="Id of the case; null begins one.")], None)
    if kind in rules.WITH_SUBJECTS:
        one: Any = subjects[kind in rules.LINKED]
        least = 1 if kind == "request" else 0
        wanted = Annotated[list[one], Field(min_length=least, max_length=rules.MAX_SUBJECTS)]
        made["subjects"] = (wanted, ... if least else [])
    return create_model(f"{_name(kind)}Message", __config__=_STRICT, __doc__=f"A message of kind {kind}.", **made)


def _name(kind: str) -> str:
    return "".join(part.title() for part in kind.split("-"))


SHAPES: Final[dict[str, type[BaseModel]]] = {}
"""The shape of each kind of message."""


def _union() -> Any:  # noqa: ANN401 - a type
    with translation.override("en"):
        subjects = {linked: _subjects(linked=linked) for linked in (True, False)}
        SHAPES.update({kind: _message(kind, subjects) for kind in FORMS})
    kinds = tuple(SHAPES.values())
    one: Any = kinds[0]
    for other in kinds[1:]:
        one = one | other
    return Annotated[one, Field(discriminator="kind")]


if TYPE_CHECKING:

    class MessageBody(BaseModel):
        """A message to be sent: one of the shapes that the forms have."""

        root: Any
else:

    class MessageBody(RootModel[_union()]):
        """A message to be sent: one of the shapes that the forms have."""


def to_form(body: MessageBody) -> QueryDict:
    """Return a message as its form on the pages would post it."""
    return form_of(body.root)


def form_of(message: Any) -> QueryDict:  # noqa: ANN401 - one of the shapes
    """Return one of `SHAPES` as its form on the pages would post it."""
    fields = message.fields
    data = posted_fields(fields)
    if message.kind == "answer":
        data.pop("refused", None)
        for one in fields.refused:
            data[f"refused{one.question - 1}"] = one.ground
    subjects = getattr(message, "subjects", [])
    data["subjects"] = ",".join(f"{place}:{one.schema_}" for place, one in enumerate(subjects))
    for place, one in enumerate(subjects):
        for name in type(one).model_fields:
            value = getattr(one, name)
            form_name = "schema" if name == "schema_" else name
            data[f"s{place}-{form_name}"] = "\n".join(value) if isinstance(value, list) else value or ""
    return data


def posted_fields(fields: BaseModel) -> QueryDict:
    """Return the fields of a shape that was made from a form as that form would be posted."""
    data = QueryDict(mutable=True)
    for name in type(fields).model_fields:
        data.setlist(name, list(_values(getattr(fields, name))))
    return data


def _values(value: Any) -> Iterator[str]:  # noqa: ANN401 - of a field
    if isinstance(value, list):
        yield from map(str, value)
    elif isinstance(value, bool):
        if value:
            yield "on"
    elif value is not None:
        yield str(value)


def faults_of(draft: Draft) -> tuple[Fault, ...]:
    """Return what the forms found wrong, each with its place in the body."""
    found = []
    places = {one.prefix: place for place, one in enumerate(draft.subjects)}
    for form in draft.forms:
        place = f"/subjects/{places[form.prefix]}" if isinstance(form, SubjectForm) and form.prefix else "/fields"
        for name, errors in form.errors.items():
            pointer = place if name == "__all__" else f"{place}/{name}"
            if place == "/fields" and name.startswith("refused") and name != "refused":
                pointer = "/fields/refused"
            found += [Fault(pointer, str(error)) for error in errors]
    return tuple(found)
