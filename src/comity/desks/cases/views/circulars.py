"""Closing a circular of a partner without a message."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comity.desks.cases.actions.circulars import close_circular, open_circular
from comity.desks.cases.views.pages import message_of, writer


@require_POST
def nothing_found(request: HttpRequest, message_id: int) -> HttpResponse:
    """Note that nothing was found, or let the circular wait again."""
    officer = writer(request)
    message = message_of(officer, message_id)
    act = open_circular if request.POST.get("step") == "open" else close_circular
    if not act(message, officer, at=timezone.now()):
        messages.warning(request, _("Nothing was changed: a colleague or the partner was quicker."))
    return redirect("cases:case", case_id=message.case_id)
