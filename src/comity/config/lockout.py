"""Closing sign-in after wrong passwords, so that it slows a guesser down and keeps no officer out.

What is closed is one name from one address, and only the password: from any other address the officer signs in as
always, and a passkey opens from everywhere. The waits grow (`rules.wait_s`); an administrator sees and lifts them.
"""

import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from axes.handlers.base import AxesHandler
from django.conf import settings
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from comity.config.accounts import claimed_name, client_address
from comity.node.officers.models import Officer, WrongPasswords
from comity.node.officers.rules import FORGOTTEN_AFTER_S, FREE_ATTEMPTS, wait_s
from comity.node.writing import writing

_CODES: Final = "\0code\0"  # no name begins so
_ANYWHERE: Final = ""
_OF_ONE_NETWORK: Final = 64  # bits: whoever has one address of version 6 has all of its network


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
        found = _rows(request, credentials).first()
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
            WrongPasswords.objects.filter(name=_digest(user.username), address=_address(request)).delete()


def until(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> datetime | None:
    """Return until when the name is closed for the address, `None` where it is open."""
    found = _rows(request, credentials).first()
    end = _until(found) if found else None
    return end if end and end > timezone.now() else None


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
    found = WrongPasswords.objects.filter(name=_digest(_CODES + officer.username)).first()
    end = _until(found) if found else None
    return end if end and end > timezone.now() else None


def count_code(officer: Officer) -> None:
    """Count a wrong code."""
    _add(_digest(_CODES + officer.username), _ANYWHERE, officer)


def forget_codes(officer: Officer) -> None:
    """Forget the wrong codes once a right one has come."""
    WrongPasswords.objects.filter(name=_digest(_CODES + officer.username)).delete()


def all_closed(now: datetime) -> tuple[Closed, ...]:
    """Return what is closed now, the longest wait first; for an administrator."""
    rows = WrongPasswords.objects.filter(count__gte=FREE_ATTEMPTS).select_related("officer")
    found = [Closed(row.pk, row.officer, row.address, row.count, _until(row)) for row in rows]
    return tuple(sorted((one for one in found if one.until > now), key=lambda one: one.until, reverse=True))


def _count(request: HttpRequest, credentials: Mapping[str, str]) -> None:
    name = claimed_name(request, credentials)
    _add(_digest(name), _address(request), Officer.objects.filter(username=name).first())


def _add(name: bytes, address: str, officer: Officer | None) -> None:
    now = timezone.now()
    with writing():
        WrongPasswords.objects.filter(last_at__lt=now - timedelta(seconds=FORGOTTEN_AFTER_S)).delete()
        found = WrongPasswords.objects.filter(name=name, address=address)
        if not found.update(count=F("count") + 1, last_at=now):
            WrongPasswords.objects.create(name=name, address=address, officer=officer, count=1, last_at=now)


def _rows(request: HttpRequest, credentials: Mapping[str, str] | None) -> Any:  # noqa: ANN401 - a query
    return WrongPasswords.objects.filter(name=_digest(claimed_name(request, credentials)), address=_address(request))


def _until(row: WrongPasswords) -> datetime:
    return row.last_at + timedelta(seconds=wait_s(row.count))


def _digest(name: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), b"comity/claimed-name/v1\0" + name.encode(), "sha256")


def _address(request: HttpRequest) -> str:
    try:
        found = ipaddress.ip_address(client_address(request))
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, _OF_ONE_NETWORK), strict=False))
    return str(found)
