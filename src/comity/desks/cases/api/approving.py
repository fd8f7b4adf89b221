"""What a colleague wrote and this officer has to approve: read as its readers will see it, approved or returned."""

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from comity.desks.cases import actions, drafts
from comity.desks.cases.api import filled
from comity.desks.cases.api.bearer import approver, ask_confirmed, second_reader
from comity.desks.cases.api.bodies import Strict
from comity.desks.cases.api.drafting import FileShape, file_shape
from comity.desks.cases.api.once import Answer, once, refusal
from comity.desks.cases.api.previewing import PreviewShape
from comity.desks.cases.api.problems import Fault
from comity.desks.cases.api.reading import MISSING, REFUSALS, Number
from comity.desks.cases.api.shapes import RowId
from comity.desks.cases.api.writing import ACT, ROOT, Key
from comity.desks.cases.forms import FORMS, ReturnForm, posted
from comity.desks.cases.models import StoredDraft
from comity.node.officers.models import Officer

router = Router()

Version = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ApprovalLine(Schema):
    """What waits for the officer's approval."""

    id: RowId
    kind: str
    title: str
    author: str
    case: RowId | None = Field(description="Null of what will open a case of its own.")
    about: RowId | None = Field(description="The message that it refers to.")
    submitted_at: datetime | None
    needed: int
    approved: int

    @classmethod
    def of(cls, one: StoredDraft, approved: int) -> "ApprovalLine":
        """Return a draft as its approver sees it in a list."""
        case = drafts.case_of(one)
        return cls(
            id=one.pk,
            kind=one.kind,
            title=one.caption or (one.about.caption if one.about else ""),
            author=str(one.author),
            case=case.pk if case else None,
            about=one.about_id,
            submitted_at=one.submitted_at,
            needed=one.needed,
            approved=approved,
        )


class ApprovalList(Schema):
    """What waits for the officer's approval, the oldest first."""

    approvals: list[ApprovalLine]


class ApprovalShape(ApprovalLine):
    """What a colleague wrote, as its readers will see it."""

    version: Version = Field(description="Names this wording, files included. Give it as `read` to approve it.")
    body: dict[str, Any] | None = Field(description="What was filled in, as the body of a message.")
    files: list[FileShape]
    preview: PreviewShape | None = Field(description="Null where it can no longer be sent as it is: return it.")


class ApproveBody(Strict):
    """The approval of what was read."""

    read: Version = Field(description="`version` of what the officer has read.")


class ReturnBody(Strict):
    """Returning it to its author."""

    reason: str = Field(min_length=1, max_length=1_000, description="What has to change.")


class Approved(Schema):
    """What became of it."""

    draft: RowId
    state: str = Field(description="waiting for further officers, leaving in some seconds, sent, or returned.")
    message: RowId | None
    place: str | None = Field(description="Where the message is read, once it is sent.")


@router.get("/approvals", response={200: ApprovalList, **REFUSALS}, operation_id="list_approvals", url_name="approvals")
def approvals(request: HttpRequest) -> ApprovalList:
    """List what waits for the officer's approval."""
    found = drafts.listed(drafts.to_approve(second_reader(request)), approving=True)
    return ApprovalList(approvals=[ApprovalLine.of(one.draft, one.approved) for one in found])


@router.get(
    "/approvals/{draft_id}", response={200: ApprovalShape, **MISSING}, operation_id="read_approval", url_name="approval"
)
def approval(request: HttpRequest, draft_id: Number) -> ApprovalShape:
    """Return what a colleague wrote. It is recorded that it was read."""
    officer, at = second_reader(request), timezone.now()
    stored = _waiting(officer, draft_id)
    actions.note_read(stored, officer, at=at)
    rebuilt = actions.rebuilt(stored)
    preview = None
    if rebuilt.is_valid():
        files = actions.files_of(stored)
        found = actions.preview_request(rebuilt, stored.author, at=at, case=stored.case, files=files)
        preview = PreviewShape.of(found)
    body = None
    if stored.kind in FORMS:
        body = filled.from_form(stored.kind, posted(stored.data), about=stored.about_id, case=stored.case_id)
    return ApprovalShape(
        **ApprovalLine.of(stored, stored.approvals.count()).model_dump(),
        version=actions.version(stored),
        body=body,
        files=[file_shape(one) for one in stored.files.order_by("pk")],
        preview=preview,
    )


def _waiting(officer: Officer, draft_id: int) -> StoredDraft:
    try:
        return drafts.approval_for(officer, draft_id)
    except StoredDraft.DoesNotExist:
        raise Http404 from None


@router.post(
    "/approvals/{draft_id}/approve",
    response={200: Approved, **ACT},
    operation_id="approve",
    url_name="approve",
)
def approve(request: HttpRequest, draft_id: Number, key: Key, body: ApproveBody) -> HttpResponse:
    """Approve what was read; it leaves in its author's name once as many approve as are needed.

    Asks for a token that its officer has just confirmed by a second factor.
    """
    officer = approver(request)

    def act(at: datetime) -> Answer:
        stored = _waiting(officer, draft_id)
        ask_confirmed(request, at)
        if actions.version(stored) != body.read:
            return refusal("too-late", kept=False)
        outcome = actions.approve(stored, officer, read=body.read, at=at)
        if outcome is not None and outcome.refusals:
            return refusal("refused", faults=tuple(Fault("/read", str(one)) for one in outcome.refusals), kept=False)
        return _told(stored)

    return once(request, key, act)


@router.post(
    "/approvals/{draft_id}/return", response={200: Approved, **ACT}, operation_id="return_draft", url_name="return"
)
def give_back(request: HttpRequest, draft_id: Number, key: Key, body: ReturnBody) -> HttpResponse:
    """Return it to its author, with what has to change."""
    officer = approver(request)

    def act(at: datetime) -> Answer:
        stored = _waiting(officer, draft_id)
        form = ReturnForm({"reason": body.reason})
        if not form.is_valid():
            told = tuple(Fault("/reason", str(error)) for error in form.errors.get("reason", ()))
            return refusal("not-valid", faults=told, kept=False)
        actions.give_back(stored, form.cleaned_data["reason"], officer, at=at)
        return _told(stored)

    return once(request, key, act)


def _told(stored: StoredDraft) -> Answer:
    stored.refresh_from_db()
    place = f"{ROOT}/messages/{stored.message_id}" if stored.message_id else None
    made = Approved(draft=stored.pk, state=stored.state, message=stored.message_id, place=place)
    return Answer(200, made.model_dump(mode="json"))
