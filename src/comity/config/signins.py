"""Sign-ins and sign-outs become acts in the ledger. Officers stand below the ledger, so they meet here."""

import time
from datetime import datetime, timedelta
from typing import Any, Final

from allauth.account.signals import authentication_step_completed
from allauth.mfa.signals import authentication_failed
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Q
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from comity.config import browsers
from comity.config.sessions import BEGUN, BROWSER, SEEN
from comity.node.ledger import actions as ledger
from comity.node.officers import stepup
from comity.node.officers.models import Officer, Sitting
from comity.node.writing import writing

_AT_ONCE: Final = 200  # sessions ended in one go, so that nobody's sign-in waits for it


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest, user: Any, **_kwargs: object) -> None:  # noqa: ANN401 - a signal's argument
    """Record that an officer signed in, after the last factor; the session's time begins."""
    request.session[BEGUN] = request.session[SEEN] = time.time()
    sweep(timezone.now())
    request.session[BROWSER] = browsers.code_of(request.headers.get("User-Agent", ""))
    record("officer.signed-in", user)


@receiver(user_logged_out)
def note_sign_out(request: HttpRequest, user: Any, **_kwargs: object) -> None:  # noqa: ANN401 - a signal's argument
    """Record that an officer signed out, or that the session's time was over."""
    why = getattr(request, "session_over", "")
    if why:
        record("officer.session-ended", user, why=why)
    elif user is not None:
        record("officer.signed-out", user)


@receiver(authentication_step_completed)
def note_second_factor(request: HttpRequest, user: Any, method: str, **_kwargs: object) -> None:  # noqa: ANN401 - a signal's argument
    """Remember when a second factor was shown; who has none yet shows the password, to make the first one."""
    if method == "mfa" or (method == "password" and not is_mfa_enabled(user)):
        stepup.confirm(request)


@receiver(user_login_failed)
def note_refusal(credentials: dict[str, Any], **_kwargs: object) -> None:
    """Record a failed sign-in under the name of the officer concerned; what else was typed may be a password."""
    name = str(credentials.get("username") or "").casefold()
    record("officer.sign-in-refused", Officer.objects.filter(username=name).first())


@receiver(authentication_failed)
def note_wrong_code(user: Any, **_kwargs: object) -> None:  # noqa: ANN401 - a signal's argument
    """Record that the password was right, or the browser open, and the code was wrong."""
    record("officer.sign-in-refused", user, factor="code")


def sweep(now: datetime) -> None:
    """End the sessions whose time was over while nobody asked for a page, and forget those without an officer."""
    node = settings.NODE
    idle = Q(seen_at__lt=now - timedelta(minutes=node.idle_minutes))
    over = Q(begun_at__lt=now - timedelta(hours=node.session_hours))
    with writing():
        for one in Sitting.objects.filter(idle | over, officer__isnull=False).select_related("officer")[:_AT_ONCE]:
            late = one.begun_at is not None and one.begun_at < now - timedelta(hours=node.session_hours)
            one.delete()
            record("officer.session-ended", one.officer, why="hours" if late else "idle")
        Sitting.objects.filter(expire_date__lt=now).delete()


def record(kind: str, officer: object, *, by: Officer | None = None, **facts: object) -> None:
    """Append an act about an officer's sign-in to the log of his authority; done by himself, if not `by` another."""
    if settings.NODE.folder is None:  # a process without a node has no logs
        return
    known = officer if isinstance(officer, Officer) else None
    told = {**facts, "of": known.username} if known and by and by != known else facts
    with writing():
        ledger.record(
            ledger.Act(
                kind=kind,
                authority=known.authority if known else settings.NODE.authorities[0].id,
                officer=(by or known).username if known else "",
                at=timezone.now(),
                facts=ledger.facts(told),
            )
        )
