"""Waits after wrong secrets, which slow a guesser down and keep no officer out.

What is counted is one name from one address. The name is kept as a keyed digest, since what nobody is called may be a
password typed into the wrong field.
"""

import hmac
import ipaddress
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from comity.node.officers.models import Officer, WrongPasswords
from comity.node.officers.rules import FORGOTTEN_AFTER_S, wait_s
from comity.node.writing import writing

ANYWHERE: Final = ""
"""The address of what is counted from wherever it comes."""
_OF_ONE_NETWORK: Final = 64  # bits: whoever has one address of version 6 has all of its network


def until(name: str, address: str) -> datetime | None:
    """Return until when nothing is taken for the name from the address (UTC), `None` where it is open."""
    found = WrongPasswords.objects.filter(name=digest(name), address=address).first()
    end = until_of(found) if found else None
    return end if end and end > timezone.now() else None


def until_of(row: WrongPasswords) -> datetime:
    """Return until when nothing is taken for what was counted."""
    return row.last_at + timedelta(seconds=wait_s(row.count))


def add(name: str, address: str, officer: Officer | None) -> None:
    """Count a wrong secret; `officer` is who is known by the name."""
    now = timezone.now()
    with writing():
        WrongPasswords.objects.filter(last_at__lt=now - timedelta(seconds=FORGOTTEN_AFTER_S)).delete()
        found = WrongPasswords.objects.filter(name=digest(name), address=address)
        if not found.update(count=F("count") + 1, last_at=now):
            WrongPasswords.objects.create(name=digest(name), address=address, officer=officer, count=1, last_at=now)


def forget(name: str, address: str) -> None:
    """Forget what was wrong once the right one has come."""
    WrongPasswords.objects.filter(name=digest(name), address=address).delete()


def digest(name: str) -> bytes:
    """Return what is kept of a name."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"comity/claimed-name/v1\0" + name.encode(), "sha256")


def network(peer: str) -> str:
    """Return under which address a peer is counted; empty where it has none."""
    try:
        found = ipaddress.ip_address(peer)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, _OF_ONE_NETWORK), strict=False))
    return str(found)
