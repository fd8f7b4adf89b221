"""What can be read: cases, messages and partners."""

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Path, Query, Router, Schema
from ninja.errors import ValidationError
from pydantic import Field

from comity.desks.cases import actions, partners, reads, tabs
from comity.desks.cases.api import problems, shapes
from comity.desks.cases.api.bearer import reader, token_of
from comity.desks.cases.api.shapes import Problem
from comity.desks.cases.filters import Filter
from comity.desks.cases.models import Addressee, Case, CaseMessage
from comity.messages import KINDS
from comity.node.officers import tokens
from comity.node.officers.models import Officer

router = Router()

Number = Annotated[int, Path(ge=1, le=shapes.HIGHEST)]
if TYPE_CHECKING:
    type TabKey = str
    type KindCode = str
else:
    TabKey = Literal[tuple(tab.key for tab in tabs.TABS)]
    KindCode = Literal[tuple(sorted(KINDS))]
REFUSALS: dict[Any, Any] = {400: Problem, 401: Problem, 403: Problem, 429: Problem}
MISSING: dict[Any, Any] = {**REFUSALS, 404: Problem}
_FEW: Final = 1_000
"""Messages: with fewer than these, their cases are asked for by number."""
_SCARCE: Final = frozenset({"new", "open", "waiting", "late", "mine", "free"})


class Listing(Schema):
    """Which cases are listed. A filter that is misspelt is refused, for it would list everything."""

    tab: TabKey = Field("all", description="As the tabs of the desk: new, open (to be answered), late and so on.")
    kind: KindCode | None = Field(None, description="Only cases with a message of that kind under the tab.")
    partner: str | None = Field(None, pattern=r"^[a-z]{2}\.[a-z][a-z0-9-]{0,29}$", description="Such as xb.spoc.")
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, pattern=r"^[0-9a-f]{1,13}$", description="`next` of the page before.")


@router.get("/me", response={200: shapes.Me, **REFUSALS}, operation_id="me", url_name="me")
def me(request: HttpRequest) -> shapes.Me:
    """Tell for whom the token acts, and what it may do."""
    token = token_of(request)
    officer = token.officer
    return shapes.Me(
        name=str(officer),
        authority=officer.authority,
        role=officer.role,
        token=token.name,
        writes=token.writes,
        expires_at=token.expires_at,
        confirmed_until=token.confirmed_until if tokens.is_confirmed(token, at=timezone.now()) else None,
    )


@router.get("/cases", response={200: shapes.CaseList, **REFUSALS}, operation_id="list_cases", url_name="cases")
def cases(request: HttpRequest, asked: Query[Listing]) -> shapes.CaseList:
    """List cases in which the officer may read something, the newest first."""
    officer = reader(request)
    _refuse_unknown(request)
    found = list(_listed(officer, asked)[: asked.limit + 1])
    more = len(found) > asked.limit
    shown = found[: asked.limit]
    return shapes.CaseList(
        cases=[shapes.CaseLine.of(case, officer) for case in shown], next=f"{shown[-1].pk:x}" if more else None
    )


def _listed(officer: Officer, asked: Listing) -> Any:  # noqa: ANN401 - a query
    tab = tabs.tab_of(asked.tab)
    own = reads.visible_to(officer).filter(tab.filter(officer), Filter(kind=asked.kind or "").condition(officer.pk))
    if asked.kind:
        own = own.filter(incoming__in=(True, False))  # says nothing, and lets the index by kind be used
    found = Case.objects.select_related("holder").order_by("-id")
    if asked.cursor:
        found = found.filter(pk__lt=int(asked.cursor, 16))
    if asked.tab in _SCARCE or asked.kind or asked.partner:  # what is rare is found through its messages
        found_by = [list(half.values_list("case", flat=True)[:_FEW]) for half in _halves(own, asked.partner)]
        if all(len(half) < _FEW for half in found_by):
            return found.filter(pk__in={case for half in found_by for case in half})
    seen = own.filter(Filter(partner=asked.partner or "").condition(officer.pk))
    return found.filter(Exists(seen.filter(case=OuterRef("pk"))))  # what is frequent soon turns up


def _halves(messages: QuerySet[CaseMessage], partner: str | None) -> tuple[QuerySet[CaseMessage], ...]:
    """Return what came from a partner and what went to it, each by an index of its own; everything without one."""
    if not partner:
        return (messages,)
    to = Addressee.objects.filter(authority=partner).values("message")
    return messages.filter(incoming=True, originator=partner), messages.filter(incoming=False, pk__in=to)


def _refuse_unknown(request: HttpRequest) -> None:
    """Refuse a parameter that is not known (raises `ValidationError`); ninja would drop it."""
    if unknown := sorted(set(request.GET) - set(Listing.model_fields)):
        raise ValidationError([{"loc": ("query", name), "type": "extra_forbidden"} for name in unknown])


@router.get("/cases/{case_id}", response={200: shapes.CaseShape, **MISSING}, operation_id="read_case", url_name="case")
def case(request: HttpRequest, case_id: Number) -> shapes.CaseShape:
    """Return a case with its messages. It is recorded that they were consulted; nothing is marked as read."""
    officer = reader(request)
    page = page_of(officer, case_id)
    actions.note_messages_consulted([view.message for view in page.messages], officer, at=timezone.now())
    return shapes.CaseShape.of_page(page, officer)


@router.get(
    "/messages/{message_id}",
    response={200: shapes.MessageShape, **MISSING},
    operation_id="read_message",
    url_name="message",
)
def message(request: HttpRequest, message_id: Number) -> shapes.MessageShape:
    """Return a message. It is recorded that it was consulted; it is not marked as read."""
    officer = reader(request)
    one = message_of(officer, message_id)
    view = next(view for view in page_of(officer, one.case_id).messages if view.message.pk == one.pk)
    actions.note_messages_consulted([view.message], officer, at=timezone.now())
    return shapes.MessageShape.of(view, officer)


@router.get(
    "/partners", response={200: shapes.PartnerList, **REFUSALS}, operation_id="list_partners", url_name="partners"
)
def partner_list(request: HttpRequest) -> shapes.PartnerList:
    """List the partners of the directory, with how the exchange with each is going."""
    found = partners.partners(reader(request), get_language() or "en", at=timezone.now())
    return shapes.PartnerList(partners=[shapes.Partner.of(one) for one in found])


@router.get(
    "/problems/{code}",
    auth=None,
    response={200: shapes.ProblemKind, 404: Problem},
    operation_id="read_problem",
    url_name="problem",
)
def problem(request: HttpRequest, code: str) -> shapes.ProblemKind:  # noqa: ARG001 - as every operation
    """Tell what a kind of problem means and what to do. Needs no token."""
    kind = problems.KINDS.get(code)
    if kind is None:
        raise Http404
    return shapes.ProblemKind(code=code, status=kind.status, title=str(kind.title), remedy=str(kind.remedy))


def page_of(officer: Officer, case_id: int) -> reads.CasePage:
    """Return a case with the messages that the officer may read; to anybody else it does not exist."""
    try:
        return reads.case_page(officer, case_id)
    except Case.DoesNotExist:
        raise Http404 from None


def message_of(officer: Officer, message_id: int) -> CaseMessage:
    """Return a message that the officer may read; to anybody else it does not exist."""
    try:
        return reads.message_for(officer, message_id)
    except CaseMessage.DoesNotExist:
        raise Http404 from None
