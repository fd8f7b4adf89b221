"""Closing sign-in after wrong passwords, so that it slows a guesser down and keeps no officer out.

What is closed is one name from one address, and only the password: from any other address the officer signs in as
always, and a passkey opens from everywhere. The waits grow (`rules.wait_s`); an administrator sees and lifts them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from axes.handlers.base import AxesHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from comity.config.accounts import claimed_name, client_address
from comity.node.officers import waits
from comity.node.officers.models import Officer, WrongPasswords
from comity.node.officers.rules import FREE_ATTEMPTS

_CODES: Final = "\0code\0"  # no name begins so


@dataclass(frozen=True, slots=True)
class Closed:
    """A name that is closed for an address; `officer` is `None` where nobody is called so.

    Without an address it is the officer's codes that are closed, from everywhere.
    """

    id: int
    officer: Officer | None
    address: str
    count: int
    until: datetime


class Waits(AxesHandler):  # type: ignore[misc] # axes ships no types
    """Counts wrong passwords for axes."""

    def is_locked(self, request: HttpRequest, credentials: Mapping[str, str] | None = None) -> bool:
        """Whether no password is taken for this name from this address at present."""
        return until(request, credentials) is not None

    def get_failures(self, request: HttpRequest, credentials: Mapping[str, str] | None = None) -> int:
        """Return how many passwords were wrong."""
        name = waits.digest(claimed_name(request, credentials))
        found = WrongPasswords.objects.filter(name=name, address=_address(request)).first()
        return found.count if found else 0

    def user_login_failed(
        self,
        sender: object,  # noqa: ARG002 - axes' signature
        credentials: Mapping[str, str],
        request: Any = None,  # noqa: ANN401 - axes' signature
        **_kwargs: object,
    ) -> None:
        """Count a wrong password; one that was not even looked at does not prolong the wait."""
        if request is None:
            return
        request.axes_credentials = credentials
        if request.axes_locked_out:
            return
        _count(request, credentials)
        request.axes_locked_out = until(request, credentials) is not None

    def user_logged_in(self, sender: object, request: HttpRequest, user: object, **_kwargs: object) -> None:  # noqa: ARG002 - axes' signature
        """Forget what was wrong before the officer got in from here, by whatever way."""
        if isinstance(user, Officer):
            waits.forget(user.username, _address(request))


def until(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> datetime | None:
    """Return until when the name is closed for the address, `None` where it is open."""
    return waits.until(claimed_name(request, credentials), _address(request))


def closed(request: HttpRequest, *arguments: Any) -> HttpResponse:  # noqa: ANN401 - axes gives two or three
    """Say for how long no password is taken, and what to do meanwhile."""
    end = until(request, arguments[-1] if arguments else None)
    left_s = (end - timezone.now()).total_seconds() if end else 0
    return render(request, "account/locked.html", {"minutes": max(1, -int(-left_s // 60))}, status=429)


def codes_until(officer: Officer) -> datetime | None:
    """Return until when no one-time or recovery code is taken for the officer, `None` where they are.

    Whoever tries codes has shown the password or sits at an open browser: he is no stranger, and could come from any
    number of addresses, so codes are counted whatever the address. A passkey stays open.
    """
    return waits.until(_CODES + officer.username, waits.ANYWHERE)


def count_code(officer: Officer) -> None:
    """Count a wrong code."""
    waits.add(_CODES + officer.username, waits.ANYWHERE, officer)


def forget_codes(officer: Officer) -> None:
    """Forget the wrong codes once a right one has come."""
    waits.forget(_CODES + officer.username, waits.ANYWHERE)


def all_closed(now: datetime) -> tuple[Closed, ...]:
    """Return what is closed now, the longest wait first; for an administrator."""
    rows = WrongPasswords.objects.filter(count__gte=FREE_ATTEMPTS).select_related("officer")
    found = [Closed(row.pk, row.officer, row.address, row.count, waits.until_of(row)) for row in rows]
    return tuple(sorted((one for one in found if one.until > now), key=lambda one: one.until, reverse=True))


def _count(request: HttpRequest, credentials: Mapping[str, str]) -> None:
    name = claimed_name(request, credentials)
    waits.add(name, _address(request), Officer.objects.filter(username=name).first())


def _address(request: HttpRequest) -> str:
    return waits.network(client_address(request))
