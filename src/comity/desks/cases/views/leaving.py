"""The band in which what was just sent can be called back for some seconds, and what became of it afterwards."""

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from comity.desks.cases import actions, drafts
from comity.desks.cases.models import DraftState, StoredDraft
from comity.desks.cases.reads import visible_to
from comity.desks.cases.views.pages import UNCHANGED, writer
from comity.desks.cases.views.writing import sent
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty


def _concerning(officer: Officer) -> QuerySet[StoredDraft]:
    """Return what this officer wrote or let leave, in the authority for which he acts now."""
    own = Q(author=officer) | Q(released_by=officer)
    return StoredDraft.objects.filter(own, authority=officer.authority).select_related("about__case", "case")


def _one(request: HttpRequest, draft_id: int) -> tuple[Officer, StoredDraft]:
    officer = writer(request)
    found = _concerning(officer).filter(pk=draft_id).first()
    if found is None:
        raise Http404
    return officer, found


def band(request: HttpRequest) -> SafeString:
    """Return what this officer can still call back, as a page begins with it; empty when there is nothing."""
    officer = request.user
    if not isinstance(officer, Officer) or not officer.may(Duty.WRITE_MESSAGES):
        return SafeString("")
    found = list(_concerning(officer).filter(leaves_at__isnull=False).order_by("leaves_at"))
    if not found:
        return SafeString("")
    shown = [drafts.Leaving.of(one, timezone.now()) for one in found]
    return render_to_string("cases/leaving.html", {"leaving": shown}, request)


@never_cache
@require_GET
def look(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Answer a page that asks what became of a message: nothing while it is still leaving."""
    officer, found = _one(request, draft_id)
    if found.state == DraftState.LEAVING:
        return HttpResponse(status=UNCHANGED)
    own = found.author_id == officer.pk
    message = found.message
    return render(
        request,
        "cases/leaving.html#became",
        {
            "stored": found,
            "message": message,
            "count": message.addressees.count() if message else 0,
            "case": message.case_id if message and visible_to(officer).filter(pk=message.pk).exists() else None,
            "address": drafts.address_of(found) if own and found.state == DraftState.RETURNED else "",
        },
    )


@require_POST
def call_back(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Stop what is leaving; lead to where it can be changed, or say that it has left."""
    officer, found = _one(request, draft_id)
    if not actions.call_back(found, officer, at=timezone.now()):
        found.refresh_from_db()
        return _too_late(request, found)
    found.refresh_from_db()
    messages.success(request, _("Called back in time: nothing has left your node, and nobody was told."))
    if found.author_id == officer.pk:
        return redirect(drafts.address_of(found))
    return redirect("cases:approval", draft_id=found.pk)


def _too_late(request: HttpRequest, found: StoredDraft) -> HttpResponse:
    if found.message is None:
        messages.info(request, _("It was no longer on its way, so there was nothing to call back."))
        return redirect("cases:drafts")
    text = _("It had already left. Its recipients can be told with a withdrawal, which stands at the message.")
    messages.warning(request, text)
    return redirect("cases:case", case_id=found.message.case_id)


@require_POST
def send_now(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Send what is leaving without waiting for its time."""
    officer, found = _one(request, draft_id)
    return sent(request, actions.send_now(found, officer, at=timezone.now()))
