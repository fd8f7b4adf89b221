"""The pages of drafts: discarded and taken back by their author, approved or returned by a second officer."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comity.desks.cases import actions, drafts
from comity.desks.cases.forms import ReturnForm
from comity.desks.cases.models import Case, DraftState, StoredDraft
from comity.desks.cases.reads import visible_to
from comity.desks.cases.views.pages import approver, page_of, writer
from comity.desks.cases.views.writing import sent
from comity.node.officers.models import Officer
from comity.node.officers.stepup import ask_first


def _own(officer: Officer, draft_id: int) -> StoredDraft:
    try:
        return drafts.draft_for(officer, draft_id)
    except StoredDraft.DoesNotExist:
        raise Http404 from None


@require_GET
def own_drafts(request: HttpRequest) -> HttpResponse:
    """Show what I have begun and not sent."""
    return page_of(request, "cases/drafts.html", drafts=drafts.open_own(writer(request)))


@require_GET
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Show a draft of mine that waits for approval; lead on to any other."""
    officer = writer(request)
    stored = _own(officer, draft_id)
    if stored.message is not None:
        return redirect("cases:case", case_id=stored.message.case_id)
    if stored.state == DraftState.DISCARDED:
        raise Http404
    if stored.state not in {DraftState.WAITING, DraftState.LEAVING}:
        return redirect(drafts.address_of(stored))
    return _shown(request, stored)


@require_POST
def discard(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Put a draft away, with a button that takes it back."""
    stored = _own(writer(request), draft_id)
    actions.discard(stored, at=timezone.now())
    messages.info(request, _("The draft is discarded."), extra_tags=reverse("cases:restore", args=[stored.pk]))
    return redirect("cases:home")


@require_POST
def restore(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Take a discarded draft back."""
    stored = _own(writer(request), draft_id)
    actions.restore(stored, at=timezone.now())
    stored.refresh_from_db()
    return redirect(drafts.address_of(stored))


@require_POST
def take_back(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Let me change what waits for approval."""
    officer = writer(request)
    stored = _own(officer, draft_id)
    actions.take_back(stored, officer, at=timezone.now())
    stored.refresh_from_db()
    return redirect(drafts.address_of(stored))


@require_GET
def approvals(request: HttpRequest) -> HttpResponse:
    """Show what waits for my approval."""
    waiting = drafts.listed(drafts.to_approve(approver(request)), approving=True)
    return page_of(request, "cases/approvals.html", approvals=waiting)


def approval(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Show what another officer wrote, as its readers will see it; approve it, or return it with what has to change."""
    officer = approver(request)
    try:
        stored = drafts.approval_for(officer, draft_id)
    except StoredDraft.DoesNotExist:
        raise Http404 from None
    if request.method != "POST":
        actions.note_read(stored, officer, at=timezone.now())
        return _shown(request, stored, ReturnForm())
    if request.POST.get("verdict") == "approve":
        return ask_first(request) or _approved(request, stored, officer)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _shown(request, stored, form)
    actions.give_back(stored, form.cleaned_data["reason"], officer, at=timezone.now())
    messages.success(request, format_html(_("Returned to {name}."), name=format_html("<bdi>{}</bdi>", stored.author)))
    return redirect("cases:home")


def _approved(request: HttpRequest, stored: StoredDraft, officer: Officer) -> HttpResponse:
    outcome = actions.approve(stored, officer, read=request.POST.get("read", ""), at=timezone.now())
    if outcome is None:
        messages.success(request, _("You approved it. It is sent once another officer approves it, too."))
        return redirect("cases:home")
    if outcome.refusals and drafts.to_approve(officer).filter(pk=stored.pk).exists():
        for refusal in outcome.refusals:
            messages.error(request, refusal)
        return redirect("cases:approval", draft_id=stored.pk)  # where it is to be read again
    return sent(request, outcome, _readable(officer, stored))


def _readable(officer: Officer, stored: StoredDraft) -> Case | None:
    """Return the case of a draft, if this officer may read something in it."""
    case = drafts.case_of(stored)
    return case if case is not None and visible_to(officer).filter(case=case).exists() else None


def _shown(request: HttpRequest, stored: StoredDraft, form: ReturnForm | None = None) -> HttpResponse:
    rebuilt = actions.rebuilt(stored)
    valid = rebuilt.is_valid()
    preview = None
    if valid:
        files = actions.files_of(stored)
        preview = actions.preview_request(rebuilt, stored.author, at=timezone.now(), case=stored.case, files=files)
    return page_of(
        request,
        "cases/approval.html",
        stored=stored,
        version=actions.version(stored),
        draft=rebuilt,
        preview=preview,
        form=form,
        case=drafts.case_of(stored),
        given=stored.approvals.select_related("officer"),
    )
