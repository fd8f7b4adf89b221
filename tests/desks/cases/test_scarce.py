"""A list narrowed to what is rare shows the same as one that looks through everything, and is read by an index."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise, product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comity.desks.cases import reads, scarce, tabs
from comity.desks.cases.filters import Filter
from comity.desks.cases.models import Addressee, Case, CaseMessage, State
from comity.node.officers.models import Officer

KINDS, URGENCIES, STATES = ("request", "answer", "hit"), ("normal", "urgent", "life-at-risk"), list(State.values)
AREAS = ("fraud", "drug-trafficking")
DAYS = 12


@pytest.fixture
def many(officer: Officer, at: datetime) -> list[CaseMessage]:
    """Messages of every kind, urgency and state, both ways, with three partners, over twelve days."""
    cases = [
        Case.objects.create(authority="xa.ncb", reference=f"XA-{place}", opened_at=at, holder=holder, held_since=at)
        for place, holder in enumerate((officer, None))
    ]
    made = []
    for place, (kind, urgency, state) in enumerate(product(KINDS, URGENCIES, STATES)):
        incoming, partner, when = place % 2 == 0, f"x{'bcd'[place % 3]}.ncb", at - timedelta(days=place % DAYS)
        one = CaseMessage.objects.create(
            case=cases[place % 2], authority="xa.ncb", originator=partner if incoming else "xa.ncb", incoming=incoming,
            kind=kind, urgency=urgency, state=state, crime_area=AREAS[place % 5 == 0], reference=str(place),
            msg=place.to_bytes(32), purpose="criminal-investigation", sent_at=when, handling=["H0"], languages=["en"],
            arrived_at=when if incoming else None,
            due_at=at + timedelta(hours=place % 7 - 3) if place % 3 else None,
            still_since=at if place % 11 == 0 else None,
        )  # fmt: skip
        if not incoming:
            Addressee.objects.create(message=one, authority=partner, note_id=place)
        made.append(one)
    return made


def filters(at: datetime) -> Iterator[Filter]:
    day = at.date()
    options: dict[str, tuple[Any, ...]] = {
        "kind": ("", "hit", "refusal"), "urgency": ("", "life-at-risk", "normal"), "state": ("", "new", "done"),
        "area": ("", "fraud", "terrorism"), "partner": ("", "xb.ncb", "zz.none"), "holder": ("", "me", "nobody"),
        "since": (None, day - timedelta(days=3)), "until": (None, day - timedelta(days=1)), "way": ("", "out"),
    }  # fmt: skip
    for names in (("kind", "urgency", "state"), ("area", "partner", "way"), ("since", "until", "holder", "state")):
        for values in product(*(options[name] for name in names)):
            yield Filter(**dict(zip(names, values, strict=True)))


def fits(one: CaseMessage, chosen: Filter, officer: Officer) -> bool:
    """Say it once more, without a database."""
    when = (one.arrived_at or one.sent_at).date()
    partners = {one.originator} if one.incoming else {to.authority for to in one.addressees.all()}
    return (
        chosen.kind in {"", one.kind}
        and chosen.urgency in {"", one.urgency}
        and chosen.state in {"", one.state}
        and chosen.area in {"", one.crime_area}
        and (not chosen.partner or chosen.partner in partners)
        and (not chosen.way or one.incoming == (chosen.way == "in"))
        and (not chosen.holder or one.case.holder_id == (officer.pk if chosen.holder == "me" else None))
        and (chosen.since is None or when >= chosen.since)
        and (chosen.until is None or when <= chosen.until)
    )


@pytest.mark.parametrize("few", [0, 4, 2_000])
def test_every_filter_shows_what_fits_and_nothing_else(
    many: list[CaseMessage], officer: Officer, at: datetime, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(scarce, "FEW", few)
    every = list(CaseMessage.objects.select_related("case").prefetch_related("addressees"))
    known = 0
    for chosen in filters(at):
        known += scarce.few(chosen, "xa.ncb", officer.pk) is not None
        shown = {one.pk for one in reads.listed(officer, tabs.TABS[0], chosen)}
        assert shown == {one.pk for one in every if fits(one, chosen, officer)}, chosen
    assert known > {0: 10, 4: 15, 2_000: 60}[few]


def test_between_days_the_newest_come_first_and_with_due_first_what_is_due(
    many: list[CaseMessage], officer: Officer, at: datetime
) -> None:
    days = {"since": at.date() - timedelta(days=5), "until": at.date()}
    found = list(reads.page(officer, "all", 1, Filter(**days))[1])
    assert len(found) > 10
    times = [one.arrived_at or one.sent_at for one in found]
    assert times == sorted(times, reverse=True)
    oldest = [one.arrived_at or one.sent_at for one in reads.page(officer, "all", 1, Filter(**days, sort="oldest"))[1]]
    assert oldest == sorted(times)
    due = list(reads.page(officer, "all", 1, Filter(sort="due"))[1])
    waits = [one.state in {"new", "open"} and one.due_at is not None for one in due]
    assert waits == sorted(waits, reverse=True)
    running = [one.due_at for one, waiting in zip(due, waits, strict=True) if waiting and one.still_since is None]
    assert running == sorted(running)
    rest = [one.pk for one, waiting in zip(due, waits, strict=True) if not waiting]
    assert all(one > other for one, other in pairwise(rest))
    assert [one.pk for one in reads.listed(officer, tabs.TABS[0], Filter(sort="due"))] == [one.pk for one in due]


@pytest.mark.parametrize(
    ("chosen", "index"),
    [
        (Filter(kind="hit"), "messages_by_due_time"),
        (Filter(urgency="life-at-risk"), "messages_by_urgency"),
        (Filter(state="new"), "messages_by_state"),
        (Filter(area="terrorism"), "messages_by_area"),
        (Filter(since=date(2026, 1, 1)), "messages_by_time"),
        (Filter(until=date(2026, 1, 1)), "messages_by_time"),
    ],
)
def test_what_is_rare_is_asked_of_an_index(
    many: list[CaseMessage], officer: Officer, chosen: Filter, index: str
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("other databases plan by what their tables hold")
    with CaptureQueriesContext(connection) as asked:
        scarce.few(chosen, "xa.ncb", officer.pk)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + asked.captured_queries[0]["sql"])
        plan = " ".join(str(row[3]) for row in cursor.fetchall())
    assert index in plan
    assert ("COVERING" in plan) is (index != "messages_by_time")  # of an expression the database never says so
    assert "SCAN" not in plan
