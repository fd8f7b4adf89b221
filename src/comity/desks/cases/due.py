"""When a request has to be answered: by the day its author named, else by the time limit of the agreement."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from comity.desks.cases.models import CaseMessage
from comity.node.partners import members
from comity.node.partners.errors import PartnersError
from comity.vocabulary.authority import AuthorityId


def due_of(message: CaseMessage) -> datetime | None:
    """Return by when a request is to be answered; nothing for other kinds, or where no agreement sets a limit.

    An agreement counts from the receipt. Of what we sent only our own time is known here; the two differ by seconds
    unless the partner was away. Of several limits the shortest counts.
    """
    if message.kind != "request":
        return None
    if message.deadline is not None:
        return message.deadline
    begins = message.arrived_at or message.sent_at
    partners = [message.originator] if message.incoming else [one.authority for one in message.addressees.all()]
    hours = _limits(message.authority, partners, message.urgency, begins)
    return begins + timedelta(hours=min(hours)) if hours else None


def _limits(own: str, partners: Iterable[str], urgency: str, at: datetime) -> tuple[int, ...]:
    """Return the hours that agreements in force on that day (UTC) with any of these partners give for an urgency."""
    try:
        book = members.policies()
    except PartnersError:  # the band over the page says that the directory is missing
        return ()
    return tuple(
        one.agreement.time_limits_hours[urgency]
        for partner in partners
        for one in book.between(AuthorityId.parse(own), AuthorityId.parse(partner), at.date())
        if urgency in one.agreement.time_limits_hours
    )
