"""The records of this node: which lists it holds, and what an officer finds in them for a stated purpose and reason."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from comity.desks.cases import actions, records
from comity.desks.cases.api import problems
from comity.desks.cases.api.bearer import record_reader
from comity.desks.cases.api.bodies import Strict
from comity.desks.cases.api.previewing import LOOKED_AT
from comity.desks.cases.api.problems import Fault
from comity.desks.cases.api.reading import REFUSALS, Number
from comity.desks.cases.api.shapes import RowId
from comity.desks.cases.forms.records import LookUpForm, WhyForm
from comity.desks.cases.records import RecordView, Why
from comity.node.records.models import Record

router = Router()


class SourceShape(Schema):
    """A list of records."""

    name: str
    originator: str
    count: int = Field(description="How many of its records the officer may see.")
    imported_at: datetime | None
    rejected: int = Field(description="Entries of the last import that could not be read.")


class SourceList(Schema):
    """The lists that this node holds."""

    sources: list[SourceShape]


class WhyBody(Strict):
    """For what records are looked at. It is recorded with every look."""

    purpose: str = Field(max_length=40, description="Its code, as in a request.")
    reason: str = Field(max_length=120, description="The reference of a case, or why.")


class LookUpBody(WhyBody):
    """A search in the records."""

    text: str = Field(max_length=200, description="A name in any spelling or script, a number, or a reference.")


class RecordLine(Schema):
    """A record that was found."""

    id: RowId
    source: str
    reference: str
    kind: str = Field(description="Its FollowTheMoney schema, such as Person.")
    caption: str

    @classmethod
    def of(cls, one: RecordView) -> "RecordLine":
        """Return a record as a line."""
        record = one.record
        return cls(
            id=record.pk,
            source=record.source,
            reference=record.reference,
            kind=record.schema,
            caption=record.caption,
        )


class RecordList(Schema):
    """What was found, best first; fifty at most."""

    records: list[RecordLine]


class RecordShape(RecordLine):
    """A record with what it says and the terms under which it is held."""

    properties: dict[str, Any] = Field(description="As the list gave them.")
    handling: str
    evaluation: str
    changed_at: datetime


@router.get("/records", response={200: SourceList, **REFUSALS}, operation_id="list_sources", url_name="records")
def sources(request: HttpRequest) -> SourceList:
    """List which lists this node holds."""
    found = records.sources(record_reader(request), timezone.now().date())
    return SourceList(
        sources=[
            SourceShape(
                name=one.name,
                originator=one.originator,
                count=one.count,
                imported_at=one.imported_at,
                rejected=one.rejected,
            )
            for one in found
        ]
    )


@router.post(
    "/records/search", response={200: RecordList, **LOOKED_AT}, operation_id="search_records", url_name="look_up"
)
def look_up(request: HttpRequest, body: LookUpBody) -> HttpResponse:
    """Search the records. The search is recorded with its purpose, reason and hits; nothing is changed."""
    officer, at = record_reader(request), timezone.now()
    form = LookUpForm({"q": body.text, "purpose": body.purpose, "reason": body.reason})
    if not form.is_valid():
        return _faulty(form, q="text")
    why = Why(form.cleaned_data["purpose"], form.cleaned_data["reason"])
    found = records.search(officer, form.cleaned_data["q"], why, at.date())
    actions.note_look_up(officer, why, found, at=at)
    return _told(RecordList(records=[RecordLine.of(one) for one in found]))


@router.post(
    "/records/{record_id}", response={200: RecordShape, **LOOKED_AT}, operation_id="read_record", url_name="record"
)
def record(request: HttpRequest, record_id: Number, body: WhyBody) -> HttpResponse:
    """Return a record. The look is recorded with its purpose and reason; nothing is changed."""
    officer, at = record_reader(request), timezone.now()
    form = WhyForm({"purpose": body.purpose, "reason": body.reason})
    if not form.is_valid():
        return _faulty(form)
    why = Why(form.cleaned_data["purpose"], form.cleaned_data["reason"])
    try:
        found = records.record_for(officer, record_id, why, at.date())
    except Record.DoesNotExist:
        raise Http404 from None
    actions.note_consulted(officer, why, found, at=at)
    held = found.record
    return _told(
        RecordShape(
            **RecordLine.of(found).model_dump(),
            properties=dict(held.value().properties),
            handling=held.handling,
            evaluation=held.evaluation,
            changed_at=held.changed_at,
        )
    )


def _faulty(form: WhyForm, **names: str) -> HttpResponse:
    faults = [Fault(f"/{names.get(name, name)}", str(one)) for name, errors in form.errors.items() for one in errors]
    return problems.problem("not-valid", faults=faults)


def _told(shape: Schema) -> HttpResponse:
    return JsonResponse(shape.model_dump(mode="json"), json_dumps_params={"ensure_ascii": False})
