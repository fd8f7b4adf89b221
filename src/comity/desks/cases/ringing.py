"""What rings: a message about life at risk that came in and that nobody has taken yet.

It rings for every officer who may see and answer it. A message for one unit rings there, and for supervisors; once it
was escalated to everybody, for the whole authority. It is taken when its case is held. A case that somebody held
already does not silence what comes later: that rings until it is opened, or the case is taken anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import BooleanField, F, Q, QuerySet
from django.db.models.expressions import RawSQL

from comity.desks.cases.alerting import Escalation, Told
from comity.desks.cases.models import CaseMessage, Standing, State
from comity.desks.cases.visibility import visible_messages
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty
from comity.vocabulary.urgency import Urgency

MOST: Final = 20
"""More than these do not ring one by one: they all stand on the home page."""

RINGS: Final = (
    Q(urgency=Urgency.LIFE_AT_RISK.value, state__in=(State.NEW, State.OPEN))
    & ~Q(standing=Standing.WITHDRAWN)
    & Q(copied=False)
    & (Q(case__holder=None) | Q(state=State.NEW, case__held_since__lt=F("arrived_at")))
)
# Says literally what the index of urgent messages says, for no database finds it by a parameter; and says `incoming` in
# a way that the larger index of all that waits cannot serve. This is asked by every open page every three seconds.
_INCOMING: Final = RawSQL(
    "cases_casemessage.incoming AND NOT (cases_casemessage.urgency = 'normal')", (), output_field=BooleanField()
)


@dataclass(frozen=True, slots=True)
class Ring:
    """One message that rings.

    Attributes:
        message: with its case and the case's holder.
        begun_at: since when nobody has it, UTC: from its arrival, or since it was given back.
        told: to whom it was escalated last, or empty.
    """

    message: CaseMessage
    begun_at: datetime
    told: str = ""

    @property
    def key(self) -> str:
        """Names the ring; another one once it was escalated, so that a muted page rings again."""
        return f"{self.message.pk}-{self.told}"


def begun(message: CaseMessage) -> datetime:
    """Return since when nobody has taken a message that rings."""
    arrived = message.arrived_at or message.sent_at
    given_back = message.case.held_since if message.case.holder_id is None else None
    return max(arrived, given_back) if given_back else arrived


def ringing(messages: QuerySet[CaseMessage], authority: str) -> QuerySet[CaseMessage]:
    """Narrow messages to those of an authority that ring, the oldest first."""
    found = messages.filter(_INCOMING, RINGS, authority=authority)
    return found.select_related("case__holder").order_by("arrived_at", "id")


def rings_for(officer: Officer) -> tuple[Ring, ...]:
    """Return what rings for an officer, the oldest first; two queries at most."""
    if not officer.may(Duty.WRITE_MESSAGES):
        return ()
    seen = list(ringing(visible_messages(officer, CaseMessage.objects.all()), officer.authority)[:MOST])
    told = told_of(seen)
    found = [Ring(one, begun(one), next(iter(reversed(told.get((one.pk, begun(one)), []))), "")) for one in seen]
    return tuple(one for one in found if _concerns(officer, one))


def told_of(messages: Iterable[CaseMessage]) -> dict[tuple[int, datetime], list[str]]:
    """Return to whom each message was escalated, in order, by message and the time since which it rang."""
    found: dict[tuple[int, datetime], list[str]] = {}
    if ids := [one.pk for one in messages]:
        rows = Escalation.objects.filter(message__in=ids).exclude(told=Told.LATE).order_by("id")
        for key, since, told in rows.values_list("message_id", "begun_at", "told"):
            found.setdefault((key, since), []).append(told)
    return found


def stamp(rings: Iterable[Ring]) -> str:
    """Return a text that changes when something begins to ring, stops, is escalated or changes hands."""
    return "_".join(f"{one.key}-{one.message.case.holder_id or ''}" for one in rings)


def _concerns(officer: Officer, ring: Ring) -> bool:
    return ring.message.unit in {"", officer.unit} or officer.may(Duty.APPROVE) or ring.told == Told.EVERYBODY
