"""What stands on the desk: what is due, what rings, what was escalated, and what stays at home beside a message."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from comity.desks.cases import beside, drafts, escalations, reads, ringing
from comity.desks.cases.api.bearer import author, reader
from comity.desks.cases.api.listing import Line
from comity.desks.cases.api.reading import MISSING, REFUSALS, Number, message_of
from comity.desks.cases.api.shapes import RowId
from comity.desks.cases.passages import IN_WORDS, Passage

router = Router()


class Raised(Schema):
    """A message of which those above were told."""

    message: Line
    why: str = Field(description="supervisors or everybody, while it rings; late, once its time was over.")
    since: datetime
    told_at: datetime


class Home(Schema):
    """The home page: the first of each list, and how many there are in all."""

    counts: dict[str, int] = Field(description="By tab, as `GET /messages` takes it; ten thousand stand for more.")
    due: list[Line] = Field(description="What is due and new: urgent and overdue first, then by its time.")
    travelling: list[Line] = Field(description="What partners have not received yet.")
    escalated: list[Raised] = Field(description="What those above were told, for a supervisor.")
    escalated_count: int
    approvals: int = Field(description="What waits for the officer's approval.")


class RingShape(Schema):
    """A message about life at risk that nobody has taken. Take its case, and it rings no more, for nobody."""

    message: Line
    since: datetime = Field(description="Since when nobody has it.")
    told: str = Field(description="Whom it was escalated to last: supervisors, everybody, or nobody yet.")


class RingList(Schema):
    """What rings for the officer, the oldest first. Ask every few seconds; twenty at most."""

    rings: list[RingShape]


class PassageShape(Schema):
    """From where in a pasted text a value of a message came."""

    subject: int | None = Field(description="Place among the subjects, from 0; null for the text of the message.")
    property: str = Field(description="Empty for the text of the message.")
    value: str
    written: str = Field(description="As it stood in the pasted text.")
    line: int
    source: str

    @classmethod
    def of(cls, one: Passage) -> "PassageShape":
        """Return a passage."""
        return cls(
            subject=None if one.place == IN_WORDS else one.place,
            property=one.prop,
            value=one.value,
            written=one.written,
            line=one.line,
            source=one.source,
        )


class LeftOutShape(Schema):
    """A copy that was owed and left out."""

    authority: str
    ground: str
    agreement: str = Field(description="Title, in the caller's language; empty where the directory names it no more.")
    clause: str


class AtHome(Schema):
    """What stays at home beside a message: no partner gets any of it."""

    message: RowId
    text: str = Field(description="Out of which values were picked; empty if none was pasted, or it was removed.")
    passages: list[PassageShape]
    left_out: list[LeftOutShape]


@router.get("/home", response={200: Home, **REFUSALS}, operation_id="home", url_name="home")
def home(request: HttpRequest) -> Home:
    """Tell what is due, new, escalated and under way, as the home page does."""
    officer = reader(request)
    page, raised = reads.home(officer), escalations.to_me(officer)
    return Home(
        counts={tab.key: count for tab, count in page.counts},
        due=[Line.of(one) for one in page.new],
        travelling=[Line.of(one) for one in page.travelling],
        escalated=[
            Raised(message=Line.of(one.message), why=one.told, since=one.since, told_at=one.at) for one in raised.shown
        ],
        escalated_count=raised.count,
        approvals=drafts.to_approve(officer).count(),
    )


@router.get("/ringing", response={200: RingList, **REFUSALS}, operation_id="list_rings", url_name="ringing")
def rings(request: HttpRequest) -> RingList:
    """List what rings for the officer."""
    found = ringing.rings_for(author(request))
    return RingList(rings=[RingShape(message=Line.of(one.message), since=one.begun_at, told=one.told) for one in found])


@router.get(
    "/messages/{message_id}/at-home",
    response={200: AtHome, **MISSING},
    operation_id="read_at_home",
    url_name="at_home",
)
def at_home(request: HttpRequest, message_id: Number) -> AtHome:
    """Return from which passages the values of a message came, and which copies of it were left out."""
    message = message_of(reader(request), message_id)
    found = beside.of([message]).get(message.pk, beside.NOTHING)
    return AtHome(
        message=message.pk,
        text=found.passages.text,
        passages=[PassageShape.of(one) for one in found.passages.values],
        left_out=[
            LeftOutShape(authority=one.authority, ground=one.ground, agreement=one.agreement, clause=one.number)
            for one in found.not_copied
        ],
    )
