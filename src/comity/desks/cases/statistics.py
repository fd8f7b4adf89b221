"""The yearly statistics as a page shows them: from the desk's own tables, and once more from the acts log."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from django.db.models import Max, Min, Q, QuerySet
from django.db.models.fields.json import KT

from comity.desks.cases.counting import grounds_of, is_final, is_late, outcome_of
from comity.desks.cases.how_far import Counted
from comity.desks.cases.models import Addressee, CaseMessage, Standing
from comity.node.ledger.models import Entry
from comity.verify.statistics import Opened, Report, tally

AT_ONCE: Final = 100  # values of one statement
OUTCOMES: Final = ("full", "partial", "negative", "refusal")
type Progress = Callable[[float], None]


def _nobody(_share: float) -> None:
    """Tell nobody how far it is."""


def year_of(year: int) -> tuple[datetime, datetime]:
    """Return when a year begins and ends, UTC."""
    return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)


def years(authority: str, at: datetime) -> tuple[int, ...]:
    """Return the years of which an authority has requests, the latest first; at least the present one."""
    first = CaseMessage.objects.filter(authority=authority).order_by("id").values_list("sent_at", flat=True).first()
    begin = min(first.year if first else at.year, at.year)
    return tuple(range(at.year, max(begin, at.year - 20) - 1, -1))


def from_tables(authority: str, year: int, progress: Progress = _nobody) -> Report:
    """Count one year of an authority from its messages, as far as the worker has counted them.

    Args:
        authority: whose requests.
        year: by UTC.
        progress: told from time to time what share is done.
    """
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
    for request, reply in _settled(authority, begin, end, progress):
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


def _settled(authority: str, begin: datetime, end: datetime, progress: Progress) -> Iterator[tuple[_Request, _Reply]]:
    """Yield the requests that stand settled in these times, each with the reply that settled it last."""
    last = {root: reply for root, reply in _replies(authority, begin, end, progress) if is_final(reply)}
    roots = [bytes.fromhex(root) for root in last]
    for start in range(0, len(roots), AT_ONCE):
        progress((1 + start / len(roots)) / 2)
        found = CaseMessage.objects.filter(
            authority=authority, incoming=True, kind="request", msg__in=roots[start : start + AT_ONCE]
        )
        for msg, *facts in found.values_list("msg", *_Request._fields):
            yield _Request(*facts), last[bytes(msg).hex()]


def _replies(authority: str, begin: datetime, end: datetime, progress: Progress) -> Iterator[tuple[str, _Reply]]:
    """Yield what we replied in these times and did not withdraw, each with the root that it replies to, in order."""
    replies = CaseMessage.objects.filter(
        authority=authority, incoming=False, kind__in=("answer", "refusal"), sent_at__gte=begin, sent_at__lt=end
    ).exclude(standing=Standing.WITHDRAWN)
    said = {name: KT(f"kept__{name}") for name in ("answer", "ground", "refused")}
    replies = replies.exclude(in_reply_to="")
    last: int = replies.aggregate(last=Max("id"))["last"] or 1
    found = replies.order_by("id").values_list("id", "in_reply_to", "kind", "sent_at", *said.values())
    for count, (key, root, kind, sent_at, answer, ground, refused) in enumerate(found.iterator(AT_ONCE)):
        if count % AT_ONCE == 0:
            progress(key / last / 2)
        content = {"answer": answer or "", "ground": ground or "", "refused": json.loads(refused) if refused else ()}
        yield root, _Reply(kind, content, sent_at)


@dataclass(frozen=True, slots=True)
class Count:
    """A year counted both ways, and when, UTC."""

    at: datetime
    report: Report
    logged: Report


def from_log(authority: str, year: int, progress: Progress = _nobody) -> Report:
    """Count one year of an authority from the opened entries of its acts logs.

    Args:
        authority: whose acts.
        year: by UTC.
        progress: told from time to time what share is done.
    """
    return tally(opened(authority, year, progress), authority, year)


def opened(authority: str, year: int, progress: Progress = _nobody) -> Iterator[Opened]:
    """Yield the acts of an authority from the year on, and until the counts of its last day were written."""
    acts = _acts(authority, year)
    first, last = span(authority, year)
    found = acts.order_by("id").values_list("id", "h", "salt", "opening")
    for count, (key, h, salt, opening) in enumerate(found.iterator(AT_ONCE)):
        if count % AT_ONCE == 0:
            progress((key - first) / (last - first + 1))
        yield Opened(bytes(h), bytes(salt or b""), bytes(opening or b""))


def span(authority: str, year: int) -> tuple[int, int]:
    """Return the first and the last id of the entries to read; between them may stand those of others."""
    found = _acts(authority, year).aggregate(first=Min("id"), last=Max("id"))
    return found["first"] or 0, found["last"] or 0


def size(authority: str, year: int) -> int:
    """Return about how many rows have to be read at most, without reading them."""
    first, last = span(authority, year)
    messages: int | None = CaseMessage.objects.aggregate(last=Max("id"))["last"]
    return last - first + (messages or 0)


def _acts(authority: str, year: int) -> QuerySet[Entry]:
    begin, _end = year_of(year)
    return Entry.objects.filter(Q(log__authority=authority) & Q(log__name__contains="/a"), at__gte=begin)


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
