"""The edge of the interface for national systems: no cookies, bounded bodies, problems in the caller's language."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from comity.desks.cases.api import problems
from comity.messages.parts import MAX_ATTACHMENT_BYTES

PREFIX: Final = "/api/"
MAX_BODY: Final = 1 << 20
"""Bytes of a body: what twenty subjects with all that can be said of them need, and room."""
_FILES: Final = re.compile(r"/api/v1/drafts/[0-9]+/files")
"""Where a body is a file: it is sealed while it is read, so it may be as large as a message bears."""
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})


def is_ours(request: HttpRequest) -> bool:
    """Whether a request is one of a national system."""
    return request.path_info.startswith(PREFIX)


class Interface:
    """Stands around everything that happens to a request of a national system.

    Cookies are taken away before anybody looks at them, so that a browser in which an officer is signed in can do
    nothing here, and no form token is needed. What was answered as a page for people becomes a problem.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on, in the language asked for."""
        if not is_ours(request):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        with translation.override(translation.get_language_from_request(request)):
            return _dressed(_judged(request) or self.get_response(request))


def _judged(request: HttpRequest) -> HttpResponse | None:
    """Return what is wrong with a body before it is read."""
    if request.method not in _WITH_BODY:
        return None
    length = request.META.get("CONTENT_LENGTH", "")
    if not length.isdecimal():
        return problems.problem("length-required")
    is_file = _FILES.fullmatch(request.path_info) is not None
    if int(length) > (MAX_ATTACHMENT_BYTES if is_file else MAX_BODY):
        return problems.problem("too-large")
    if is_file:
        return None if request.content_type == "application/octet-stream" else problems.problem("not-bytes")
    return None if request.content_type == "application/json" else problems.problem("not-json")


def _dressed(answer: HttpResponse) -> HttpResponse:
    if answer.status_code >= HTTPStatus.BAD_REQUEST and answer.headers.get("Content-Type") != problems.CONTENT_TYPE:
        allowed = {"Allow": answer["Allow"]} if "Allow" in answer else None
        answer = problems.problem(problems.of_status(answer.status_code), headers=allowed)
    elif HTTPStatus.MULTIPLE_CHOICES <= answer.status_code < HTTPStatus.BAD_REQUEST:
        answer = problems.problem("not-found")  # a way that leads people to a page leads a program nowhere
    answer.headers.setdefault("Content-Language", translation.get_language() or "en")
    answer.headers["Cache-Control"] = "no-store"
    patch_vary_headers(answer, ["Authorization", "Accept-Language"])
    return answer
