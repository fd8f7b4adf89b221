"""Access tokens: what a national system shows to act for an officer.

A token is `comity_HANDLE_SECRET`. It can do no more than its officer, and nothing once he is deactivated: whoever is
shown one asks the officer's own duties, with one more limit, that a token may be for reading alone.

The ledger stands above this package; who calls these functions records the act.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from comity.node.officers import waits
from comity.node.officers.models import AccessToken, Officer
from comity.node.writing import writing

LONGEST: Final = timedelta(days=365)
MOST: Final = 20
"""Tokens that an officer may have at once."""
PREFIX: Final = "comity"
"""By it scanners find a token that lies where it should not."""

_FORM: Final = re.compile(rf"{PREFIX}_([0-9a-f]{{16}})_([0-9A-Za-z_-]{{43}})", re.ASCII)
_NAME: Final = "\0token\0"  # no sign-in name begins so
_USED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a token is not taken: until when none of its name is taken from that address, or simply because."""

    until: datetime | None = None


def make(
    officer: Officer, name: str, *, writes: bool, at: datetime, lifetime: timedelta = LONGEST
) -> tuple[AccessToken, str]:
    """Make a token and return it with its text, which is not kept.

    Args:
        officer: for whom it acts.
        name: by which the officer tells it from his others.
        writes: whether it may also write; one that may not, reads alone.
        at: now, UTC.
        lifetime: a year at most.

    Raises:
        ValueError: it would live longer than a year, or not at all.
    """
    if not timedelta() < lifetime <= LONGEST:
        raise ValueError(f"an access token lives for a year at most, not {lifetime}")
    handle, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    made = AccessToken.objects.create(
        officer=officer,
        handle=handle,
        digest=digest(secret),
        name=name,
        writes=writes,
        made_at=at,
        expires_at=at + lifetime,
    )
    return made, f"{PREFIX}_{handle}_{secret}"


def recognise(text: str, address: str, *, at: datetime) -> AccessToken | Refused:
    """Return the token of a text, or why it is not taken; a wrong secret is counted.

    Args:
        text: as the caller showed it.
        address: of the caller; wrong secrets are counted by handle and address, so that nobody else is kept out.
        at: now, UTC.
    """
    parts = _FORM.fullmatch(text)
    handle, network = (parts[1] if parts else ""), waits.network(address)
    if end := waits.until(_NAME + handle, network):
        return Refused(end)
    found = AccessToken.objects.filter(handle=handle).select_related("officer").first() if parts else None
    right = found is not None and parts is not None and hmac.compare_digest(bytes(found.digest), digest(parts[2]))
    if found is None or not right:
        waits.add(_NAME + handle, network, found.officer if found else None)
        return Refused(waits.until(_NAME + handle, network))
    if found.expires_at <= at or not found.officer.is_active:
        return Refused()  # whoever has it knows it: there is nothing to guess
    return found


def note_used(token: AccessToken, *, at: datetime) -> None:
    """Write down when a token was last used, to the minute; cheap enough for every request."""
    if token.used_at is None or at - token.used_at >= _USED_EVERY:
        with writing():
            AccessToken.objects.filter(pk=token.pk).update(used_at=at)


def is_confirmed(token: AccessToken, *, at: datetime) -> bool:
    """Whether its officer has confirmed a token by a second factor so lately that it may do what asks for one."""
    return token.confirmed_until is not None and at < token.confirmed_until


def of_officer(officer: Officer) -> Sequence[AccessToken]:
    """Return the officer's tokens, newest first."""
    return tuple(AccessToken.objects.filter(officer=officer).order_by("-id"))


def digest(secret: str) -> bytes:
    """Return what is kept of a secret. It is drawn with 256 bits, so that a plain hash cannot be tried out."""
    return hashlib.sha256(secret.encode()).digest()
