"""My account: my language, where I am signed in, the calendar of my deadlines, e-mail when something waits."""

from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from comity.config import sittings
from comity.desks.cases import calendars, mailing
from comity.desks.cases.actions.calendars import make_calendar, revoke_calendar
from comity.desks.cases.actions.mailing import drop_wish, keep_wish
from comity.desks.cases.alerting import Calendar, MailWish, Scope
from comity.node.officers import actions
from comity.node.officers.models import LANGUAGE_CHOICES, Officer
from comity.node.officers.requests import officer_of
from comity.node.officers.rules import Duty
from comity.node.officers.stepup import fresh_second_factor


class AccountForm(forms.Form):
    """What an officer may change of himself."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=LANGUAGE_CHOICES,
        help_text=gettext_lazy("The language of the console, at every sign-in."),
    )


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


class MailForm(forms.Form):
    """Where to an officer is told that something waits."""

    address = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "email"}),
        help_text=gettext_lazy("At most once an hour, and with nothing but numbers: no case, partner or person."),
    )


@dataclass(frozen=True, slots=True)
class Reminders:
    """What the page shows of calendar and e-mail; a form is `None` where there is nothing to be asked."""

    calendar: Calendar | None = None
    calendar_form: CalendarForm | None = None
    wish: MailWish | None = None
    mail_form: MailForm | None = None


def me(request: HttpRequest) -> HttpResponse:
    """Show my account; let me choose my language."""
    officer = officer_of(request)
    form = AccountForm(request.POST or None, initial={"language": officer.language})
    if request.method == "POST" and form.is_valid():
        actions.choose_language(officer, form.cleaned_data["language"])
        with translation.override(officer.language):
            messages.success(request, translation.gettext("Your language is saved."))
        return redirect("me")
    return _page(request, officer, form=form)


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


@require_POST
def mail(request: HttpRequest) -> HttpResponse:
    """Begin or stop telling me by e-mail that something waits."""
    officer = officer_of(request, Duty.READ_CASES)
    if request.POST.get("step") == "stop":
        if drop_wish(officer, at=timezone.now()):
            messages.success(request, _("No e-mail is sent to you any more."))
        return redirect("me")
    form = MailForm(request.POST)
    if settings.NODE.mail is None or not form.is_valid():
        return _page(request, officer, mail_form=form)
    keep_wish(officer, form.cleaned_data["address"], at=timezone.now())
    messages.success(request, _("You are told by e-mail when something waits for you."))
    return redirect("me")


def _page(
    request: HttpRequest, officer: Officer, *, form: AccountForm | None = None, mail_form: MailForm | None = None
) -> HttpResponse:
    context = {
        "form": form or AccountForm(initial={"language": officer.language}),
        "sittings": sittings.of(officer, request.session.session_key or ""),
        "reminders": _reminders(officer, mail_form),
    }
    return render(request, "me.html", context)


def _reminders(officer: Officer, mail_form: MailForm | None) -> Reminders:
    if not officer.may(Duty.READ_CASES):
        return Reminders()
    wish = mailing.wish_of(officer)
    asked = mail_form or MailForm(initial={"address": wish.address if wish else ""})
    return Reminders(
        calendars.of_officer(officer), CalendarForm(), wish, asked if settings.NODE.mail is not None else None
    )
