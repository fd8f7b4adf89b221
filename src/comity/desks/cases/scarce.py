"""Lists narrowed to what is rare: read by an index of that one condition, instead of looking through everything.

A database that knows averages alone takes a condition for as rare as its column is on average, and reads a million
messages to find the three about life at risk. So each condition is first asked whether it lets only a few through.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from comity.desks.cases.filters import Filter, held_by
from comity.desks.cases.models import Addressee, CaseMessage, State

FEW: Final = 2_000
_WAITS: Final = frozenset({State.NEW.value, State.OPEN.value})
_NORMAL: Final = "normal"
# Says literally what the index of urgent messages says, for no database finds it by a parameter.
_URGENT: Final = RawSQL("NOT (cases_casemessage.urgency = 'normal')", (), output_field=BooleanField())


def few(chosen: Filter, authority: str, officer_id: int) -> list[int] | None:
    """Return the ids of all messages that some condition of a filter lets through, where these are few; else `None`.

    What else the filter and the rules ask is still to be asked of them.

    Args:
        chosen: the filter.
        authority: whose messages are meant.
        officer_id: who looks.
    """
    for condition in _conditions(chosen, authority, officer_id):
        found: set[int] = set()
        for some in condition:
            found.update(some[: FEW + 1 - len(found)])
        if len(found) <= FEW:
            return sorted(found)
    return None


def among(ids: Iterable[int]) -> RawSQL:
    """Return the condition that a message is one of these; a parameter for each of thousands would cost the most."""
    listed = ",".join(str(int(key)) for key in ids)
    return RawSQL(f"cases_casemessage.id IN ({listed})", (), output_field=BooleanField())  # noqa: S611  # numbers


def _conditions(chosen: Filter, authority: str, officer_id: int) -> Iterator[tuple[QuerySet[CaseMessage, int], ...]]:
    """Yield, for each condition that an index serves, the ids that it lets through: those of all queries together."""
    own = CaseMessage.objects.filter(authority=authority).order_by()
    both = {"incoming__in": (True, False)}  # says nothing, and lets an index be used that begins with it

    def ids(*conditions: Q | RawSQL, **named: object) -> QuerySet[CaseMessage, int]:
        return own.filter(*conditions, **named).values_list("pk", flat=True)

    if chosen.kind:
        yield (ids(kind=chosen.kind, **both),)
    if chosen.urgency not in {"", _NORMAL}:
        yield (ids(_URGENT, urgency=chosen.urgency),)
    if chosen.state in _WAITS:
        yield (ids(state=chosen.state, **both),)
    if chosen.area:
        yield (ids(crime_area=chosen.area),)
    if chosen.since or chosen.until:
        yield (ids(Filter(since=chosen.since, until=chosen.until).condition(officer_id)),)
    if chosen.partner:
        to = Addressee.objects.filter(authority=chosen.partner).order_by().values_list("message", flat=True)
        # What came is asked for without saying whose it is: the index of originators knows no more.
        came = CaseMessage.objects.filter(originator=chosen.partner).order_by().values_list("pk", flat=True)
        yield (came, to)  # type: ignore[misc]  # ids, too
    if chosen.holder == "me":
        yield (ids(held_by(officer_id)),)
