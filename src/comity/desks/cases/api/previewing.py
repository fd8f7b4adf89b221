"""What would become of a message if it were sent: who may read what of it, by which clauses. Nothing is kept."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from comity.desks.cases import actions
from comity.desks.cases.api import bodies, problems
from comity.desks.cases.api.bearer import author
from comity.desks.cases.api.once import Answer
from comity.desks.cases.api.reading import MISSING
from comity.desks.cases.api.shapes import EarlierShape, Problem
from comity.desks.cases.api.writing import case_named, read_draft
from comity.desks.cases.asked_before import Earlier
from comity.desks.cases.preview import Preview, Recipient

router = Router()

LOOKED_AT: dict[Any, Any] = {**MISSING, 409: Problem, 411: Problem, 413: Problem, 415: Problem, 422: Problem}


class ClauseShape(Schema):
    """A clause of an agreement, in the caller's language."""

    number: str
    text: str


class RecipientShape(Schema):
    """What one recipient may do with the message, or why it must not receive it."""

    authority: str
    name: str
    allowed: bool
    copied: bool = Field(description="It receives it as a copy, for information only.")
    agreement: str = Field(description="Title of the agreement that decides; empty if there is none.")
    clauses: list[ClauseShape] = Field(description="By which it is decided; of a no, that which comes nearest.")
    duties: list[str] = Field(description="What the recipient then has to do, in words.")
    reasons: list[str] = Field(description="Why it must not receive it, in words.")

    @classmethod
    def of(cls, one: Recipient) -> "RecipientShape":
        """Return a recipient as the preview of the pages shows it."""
        return cls(
            authority=one.authority,
            name=one.name,
            allowed=one.allowed,
            copied=one.copied,
            agreement=one.agreement,
            clauses=[ClauseShape(number=number, text=text) for number, text in one.clauses],
            duties=list(one.duties),
            reasons=list(one.reasons),
        )


class AskedBefore(EarlierShape):
    """A request about the same, to or from the same partners, on any channel."""

    partners: list[str]
    direction: str = Field(description="in or out")
    asker: str = Field(description="Who asked them, where it came here as a copy; else empty.")

    @classmethod
    def of(cls, one: Earlier) -> "AskedBefore":
        """Return one earlier request."""
        known = EarlierShape.of(one).model_dump()
        return cls(**known, partners=list(one.partners), direction="in" if one.incoming else "out", asker=one.asker)


class PreviewShape(Schema):
    """A message as its recipients would read it."""

    allowed: bool = Field(description="Whether it may be sent: to all of its recipients, or to none.")
    approvals: int = Field(description="How many further officers would have to approve it before it is sent.")
    recipients: list[RecipientShape]
    leave_out: list[str] = Field(description="Whom to leave out so that it may be sent; empty if nobody would remain.")
    handling: list[str]
    conditions: list[str] = Field(description="What a recipient has to observe, in words.")
    content: dict[str, Any] = Field(description="What it says, as in a message that is read.")
    doubts: list[str] = Field(description="What to compare once more, such as check digits that do not fit.")
    earlier: list[AskedBefore] = Field(description="Whether the same was asked before.")
    not_copied: list[str] = Field(description="Who is owed a copy and would get none.")

    @classmethod
    def of(cls, found: Preview) -> "PreviewShape":
        """Return a preview."""
        return cls(
            allowed=found.allowed,
            approvals=found.approvals if found.allowed else 0,
            recipients=[RecipientShape.of(one) for one in found.recipients],
            leave_out=list(found.left_out),
            handling=list(found.handling),
            conditions=[str(one) for one in found.conditions],
            content=found.content,
            doubts=[str(one) for one in found.doubts],
            earlier=[AskedBefore.of(one) for one in found.earlier],
            not_copied=[one.to for one in found.not_copied],
        )


@router.post("/preview", response={200: PreviewShape, **LOOKED_AT}, operation_id="preview", url_name="preview")
def preview(request: HttpRequest, body: bodies.MessageBody) -> HttpResponse:
    """Tell what would become of a message if it were sent now: the same body, the same forms, the same decision.

    Nothing is kept, sent or recorded, so it needs no idempotency key, and a token for reading will do.
    """
    officer, at = author(request), timezone.now()
    draft = read_draft(officer, body)
    if isinstance(draft, Answer):
        return problems.written(draft.fields)
    case = case_named(officer, getattr(body.root, "case", None))
    return shown(actions.preview_request(draft, officer, at=at, case=case))


def shown(found: Preview) -> HttpResponse:
    """Return a preview as an answer."""
    return JsonResponse(PreviewShape.of(found).model_dump(mode="json"), json_dumps_params={"ensure_ascii": False})
