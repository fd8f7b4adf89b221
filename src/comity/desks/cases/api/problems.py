"""What is answered where something cannot be done: RFC 9457 problems, in the caller's language."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

CONTENT_TYPE: Final = "application/problem+json"
PLACE: Final = "/api/v1/problems/"
"""Before the code of a problem; the address leads to its title and remedy."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and what to do about it.

    Attributes:
        pointer: where in the body, as a JSON pointer (RFC 6901); for a header or parameter its name.
        detail: in words, with the remedy.
    """

    pointer: str
    detail: str


class FaultyError(Exception):
    """Raised where what is written as the document says still cannot be meant; carries what is wrong with it."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its status, and title and remedy in words."""

    status: int
    title: Any
    remedy: Any


KINDS: Final[Mapping[str, Kind]] = {
    "malformed": Kind(
        400,
        _("The request is not written as the interface says"),
        _("Change what is named, and compare it with the OpenAPI document."),
    ),
    "no-token": Kind(
        401,
        _("There is no valid access token"),
        _("Send the header Authorization with Bearer and a token that was made under My account and has not ended."),
    ),
    "not-allowed": Kind(
        403,
        _("This is not allowed"),
        _("The officer's role, the token or the rules of this node do not include it. Ask a supervisor."),
    ),
    "second-factor": Kind(
        403,
        _("A second factor is needed"),
        _("Confirm the access token under My account, National systems; then ask again within the time named there."),
    ),
    "refused": Kind(
        403,
        _("The agreement does not let it be sent"),
        _("Nothing was sent. Leave out the partners named, or change what their reasons name."),
    ),
    "not-found": Kind(
        404, _("There is nothing here"), _("It is absent, or not for this officer. Compare the address.")
    ),
    "no-such-method": Kind(
        405, _("This address does not take this method"), _("The header Allow says which it takes.")
    ),
    "too-late": Kind(
        409,
        _("It is no longer as it was"),
        _("Somebody has dealt with it meanwhile. Read it again and decide anew."),
    ),
    "length-required": Kind(411, _("The length is missing"), _("Send the header Content-Length.")),
    "too-large": Kind(413, _("The request is too large"), _("Send less at once.")),
    "not-json": Kind(415, _("The body is no JSON"), _("Send it with the header Content-Type: application/json.")),
    "not-bytes": Kind(
        415, _("The body is no plain file"), _("Send it with the header Content-Type: application/octet-stream.")
    ),
    "not-valid": Kind(422, _("Something is missing or wrong"), _("Change the fields named and send it again.")),
    "key-used": Kind(
        422,
        _("The idempotency key belongs to another request"),
        _("Draw a new key for each act, and repeat a key only with the same request."),
    ),
    "wait": Kind(429, _("Too many wrong tokens"), _("Wait for as many seconds as the header Retry-After says.")),
    "failed": Kind(500, _("Something failed on the node"), _("Try again with the same idempotency key.")),
    "unavailable": Kind(503, _("The node is not ready"), _("Try again in a minute with the same idempotency key.")),
    "disk-full": Kind(
        507, _("The disk of the node is full"), _("Nothing was done. Tell the administrator of the node.")
    ),
}

_BY_STATUS: Final = {
    400: "malformed", 401: "no-token", 403: "not-allowed", 404: "not-found", 405: "no-such-method",
    411: "length-required", 413: "too-large", 415: "not-json", 429: "wait", 503: "unavailable", 507: "disk-full",
}  # fmt: skip


def body(code: str, *, detail: str = "", faults: Iterable[Fault] = ()) -> dict[str, Any]:
    """Return a problem as its fields."""
    kind = KINDS[code]
    found: dict[str, Any] = {
        "type": PLACE + code,
        "title": str(kind.title),
        "status": kind.status,
        "detail": detail or str(kind.remedy),
    }
    if told := [{"pointer": one.pointer, "detail": one.detail} for one in faults]:
        found["errors"] = told
    return found


def problem(
    code: str,
    *,
    detail: str = "",
    faults: Iterable[Fault] = (),
    headers: Any = None,  # noqa: ANN401 - as Django has it
    **more: str,
) -> HttpResponse:
    """Return a problem as an answer; `more` are further members of it (RFC 9457, section 3.2)."""
    return written({**body(code, detail=detail, faults=faults), **more}, headers=headers)


def written(fields: Mapping[str, Any], *, headers: Any = None) -> HttpResponse:  # noqa: ANN401 - as Django has it
    """Return the answer that a problem's fields stand for."""
    data = json.dumps(fields, ensure_ascii=False)
    answer = HttpResponse(data, content_type=CONTENT_TYPE, status=fields["status"], headers=headers)
    answer["Content-Language"] = get_language() or "en"
    return answer


def of_status(status: int) -> str:
    """Return which problem an answer of that status is, that was not made here."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return "malformed" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "failed"
