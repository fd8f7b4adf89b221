"""Wishing to be told by e-mail, and what was sent."""

from collections.abc import Mapping
from datetime import datetime

from comity.desks.cases.actions.recording import record
from comity.desks.cases.alerting import MailWish
from comity.node.officers.models import Officer
from comity.node.writing import writing


def keep_wish(officer: Officer, address: str, *, at: datetime) -> None:
    """Let the officer be told at this address. The ledger keeps that he wished it, not the address."""
    with writing():
        MailWish.objects.update_or_create(officer=officer, defaults={"address": address, "at": at, "counted": {}})
        record("mail.wished", officer, at)


def drop_wish(officer: Officer, *, at: datetime) -> bool:
    """Send the officer no e-mail any more, and forget the address; tells whether there was one."""
    with writing():
        count, _ = MailWish.objects.filter(officer=officer).delete()
        if count:
            record("mail.stopped", officer, at)
    return bool(count)


def note_sent(wish: MailWish, counted: Mapping[str, int], *, at: datetime) -> None:
    """Keep that an e-mail with these numbers leaves the node, before it does: nothing leaves unrecorded."""
    with writing():
        MailWish.objects.filter(pk=wish.pk).update(counted=dict(counted), sent_at=at)
        record("mail.sent", wish.officer, at, facts=counted)


def note_counted(wish: MailWish, counted: Mapping[str, int]) -> None:
    """Keep what waits now where it is less than was told; of what is added later the officer is told again."""
    with writing():
        MailWish.objects.filter(pk=wish.pk).update(counted=dict(counted))
