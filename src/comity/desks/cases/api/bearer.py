"""Who asks: the officer to whom the access token belongs."""

from datetime import datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone, translation
from ninja.security import HttpBearer

from comity.desks.cases.actions.recording import record
from comity.node.officers import tokens
from comity.node.officers.models import AccessToken, Officer
from comity.node.officers.rules import Duty
from comity.node.writing import writing

LONGEST: Final = 100


class WaitError(Exception):
    """Raised when too many wrong tokens came from an address; carries until when none is taken, UTC."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many wrong access tokens")
        self.until = until


class ConfirmError(Exception):
    """Raised when something asks for a token that its officer has just confirmed by a second factor."""


class Bearer(HttpBearer):
    """The header `Authorization: Bearer TOKEN`; a cookie is never looked at."""

    openapi_description = "An access token, made by an officer under My account."

    def authenticate(self, request: HttpRequest, token: str) -> AccessToken | None:
        """Return the token, `None` where it is not taken (raises `WaitError`)."""
        at = timezone.now()
        found = tokens.recognise(token[:LONGEST], str(request.META.get("REMOTE_ADDR", "")), at=at)
        if isinstance(found, tokens.Refused):
            if found.until is not None:
                raise WaitError(found.until)
            return None
        _note(found, at)
        if "Accept-Language" not in request.headers:
            translation.activate(found.officer.language)  # undone with the request (config/interface.py)
        return found


def _note(token: AccessToken, at: datetime) -> None:
    """Write down the use; the first of a day is an act, as a sign-in is."""
    if token.used_at is not None and token.used_at.date() == at.date():
        tokens.note_used(token, at=at)
        return
    with writing():
        tokens.note_used(token, at=at)
        record("token.used", token.officer, at, facts={"token": token.handle})


def token_of(request: HttpRequest) -> AccessToken:
    """Return the token of a request that was let in."""
    found: Any = getattr(request, "auth", None)
    if not isinstance(found, AccessToken):
        raise PermissionDenied
    return found


def reader(request: HttpRequest) -> Officer:
    """Return who asks, who must be allowed to read cases."""
    return _officer(token_of(request), Duty.READ_CASES)


def statistician(request: HttpRequest) -> Officer:
    """Return who asks, who must be allowed to read the figures of the authority."""
    return _officer(token_of(request), Duty.READ_STATISTICS)


def writer(request: HttpRequest) -> Officer:
    """Return who asks, who must be allowed to write messages, by a token that may write."""
    return _officer(_writing(request), Duty.WRITE_MESSAGES)


def author(request: HttpRequest) -> Officer:
    """Return who asks, who must be allowed to write messages; what he wrote is read with any token of his."""
    return _officer(token_of(request), Duty.WRITE_MESSAGES)


def second_reader(request: HttpRequest) -> Officer:
    """Return who asks, who must be allowed to approve; what waits for him is read with any token of his."""
    return _officer(token_of(request), Duty.APPROVE)


def approver(request: HttpRequest) -> Officer:
    """Return who asks, who must be allowed to approve, by a token that may write."""
    return _officer(_writing(request), Duty.APPROVE)


def record_reader(request: HttpRequest) -> Officer:
    """Return who asks, who must be allowed to look into the records."""
    return _officer(token_of(request), Duty.READ_RECORDS)


def ask_confirmed(request: HttpRequest, at: datetime) -> None:
    """Let nothing go on without a token that was just confirmed by a second factor (raises `ConfirmError`)."""
    if not tokens.is_confirmed(token_of(request), at=at):
        raise ConfirmError


def opener(request: HttpRequest) -> Officer:
    """Return who asks, who must be allowed to read cases, by a token that may also write."""
    return _officer(_writing(request), Duty.READ_CASES)


def _writing(request: HttpRequest) -> AccessToken:
    token = token_of(request)
    if not token.writes:
        raise PermissionDenied
    return token


def _officer(token: AccessToken, duty: Duty) -> Officer:
    if not token.officer.may(duty):
        raise PermissionDenied
    return token.officer
