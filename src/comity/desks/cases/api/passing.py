"""Who works on what: assigning, many cases at once, handing over a shift; and how cases belong together."""

from datetime import datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from comity.desks.cases import actions, handing_over, keeping, reads
from comity.desks.cases.api.bearer import author, reader, writer
from comity.desks.cases.api.bodies import NothingBody, Strict
from comity.desks.cases.api.keeping import own_case
from comity.desks.cases.api.once import Answer, once, refusal
from comity.desks.cases.api.problems import Fault
from comity.desks.cases.api.reading import MISSING, REFUSALS, Number
from comity.desks.cases.api.shapes import HeldShape, Holder, RowId
from comity.desks.cases.api.writing import ACT, Key, held_now
from comity.desks.cases.models import Case, CaseLink, Handover
from comity.node.officers.models import Officer

router = Router()


class ColleagueList(Schema):
    """To whom cases can be handed over or assigned."""

    colleagues: list[Holder]


class AssignBody(Strict):
    """Assigning a case."""

    to: RowId = Field(description="Id of the colleague.")
    seen: RowId | None = Field(description="Id of the holder whom the officer saw, null for nobody.")


class BulkBody(Strict):
    """One act on several cases."""

    act: Literal["take", "give-back", "assign"]
    cases: list[RowId] = Field(min_length=1, max_length=reads.PAGE)
    to: RowId | None = Field(default=None, description="Id of the colleague; needed to assign.")


class BulkDone(Schema):
    """What became of it."""

    changed: int
    left: list[RowId] = Field(description="Cases that a colleague holds, left as they are.")


class HandOverBody(Strict):
    """Handing over a shift."""

    to: RowId = Field(description="Id of the colleague.")
    cases: list[RowId] = Field(min_length=1, max_length=handing_over.ALL)
    text: str = Field(default="", max_length=4_000, description="What the colleague should know.")


class HandedOver(Schema):
    """What became of it."""

    handover: RowId | None = Field(description="Null if the officer held none of the cases any more.")
    left: list[RowId] = Field(description="Cases that others hold meanwhile, left there.")


class HandoverShape(Schema):
    """A shift that was handed over to the officer."""

    id: RowId
    by: str
    at: datetime
    text: str
    cases: list[RowId]
    read_at: datetime | None


class HandoverList(Schema):
    """What was handed over to the officer, unread before read, the newest first."""

    handovers: list[HandoverShape]


class HandoverRead(Schema):
    """Whether it was new that the officer has read it."""

    handover: RowId
    new: bool


class LinkBody(Strict):
    """Linking a case to another."""

    reference: str = Field(min_length=1, max_length=120, description="Of the other case, or of a message in it.")
    why: str = Field(min_length=1, max_length=keeping.MAX_WHY, description="What they have to do with each other.")


class LinkShape(Schema):
    """A link to another case that the officer may see."""

    id: RowId
    case: RowId
    reference: str
    why: str


class LinkList(Schema):
    """The links of a case."""

    links: list[LinkShape]


class Linked(Schema):
    """A link that was made or taken away."""

    case: RowId
    link: RowId


class OperationBody(Strict):
    """To which operation a case belongs."""

    name: str = Field(max_length=keeping.MAX_OPERATION, description="Empty: to none.")


class Operation(Schema):
    """A case whose operation is kept."""

    case: RowId


def _colleague(officer: Officer, officer_id: int | None) -> Officer | None:
    return next((one for one in actions.colleagues(officer) if one.pk == officer_id), None)


def _nobody() -> Answer:
    return refusal("not-valid", faults=(Fault("/to", _("Choose to whom the case is assigned.")),), kept=False)


def _seen(officer: Officer, ids: list[int]) -> list[Case]:
    """Return these cases, each once; where one of them is not for the officer, nothing is done."""
    seen = reads.visible_to(officer).filter(case__in=ids).values("case")
    found = list(Case.objects.filter(pk__in=seen).select_related("holder").order_by("pk"))
    if len(found) != len(set(ids)):
        raise Http404
    return found


@router.get(
    "/colleagues", response={200: ColleagueList, **REFUSALS}, operation_id="list_colleagues", url_name="colleagues"
)
def colleagues(request: HttpRequest) -> ColleagueList:
    """List who of the same authority may work on cases."""
    officer = author(request)
    return ColleagueList(
        colleagues=[Holder(id=one.pk, name=str(one), me=one == officer) for one in actions.colleagues(officer)]
    )


class ForwardBody(Strict):
    """To which unit a case goes."""

    unit: str = Field(min_length=1, max_length=120, description="As `GET /units` names it.")
    why: str = Field(default="", max_length=500, description="For colleagues.")
    seen: RowId | None = Field(description="Id of the holder whom the officer saw, null for nobody.")


class UnitList(Schema):
    """The units of the authority in which somebody writes messages, by name."""

    units: list[str]


@router.get("/units", response={200: UnitList, **REFUSALS}, operation_id="list_units", url_name="units")
def unit_list(request: HttpRequest) -> UnitList:
    """List the units to which a case can be forwarded."""
    return UnitList(units=list(actions.units(author(request))))


@router.post(
    "/cases/{case_id}/forward", response={200: HeldShape, **ACT}, operation_id="forward_case", url_name="forward"
)
def forward(request: HttpRequest, case_id: Number, key: Key, body: ForwardBody) -> HttpResponse:
    """Forward a case to a unit, of which nobody holds it yet; what refers to a message in it goes there as well."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        case = own_case(officer, case_id)
        if body.unit not in actions.units(officer):
            fault = Fault("/unit", _("Choose the unit to which the case is forwarded."))
            return refusal("not-valid", faults=(fault,), kept=False)
        held = actions.forward(case, body.unit, body.why, officer, shown=body.seen, at=at)
        return held_now(case, held, officer)

    return once(request, key, act)


@router.post("/cases/{case_id}/assign", response={200: HeldShape, **ACT}, operation_id="assign_case", url_name="assign")
def assign(request: HttpRequest, case_id: Number, key: Key, body: AssignBody) -> HttpResponse:
    """Assign a case to a colleague, as a supervisor may, if it is still held as the officer saw it."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        case = own_case(officer, case_id)
        to = _colleague(officer, body.to)
        if to is None:
            return _nobody()
        return held_now(case, actions.assign(case, to, officer, shown=body.seen, at=at), officer)

    return once(request, key, act)


@router.post("/bulk", response={200: BulkDone, **ACT}, operation_id="act_on_many", url_name="bulk")
def bulk(request: HttpRequest, key: Key, body: BulkBody) -> HttpResponse:
    """Take, give back or assign many cases: all that can be, in one act."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        cases = _seen(officer, body.cases)
        to = _colleague(officer, body.to)
        if body.act == "assign" and to is None:
            return _nobody()
        if body.act == "take":
            done = actions.take_each(cases, officer, at=at)
        elif body.act == "give-back":
            done = actions.let_go_each(cases, officer, at=at)
        else:
            done = actions.assign_each(cases, to or officer, officer, at=at)
        return _told(BulkDone(changed=done.changed, left=[one.pk for one in done.left]))

    return once(request, key, act)


@router.get("/handovers", response={200: HandoverList, **REFUSALS}, operation_id="list_handovers", url_name="handovers")
def handovers(request: HttpRequest) -> HandoverList:
    """List what was handed over to the officer."""
    return HandoverList(
        handovers=[
            HandoverShape(
                id=one.pk,
                by=str(one.by),
                at=one.at,
                text=one.text,
                cases=[case.pk for case in one.cases.all()],
                read_at=one.read_at,
            )
            for one in handing_over.received(author(request))
        ]
    )


@router.post("/handovers", response={201: HandedOver, **ACT}, operation_id="hand_over", url_name="handovers")
def hand_over(request: HttpRequest, key: Key, body: HandOverBody) -> HttpResponse:
    """Leave cases that the officer holds to a colleague, with what he should know."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        cases = _seen(officer, body.cases)
        to = _colleague(officer, body.to)
        if to is None or to == officer:
            return refusal("not-valid", faults=(Fault("/to", _("Choose who takes over.")),), kept=False)
        done = actions.hand_over(cases, to, body.text, officer, at=at)
        made = done.handover.pk if done.handover is not None else None
        return _told(HandedOver(handover=made, left=[one.pk for one in done.left]), 201)

    return once(request, key, act)


@router.post(
    "/handovers/{handover_id}/read",
    response={200: HandoverRead, **ACT},
    operation_id="read_handover",
    url_name="handover_read",
)
def handover_read(request: HttpRequest, handover_id: Number, key: Key, body: NothingBody) -> HttpResponse:  # noqa: ARG001 - it holds nothing
    """Say that the officer has read what was handed over to him."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        found = Handover.objects.select_related("by").filter(pk=handover_id, to=officer).first()
        if found is None:
            raise Http404
        return _told(HandoverRead(handover=found.pk, new=actions.note_read_handover(found, officer, at=at)))

    return once(request, key, act)


@router.get("/cases/{case_id}/links", response={200: LinkList, **MISSING}, operation_id="list_links", url_name="links")
def links(request: HttpRequest, case_id: Number) -> LinkList:
    """List the cases to which a case is linked, as far as the officer may see them."""
    try:
        found = keeping.kept(reader(request), case_id).links
    except Case.DoesNotExist:
        raise Http404 from None
    return LinkList(
        links=[
            LinkShape(id=one.link.pk, case=one.other.pk, reference=one.other.reference, why=one.link.why)
            for one in found
        ]
    )


@router.post("/cases/{case_id}/links", response={201: Linked, **ACT}, operation_id="link_cases", url_name="links")
def link(request: HttpRequest, case_id: Number, key: Key, body: LinkBody) -> HttpResponse:
    """Link a case to another that the officer may see, with the reason."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        case = own_case(officer, case_id)
        made = actions.link(case, body.reference, body.why, officer, at=at)
        if isinstance(made, CaseLink):
            return _told(Linked(case=case.pk, link=made.pk), 201)
        return refusal("not-valid", faults=(_unlinked(made.rule),), kept=False)

    return once(request, key, act)


def _unlinked(rule: str) -> Fault:
    """Return why cases were not linked, as the pages say it."""
    said = {
        "unknown": _("No case of yours bears this reference. Copy it from the other case's page."),
        "itself": _("This is the case itself. Give the other one's reference."),
        "empty": _("Say in a few words what the cases have to do with each other."),
        "repeated": _("These cases are linked already."),
    }
    return Fault("/why" if rule == "empty" else "/reference", said[rule])


@router.delete(
    "/cases/{case_id}/links/{link_id}", response={200: Linked, **ACT}, operation_id="unlink_cases", url_name="link"
)
def unlink(request: HttpRequest, case_id: Number, link_id: Number, key: Key) -> HttpResponse:
    """Take a link away."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        case = own_case(officer, case_id)
        found = next((one.link for one in keeping.kept(officer, case.pk).links if one.link.pk == link_id), None)
        if found is None:
            raise Http404
        actions.unlink(found, case, officer, at=at)
        return _told(Linked(case=case.pk, link=link_id))

    return once(request, key, act)


@router.put(
    "/cases/{case_id}/operation", response={200: Operation, **ACT}, operation_id="name_operation", url_name="operation"
)
def operation(request: HttpRequest, case_id: Number, key: Key, body: OperationBody) -> HttpResponse:
    """Say to which operation a case belongs."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        case = own_case(officer, case_id)
        actions.name_operation(case, body.name, officer, at=at)
        return _told(Operation(case=case.pk))

    return once(request, key, act)


def _told(shape: Any, status: int = 200) -> Answer:  # noqa: ANN401 - any shape
    return Answer(status, shape.model_dump(mode="json"))
