"""Messages as the list of the desk shows them, narrowed, and the filters that an officer keeps for it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.errors import ValidationError
from pydantic import Field

from comity.desks.cases import actions, reads, tabs, words
from comity.desks.cases.api.bearer import opener, reader
from comity.desks.cases.api.bodies import Strict
from comity.desks.cases.api.once import Answer, once, refusal
from comity.desks.cases.api.problems import Fault, FaultyError
from comity.desks.cases.api.reading import MISSING, REFUSALS, KindCode, Number, TabKey
from comity.desks.cases.api.shapes import Problem, RowId
from comity.desks.cases.api.writing import ACT, Key
from comity.desks.cases.api.writing import router as messages
from comity.desks.cases.filters import HOLDERS, WAYS, Filter
from comity.desks.cases.models import CaseMessage, SavedFilter, State
from comity.node.officers.models import Officer

router = Router()

if TYPE_CHECKING:
    type WayCode = str
    type AreaCode = str
    type UrgencyCode = str
    type StateCode = str
    type HolderCode = str
else:
    WayCode = Literal[WAYS]
    AreaCode = Literal[tuple(words.CRIME_AREAS)]
    UrgencyCode = Literal[tuple(words.URGENCIES)]
    StateCode = Literal[tuple(State.values)]
    HolderCode = Literal[HOLDERS]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"})]
PartnerId = Annotated[str, Field(pattern=r"^[a-z]{2}\.[a-z][a-z0-9-]{0,29}$", description="Such as xb.spoc.")]
_CONDITIONS: Final = ("way", "partner", "kind", "area", "urgency", "state", "holder", "since", "until")


class Conditions(Schema):
    """What messages are shown; what is left out narrows nothing."""

    tab: TabKey = Field("all", description="As the tabs of the desk: new, open (to be answered), late and so on.")
    way: WayCode | None = Field(None, description="in for what came, out for what went.")
    partner: PartnerId | None = None
    kind: KindCode | None = None
    area: AreaCode | None = Field(None, description="Crime area.")
    urgency: UrgencyCode | None = None
    state: StateCode | None = None
    holder: HolderCode | None = Field(None, description="me or nobody.")
    since: Day | None = Field(None, description="First day of sending or arrival, in the zone of the node.")
    until: Day | None = Field(None, description="Last day of it.")


class Narrowed(Conditions):
    """Which messages are meant. A condition that is misspelt is refused, for it would mean everything."""

    filter: int | None = Field(None, ge=1, le=2**53 - 1, description="Id of a kept filter, in place of conditions.")


class Asked(Narrowed):
    """Which messages are listed."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, pattern=r"^[0-9a-f]{1,13}$", description="`next` of the page before.")


class FilterBody(Strict, Conditions):
    """A filter that is kept under a name, in the place of an earlier one of that name."""

    name: str = Field(min_length=1, max_length=60)


class FilterShape(Conditions):
    """A filter that the officer keeps."""

    id: RowId
    name: str
    kept_at: datetime


class FilterList(Schema):
    """The filters that the officer keeps, by name."""

    filters: list[FilterShape]


class FilterKept(Schema):
    """A filter that is kept now."""

    filter: RowId


class FilterGone(Schema):
    """A filter that is kept no more."""

    removed: RowId


class Line(Schema):
    """A message as a row of the list."""

    id: RowId
    case: RowId
    reference: str
    incoming: bool
    kind: str
    partners: list[str] = Field(description="From whom it came, or to whom it went.")
    subject: str
    crime_area: str
    urgency: str
    state: str
    standing: str = Field(description="corrected or withdrawn, where its originator said so.")
    copied: bool = Field(description="It came for information and waits for nothing.")
    sent_at: datetime
    arrived_at: datetime | None
    due_at: datetime | None
    holder: RowId | None

    @classmethod
    def of(cls, one: CaseMessage) -> "Line":
        """Return the row of a message with case and addressees loaded."""
        return cls(
            id=one.pk,
            case=one.case_id,
            reference=one.reference,
            incoming=one.incoming,
            kind=one.kind,
            partners=[one.originator] if one.incoming else [to.authority for to in one.addressees.all()],
            subject=one.caption or one.case.title,
            crime_area=one.crime_area or "",
            urgency=one.urgency,
            state=one.state,
            standing=one.standing,
            copied=one.copied,
            sent_at=one.sent_at,
            arrived_at=one.arrived_at,
            due_at=one.due_at,
            holder=one.case.holder_id,
        )


class MessageList(Schema):
    """A page of messages, the newest first."""

    messages: list[Line]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


@messages.get(
    "/messages", response={200: MessageList, **MISSING, 422: Problem}, operation_id="list_messages", url_name="messages"
)
def message_list(request: HttpRequest, asked: Query[Asked]) -> MessageList:
    """List messages as the list of the desk does, newest first; what they say is read one by one."""
    officer = reader(request)
    narrowed, tab = chosen(request, officer, asked)
    found = reads.listed(officer, tabs.tab_of(tab), narrowed).order_by("-id")
    if asked.cursor:
        found = found.filter(pk__lt=int(asked.cursor, 16))
    rows = list(found[: asked.limit + 1])
    shown = rows[: asked.limit]
    return MessageList(
        messages=[Line.of(one) for one in shown], next=f"{shown[-1].pk:x}" if len(rows) > asked.limit else None
    )


def chosen(request: HttpRequest, officer: Officer, asked: Narrowed) -> tuple[Filter, str]:
    """Return the filter that is asked for, and under which tab.

    Raises:
        ValidationError: a parameter is not known; ninja would drop it.
        FaultyError: both a filter and conditions are named.
        Http404: the officer keeps no such filter.
    """
    if unknown := sorted(set(request.GET) - set(type(asked).model_fields)):
        raise ValidationError([{"loc": ("query", name), "type": "extra_forbidden"} for name in unknown])
    if asked.filter is None:
        return _filter(asked), asked.tab
    if both := sorted(set(request.GET) & {"tab", *_CONDITIONS}):
        text = _("Name a kept filter or conditions, not both.")
        raise FaultyError(*(Fault(name, text) for name in both))
    kept = SavedFilter.objects.filter(officer=officer, pk=asked.filter).first()
    if kept is None:
        raise Http404
    data = QueryDict(kept.query)
    return Filter.read(data), str(data.get("show", ""))


def _filter(given: Conditions) -> Filter:
    return Filter.read({name: getattr(given, name) or "" for name in _CONDITIONS})


@router.get("/filters", response={200: FilterList, **REFUSALS}, operation_id="list_filters", url_name="filters")
def filters(request: HttpRequest) -> FilterList:
    """List the filters that the officer keeps; they are his own."""
    found = SavedFilter.objects.filter(officer=reader(request)).order_by("name", "pk")
    return FilterList(filters=[_shape(one) for one in found])


def _shape(kept: SavedFilter) -> FilterShape:
    data = QueryDict(kept.query)
    narrowed = Filter.read(data)
    said: dict[str, Any] = {name: str(getattr(narrowed, name) or "") or None for name in _CONDITIONS}
    tab = tabs.tab_of(str(data.get("show", ""))).key
    return FilterShape(id=kept.pk, name=kept.name, kept_at=kept.at, tab=tab, **said)


@router.post("/filters", response={201: FilterKept, **ACT}, operation_id="keep_filter", url_name="filters")
def keep(request: HttpRequest, key: Key, body: FilterBody) -> HttpResponse:
    """Keep a filter under a name."""
    officer = opener(request)
    return once(request, key, lambda at: _kept(officer, body, at))


def _kept(officer: Officer, body: FilterBody, at: datetime) -> Answer:
    shown = {"show": body.tab} if body.tab != tabs.TABS[0].key else {}
    made = actions.keep_filter(officer, body.name, _filter(body).query(**shown), at=at)
    if made is None:
        text = _("Give the filter a name. You can keep thirty; remove one that you no longer need.")
        return refusal("not-valid", faults=(Fault("/name", text),), kept=False)
    return Answer(201, FilterKept(filter=made.pk).model_dump(mode="json"))


@router.delete(
    "/filters/{filter_id}", response={200: FilterGone, **ACT}, operation_id="remove_filter", url_name="filter"
)
def remove(request: HttpRequest, filter_id: Number, key: Key) -> HttpResponse:
    """Let go of a filter."""
    officer = opener(request)

    def act(_at: datetime) -> Answer:
        if not actions.drop_filter(officer, filter_id):
            raise Http404
        return Answer(200, FilterGone(removed=filter_id).model_dump(mode="json"))

    return once(request, key, act)
