"""When a request has to be answered: stored with it when it comes or goes, and moved by what is said about it.

An incoming request has one clock. One of ours has a clock for each partner it went to; the request itself shows the one
that runs out first.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from comity.agreements import PolicyBook
from comity.desks.cases import clock, rules
from comity.desks.cases.clock import Clock, Event, Step
from comity.desks.cases.models import Addressee, CaseMessage, Standing, State
from comity.node.partners import members
from comity.node.partners.errors import PartnersError
from comity.vocabulary.authority import AuthorityId

AWAITED: Final = ("", "interim", "withdrawn")
"""Replies after which a partner still owes an answer."""

_STEPS: Final = {"clarification": Step.ASKED_BACK, "supplement": Step.SUPPLIED, "answer": Step.DELAYED}
_DEPTH: Final = 4  # a withdrawal of a supplement to a clarification of a request


def rule_of(message: CaseMessage) -> Any:  # noqa: ANN401 - a lazy text
    """Return the rule by which a request is due then, for whoever hovers over the time."""
    if message.delay:
        return _("A judicial authorisation is awaited; until then an answer is expected.")
    if message.deadline is not None:
        return _("The day that the asker named, later by the time for which the clock stood still.")
    return _(
        "The time limit of the agreement from the receipt; nights and holidays count, time standing still does not."
    )


def due_of(message: CaseMessage) -> datetime | None:
    """Return by when a request is to be answered; nothing for other kinds, or where no agreement sets a limit."""
    return message.due_at if message.kind in rules.ASKS else None


class Limits:
    """The time limits of the agreements in force, for a batch of requests: each is looked up once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str, object], timedelta | None] = {}
        self._book: PolicyBook | None = None

    def due_at(self, own: str, partner: str, urgency: str, begins: datetime, deadline: int) -> datetime | None:
        """Return when a request is due: on the day its author named, else after the agreement's hours.

        Args:
            own: authority of this node.
            partner: who asked it, or is asked.
            urgency: its code.
            begins: when it arrived; of ours, when it was sent.
            deadline: Unix seconds as in its head; 0 for none.
        """
        if deadline:
            return moment(deadline)
        key = (own, partner, urgency, begins.date())
        if key not in self._found:
            self._found[key] = self._limit(own, partner, urgency, begins)
        limit = self._found[key]
        return None if limit is None else begins + limit

    def _limit(self, own: str, partner: str, urgency: str, at: datetime) -> timedelta | None:
        try:
            self._book = self._book or members.policies()
        except PartnersError:  # the band over the page says that the directory is missing
            return None
        hours = [
            one.agreement.time_limits_hours[urgency]
            for one in self._book.between(AuthorityId.parse(own), AuthorityId.parse(partner), at.date())
            if urgency in one.agreement.time_limits_hours
        ]
        return timedelta(hours=min(hours)) if hours else None


def moment(seconds: int) -> datetime:
    """Return Unix seconds as a time in UTC; what no calendar holds is its last day."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime(9999, 12, 31, tzinfo=UTC)


def clock_of(
    request: CaseMessage, partner: str, limit_at: datetime | None, messages: Iterable[CaseMessage]
) -> Clock | None:
    """Return the clock of a request at one partner, after these messages of its case; `None` without a limit.

    Args:
        request: to us or of ours.
        partner: who asked, or is asked.
        limit_at: when it would be due if nothing had been said.
        messages: of the same case and authority; what does not concern the clock is passed over.
    """
    if limit_at is None:
        return None
    begins = request.arrived_at or request.sent_at
    return clock.run(begins, limit_at, bytes(request.msg).hex(), events(request, partner, messages))


def events(request: CaseMessage, partner: str, messages: Iterable[CaseMessage]) -> list[Event]:
    """Return what was said about a request between its asker and one partner."""
    root = bytes(request.msg).hex()
    asked = request.authority if request.incoming else partner
    of_asked = [one for one in messages if one.originator == asked and one.incoming != request.incoming]
    found = [one for one in of_asked if one.in_reply_to == root and (one.kind == "clarification" or one.delay)]
    about = {root, *(bytes(one.msg).hex() for one in found)}
    found += [
        one
        for one in messages
        if one.kind == "supplement"
        and (one.originator, one.incoming) == (request.originator, request.incoming)
        and one.in_reply_to in about
    ]
    return [
        Event(
            one.arrived_at or one.sent_at,
            _STEPS[one.kind],
            bytes(one.msg).hex(),
            one.in_reply_to,
            one.due_at,
            one.delay,
            one.pk,
        )
        for one in found
        if one.standing != Standing.WITHDRAWN and one.kind in _STEPS
    ]


def request_of(message: CaseMessage | None) -> CaseMessage | None:
    """Return the request that a message is about, however many messages lie between; `None` for no request."""
    for _step in range(_DEPTH):
        if message is None or message.kind in rules.ASKS:
            return message
        if not message.in_reply_to:
            return None
        message = CaseMessage.objects.filter(
            case=message.case_id, authority=message.authority, msg=bytes.fromhex(message.in_reply_to)
        ).first()
    return None


def wind(request: CaseMessage, partners: Sequence[str] = ()) -> None:
    """Work the clock of a request out anew and store it; call in the transaction of what was said about it.

    Args:
        request: to us or of ours; its fields are set too.
        partners: whose clocks are concerned; of an incoming request its asker, of ours by default all.
    """
    said = list(CaseMessage.objects.filter(case=request.case_id, authority=request.authority, kind__in=_STEPS))
    if request.incoming:
        found = _story(request, request.originator, request.limit_at, said)
        waits = request.state in {State.NEW, State.OPEN}
        _set(request, found, request.limit_at)
        _note_answered(request, request.authority, said, found, waits=waits)
    else:
        held = Addressee.objects.filter(message=request)
        for one in held.filter(authority__in=partners) if partners else held:
            found = _story(request, one.authority, one.limit_at, said)
            _set(one, found, one.limit_at)
            _note_answered(request, one.authority, said, found, waits=one.reply in AWAITED)
            if one.limit_at is not None:
                one.save(update_fields=_FIELDS)
        _sum_up(request, list(held))
    request.save(update_fields=_FIELDS)


_FIELDS: Final = ("due_at", "warn_at", "still_since", "delay")


def _story(request: CaseMessage, partner: str, limit_at: datetime | None, said: Iterable[CaseMessage]) -> Clock:
    """Return the clock, of a request without a time limit too: what was asked back waits there as well."""
    begins = request.arrived_at or request.sent_at
    return clock.run(begins, limit_at or begins, bytes(request.msg).hex(), events(request, partner, said))


def _set(row: CaseMessage | Addressee, found: Clock, limit_at: datetime | None) -> None:
    if limit_at is None:
        return
    row.due_at, row.warn_at, row.still_since, row.delay = found.due_at, found.warn_at, found.still_since, found.delay


def _sum_up(request: CaseMessage, addressees: Sequence[Addressee]) -> None:
    """Let our request show the clock that runs out first among those that run; all standing still, it stands still."""
    awaited = [one for one in addressees if one.reply in AWAITED and one.due_at is not None]
    if not awaited:
        return
    first = min(awaited, key=lambda one: (one.still_since is not None, one.due_at))
    request.due_at, request.warn_at = first.due_at, first.warn_at
    request.still_since, request.delay = first.still_since, first.delay


def _note_answered(request: CaseMessage, asked: str, said: Iterable[CaseMessage], found: Clock, *, waits: bool) -> None:
    """Close the clarifications that were answered, and those whose request waits no more; what is unread stays new."""
    root = bytes(request.msg).hex()
    for one in said:
        if (one.kind, one.originator, one.in_reply_to) != ("clarification", asked, root) or one.standing:
            continue
        waiting = bytes(one.msg).hex() in found.unanswered
        state = State.ANSWERED if not waiting else State.OPEN if waits else State.DONE
        if one.state not in {State.NEW, state}:
            CaseMessage.objects.filter(pk=one.pk).update(state=state)
