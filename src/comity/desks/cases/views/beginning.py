"""Starting a request from an earlier message."""

import secrets

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comity.desks.cases import choices, drafts, earlier, prefilling, searching
from comity.desks.cases.actions.beginning import begin_from
from comity.desks.cases.forms import Draft
from comity.desks.cases.views.pages import message_of, page_of, writer
from comity.node.officers.models import Officer

_LONGEST = 18
"""Digits of the number of a row."""


@require_http_methods(["GET", "POST"])
def start_from(request: HttpRequest) -> HttpResponse:
    """List earlier messages, search among them, and start a draft from the one chosen."""
    officer, picked = writer(request), request.POST.get("from", "")
    if picked:
        if not picked.isdecimal() or len(picked) > _LONGEST:
            raise Http404
        return _started(request, officer, int(picked))
    text = request.POST.get("q", "")[: searching.MAX_QUERY].strip()
    return page_of(
        request,
        "cases/start_from.html",
        text=text,
        found=earlier.found(officer, text) if text else earlier.newest(officer),
    )


def _started(request: HttpRequest, officer: Officer, message_id: int) -> HttpResponse:
    """Keep a new draft filled in from a message, and lead to it."""
    message, at = message_of(officer, message_id), timezone.now()
    if not earlier.fits(message) or not message.content:
        messages.warning(request, _("No request can be started from this message: it was withdrawn or erased."))
        return redirect("cases:start_from")
    copied = prefilling.copied(message)
    draft = Draft.read(copied.data, choices.for_officer(officer, get_language() or "en"), checked=False)
    stored = begin_from(message, draft, officer, secrets.token_hex(16), at=at)
    messages.success(request, _("Copied. Choose the partners, and check that everything still holds."))
    for one in copied.left:
        messages.warning(request, one)
    return redirect(drafts.address_of(stored))
