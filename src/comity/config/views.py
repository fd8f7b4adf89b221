"""Pages that belong to no desk: the way home, language and theme, health, demo sign-in, errors."""

import sys
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template import loader
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from comity.config import frame
from comity.config.demosignin import demo_allowed
from comity.node.officers import actions, stepup
from comity.node.officers.models import Officer
from comity.node.officers.requests import officer_of
from comity.node.writing import fault_of

_YEAR_S: Final = 31_536_000


@login_not_required
@require_GET
def forgotten(request: HttpRequest) -> HttpResponse:
    """Say who helps an officer without a password; a node sends no mail that could reset it."""
    return render(request, "account/forgotten.html")


def failed(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Say that something failed; of a full disk, say that it is full, for then everybody knows what to do."""
    error = sys.exception()
    full = isinstance(error, OperationalError) and fault_of(error) == "full"
    status = HTTPStatus.INSUFFICIENT_STORAGE if full else HTTPStatus.INTERNAL_SERVER_ERROR
    return HttpResponse(loader.get_template(f"{status.value}.html").render(), status=status)


@login_not_required
@require_GET
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Say `ok` when the database answers; a stranger learns nothing else."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the first desk that the officer may use, else to the account."""
    first = next(iter(frame.desks(officer_of(request))), None)
    return redirect(first.address if first else "me")


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Change the language: of the officer signed in, else of this browser."""
    language = request.POST.get("language", "")
    response = _back(request)
    if language in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            actions.choose_language(officer_of(request), language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=_YEAR_S,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@login_not_required
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Change this browser's theme: light, dark, or as its system."""
    theme = request.POST.get("theme", "")
    response = _back(request)
    if theme in {"light", "dark", "auto"}:
        response.set_cookie(
            "comity_theme",
            theme,
            max_age=_YEAR_S,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(target if safe else "home")


@login_not_required
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo's invented officers, with one click and no password.

    Only a node that says `demo = true`, serves a loopback name and is asked from this machine has this page at all.
    """
    if not demo_allowed(request):
        raise Http404
    officer = get_object_or_404(Officer, username=request.POST.get("username", ""), is_active=True)
    login(request, officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    request.session["second_factor_known"] = True
    stepup.confirm(request)
    return _back(request)
