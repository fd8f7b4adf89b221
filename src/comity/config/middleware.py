"""What happens to every request of the console: session limits, language and zone, the second factor."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode, urlsplit

from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation

from comity.config.frame import is_background, left_s
from comity.config.interface import is_ours
from comity.config.sessions import BEGUN, SEEN
from comity.node.officers import stepup

GetResponse = Callable[[HttpRequest], HttpResponse]

_STORE_EVERY_S: Final = 30  # a click does not cost a database write, an idle time is right to half a minute


class SessionLimits:
    """Ends a session after so many idle minutes and so many hours in all.

    Requests that a page makes by itself (`Comity-Background: 1`) do not count as work, or an open page would keep the
    session alive for ever.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Judge the session, then go on."""
        if request.user.is_authenticated:
            now = time.time()
            request.session.setdefault(BEGUN, now)
            request.session.setdefault(SEEN, now)
            if over := _over(request, now):
                request.session_over = over  # type: ignore[attr-defined]  # said in the ledger (see signins.py)
                logout(request)
            elif not is_background(request) and now - request.session[SEEN] > _STORE_EVERY_S:
                request.session[SEEN] = now
        response = self.get_response(request)
        return _whole_page(request, response) if request.headers.get("HX-Request") else response


def _over(request: HttpRequest, now: float) -> str:
    """Return why the session is over: ``idle`` or ``hours``; empty while it is not."""
    idle_s, hours_s = left_s(request, now)
    if hours_s < 0:
        return "hours"
    return "idle" if idle_s < 0 else ""


def _whole_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Turn a way out of the page (sign-in, second factor) into one for the whole page, which it leads back to.

    A script that asked for a fragment follows redirects by itself and would put the sign-in form into the list.
    """
    target = response.headers.get("Location", "")
    if response.status_code != HTTPStatus.FOUND or not target.startswith("/account/"):
        return response
    where = target.partition("?")[0]
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    if page.netloc == request.get_host() and page.path.startswith("/"):
        where += "?" + urlencode({"next": page._replace(scheme="", netloc="", fragment="").geturl()})
    return HttpResponse(status=HTTPStatus.OK, headers={"HX-Redirect": where})


class Locale:
    """Shows each officer the language chosen, everyone else the cookie's or the node's; times in the node's zone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on in the chosen language."""
        if is_ours(request):  # a national system says in which language it wants to be answered
            return self.get_response(request)
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if request.user.is_authenticated:
            chosen = request.user.language
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class SecondFactorRequired:
    """Leads an officer without a second factor to the page where one is set up, and nowhere else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on, or lead to the set-up of a second factor."""
        if (
            request.user.is_authenticated
            and not request.session.get("second_factor_known")
            and not _is_open(request.path_info)
        ):
            if not get_mfa_adapter().is_mfa_enabled(request.user):
                return HttpResponseRedirect(reverse("mfa_index"))
            request.session["second_factor_known"] = True
        return self.get_response(request)


def _is_open(path: str) -> bool:
    return path.startswith(("/account/", "/static/", "/me/")) or path == "/healthz"


class StepUp:
    """Where allauth asks for a fresh sign-in (its pages of keys and codes), ask for a second factor and then go on."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Lead to the second factor; any other exception is none of ours."""
        return stepup.suspend(request) if isinstance(exception, ReauthenticationRequired) else None
