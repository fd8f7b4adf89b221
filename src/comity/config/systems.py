"""National systems that act for me: their access tokens, and where they are told what happens."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from comity.desks.cases.actions import announcing
from comity.desks.cases.actions.tokens import confirm_token, make_token, revoke_token
from comity.desks.cases.hooked import Subscription, Told
from comity.node.exchange import calling
from comity.node.officers import tokens
from comity.node.officers.models import Officer
from comity.node.officers.requests import officer_of
from comity.node.officers.rules import Duty
from comity.node.officers.stepup import fresh_second_factor

READ, WRITE = "read", "write"
DAYS: Final = (30, 90, 365)


class TokenForm(forms.Form):
    """What a new access token may do, and for how long."""

    name = forms.CharField(
        label=gettext_lazy("Name of the system"),
        max_length=60,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        help_text=gettext_lazy("So that you recognise it later, such as the name of your case system."),
        error_messages={"required": gettext_lazy("give it a name")},
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("What it may do"),
        widget=forms.RadioSelect,
        initial=READ,
        error_messages={"required": gettext_lazy("choose what it may do")},
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("How long"),
        coerce=int,
        initial=90,
        choices=[
            (30, gettext_lazy("30 days")),
            (90, gettext_lazy("90 days")),
            (365, gettext_lazy("A year")),
        ],
    )

    def __init__(self, data: Any = None, *, officer: Officer) -> None:  # noqa: ANN401 - as Django has it
        super().__init__(data)
        scope = self.fields["scope"]
        assert isinstance(scope, forms.ChoiceField)  # noqa: S101 - tells the type checker
        scope.choices = [(READ, gettext_lazy("Read what I may read"))]
        if officer.may(Duty.WRITE_MESSAGES):
            scope.choices = [*scope.choices, (WRITE, gettext_lazy("Read and write in my name"))]


_OBJECTIONS: Final = {
    "form": gettext_lazy("write a whole address, such as https://cases.example.org/comity"),
    "secret": gettext_lazy("leave out name and password: what is told is signed"),
    "https": gettext_lazy("the address must begin with https, unless your administrator allows the host"),
    "address": gettext_lazy("the host is not on the public internet; your administrator can allow it"),
}


class SubscriptionForm(forms.Form):
    """What is told to which address."""

    url = forms.CharField(
        label=gettext_lazy("Address of the system"),
        max_length=calling.MAX_URL,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "It is told what happened and the numbers of case and message, and nothing that was said."
        ),
        error_messages={"required": _OBJECTIONS["form"]},
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What it is told"),
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (Told.ARRIVED, gettext_lazy("A message arrived")),
            (Told.ANSWERED, gettext_lazy("A request of ours was answered or refused")),
            (Told.STORED, gettext_lazy("A partner has received what we sent")),
            (Told.READ, gettext_lazy("A partner has opened what we sent")),
        ],
        error_messages={"required": gettext_lazy("choose at least one")},
    )

    def clean_url(self) -> str:
        """Refuse what the node must not call."""
        url: str = self.cleaned_data["url"]
        if code := calling.objection(url, settings.NODE.webhook_hosts):
            raise forms.ValidationError(_OBJECTIONS[code])
        return url


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show which systems act for me."""
    officer = officer_of(request, Duty.READ_CASES)
    return _page(request, officer, TokenForm(officer=officer))


@never_cache
@require_POST
@fresh_second_factor
def make(request: HttpRequest) -> HttpResponse:
    """Make an access token and show it, this once: only its digest is kept."""
    officer = officer_of(request, Duty.READ_CASES)
    form = TokenForm(request.POST, officer=officer)
    if not form.is_valid():
        return _page(request, officer, form)
    given = form.cleaned_data
    lifetime = timedelta(days=given["days"])
    text = make_token(officer, given["name"], writes=given["scope"] == WRITE, lifetime=lifetime, at=timezone.now())
    if text is None:
        form.add_error("name", _("you have a token of this name, or twenty of them; revoke one that is not needed"))
        return _page(request, officer, form)
    return render(request, "token_made.html", {"secret": text, "title": _("Your access token")})


@require_POST
@fresh_second_factor
def confirm(request: HttpRequest, token_id: int) -> HttpResponse:
    """Let an access token of mine approve and export for a few minutes: as long as a second factor is fresh."""
    at, minutes = timezone.now(), settings.NODE.step_up_minutes
    officer = officer_of(request, Duty.READ_CASES)
    if confirm_token(officer, token_id, until=at + timedelta(minutes=minutes), at=at):
        text = ngettext(
            "For %(n)s minute the system may also approve and export.",
            "For %(n)s minutes the system may also approve and export.",
            minutes,
        )
        messages.success(request, text % {"n": minutes})
    return redirect("systems")


@require_POST
def end_confirmation(request: HttpRequest, token_id: int) -> HttpResponse:
    """Let an access token of mine approve and export no more."""
    at = timezone.now()
    if confirm_token(officer_of(request, Duty.READ_CASES), token_id, until=at, at=at):
        messages.success(request, _("The system may no longer approve and export."))
    return redirect("systems")


@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Let an access token of mine open nothing any more."""
    if revoke_token(officer_of(request, Duty.READ_CASES), token_id, at=timezone.now()):
        messages.success(request, _("The access token opens nothing any more."))
    return redirect("systems")


@never_cache
@require_POST
@fresh_second_factor
def subscribe(request: HttpRequest) -> HttpResponse:
    """Tell a system from now on what happens; show the key of its signatures, this once."""
    officer = officer_of(request, Duty.READ_CASES)
    form = SubscriptionForm(request.POST)
    if not form.is_valid():
        return _page(request, officer, TokenForm(officer=officer), form)
    given = form.cleaned_data
    key = announcing.subscribe(officer, given["url"], given["kinds"], at=timezone.now())
    if key is None:
        form.add_error("url", _("this address is told already, or five are; end one that is not needed"))
        return _page(request, officer, TokenForm(officer=officer), form)
    return render(request, "token_made.html", {"secret": key, "title": _("The key of the signatures")})


@require_POST
def unsubscribe(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """Tell a system nothing any more."""
    if announcing.unsubscribe(officer_of(request, Duty.READ_CASES), subscription_id, at=timezone.now()):
        messages.success(request, _("The system is told nothing any more."))
    return redirect("systems")


def _page(
    request: HttpRequest, officer: Officer, form: TokenForm, subscribing: SubscriptionForm | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "subscribing": subscribing or SubscriptionForm(),
        "tokens": tokens.of_officer(officer),
        "subscriptions": Subscription.objects.filter(officer=officer).order_by("id"),
        "now": timezone.now(),
        "minutes": settings.NODE.step_up_minutes,
    }
    return render(request, "systems.html", context)
