"""Making an access token for a national system, confirming it by a second factor, and revoking it."""

from datetime import datetime, timedelta

from comity.desks.cases.actions.recording import record
from comity.node.officers import tokens
from comity.node.officers.models import AccessToken, Officer
from comity.node.writing import writing


def make_token(officer: Officer, name: str, *, writes: bool, lifetime: timedelta, at: datetime) -> str | None:
    """Make an access token and return its text, which is not kept; `None` where the officer has one of that name.

    Args:
        officer: for whom it acts.
        name: by which the officer tells it from his others.
        writes: whether it may also write.
        lifetime: a year at most.
        at: now, UTC.
    """
    with writing():
        own = AccessToken.objects.filter(officer=officer)
        if own.filter(name=name).exists() or own.count() >= tokens.MOST:
            return None
        made, text = tokens.make(officer, name, writes=writes, at=at, lifetime=lifetime)
        told = {"token": made.handle, "scope": "write" if writes else "read", "days": lifetime.days}
        record("token.made", officer, at, facts=told)
    return text


def revoke_token(officer: Officer, token_id: int, *, at: datetime) -> bool:
    """Let an own access token open nothing any more; tells whether there was one."""
    with writing():
        found = AccessToken.objects.filter(officer=officer, pk=token_id).first()
        if found is None:
            return False
        found.delete()
        record("token.revoked", officer, at, facts={"token": found.handle})
    return True


def confirm_token(officer: Officer, token_id: int, *, until: datetime, at: datetime) -> AccessToken | None:
    """Let an own token do until then what asks for a second factor; the caller has just asked for one.

    Args:
        officer: whose token it is.
        token_id: of the token.
        until: UTC; `at` or earlier ends a confirmation.
        at: now, UTC.

    Returns:
        the token; `None` where the officer has none of that id that is still good.
    """
    with writing():
        found = AccessToken.objects.filter(officer=officer, pk=token_id, expires_at__gt=at).first()
        if found is None:
            return None
        found.confirmed_until = until if until > at else None
        found.save(update_fields=["confirmed_until"])
        minutes = max(0, round((until - at).total_seconds() / 60))
        record("token.confirmed", officer, at, facts={"token": found.handle, "minutes": minutes})
    return found
