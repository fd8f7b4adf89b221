"""The interface as one whole: its operations, how it reads bodies, what it answers where something fails."""

from functools import cache
from typing import Any, Final

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils import timezone, translation
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser

from comity.desks.cases.api import (
    approving,
    circulars,
    desk,
    drafting,
    entering,
    figures,
    files,
    handing_out,
    keeping,
    listing,
    passing,
    previewing,
    problems,
    reading,
    records,
    starting,
    wording,
    writing,
)
from comity.desks.cases.api.bearer import Bearer, ConfirmError, WaitError

VERSION: Final = "1"
_ABOUT: Final = """What an officer can do with cases, for national systems.

Authenticate with an access token. Every act needs an idempotency key. Errors are RFC 9457 problems in the language of
the header Accept-Language (en, fr, es, ar; without it the officer's own)."""


class _Json(Parser):
    """Reads strict JSON: well-formed UTF-8, no lone surrogates, no NaN, bounded depth."""

    def parse_body(self, request: HttpRequest) -> Any:  # noqa: ANN401 - plain JSON
        """Return the body (raises `msgspec.DecodeError`)."""
        return msgspec.json.decode(request.body)


class _Interface(NinjaAPI):
    """Ninja with an OpenAPI document in which problems are problems."""

    def get_openapi_schema(self, **_kwargs: Any) -> Any:  # noqa: ANN401 - ninja's signature
        """Return the OpenAPI document; it is the same for everybody."""
        return document()


api = _Interface(
    title="Comity: cases",
    version=VERSION,
    description=_ABOUT,
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
    auth=Bearer(),
    parser=_Json(),
)
api.add_router("", reading.router)
api.add_router("", writing.router)
api.add_router("", previewing.router)
api.add_router("", drafting.router)
api.add_router("", files.router)
api.add_router("", passing.router)
api.add_router("", keeping.router)
api.add_router("", circulars.router)
api.add_router("", figures.router)
api.add_router("", starting.router)
api.add_router("", listing.router)
api.add_router("", entering.router)
api.add_router("", desk.router)
api.add_router("", approving.router)
api.add_router("", handing_out.router)
api.add_router("", records.router)


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document, in English."""
    with translation.override("en"):
        found: dict[str, Any] = NinjaAPI.get_openapi_schema(api, path_prefix="api/v1/")
    for operations in found["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400 and "application/json" in response.get("content", {}):  # noqa: PLR2004 - errors
                    response["content"] = {problems.CONTENT_TYPE: response["content"]["application/json"]}
    return found


def patterns() -> list[URLPattern]:
    """Return the addresses below /api/v1/. None asks for a sign-in by session: each asks for a token itself."""
    found = [one for one in api.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]
    for one in found:
        one.callback = login_not_required(one.callback)
    return found


@api.exception_handler(ValidationError)
def _malformed(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problems.problem("malformed", faults=wording.faults(error.errors))


@api.exception_handler(HttpError)
def _unreadable(_request: HttpRequest, _error: HttpError) -> HttpResponse:
    return problems.problem("malformed")


@api.exception_handler(AuthenticationError)
def _no_token(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return problems.problem("no-token", headers={"WWW-Authenticate": "Bearer"})


@api.exception_handler(WaitError)
def _wait(_request: HttpRequest, error: WaitError) -> HttpResponse:
    left_s = max(1, int((error.until - timezone.now()).total_seconds()) + 1)
    return problems.problem("wait", headers={"Retry-After": str(left_s)})


@api.exception_handler(ConfirmError)
def _confirm(_request: HttpRequest, _error: ConfirmError) -> HttpResponse:
    return problems.problem("second-factor", confirm=reverse("systems"))


@api.exception_handler(problems.FaultyError)
def _faulty(_request: HttpRequest, error: problems.FaultyError) -> HttpResponse:
    return problems.problem("not-valid", faults=error.faults)


@api.exception_handler(Http404)
def _absent(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return problems.problem("not-found")


@api.exception_handler(PermissionDenied)
def _not_allowed(_request: HttpRequest, _error: PermissionDenied) -> HttpResponse:
    return problems.problem("not-allowed")
