"""Step-up: an act that matters asks for a fresh second factor, then goes on with exactly what was asked for.

A view says so in one of two ways::

    @fresh_second_factor
    def evidence(request, message_id): ...

    def approval(request, draft_id):
        if approves and (first := ask_first(request)):
            return first

What was asked for, fields of a form included, waits in the session; the page of `settings.STEP_UP_URL` asks for the
second factor and then sends it again as it was. Files are not kept: an act that uploads begins anew.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import wraps
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

CONFIRMED: Final = "second_factor_at"
_WAITING: Final = "step_up"
_MOST: Final = 4  # acts that may wait at once, in as many windows
_KEPT_S: Final = 900


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits: its address, method, the fields of its form in their order, and the page it came from."""

    address: str
    method: str
    fields: list[list[str]]
    came_from: str
    at: float


def confirm(request: HttpRequest) -> None:
    """Note that the officer has just shown a second factor. Only the sign-in may say so."""
    request.session[CONFIRMED] = time.time()


def is_fresh(request: HttpRequest) -> bool:
    """Whether the last second factor in this session is younger than `step_up_minutes` of the node."""
    at = request.session.get(CONFIRMED)
    return isinstance(at, float) and 0 <= time.time() - at < settings.NODE.step_up_minutes * 60


def ask_first(request: HttpRequest) -> HttpResponse | None:
    """Return the way to the second factor, or `None` where the last one is fresh enough."""
    return None if is_fresh(request) else suspend(request)


def fresh_second_factor(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view run only with a fresh second factor; without one, ask for it and then go on."""

    @wraps(view)
    def asking(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return ask_first(request) or view(request, *args, **kwargs)

    return asking


def suspend(request: HttpRequest) -> HttpResponse:
    """Keep what was asked for and lead to the second factor."""
    token = secrets.token_urlsafe(12)
    with_files = bool(request.FILES)
    posted = request.method == "POST" and not with_files
    asked = Asked(
        address=request.get_full_path(),
        method="POST" if posted else "GET",
        fields=[[name, value] for name, values in request.POST.lists() for value in values if name != _FORM_TOKEN]
        if posted
        else [],
        came_from=_came_from(request),
        at=time.time(),
    )
    kept = dict(list(_waiting(request).items())[-(_MOST - 1) :])
    request.session[_WAITING] = {**kept, token: asdict(asked)}
    return HttpResponseRedirect(reverse(settings.STEP_UP_URL, args=[token]))


def waiting(request: HttpRequest, token: str) -> Asked | None:
    """Return what waits under `token` in this session, `None` where nothing does any more."""
    found = _waiting(request).get(token)
    if found is None or time.time() - found["at"] > _KEPT_S:
        return None
    return Asked(**found)


def forget(request: HttpRequest, token: str) -> None:
    """Let go of what waited: it goes on now, once."""
    request.session[_WAITING] = {key: value for key, value in _waiting(request).items() if key != token}


_FORM_TOKEN: Final = "csrfmiddlewaretoken"  # noqa: S105  # the name of a field


def _waiting(request: HttpRequest) -> dict[str, dict[str, Any]]:
    found = request.session.get(_WAITING)
    return found if isinstance(found, dict) else {}


def _came_from(request: HttpRequest) -> str:
    """Return the path of the page that asked, empty if it was none of ours."""
    parts = urlsplit(request.headers.get("Referer", ""))
    return parts.path if parts.netloc == request.get_host() and parts.path.startswith("/") else ""
