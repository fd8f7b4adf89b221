"""The yearly statistics on requests, from nothing but the opened entries of an acts log.

An authority publishes how many requests it sent and received, how many it answered, by urgency and partner, on which
grounds it refused, and where and why it was late. Whoever holds the opened entries recomputes each figure here; no
figure rests on a table that only the authority sees.

Source: Directive (EU) 2023/977, Articles 5, 6 and 18.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import cbor2

from comity.merkle import salted_h

COUNTED: Final = "requests.counted"
SETTLED: Final = "request.settled"
REOPENED: Final = "request.reopened"
_DIRECTIONS: Final = {"in": "received", "out": "sent"}
_CIRCULARS: Final = {"circular-in": "received", "circular-out": "sent"}


@dataclass(frozen=True, slots=True)
class Report:
    """One year of one authority. Keys are codes; all counts are of requests.

    Attributes:
        authority: whose acts.
        year: by UTC.
        received: (partner, urgency) to how many came.
        sent: (partner, urgency) to how many copies of ours went.
        answered: (partner, urgency, outcome) to how many; outcome `full`, `partial`, `negative` or `refusal`.
        refused: ground to how often it was given, for a whole request or a part.
        late: (partner, urgency, exception) to how many were answered after their time; exception is the code that lets
            it be late, `judicial-authorisation`, or empty.
        circulars: (partner, what) to how many of the requests that expect only positive answers were received or sent,
            or answered by us: what is `received`, `sent` or an outcome. They stand in no other table.
        unread: entries that could not be opened, because they were erased or do not fit their leaf.
    """

    authority: str
    year: int
    received: Counter[tuple[str, str]] = field(default_factory=Counter)
    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    answered: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    late: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    circulars: Counter[tuple[str, str]] = field(default_factory=Counter)
    unread: int = 0

    def sum_of(self, table: str, *, urgency: str = "", partner: str = "") -> int:
        """Return a sum over one of the tables by (partner, urgency, …)."""
        rows: Counter[tuple[str, ...]] = getattr(self, table)
        return sum(count for key, count in rows.items() if partner in ("", key[0]) and urgency in ("", key[1]))


@dataclass(frozen=True, slots=True)
class Opened:
    """An entry of an acts log: what the leaf commits to, and what opens it; `opening` is empty once erased."""

    h: bytes
    salt: bytes
    opening: bytes


def tally(entries: Iterable[Opened], authority: str, year: int) -> Report:
    """Count one year from the opened entries of an acts log, in their order.

    Args:
        entries: those of every log of acts that the authority had in the year, and up to a day after.
        authority: its id; acts of others are passed over.
        year: by UTC.
    """
    report = Report(authority, year)
    unread = 0
    settled: dict[str, Mapping[str, str]] = {}
    for entry in entries:
        act = _act(entry)
        if act is None:
            unread += 1
        elif act["authority"] == authority:
            facts = {str(name): str(value) for name, value in act["facts"]}
            if act["kind"] == COUNTED:
                _count(report, facts)
            elif act["kind"] == SETTLED:
                settled[facts["request"]] = facts
            elif act["kind"] == REOPENED:
                settled.pop(facts["request"], None)
    for said in settled.values():
        _settle(report, said)
    return replace(report, unread=unread)


def _act(entry: Opened) -> Mapping[str, Any] | None:
    if not entry.opening or salted_h(entry.salt, entry.opening) != entry.h:
        return None
    found: Any = cbor2.loads(entry.opening)
    return found if isinstance(found, dict) else None


def _count(report: Report, facts: Mapping[str, str]) -> None:
    """Take up how many came and went: facts such as `in 2026-11-02 xb.spoc urgent` = `3`."""
    for name, value in facts.items():
        parts = name.split(" ")
        if len(parts) == 4 and parts[0] in _DIRECTIONS and parts[1][:4] == str(report.year):  # noqa: PLR2004  as said
            table: Counter[tuple[str, str]] = getattr(report, _DIRECTIONS[parts[0]])
            table[parts[2], parts[3]] += int(value)
        elif len(parts) == 4 and parts[0] in _CIRCULARS and parts[1][:4] == str(report.year):  # noqa: PLR2004  as said
            report.circulars[parts[2], _CIRCULARS[parts[0]]] += int(value)


def _settle(report: Report, facts: Mapping[str, str]) -> None:
    if facts["day"][:4] != str(report.year):
        return
    partner, urgency = facts["partner"], facts["urgency"]
    if facts.get("circular") == "yes":
        report.circulars[partner, facts["outcome"]] += 1
        return
    report.answered[partner, urgency, facts["outcome"]] += 1
    for ground in filter(None, facts["grounds"].split(",")):
        report.refused[ground] += 1
    if facts["late"] == "yes":
        report.late[partner, urgency, facts["delay"]] += 1
