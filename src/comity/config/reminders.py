"""My account: the calendar of my deadlines, made and revoked."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from comity.desks.cases import calendars
from comity.desks.cases.actions.calendars import make_calendar, revoke_calendar
from comity.desks.cases.alerting import Scope
from comity.node.officers.models import Officer
from comity.node.officers.requests import officer_of
from comity.node.officers.rules import Duty
from comity.node.officers.stepup import fresh_second_factor


class CalendarForm(forms.Form):
    """Whose deadlines the calendar shows."""

    scope = forms.ChoiceField(
        label=gettext_lazy("Which deadlines"),
        choices=[
            (Scope.MINE, gettext_lazy("Of the cases that I hold")),
            (Scope.ALL, gettext_lazy("Of all cases that I may see")),
        ],
        widget=forms.RadioSelect,
        initial=Scope.MINE,
    )


def account(officer: Officer) -> dict[str, Any]:
    """Return what the page of an officer's account shows of this; nothing for who reads no cases."""
    if not officer.may(Duty.READ_CASES):
        return {}
    return {"calendar": calendars.of_officer(officer), "calendar_form": CalendarForm()}


@never_cache
@require_POST
@fresh_second_factor
def make(request: HttpRequest) -> HttpResponse:
    """Make a calendar address and show it, this once: only its digest is kept."""
    officer = officer_of(request, Duty.READ_CASES)
    form = CalendarForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose which deadlines the calendar shows."))
        return redirect("me")
    secret = make_calendar(officer, Scope(form.cleaned_data["scope"]), at=timezone.now())
    address = settings.NODE.origin + reverse("cases:calendar", args=[secret])
    return render(request, "calendar_made.html", {"address": address})


@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Let my calendar address lead nowhere any more."""
    if revoke_calendar(officer_of(request, Duty.READ_CASES), at=timezone.now()):
        messages.success(request, _("The address of your calendar leads nowhere any more."))
    return redirect("me")
