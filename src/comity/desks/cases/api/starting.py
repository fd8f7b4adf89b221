"""Where a message begins: from a template of the authority, or from an earlier message; and keeping templates."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field, create_model

from comity.desks.cases import actions, choices, prefilling
from comity.desks.cases.actions import patterns
from comity.desks.cases.api import bodies, filled
from comity.desks.cases.api.bearer import author, writer
from comity.desks.cases.api.bodies import Strict
from comity.desks.cases.api.once import Answer, once, refusal
from comity.desks.cases.api.problems import Fault
from comity.desks.cases.api.reading import MISSING, REFUSALS, Number, message_of
from comity.desks.cases.api.shapes import RowId
from comity.desks.cases.api.writing import ACT, Key
from comity.desks.cases.forms import Choices, posted
from comity.desks.cases.forms.pattern import PatternForm
from comity.desks.cases.models import Pattern
from comity.node.officers.models import Officer

router = Router()


class TemplateLine(Schema):
    """A template of the authority's messages."""

    id: RowId
    name: str
    kind: str
    language: str
    crime_area: str
    kept_at: datetime


def _asked() -> dict[str, Any]:
    return {name: bodies.type_of(one) for name, one in PatternForm(None, offered=Choices()).fields.items()}


if TYPE_CHECKING:

    class TemplateBody(Strict):
        """A template as it is kept."""
else:
    with translation.override("en"):
        TemplateBody = create_model(
            "TemplateBody", __base__=Strict, __doc__="A template: its texts name no person.", **_asked()
        )


class TemplateKept(Schema):
    """A template that is kept now."""

    template: RowId


class TemplateGone(Schema):
    """A template that is kept no more."""

    removed: RowId


class TemplateList(Schema):
    """The templates, by name."""

    templates: list[TemplateLine]


class Begun(Schema):
    """A body with what is known already; add what it lacks and post it to /preview, /drafts or /messages."""

    body: dict[str, Any]
    left: list[str] = Field(description="What was left out, and why.")


@router.get("/templates", response={200: TemplateList, **REFUSALS}, operation_id="list_templates", url_name="templates")
def templates(request: HttpRequest) -> TemplateList:
    """List the templates of the officer's authority."""
    found = Pattern.objects.filter(authority=author(request).authority).order_by("name", "pk")
    return TemplateList(
        templates=[
            TemplateLine(
                id=one.pk,
                name=one.name,
                kind=one.kind,
                language=one.language,
                crime_area=one.crime_area,
                kept_at=one.at,
            )
            for one in found
        ]
    )


@router.get(
    "/templates/{template_id}/start",
    response={200: Begun, **MISSING},
    operation_id="start_from_template",
    url_name="start_from_template",
)
def from_template(request: HttpRequest, template_id: Number) -> Begun:
    """Return the body with which a message begins that is written from a template."""
    found = _one(author(request), template_id)
    return Begun(body=filled.from_form(found.kind, posted(found.data)), left=[])


@router.get(
    "/messages/{message_id}/start",
    response={200: Begun, **MISSING},
    operation_id="start_from_message",
    url_name="start_from_message",
)
def from_message(request: HttpRequest, message_id: Number) -> Begun:
    """Return the body of a request that begins with what an earlier message says. That it was read is recorded."""
    officer = author(request)
    message = message_of(officer, message_id)
    actions.note_messages_consulted([message], officer, at=timezone.now())
    copied = prefilling.copied(message)
    return Begun(body=filled.from_form("request", copied.data), left=[str(one) for one in copied.left])


@router.post("/templates", response={201: TemplateKept, **ACT}, operation_id="add_template", url_name="templates")
def add(request: HttpRequest, key: Key, body: TemplateBody) -> HttpResponse:
    """Keep a template for all officers of the authority; whoever approves messages may."""
    officer = _keeper(request)
    return once(request, key, lambda at: _edited(Pattern(authority=officer.authority), officer, body, at))


@router.put(
    "/templates/{template_id}", response={200: TemplateKept, **ACT}, operation_id="change_template", url_name="template"
)
def change(request: HttpRequest, template_id: Number, key: Key, body: TemplateBody) -> HttpResponse:
    """Replace a template; drafts begun from it stay as they are."""
    officer = _keeper(request)
    return once(request, key, lambda at: _edited(_one(officer, template_id), officer, body, at))


@router.delete(
    "/templates/{template_id}", response={200: TemplateGone, **ACT}, operation_id="remove_template", url_name="template"
)
def remove(request: HttpRequest, template_id: Number, key: Key) -> HttpResponse:
    """Remove a template; drafts begun from it stay."""
    officer = _keeper(request)

    def act(at: datetime) -> Answer:
        patterns.drop(_one(officer, template_id), officer, at=at)
        return Answer(200, TemplateGone(removed=template_id).model_dump(mode="json"))

    return once(request, key, act)


def _keeper(request: HttpRequest) -> Officer:
    officer = writer(request)
    if not patterns.may_keep(officer):
        raise PermissionDenied
    return officer


def _one(officer: Officer, template_id: int) -> Pattern:
    """Return a template of the officer's authority; to anybody else it does not exist."""
    found = Pattern.objects.filter(authority=officer.authority, pk=template_id).first()
    if found is None:
        raise Http404
    return found


def _edited(pattern: Pattern, officer: Officer, body: TemplateBody, at: datetime) -> Answer:
    form = PatternForm(bodies.posted_fields(body), offered=choices.for_officer(officer, get_language() or "en"))
    if not form.is_valid():
        faults = tuple(Fault(f"/{name}", str(one)) for name, errors in form.errors.items() for one in errors)
        return refusal("not-valid", faults=faults, kept=False)
    given, new = form.cleaned_data, pattern.pk is None
    pattern.name, pattern.kind, pattern.language = given["name"], given["kind"], given["language"]
    pattern.crime_area, pattern.data = given["crime_area"], form.data_
    if not patterns.keep(pattern, officer, at=at):
        text = _("there is a template of this name already, or there are too many")
        return refusal("not-valid", faults=(Fault("/name", text),), kept=False)
    return Answer(201 if new else 200, TemplateKept(template=pattern.pk).model_dump(mode="json"))
