"""What the yearly statistics rest on: acts that say how many requests came and went, and what became of each of ours.

A request that arrives leaves no act of its own, lest the log grow with every message of a partner. The worker counts
what came and went since it counted last, by day, partner and urgency, and writes one act; its bookmark moves in the
same transaction, so that nothing is counted twice or left out. An answer leaves its act with itself.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from comity.desks.cases.how_far import Counted
from comity.desks.cases.models import Addressee, CaseMessage
from comity.node.ledger import actions as ledger
from comity.node.writing import writing
from comity.verify.statistics import COUNTED, REOPENED, SETTLED

SETTLING: Final = timedelta(minutes=1)
"""What is younger is counted next time: on PostgreSQL a lower id may still be uncommitted."""
AT_ONCE: Final = 2_000


def count(at: datetime) -> int:
    """Write down how many requests came and went since the last time; tells how many it was.

    Args:
        at: now, UTC.
    """
    counted = 0
    for authority in CaseMessage.objects.values_list("authority", flat=True).distinct():
        while found := _count(authority, at):
            counted += found
            if found < AT_ONCE:
                break
    return counted


def _count(authority: str, at: datetime) -> int:
    with writing():
        mark, _new = Counted.objects.select_for_update().get_or_create(authority=authority)
        fresh = list(
            CaseMessage.objects.filter(authority=authority, kind="request", copied=False, pk__gt=mark.upto)
            .exclude(sent_at__gt=at - SETTLING, incoming=False)
            .exclude(arrived_at__gt=at - SETTLING, incoming=True)
            .order_by("pk")
            .values_list("pk", "incoming", "originator", "urgency", "arrived_at", "sent_at", "circular")[:AT_ONCE]
        )
        if not fresh:
            return 0
        table = Counter(_lines(fresh))
        ledger.record(ledger.Act(COUNTED, authority, "", at, facts=ledger.facts({**table, "upto": str(fresh[-1][0])})))
        Counted.objects.filter(pk=mark.pk).update(upto=fresh[-1][0])
        return len(fresh)


def _lines(fresh: list[tuple[int, bool, str, str, datetime | None, datetime, bool]]) -> Iterable[str]:
    ours = {
        key: (urgency, sent, circular) for key, incoming, _who, urgency, _at, sent, circular in fresh if not incoming
    }
    for _key, incoming, originator, urgency, arrived, sent, circular in fresh:
        if incoming:
            yield line("circular-in" if circular else "in", arrived or sent, originator, urgency)
    to = Addressee.objects.filter(message__in=list(ours), copied=False).values_list("message", "authority")
    for key, authority in to:
        urgency, sent, circular = ours[key]
        yield line("circular-out" if circular else "out", sent, authority, urgency)


def line(way: str, at: datetime, partner: str, urgency: str) -> str:
    """Return the name of one count, such as `in 2026-11-02 xb.spoc urgent`."""
    return f"{way} {at.astimezone(UTC):%Y-%m-%d} {partner} {urgency}"


class Replied(Protocol):
    """What is asked of a reply of ours."""

    @property
    def kind(self) -> str:
        """The kind of message."""
        ...

    @property
    def content(self) -> Any:  # noqa: ANN401 - plain JSON
        """What it says; nothing once erased."""
        ...


class Limited(Protocol):
    """What is asked of a request to us: its clock."""

    @property
    def due_at(self) -> datetime | None:
        """When it is due."""
        ...

    @property
    def limit_at(self) -> datetime | None:
        """When it would be due if nothing had been said."""
        ...

    @property
    def still_since(self) -> datetime | None:
        """Since when its clock stands still."""
        ...

    @property
    def delay(self) -> str:
        """The exception that lets it be late."""
        ...


def is_final(reply: Replied) -> bool:
    """Tell whether a message of ours ends a request: an answer that is not interim, or a refusal."""
    return reply.kind == "refusal" or (reply.kind == "answer" and outcome_of(reply) != "interim")


def outcome_of(reply: Replied) -> str:
    """Return `refusal`, `full`, `partial`, `negative` or `interim`."""
    return "refusal" if reply.kind == "refusal" else str((reply.content or {}).get("answer", ""))


def grounds_of(reply: Replied) -> tuple[str, ...]:
    """Return the grounds on which a reply refuses the whole or parts, sorted."""
    said = reply.content or {}
    return tuple(sorted(filter(None, [said.get("ground", ""), *(one["ground"] for one in said.get("refused", ()))])))


def is_late(request: Limited, at: datetime) -> bool:
    """Tell whether an answer at this time is late: after its time, or after what it would be without an exception."""
    if request.due_at is None or (request.still_since is not None and request.still_since <= request.due_at):
        return False  # no time limit, or the clock stood still before it ran out
    return at > request.due_at or bool(request.delay and request.limit_at and at > request.limit_at)


def note_settled(request: CaseMessage, reply: CaseMessage, *, by: str) -> None:
    """Record what became of a request to us; call in the transaction that sends the reply."""
    if not request.incoming or request.kind != "request" or not is_final(reply):
        return
    facts = {
        "request": bytes(request.msg).hex(),
        "day": f"{reply.sent_at.astimezone(UTC):%Y-%m-%d}",
        "partner": request.originator,
        "urgency": request.urgency,
        "outcome": outcome_of(reply),
        "grounds": ",".join(grounds_of(reply)),
        "late": "yes" if is_late(request, reply.sent_at) else "no",
        "delay": request.delay,
    }
    if request.circular:  # nobody owed it: it is counted apart
        facts["circular"] = "yes"
    ledger.record(
        ledger.Act(
            SETTLED,
            request.authority,
            by,
            reply.sent_at,
            case=request.case.reference,
            facts=ledger.facts(facts),
            subjects=(bytes(request.msg),),
        )
    )


def note_reopened(request: CaseMessage, *, by: str, at: datetime) -> None:
    """Record that a request waits again, because the reply to it was withdrawn."""
    facts = ledger.facts({"request": bytes(request.msg).hex()})
    ledger.record(ledger.Act(REOPENED, request.authority, by, at, case=request.case.reference, facts=facts))
