"""Where a message begins: from a template of the authority, or from an earlier message."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from comity.desks.cases import actions, prefilling
from comity.desks.cases.api import filled
from comity.desks.cases.api.bearer import author
from comity.desks.cases.api.reading import MISSING, REFUSALS, Number, message_of
from comity.desks.cases.api.shapes import RowId
from comity.desks.cases.forms import posted
from comity.desks.cases.models import Pattern

router = Router()


class TemplateLine(Schema):
    """A template of the authority's messages."""

    id: RowId
    name: str
    kind: str
    language: str
    crime_area: str
    kept_at: datetime


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
    found = Pattern.objects.filter(authority=author(request).authority, pk=template_id).first()
    if found is None:
        raise Http404
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
