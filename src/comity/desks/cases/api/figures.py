"""Figures: what an authority publishes on a year, and how the exchange with one partner goes."""

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Path, Router, Schema
from pydantic import Field

from comity.desks.cases import counting, partner_page, statistics, year_counts
from comity.desks.cases.api.bearer import reader, statistician
from comity.desks.cases.api.reading import MISSING
from comity.desks.cases.api.shapes import RowId
from comity.desks.cases.models import CaseMessage
from comity.desks.cases.partner_page import OnTime

router = Router()

Year = Annotated[int, Path(ge=1970, le=9999)]
Authority = Annotated[str, Path(pattern=r"^[a-z]{2}\.[a-z][a-z0-9-]{0,29}$", description="Such as xb.spoc.")]


class YearShape(Schema):
    """The requests of one year (Directive (EU) 2023/977, Art. 18)."""

    year: int
    counted_at: datetime
    same: bool = Field(description="Whether the acts log gives the same figures.")
    figures: dict[str, Any] = Field(description="As the page hands them out as a file.")


class Share(Schema):
    """How many requests of the last ninety days were answered in time."""

    in_time: int
    late: int
    overdue: int

    @classmethod
    def of(cls, found: OnTime) -> "Share":
        """Return a share."""
        return cls(in_time=found.in_time, late=found.late, overdue=found.overdue)


class Owed(Schema):
    """A request that waits for an answer."""

    message: RowId
    case: RowId
    reference: str
    due_at: datetime | None

    @classmethod
    def of(cls, one: CaseMessage) -> "Owed":
        """Return a request."""
        return cls(message=one.pk, case=one.case_id, reference=one.reference, due_at=one.due_at)


class PartnerFigures(Schema):
    """How the exchange with one partner goes, both ways, and what to compare with it by telephone."""

    authority: str
    name: str
    languages: list[str]
    they_answered: Share
    we_answered: Share
    they_owe: list[Owed] = Field(description="The first ten.")
    we_owe: list[Owed] = Field(description="The first ten.")
    identity: str = Field(description="Fingerprint of its identity, as it is read aloud.")
    entry_expires: datetime


@router.get(
    "/statistics/{year}", response={200: YearShape, **MISSING}, operation_id="read_statistics", url_name="statistics"
)
def yearly(request: HttpRequest, year: Year) -> YearShape:
    """Return what the authority publishes on a year; what takes long to count is some minutes old at most."""
    officer, at = statistician(request), timezone.now()
    if year not in statistics.years(officer.authority, at):
        raise Http404
    counting.count(at)
    count = year_counts.counted(officer.authority, year, at)
    figures, logged = statistics.as_json(count.report), statistics.as_json(count.logged)
    return YearShape(year=year, counted_at=count.at, same=figures == {**logged, "unread": 0}, figures=figures)


@router.get(
    "/partners/{authority}", response={200: PartnerFigures, **MISSING}, operation_id="read_partner", url_name="partner"
)
def partner(request: HttpRequest, authority: Authority) -> PartnerFigures:
    """Return how the exchange with a partner goes; what the officer may not see is not counted."""
    page = partner_page.partner_page(reader(request), authority, get_language() or "en", at=timezone.now())
    if page is None:
        raise Http404
    return PartnerFigures(
        authority=page.partner.authority,
        name=page.partner.name,
        languages=list(page.languages),
        they_answered=Share.of(page.theirs),
        we_answered=Share.of(page.ours),
        they_owe=[Owed.of(one) for one in page.owed_by_them],
        we_owe=[Owed.of(one) for one in page.owed_by_us],
        identity=page.identity,
        entry_expires=page.expires,
    )
