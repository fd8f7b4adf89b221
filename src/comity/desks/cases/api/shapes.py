"""How cases, messages, partners and drafts are written in answers. Codes stay codes; texts stay as they were given."""

from datetime import datetime
from typing import Annotated, Any, Final

from ninja import Schema
from pydantic import BeforeValidator, Field

from comity.desks.cases import drafts, restrictions, rules
from comity.desks.cases.asked_before import Earlier
from comity.desks.cases.delivered import Delivery
from comity.desks.cases.models import Candidate, Case, StoredDraft
from comity.desks.cases.partners import PartnerView
from comity.desks.cases.reads import CasePage, MessageView
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty

HIGHEST: Final = 2**53 - 1
"""The highest number that every reader of JSON reads right."""


def whole(value: Any) -> Any:  # noqa: ANN401 - whatever was written
    """Return 12.0 as 12: to JSON they are the same number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


_Row = Annotated[int, Field(ge=1, le=HIGHEST)]
RowId = Annotated[_Row, BeforeValidator(whole, json_schema_input_type=_Row)]
_Place = Annotated[int, Field(ge=1, le=100)]
Place = Annotated[_Place, BeforeValidator(whole, json_schema_input_type=_Place)]
_STATES: Final = {"w": "waiting", "s": "stored", "r": "refused", "x": "sent-again", "read": "read"}


class FaultShape(Schema):
    """One thing that is wrong."""

    pointer: str = Field(description="Where: a JSON pointer into the body, or the name of a header or parameter.")
    detail: str = Field(description="What is wrong and what to do, in the caller's language.")


class Problem(Schema):
    """Why something was not done (RFC 9457)."""

    type: str = Field(description="Address of this kind of problem; its last part is a code that does not change.")
    title: str
    status: int
    detail: str
    errors: list[FaultShape] = Field(default=[], description="Each field that is wrong.")
    confirm: str = Field(default="", description="Page of the node on which the officer confirms the token.")


class Holder(Schema):
    """Who works on a case."""

    id: RowId
    name: str
    me: bool

    @classmethod
    def of(cls, holder: Officer | None, officer: Officer) -> "Holder | None":
        """Return who holds a case as the officer sees it."""
        return None if holder is None else cls(id=holder.pk, name=str(holder), me=holder.pk == officer.pk)


class CaseLine(Schema):
    """A case in a list."""

    id: RowId
    reference: str
    title: str
    operation: str
    opened_at: datetime
    closed_at: datetime | None
    holder: Holder | None

    @classmethod
    def of(cls, case: Case, officer: Officer) -> "CaseLine":
        """Return a case as a list shows it."""
        return cls(**_line(case, officer))


class CaseList(Schema):
    """One page of cases, the newest first."""

    cases: list[CaseLine]
    next: str | None = Field(description="Give it as `cursor` to get the next page; null on the last one.")


class Copy(Schema):
    """How far one recipient's copy of a message got, and what came back."""

    partner: str
    state: str = Field(description="waiting, stored, refused, sent-again or read")
    code: str = Field(description="Why the partner's node refused it; empty otherwise.")
    stored_at: datetime | None
    read_at: datetime | None
    reply: str = Field(description="What came back last: full, partial, interim, negative, refusal; empty otherwise.")
    replied_at: datetime | None
    due_at: datetime | None
    expected: bool = Field(description="Whether it owes an answer; not to a request for positive answers only.")
    taken_up: dict[str, Any] = Field(description="Who works on it there, as the recipient said; empty otherwise.")

    @classmethod
    def of(cls, copy: Delivery) -> "Copy":
        """Return how far a copy got."""
        return cls(
            partner=copy.authority,
            state=_STATES.get(copy.state, copy.state),
            code=copy.code,
            stored_at=copy.stored_at,
            read_at=copy.read_at,
            reply=copy.reply,
            replied_at=copy.replied_at,
            due_at=copy.due_at,
            expected=copy.expected,
            taken_up=dict(copy.taken_up or {}),
        )


class Match(Schema):
    """A record of this node that may be a subject of a message: a proposal, until a person decides."""

    id: RowId
    subject: int = Field(description="Place of the subject in the message, from 0.")
    record: str
    values: dict[str, Any] = Field(description="The record as it was compared: schema, caption and properties.")
    score: float
    confidence: str
    reasons: list[Any] = Field(description="Which values agree and which do not.")
    verdict: str = Field(description="open, same or different")
    reason: str
    decided_at: datetime | None

    @classmethod
    def of(cls, candidate: Candidate) -> "Match":
        """Return a candidate."""
        return cls(
            id=candidate.pk,
            subject=candidate.place,
            record=candidate.record_reference,
            values=candidate.record or {},
            score=candidate.score,
            confidence=candidate.confidence,
            reasons=list(candidate.reasons),
            verdict=candidate.verdict,
            reason=candidate.reason,
            decided_at=candidate.decided_at,
        )


class EarlierShape(Schema):
    """The same request, received before from the same partner, on any channel."""

    message: RowId | None = Field(description="Null where the officer may only know that there is one.")
    case: RowId | None
    at: datetime
    subjects: list[str]

    @classmethod
    def of(cls, one: Earlier) -> "EarlierShape":
        """Return one earlier request."""
        case = one.message.case_id if one.message else None
        return cls(message=one.message.pk if one.message else None, case=case, at=one.at, subjects=list(one.subjects))


class MessageShape(Schema):
    """One message of a case."""

    id: RowId
    case: RowId
    kind: str
    direction: str = Field(description="in or out")
    channel: str = Field(
        description="Of what was entered by hand: by what it came, such as telephone; nothing proves it. "
        "Empty for what was sealed and proved."
    )
    root: str = Field(description="Root over the message's items, in hex: by it every copy and proof is found.")
    about: str = Field(description="Root of the message that it answers or changes, in hex; empty if there is none.")
    reference: str
    originator: str
    purpose: str
    crime_area: str
    urgency: str
    handling: list[str]
    conditions: list[str] = Field(description="What code H3 asks of its reader, in words, in the caller's language.")
    languages: list[str]
    state: str
    standing: str = Field(description="corrected or withdrawn by its originator; empty otherwise")
    sent_at: datetime
    arrived_at: datetime | None
    deadline: datetime | None
    due_at: datetime | None
    clock_stopped_at: datetime | None
    circular: bool = Field(description="A request that expects only positive answers: nobody owes one.")
    copied: bool = Field(description="Came as a copy, for information only: nothing is owed for it.")
    erased: bool
    content: dict[str, Any] = Field(description="What it says: subjects, questions, texts, grounds; empty once erased.")
    copies: list[Copy] = Field(description="Of a message of ours: one for each recipient.")
    candidates: list[Match]
    earlier: list[EarlierShape] = Field(description="Of a request that came in: the same, received before.")
    may: list[str] = Field(description="Kinds of message that the officer can write about it now.")

    @classmethod
    def of(cls, view: MessageView, officer: Officer) -> "MessageShape":
        """Return a message as its case's page shows it."""
        one = view.message
        return cls(
            id=one.pk,
            case=one.case_id,
            kind=one.kind,
            direction="in" if one.incoming else "out",
            channel=one.channel,
            root=bytes(one.msg).hex(),
            about=one.in_reply_to,
            reference=one.reference,
            originator=one.originator,
            purpose=one.purpose,
            crime_area=one.crime_area,
            urgency=one.urgency,
            handling=list(one.handling),
            conditions=list(restrictions.in_words(view.content)),
            languages=list(one.languages),
            state=one.state,
            standing=one.standing,
            sent_at=one.sent_at,
            arrived_at=one.arrived_at,
            deadline=one.deadline,
            due_at=one.due_at,
            clock_stopped_at=one.still_since,
            circular=one.circular,
            copied=one.copied,
            erased=one.erased,
            content=view.content,
            copies=[Copy.of(copy) for copy in view.deliveries],
            candidates=[Match.of(item) for subject in view.subjects for item in subject.candidates],
            earlier=[EarlierShape.of(one) for one in view.earlier],
            may=[kind for kind in drafts.ROUTES if officer.may(Duty.WRITE_MESSAGES) and rules.may_be_about(one, kind)],
        )


class CaseShape(CaseLine):
    """A case with every message of it that the officer may read."""

    handling: list[str] = Field(description="Every handling code that applies to something in it.")
    conditions: list[str]
    messages: list[MessageShape] = Field(description="In the order in which they were sent.")

    @classmethod
    def of_page(cls, page: CasePage, officer: Officer) -> "CaseShape":
        """Return a case as its page shows it."""
        return cls(
            **_line(page.case, officer),
            handling=list(page.handling),
            conditions=list(page.conditions),
            messages=[MessageShape.of(view, officer) for view in page.messages],
        )


class Contact(Schema):
    """A contact point."""

    name: str
    phone: str
    languages: str
    always: bool = Field(description="Whether it answers at every hour.")


class Partner(Schema):
    """A partner, and how the exchange with it is going."""

    authority: str
    name: str
    state: str
    agreements: list[str]
    contacts: list[Contact]
    waiting: int = Field(description="Messages of ours that it has not acknowledged.")
    reachable: bool
    incidents: int

    @classmethod
    def of(cls, view: PartnerView) -> "Partner":
        """Return a partner as the list of partners shows it."""
        return cls(
            authority=view.authority,
            name=view.name,
            state=view.state,
            agreements=list(view.agreements),
            contacts=[
                Contact(name=one.name, phone=one.phone, languages=one.languages, always=one.always)
                for one in view.contacts
            ],
            waiting=view.waiting,
            reachable=view.reachable,
            incidents=view.incidents,
        )


class PartnerList(Schema):
    """Every partner of the directory."""

    partners: list[Partner]


class DraftShape(Schema):
    """A message that the officer began and has not sent, or has sent after all."""

    id: RowId
    kind: str
    state: str = Field(description="draft, waiting, returned, leaving, sent or discarded")
    about: RowId | None = Field(description="The message that it refers to.")
    case: RowId | None
    title: str
    saved_at: datetime
    submitted_at: datetime | None
    needed: int = Field(description="How many further officers have to approve it.")
    approved: int
    reason: str = Field(description="Why it was returned.")
    message: RowId | None = Field(description="What it became.")

    @classmethod
    def of(cls, draft: StoredDraft, approved: int) -> "DraftShape":
        """Return a draft."""
        case = drafts.case_of(draft)
        return cls(
            id=draft.pk,
            kind=draft.kind,
            state=draft.state,
            about=draft.about_id,
            case=case.pk if case else None,
            title=draft.caption,
            saved_at=draft.saved_at,
            submitted_at=draft.submitted_at,
            needed=draft.needed,
            approved=approved,
            reason=draft.reason,
            message=draft.message_id,
        )


class DraftList(Schema):
    """What the officer began and has not sent, newest first."""

    drafts: list[DraftShape]


class Me(Schema):
    """For whom the token acts, and what it may do."""

    name: str
    authority: str
    role: str
    token: str = Field(description="The name of the token.")
    writes: bool
    expires_at: datetime
    confirmed_until: datetime | None = Field(description="Until when it may do what asks for a second factor.")


class Sent(Schema):
    """A message that was sealed, recorded and sent."""

    message: RowId
    case: RowId
    reference: str
    place: str = Field(description="Where it is read; also in the header Location.")


class Waiting(Schema):
    """A message that waits for the approval of further officers."""

    draft: RowId
    needed: int
    place: str = Field(description="Where one sees what became of it; also in the header Location.")


class Decided(Schema):
    """A candidate on which the officer decided."""

    candidate: RowId
    verdict: str


class HeldShape(Schema):
    """Who holds a case now."""

    case: RowId
    holder: Holder | None
    since: datetime | None


class Read(Schema):
    """Whether anything of the case was new."""

    case: RowId
    new: bool


class ProblemKind(Schema):
    """A kind of problem: what it means and what to do."""

    code: str
    status: int
    title: str
    remedy: str


def _line(case: Case, officer: Officer) -> dict[str, Any]:
    return {
        "id": case.pk,
        "reference": case.reference,
        "title": case.title,
        "operation": case.operation,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "holder": Holder.of(case.holder, officer),
    }
