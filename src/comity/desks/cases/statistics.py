"""The yearly statistics as a page shows them: from the desk's own tables, and once more from the acts log."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db.models import Q
from django.db.models.fields.json import KT

from comity.desks.cases.counting import grounds_of, is_final, is_late, outcome_of
from comity.desks.cases.models import Addressee, CaseMessage, Counted, Standing
from comity.node.ledger.models import Entry
from comity.verify.statistics import Opened, Report, tally

AT_ONCE: Final = 400  # values of one statement
OUTCOMES: Final = ("full", "partial", "negative", "refusal")


def year_of(year: int) -> tuple[datetime, datetime]:
    """Return when a year begins and ends, UTC."""
    return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)


def years(authority: str, at: datetime) -> tuple[int, ...]:
    """Return the years of which an authority has requests, the latest first; at least the present one."""
    first = CaseMessage.objects.filter(authority=authority).order_by("id").values_list("sent_at", flat=True).first()
    begin = min(first.year if first else at.year, at.year)
    return tuple(range(at.year, max(begin, at.year - 20) - 1, -1))


def from_tables(authority: str, year: int) -> Report:
    """Count one year of an authority from its messages, as far as the worker has counted them."""
    begin, end = year_of(year)
    upto = Counted.objects.filter(authority=authority).values_list("upto", flat=True).first() or 0
    requests = CaseMessage.objects.filter(authority=authority, kind="request", copied=False)
    seen = requests.filter(pk__lte=upto)
    came = seen.filter(incoming=True, arrived_at__gte=begin, arrived_at__lt=end)
    ours = seen.filter(incoming=False, sent_at__gte=begin, sent_at__lt=end)
    went = Addressee.objects.filter(message__in=ours, copied=False)
    report = Report(
        authority,
        year,
        received=Counter(came.filter(circular=False).values_list("originator", "urgency")),
        sent=Counter(went.filter(message__circular=False).values_list("authority", "message__urgency")),
    )
    for partner in came.filter(circular=True).values_list("originator", flat=True):
        report.circulars[partner, "received"] += 1
    for partner in went.filter(message__circular=True).values_list("authority", flat=True):
        report.circulars[partner, "sent"] += 1
    for request, reply in _settled(authority, begin, end):
        if request.circular:
            report.circulars[request.originator, outcome_of(reply)] += 1
            continue
        report.answered[request.originator, request.urgency, outcome_of(reply)] += 1
        for ground in grounds_of(reply):
            report.refused[ground] += 1
        if is_late(request, reply.sent_at):
            report.late[request.originator, request.urgency, request.delay] += 1
    return report


class _Reply(NamedTuple):
    """What is counted of a reply of ours: a year may have a hundred thousand, and whole rows take far longer."""

    kind: str
    content: dict[str, Any]
    sent_at: datetime


class _Request(NamedTuple):
    """What is counted of the request that it settled."""

    originator: str
    urgency: str
    circular: bool
    due_at: datetime | None
    limit_at: datetime | None
    still_since: datetime | None
    delay: str


def _settled(authority: str, begin: datetime, end: datetime) -> Iterator[tuple[_Request, _Reply]]:
    """Yield the requests that stand settled in these times, each with the reply that settled it last."""
    last = {root: reply for root, reply in _replies(authority, begin, end) if is_final(reply)}
    roots = [bytes.fromhex(root) for root in last]
    for start in range(0, len(roots), AT_ONCE):
        found = CaseMessage.objects.filter(
            authority=authority, incoming=True, kind="request", msg__in=roots[start : start + AT_ONCE]
        )
        for msg, *facts in found.values_list("msg", *_Request._fields):
            yield _Request(*facts), last[bytes(msg).hex()]


def _replies(authority: str, begin: datetime, end: datetime) -> Iterator[tuple[str, _Reply]]:
    """Yield what we replied in these times and did not withdraw, each with the root that it replies to, in order."""
    replies = CaseMessage.objects.filter(
        authority=authority, incoming=False, kind__in=("answer", "refusal"), sent_at__gte=begin, sent_at__lt=end
    ).exclude(standing=Standing.WITHDRAWN)
    said = {name: KT(f"kept__{name}") for name in ("answer", "ground", "refused")}
    found = replies.exclude(in_reply_to="").order_by("id").values_list("in_reply_to", "kind", "sent_at", *said.values())
    for root, kind, sent_at, answer, ground, refused in found.iterator():
        content = {"answer": answer or "", "ground": ground or "", "refused": json.loads(refused) if refused else ()}
        yield root, _Reply(kind, content, sent_at)


@dataclass(frozen=True, slots=True)
class Count:
    """A year counted both ways, and when, UTC."""

    at: datetime
    report: Report
    logged: Report


_KEPT: Final[dict[tuple[str, int], Count]] = {}
KEPT_FOR: Final = timedelta(minutes=10)
LONG_S: Final = 0.1
"""What took longer to count is kept for a while; the page says of when it is, and counts anew for who wants it."""


def counted(authority: str, year: int, at: datetime, *, anew: bool = False) -> Count:
    """Count a year from the tables and from the acts log, or return a count that is a few minutes old.

    Args:
        authority: whose requests.
        year: by UTC.
        at: now, UTC.
        anew: whether to count in any case.
    """
    kept = _KEPT.get((authority, year))
    if kept is not None and not anew and at - KEPT_FOR < kept.at <= at:
        return kept
    begun = time.perf_counter()
    found = Count(at, from_tables(authority, year), from_log(authority, year))
    _KEPT.pop((authority, year), None)
    if time.perf_counter() - begun > LONG_S:
        _KEPT[authority, year] = found
    return found


def from_log(authority: str, year: int) -> Report:
    """Count one year of an authority from the opened entries of its acts logs."""
    return tally(opened(authority, year), authority, year)


def opened(authority: str, year: int) -> Iterator[Opened]:
    """Yield the acts of an authority from the year on, and until the counts of its last day were written."""
    begin, _end = year_of(year)
    acts = Entry.objects.filter(Q(log__authority=authority) & Q(log__name__contains="/a"), at__gte=begin)
    for h, salt, opening in acts.order_by("id").values_list("h", "salt", "opening").iterator():
        yield Opened(bytes(h), bytes(salt or b""), bytes(opening or b""))


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the page's tables: a partner, or all of them, with its sums."""

    partner: str
    received: int
    sent: int
    outcomes: tuple[tuple[str, int], ...]
    late: int
    excused: int

    @property
    def answered(self) -> int:
        """How many requests were answered or refused."""
        return sum(count for _outcome, count in self.outcomes)


def by_partner(report: Report) -> tuple[Row, ...]:
    """Return a line for each partner, by id, and one of the sums last."""
    partners = sorted({key[0] for table in (report.received, report.sent, report.answered) for key in table})
    return (*(_row(report, one) for one in partners), _row(report, ""))


def _row(report: Report, partner: str) -> Row:
    late: dict[bool, int] = {True: 0, False: 0}
    for (who, _urgency, delay), count in report.late.items():
        if partner in ("", who):
            late[bool(delay)] += count
    return Row(
        partner=partner,
        received=report.sum_of("received", partner=partner),
        sent=report.sum_of("sent", partner=partner),
        outcomes=tuple(
            (one, sum(n for key, n in report.answered.items() if partner in ("", key[0]) and key[2] == one))
            for one in OUTCOMES
        ),
        late=late[False],
        excused=late[True],
    )


def circulars(report: Report) -> tuple[tuple[str, int], ...]:
    """Return how many requests that expect only positive answers came, went, and were answered by us in any way."""
    found: Counter[str] = Counter()
    for (_partner, what), count in report.circulars.items():
        found[what if what in ("received", "sent") else "answered"] += count
    return tuple((what, found[what]) for what in ("received", "sent", "answered")) if found else ()


def by_urgency(report: Report) -> tuple[tuple[str, int, int, int, int], ...]:
    """Return (urgency, received, sent, answered, late) for each urgency that occurs."""
    found = sorted({key[1] for table in (report.received, report.sent, report.answered) for key in table})

    def total(table: str, urgency: str) -> int:
        return report.sum_of(table, urgency=urgency)

    return tuple(
        (one, total("received", one), total("sent", one), total("answered", one), total("late", one)) for one in found
    )


def as_json(report: Report) -> dict[str, Any]:
    """Return a report as plain JSON, rows in a fixed order."""
    return {
        "authority": report.authority,
        "year": report.year,
        "received": _rows(report.received, "partner", "urgency"),
        "sent": _rows(report.sent, "partner", "urgency"),
        "answered": _rows(report.answered, "partner", "urgency", "outcome"),
        "refused": [{"ground": ground, "count": n} for ground, n in sorted(report.refused.items())],
        "late": _rows(report.late, "partner", "urgency", "exception"),
        "circulars": _rows(report.circulars, "partner", "what"),
        "unread": report.unread,
    }


def _rows(table: Counter[Any], *names: str) -> list[dict[str, Any]]:
    return [{**dict(zip(names, key, strict=True)), "count": n} for key, n in sorted(table.items())]
