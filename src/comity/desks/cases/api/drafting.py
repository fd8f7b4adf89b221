"""Drafts: kept, changed, previewed, sent, discarded, taken back."""

import secrets
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from comity.desks.cases import actions, choices, drafts
from comity.desks.cases.api import bodies, filled, problems, shapes
from comity.desks.cases.api.bearer import author, writer
from comity.desks.cases.api.once import Answer, once, refusal
from comity.desks.cases.api.previewing import LOOKED_AT, PreviewShape, shown
from comity.desks.cases.api.problems import Fault
from comity.desks.cases.api.reading import MISSING, REFUSALS, Number, message_of
from comity.desks.cases.api.shapes import RowId
from comity.desks.cases.api.writing import ACT, ROOT, Key, case_named, sent_or_waiting
from comity.desks.cases.forms import FORMS, Draft, posted
from comity.desks.cases.models import OPEN_DRAFTS, DraftFile, DraftState, StoredDraft
from comity.node.officers.models import Officer

router = Router()


class FileShape(Schema):
    """A file that is attached to a draft."""

    id: RowId
    name: str
    size: int
    sha256: str


class WholeDraft(shapes.DraftShape):
    """A draft with what it says."""

    body: dict[str, Any] | None = Field(
        description="What was filled in so far, as the body of a message; null of what was sent or is entered by hand."
    )
    files: list[FileShape]


class DraftKept(Schema):
    """A draft as it is kept now."""

    draft: RowId
    state: str
    place: str = Field(description="Where it is read; also in the header Location.")


@router.get("/drafts", response={200: shapes.DraftList, **REFUSALS}, operation_id="list_drafts", url_name="drafts")
def draft_list(request: HttpRequest) -> shapes.DraftList:
    """List what the officer began and has not sent, newest first."""
    found = drafts.own(author(request)).filter(state__in=OPEN_DRAFTS).order_by("-saved_at")
    return shapes.DraftList(
        drafts=[shapes.DraftShape.of(one, one.given) for one in found.annotate(given=Count("approvals"))[:200]]
    )


@router.get("/drafts/{draft_id}", response={200: WholeDraft, **MISSING}, operation_id="read_draft", url_name="draft")
def draft(request: HttpRequest, draft_id: Number) -> WholeDraft:
    """Return a draft of the officer's own, and tell what became of it."""
    found = own_draft(author(request), draft_id)
    body = None
    if found.kind in FORMS and found.data:
        body = filled.from_form(found.kind, posted(found.data), about=found.about_id, case=found.case_id)
    line = shapes.DraftShape.of(found, found.approvals.count()).model_dump()
    return WholeDraft(**line, body=body, files=[file_shape(one) for one in found.files.order_by("pk")])


def file_shape(one: DraftFile) -> FileShape:
    """Return a file of a draft."""
    return FileShape(id=one.pk, name=one.title, size=one.size, sha256=bytes(one.sha256).hex())


def own_draft(officer: Officer, draft_id: int) -> StoredDraft:
    """Return a draft of the officer's own; to anybody else it does not exist."""
    try:
        return drafts.draft_for(officer, draft_id)
    except StoredDraft.DoesNotExist:
        raise Http404 from None


def kept(stored: StoredDraft, status: int = 200) -> Answer:
    """Return the answer to an act on a draft."""
    stored.refresh_from_db()
    found = DraftKept(draft=stored.pk, state=stored.state, place=f"{ROOT}/drafts/{stored.pk}")
    return Answer(status, found.model_dump(mode="json"))


def changeable(officer: Officer, draft_id: int) -> StoredDraft | Answer:
    """Return an own draft that can be changed or sent, or why it cannot; call inside the transaction of the act."""
    stored = own_draft(officer, draft_id)
    if stored.state in actions.WRITABLE and stored.kind in FORMS:
        return stored
    return refusal("too-late", detail=_("This draft waits for approval or was discarded, so it was not sent."))


@router.post("/drafts", response={201: DraftKept, **ACT}, operation_id="keep_draft", url_name="drafts")
def keep(request: HttpRequest, key: Key, body: bodies.MessageBody) -> HttpResponse:
    """Keep a message as a draft. It need not be right yet: what is wrong is told when it is previewed or sent."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        begun = _begun(officer, body)
        case = case_named(officer, getattr(body.root, "case", None))
        stored = actions.save(begun, officer, secrets.token_hex(16), at=at, case=case)
        return kept(stored, 201)

    return once(request, key, act)


@router.put("/drafts/{draft_id}", response={200: DraftKept, **ACT}, operation_id="change_draft", url_name="draft")
def change(request: HttpRequest, draft_id: Number, key: Key, body: bodies.MessageBody) -> HttpResponse:
    """Replace what a draft says; its kind, its case and the message that it is about stay, and so do its files."""
    officer = writer(request)
    return once(request, key, lambda at: _changed(officer, draft_id, body, at))


def _changed(officer: Officer, draft_id: int, body: bodies.MessageBody, at: datetime) -> Answer:
    stored = changeable(officer, draft_id)
    if isinstance(stored, Answer):
        return stored
    given = (body.root.kind, getattr(body.root, "about", None), getattr(body.root, "case", None))
    held = (stored.kind, stored.about_id, stored.case_id)
    wrong = [name for name, one, other in zip(("kind", "about", "case"), given, held, strict=True) if one != other]
    if wrong:
        text = _("It stays as it was when the draft was begun: %(value)s.")
        values = dict(zip(("kind", "about", "case"), held, strict=True))
        faults = tuple(Fault(f"/{name}", text % {"value": values[name] or "null"}) for name in wrong)
        return refusal("not-valid", faults=faults, kept=False)
    return kept(actions.save(_begun(officer, body), officer, stored.key, at=at, case=stored.case))


def _begun(officer: Officer, body: bodies.MessageBody) -> Draft:
    message = body.root
    about = message_of(officer, message.about) if getattr(message, "about", None) else None
    offered = choices.for_officer(officer, get_language() or "en", about if message.kind in {"answer", "hit"} else None)
    return Draft.read(bodies.to_form(body), offered, checked=False, kind=message.kind, about=about)


def _checked(officer: Officer, draft_id: int) -> tuple[StoredDraft, Draft] | Answer:
    """Return an own draft with its forms, valid, or why it cannot be sent as it is."""
    stored = changeable(officer, draft_id)
    if isinstance(stored, Answer):
        return stored
    if stored.about is not None:
        about = message_of(officer, stored.about.pk)  # which the officer may not read any more
        if not actions.may_be_about(about, stored.kind):
            return refusal("too-late", detail=_("A message of this kind cannot be written about it now."))
    elif stored.case is not None:
        case_named(officer, stored.case.pk)
    written = actions.rebuilt(stored)
    if not written.is_valid():
        return refusal("not-valid", faults=bodies.faults_of(written), kept=False)
    return stored, written


@router.get(
    "/drafts/{draft_id}/preview",
    response={200: PreviewShape, **LOOKED_AT},
    operation_id="preview_draft",
    url_name="draft_preview",
)
def preview(request: HttpRequest, draft_id: Number) -> HttpResponse:
    """Tell what would become of a draft with its files if it were sent now."""
    officer, at = author(request), timezone.now()
    found = _checked(officer, draft_id)
    if isinstance(found, Answer):
        return problems.written(found.fields)
    stored, written = found
    files = actions.files_of(stored)
    return shown(actions.preview_request(written, officer, at=at, case=stored.case, files=files))


@router.post(
    "/drafts/{draft_id}/send",
    response={201: shapes.Sent, 202: shapes.Waiting, **ACT},
    operation_id="send_draft",
    url_name="draft_send",
)
def send(request: HttpRequest, draft_id: Number, key: Key, body: bodies.NothingBody) -> HttpResponse:  # noqa: ARG001 - it holds nothing
    """Send a draft with its files, at once, as a message that is sent without a draft."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        found = _checked(officer, draft_id)
        if isinstance(found, Answer):
            return found
        stored, written = found
        preview = actions.preview_request(written, officer, at=at, case=stored.case, files=actions.files_of(stored))
        return sent_or_waiting(stored, written, preview, officer, at)

    return once(request, key, act)


@router.post(
    "/drafts/{draft_id}/discard", response={200: DraftKept, **ACT}, operation_id="discard_draft", url_name="discard"
)
def discard(request: HttpRequest, draft_id: Number, key: Key, body: bodies.NothingBody) -> HttpResponse:  # noqa: ARG001 - it holds nothing
    """Put a draft away. It can be restored for an hour; then it may be deleted."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        stored = own_draft(officer, draft_id)
        if stored.state not in actions.WRITABLE:
            return refusal("too-late")
        actions.discard(stored, at=at)
        return kept(stored)

    return once(request, key, act)


@router.post(
    "/drafts/{draft_id}/restore", response={200: DraftKept, **ACT}, operation_id="restore_draft", url_name="restore"
)
def restore(request: HttpRequest, draft_id: Number, key: Key, body: bodies.NothingBody) -> HttpResponse:  # noqa: ARG001 - it holds nothing
    """Take a discarded draft back."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        stored = own_draft(officer, draft_id)
        if stored.state != DraftState.DISCARDED:
            return refusal("too-late")
        actions.restore(stored, at=at)
        return kept(stored)

    return once(request, key, act)


@router.post(
    "/drafts/{draft_id}/take-back",
    response={200: DraftKept, **ACT},
    operation_id="take_draft_back",
    url_name="take_back",
)
def take_back(request: HttpRequest, draft_id: Number, key: Key, body: bodies.NothingBody) -> HttpResponse:  # noqa: ARG001 - it holds nothing
    """Take back what waits for approval, or what was sent on the pages and can still be called back; approvals fall."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        stored = own_draft(officer, draft_id)
        if stored.state == DraftState.LEAVING and actions.call_back(stored, officer, at=at):
            return kept(stored)
        if stored.state != DraftState.WAITING:
            return refusal("too-late")
        actions.take_back(stored, officer, at=at)
        return kept(stored)

    return once(request, key, act)
