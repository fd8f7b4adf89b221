"""What can be done: messages sent, candidates decided on, cases taken, given back and marked as read.

Each act asks for an idempotency key (`once`). It goes the way of the pages: the same forms, previews and actions.
"""

import secrets
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Header, Path, Router

from comity.desks.cases import actions, choices, reads
from comity.desks.cases.api import bodies, shapes
from comity.desks.cases.api.bearer import opener, writer
from comity.desks.cases.api.once import Answer, once, refusal
from comity.desks.cases.api.problems import Fault
from comity.desks.cases.api.reading import MISSING, message_of, page_of
from comity.desks.cases.api.shapes import Problem
from comity.desks.cases.forms import Draft, VerdictForm
from comity.desks.cases.models import Candidate, Case, StoredDraft, Verdict
from comity.desks.cases.preview import Preview
from comity.node.officers.models import Officer

router = Router()

Number = Annotated[int, Path(ge=1, le=shapes.HIGHEST)]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{8,128}$",
        description="Drawn anew for each act, such as a UUID; repeated with the same request, it gives the same answer "
        "for 24 hours.",
    ),
]
ROOT = "/api/v1"
ACT: dict[Any, Any] = {**MISSING, 409: Problem, 411: Problem, 413: Problem, 415: Problem, 422: Problem}


@router.post(
    "/messages",
    response={201: shapes.Sent, 202: shapes.Waiting, **ACT},
    operation_id="write_message",
    url_name="messages",
)
def write_message(request: HttpRequest, key: Key, body: bodies.MessageBody) -> HttpResponse:
    """Send a message of any kind that the pages of the desk have a form for.

    Where the agreement asks for the approval of further officers it is not sent: it waits as a draft, and the answer is
    202. Without files; those are attached to a draft, which is then sent.
    """
    officer = writer(request)
    return once(request, key, lambda at: _write(officer, body, at))


def _write(officer: Officer, body: bodies.MessageBody, at: datetime) -> Answer:
    draft = read_draft(officer, body)
    if isinstance(draft, Answer):
        return draft
    return _checked(draft, officer, case_named(officer, getattr(body.root, "case", None)), at)


def read_draft(officer: Officer, body: bodies.MessageBody) -> Draft | Answer:
    """Return a valid draft, or why what was written is none (raises `Http404` for what the officer may not read)."""
    message = body.root
    about = message_of(officer, message.about) if getattr(message, "about", None) else None
    if about is not None and not actions.may_be_about(about, message.kind):
        return refusal("too-late", detail=_("A message of this kind cannot be written about it now."))
    case_named(officer, getattr(message, "case", None))
    offered = choices.for_officer(officer, get_language() or "en", about if message.kind in {"answer", "hit"} else None)
    draft = Draft.read(bodies.to_form(body), offered, kind=message.kind, about=about)
    return draft if draft.is_valid() else refusal("not-valid", faults=bodies.faults_of(draft), kept=False)


def _checked(draft: Draft, officer: Officer, case: Case | None, at: datetime) -> Answer:
    """Send what is valid, hand it to those who approve, or say who must not receive it and why."""
    preview = actions.preview_request(draft, officer, at=at, case=case)
    stored = actions.save(draft, officer, secrets.token_hex(16), at=at, case=case)
    answer = sent_or_waiting(stored, draft, preview, officer, at)
    if answer.status >= HTTPStatus.BAD_REQUEST:
        actions.discard(stored, at=at)
    return answer


def sent_or_waiting(stored: StoredDraft, draft: Draft, preview: Preview, officer: Officer, at: datetime) -> Answer:
    """Send what is kept and valid, or hand it to those who approve; the answer says which, or why neither."""
    if preview.allowed and preview.approvals:
        actions.submit(stored, officer, preview.approvals, at=at)
        waiting = shapes.Waiting(draft=stored.pk, needed=preview.approvals, place=f"{ROOT}/drafts/{stored.pk}")
        return Answer(202, waiting.model_dump(mode="json"))
    outcome = actions.send(stored, draft, officer, at=at)
    if outcome.message is None:
        return refusal("refused", faults=tuple(Fault("/fields/recipients", one) for one in outcome.refusals))
    sent = outcome.message
    place = f"{ROOT}/messages/{sent.pk}"
    told = shapes.Sent(message=sent.pk, case=sent.case_id, reference=sent.case.reference, place=place)
    return Answer(201, told.model_dump(mode="json"))


def case_named(officer: Officer, case_id: int | None) -> Case | None:
    """Return the case within which something is written; to anybody who may read nothing in it, it does not exist."""
    if case_id is None:
        return None
    seen = reads.visible_to(officer).filter(case=case_id).select_related("case__holder").first()
    if seen is None:
        raise Http404
    return seen.case


@router.post(
    "/candidates/{candidate_id}/decision",
    response={200: shapes.Decided, **ACT},
    operation_id="decide_candidate",
    url_name="decision",
)
def decide(request: HttpRequest, candidate_id: Number, key: Key, body: bodies.DecisionBody) -> HttpResponse:
    """Keep the officer's decision whether a record is the subject asked about."""
    officer = writer(request)
    return once(request, key, lambda at: _decide(officer, candidate_id, body, at))


def _decide(officer: Officer, candidate_id: int, body: bodies.DecisionBody, at: datetime) -> Answer:
    try:
        candidate = reads.candidate_for(officer, candidate_id)
    except Candidate.DoesNotExist:
        raise Http404 from None
    form = VerdictForm({"verdict": body.verdict, "reason": body.reason})
    if not form.is_valid():
        found = tuple(Fault(f"/{name}", str(error)) for name, errors in form.errors.items() for error in errors)
        return refusal("not-valid", faults=found, kept=False)
    given = form.cleaned_data
    actions.decide_candidate(candidate, Verdict(given["verdict"]), given["reason"], officer, at=at)
    return Answer(200, shapes.Decided(candidate=candidate.pk, verdict=given["verdict"]).model_dump(mode="json"))


@router.post(
    "/cases/{case_id}/take", response={200: shapes.HeldShape, **ACT}, operation_id="take_case", url_name="take"
)
def take(request: HttpRequest, case_id: Number, key: Key, body: bodies.TakeBody) -> HttpResponse:
    """Take a case, also over from a colleague, if it is still held as the officer saw it."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        case = case_named(officer, case_id) or Case()
        return held_now(case, actions.take(case, officer, shown=body.seen, at=at), officer)

    return once(request, key, act)


@router.post(
    "/cases/{case_id}/give-back",
    response={200: shapes.HeldShape, **ACT},
    operation_id="give_case_back",
    url_name="give_back",
)
def give_back(request: HttpRequest, case_id: Number, key: Key, body: bodies.GiveBackBody) -> HttpResponse:
    """Let nobody hold a case any more, if it is still held as the officer saw it."""
    officer = writer(request)

    def act(at: datetime) -> Answer:
        case = case_named(officer, case_id) or Case()
        return held_now(case, actions.let_go(case, officer, shown=body.seen, at=at), officer)

    return once(request, key, act)


def held_now(case: Case, held: actions.Held, officer: Officer) -> Answer:
    """Return who holds a case now, or that meanwhile another does."""
    if not held.done:
        name = held.holder or _("nobody")
        detail = _("Nothing was changed: meanwhile the case is held by %(name)s.") % {"name": name}
        return refusal("too-late", detail=detail)
    shown = shapes.HeldShape(case=case.pk, holder=shapes.Holder.of(held.holder, officer), since=held.since)
    return Answer(200, shown.model_dump(mode="json"))


@router.post("/cases/{case_id}/read", response={200: shapes.Read, **ACT}, operation_id="mark_read", url_name="read")
def mark_read(request: HttpRequest, case_id: Number, key: Key, body: bodies.NothingBody) -> HttpResponse:  # noqa: ARG001 - it holds nothing
    """Say that a person has seen what is new in a case: it is marked as read, and the partners are told."""
    officer = opener(request)

    def act(at: datetime) -> Answer:
        new = actions.open_case(page_of(officer, case_id), officer, at=at)
        return Answer(200, shapes.Read(case=case_id, new=new).model_dump(mode="json"))

    return once(request, key, act)
