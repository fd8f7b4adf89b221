"""Telling officers by e-mail that something waits for them: how much of what, and nothing else.

An e-mail is read on telephones, forwarded, and kept by others. So it holds numbers and the node's own name, which the
address of its sender tells already; no case, reference, partner or person.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.desks.cases import drafts, escalations, ringing
from comity.desks.cases.actions.mailing import note_counted, note_sent
from comity.desks.cases.alerting import MailWish
from comity.desks.cases.models import CaseMessage, State
from comity.desks.cases.visibility import visible_messages
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty

EVERY: Final = timedelta(hours=1)
log = logging.getLogger(__name__)

LINES: Final[Mapping[str, Any]] = {
    "risk": gettext_lazy("Life at risk, taken by nobody: %(count)s"),
    "escalated": gettext_lazy("Escalated to me: %(count)s"),
    "late": gettext_lazy("Late in my cases: %(count)s"),
    "mine": gettext_lazy("To be answered in my cases: %(count)s"),
    "new": gettext_lazy("New in my cases or taken by nobody: %(count)s"),
    "approvals": gettext_lazy("Waiting for my approval: %(count)s"),
}


def counts(officer: Officer, at: datetime) -> dict[str, int]:
    """Return how much waits for an officer, by kind; what does not wait is left out."""
    seen = visible_messages(officer, CaseMessage.objects.all()).filter(authority=officer.authority, incoming=True)
    mine = seen.filter(escalations.LATE, case__holder=officer)
    found = {
        "risk": len(ringing.rings_for(officer)),
        "escalated": escalations.to_me(officer).count,
        "late": mine.filter(due_at__lte=at).count(),
        "mine": mine.count(),
        "new": seen.filter(Q(case__holder=None) | Q(case__holder=officer), state=State.NEW).count(),
        "approvals": drafts.to_approve(officer).count(),
    }
    return {kind: count for kind, count in found.items() if count}


def wish_of(officer: Officer) -> MailWish | None:
    """Return the officer's wish, if there is one."""
    return MailWish.objects.filter(officer=officer).first()


def is_more(now: Mapping[str, int], told: Mapping[str, int]) -> bool:
    """Tell whether of anything more waits than was told last."""
    return any(count > told.get(kind, 0) for kind, count in now.items())


def send_due(at: datetime) -> int:
    """Tell every officer who wishes it and for whom more waits than was told; at most once an hour each.

    A chore of the worker, apart from its other work: the relay may be slow. Returns how many e-mails were handed over.
    """
    if settings.NODE.mail is None:
        return 0
    due = MailWish.objects.filter(Q(sent_at=None) | Q(sent_at__lte=at - EVERY)).select_related("officer").order_by("id")
    return sum(_send(one, at) for one in due if one.officer.may(Duty.READ_CASES))


def _send(wish: MailWish, at: datetime) -> bool:
    now = counts(wish.officer, at)
    if not is_more(now, wish.counted):
        if now != wish.counted:
            note_counted(wish, now)
        return False
    note_sent(wish, now, at=at)
    try:
        letter(wish, now).send()
    except (OSError, SMTPException) as error:
        note_counted(wish, {})  # an hour later it is tried again
        log.warning("an e-mail was not taken by the relay: %s", type(error).__name__)
        return False
    return True


def letter(wish: MailWish, now: Mapping[str, int]) -> EmailMessage:
    """Return the e-mail, in the officer's language."""
    language = wish.officer.language
    with translation.override(language):
        lines = [str(text) % {"count": now[kind]} for kind, text in LINES.items() if kind in now]
        body = "\n".join(
            [
                _("Something waits for you on your node:"),
                "",
                *lines,
                "",
                _("Sign in to see it. This e-mail names no case, partner or person, and nobody reads answers to it."),
            ]
        )
        subject = _("%(node)s: something waits for you") % {"node": settings.NODE.name(language)}
    return EmailMessage(
        subject, body, to=[wish.address], headers={"Auto-Submitted": "auto-generated", "Content-Language": language}
    )
