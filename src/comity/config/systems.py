"""National systems that act for me: their access tokens."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from comity.desks.cases.actions.tokens import make_token, revoke_token
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
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Let an access token of mine open nothing any more."""
    if revoke_token(officer_of(request, Duty.READ_CASES), token_id, at=timezone.now()):
        messages.success(request, _("The access token opens nothing any more."))
    return redirect("systems")


def _page(request: HttpRequest, officer: Officer, form: TokenForm) -> HttpResponse:
    return render(request, "systems.html", {"form": form, "tokens": tokens.of_officer(officer), "now": timezone.now()})
