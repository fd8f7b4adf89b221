"""Sign-ins and sign-outs become acts in the ledger. Officers stand below the ledger, so they meet here."""

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.utils import timezone

from comity.node.ledger import actions as ledger
from comity.node.officers.models import Officer
from comity.node.writing import writing


@receiver(user_logged_in)
def note_sign_in(user: Any, **_kwargs: object) -> None:  # noqa: ANN401 - a signal's argument
    """Record that an officer signed in, after the last factor."""
    _record("officer.signed-in", user)


@receiver(user_logged_out)
def note_sign_out(user: Any, **_kwargs: object) -> None:  # noqa: ANN401 - a signal's argument
    """Record that an officer signed out, or that the session's time was over."""
    _record("officer.signed-out", user)


@receiver(user_login_failed)
def note_refusal(credentials: dict[str, Any], **_kwargs: object) -> None:
    """Record a failed sign-in under the name of the officer concerned; what else was typed may be a password."""
    name = str(credentials.get("username") or "").casefold()
    _record("officer.sign-in-refused", Officer.objects.filter(username=name).first())


def _record(kind: str, officer: object) -> None:
    if settings.NODE.folder is None:  # a process without a node has no logs
        return
    known = officer if isinstance(officer, Officer) else None
    with writing():
        ledger.record(
            ledger.Act(
                kind=kind,
                authority=known.authority if known else settings.NODE.authorities[0].id,
                officer=known.username if known else "",
                at=timezone.now(),
            )
        )
