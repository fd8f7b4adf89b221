"""Who asks."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty


def officer_of(request: HttpRequest, duty: Duty | None = None) -> Officer:
    """Return the officer who asks.

    Args:
        request: of someone signed in; the login middleware sees to that.
        duty: what the officer must be allowed to do, if anything in particular.

    Raises:
        PermissionDenied: nobody is signed in, or the role lacks `duty`.
    """
    user = request.user
    if not isinstance(user, Officer) or (duty is not None and not user.may(duty)):
        raise PermissionDenied
    return user
