"""Subscribing an address to what happens, and ending it."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from comity.desks.cases import announcing
from comity.desks.cases.actions.recording import record
from comity.desks.cases.hooked import Subscription
from comity.node.officers.models import Officer
from comity.node.writing import writing

MOST: Final = 5
"""Subscriptions of one officer: each is told over the network, one after the other."""


def subscribe(officer: Officer, url: str, kinds: Collection[str], *, at: datetime) -> str | None:
    """Tell an address from now on what happens, and return the key of its signatures, which is not shown again.

    Args:
        officer: what he may see is told.
        url: without objection (`calling.objection`).
        kinds: codes of `Told`.
        at: now, UTC.

    Returns:
        `None` where the officer has subscribed it already, or has subscribed as many as one may.
    """
    with writing():
        own = Subscription.objects.filter(officer=officer)
        if own.filter(url=url).exists() or own.count() >= MOST:
            return None
        message, receipt = announcing.newest()
        made = Subscription.objects.create(
            officer=officer, url=url, kinds=sorted(kinds), salt=secrets.token_bytes(32), made_at=at,
            seen_message=message, seen_receipt=receipt,
        )  # fmt: skip
        told = {"subscription": made.pk, "host": urlsplit(url).hostname, "kinds": ",".join(made.kinds)}
        record("webhook.subscribed", officer, at, facts=told)
    return announcing.key_of(made)


def unsubscribe(officer: Officer, subscription_id: int, *, at: datetime) -> bool:
    """Tell an address of one's own nothing any more; tells whether there was one."""
    with writing():
        found = Subscription.objects.filter(officer=officer, pk=subscription_id).first()
        if found is None:
            return False
        record("webhook.ended", officer, at, facts={"subscription": found.pk})
        found.delete()
    return True
