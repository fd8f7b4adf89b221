"""Signing in to a demo with one click: when it exists, and as whom."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest

from comity.config.accounts import client_address
from comity.node.officers.models import Officer
from comity.node.officers.rules import Role

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


def demo_allowed(request: HttpRequest) -> bool:
    """Whether the one-click sign-in exists for this request."""
    return settings.NODE.demo and settings.NODE.bound_to_loopback and client_address(request) in _LOOPBACK


def demo_officers(request: HttpRequest) -> tuple[Officer, ...]:
    """Return whom a visitor of the demo may sign in as: first its contact point, and who acts before who watches."""
    if not demo_allowed(request):
        return ()
    order = {role: place for place, role in enumerate(Role)}
    authorities = {str(one.id): place for place, one in enumerate(settings.NODE.authorities)}
    found = Officer.objects.filter(is_active=True)
    return tuple(sorted(found, key=lambda one: (authorities.get(one.authority, 0), order[Role(one.role)], one.pk)))
