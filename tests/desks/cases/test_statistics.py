"""The yearly statistics: the tables and the opened entries of the acts log give the same figures."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.desks.cases.conftest import officer_named, sit_down

from comity.desks.cases import actions, counting, statistics
from comity.desks.cases.how_far import Counted
from comity.desks.cases.models import CaseMessage
from comity.merkle import salted_h
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer
from comity.verify.statistics import Opened, tally

LATER = timedelta(minutes=5)


def both(at: datetime) -> dict[str, Any]:
    """The figures of the year from the acts log, after the tables have given the same."""
    counting.count(at + LATER)
    logged = statistics.as_json(statistics.from_log("xa.ncb", at.year))
    assert statistics.as_json(statistics.from_tables("xa.ncb", at.year)) == logged
    return logged


def test_what_came_and_went_is_counted_by_partner_and_urgency(
    asked: CaseMessage, sent: CaseMessage, at: datetime
) -> None:
    found = both(at)
    assert found["received"] == [{"partner": "xb.spoc", "urgency": "normal", "count": 1}]
    assert found["sent"] == [
        {"partner": "xb.spoc", "urgency": "normal", "count": 1},
        {"partner": "xc.ncb", "urgency": "normal", "count": 1},
    ]
    assert (found["answered"], found["unread"]) == ([], 0)


def test_nothing_is_counted_twice_and_what_is_young_is_counted_later(
    asked: CaseMessage, sent: CaseMessage, at: datetime
) -> None:
    assert counting.count(at) == 0
    assert counting.count(at + LATER) == 2
    assert counting.count(at + LATER) == 0
    assert Counted.objects.get(authority="xa.ncb").upto == max(asked.pk, sent.pk)


def refuse(message: CaseMessage, officer: Officer, at: datetime, ground: str = "b") -> CaseMessage:
    said = {"ground": ground, "text": "It would harm an investigation."}
    outcome = actions.refuse_request(message, said, officer, at=at)
    assert outcome.message is not None, outcome.refusals
    return outcome.message


def test_a_refusal_is_counted_by_its_ground(asked: CaseMessage, officer: Officer, at: datetime) -> None:
    refuse(asked, officer, at)
    found = both(at)
    assert found["answered"] == [{"partner": "xb.spoc", "urgency": "normal", "outcome": "refusal", "count": 1}]
    assert found["refused"] == [{"ground": "b", "count": 1}]
    assert found["late"] == []


@pytest.mark.parametrize("delay", ["", "judicial-authorisation"])
def test_what_was_answered_after_its_time_is_late_and_says_whether_it_was_excused(
    asked: CaseMessage, officer: Officer, at: datetime, delay: str
) -> None:
    past = at - timedelta(days=1)
    due = at + timedelta(days=3) if delay else past
    CaseMessage.objects.filter(pk=asked.pk).update(limit_at=past, due_at=due, delay=delay)
    asked.refresh_from_db()
    refuse(asked, officer, at)
    CaseMessage.objects.filter(pk=asked.pk).update(limit_at=past, due_at=due, delay=delay)
    found = both(at)
    assert [(one["exception"], one["count"]) for one in found["late"]] == [(delay, 1)]


def test_of_a_clock_that_stands_still_nothing_is_late(asked: CaseMessage, at: datetime) -> None:
    asked.due_at, asked.still_since = at - timedelta(hours=1), at - timedelta(hours=2)
    assert not counting.is_late(asked, at)
    asked.still_since = at - timedelta(minutes=30)
    assert counting.is_late(asked, at)


def test_a_withdrawn_reply_counts_no_more(asked: CaseMessage, browser: Client, officer: Officer, at: datetime) -> None:
    reply = refuse(asked, officer, at)
    assert len(both(at)["answered"]) == 1
    address = f"/cases/messages/{reply.pk}/withdraw"
    browser.post(address, {"step": "send", "draft": "k" * 16, "text": "Sent by mistake.", "urgency": "normal"})
    asked.refresh_from_db()
    assert asked.state == "open"
    found = both(at)
    assert (found["answered"], found["refused"]) == ([], [])


def test_an_entry_that_was_changed_is_told_and_not_counted(asked: CaseMessage, at: datetime) -> None:
    counting.count(at + LATER)
    entry = Entry.objects.filter(log__name__contains="/a").order_by("-id")[0]
    told = bytes(entry.opening or b"")
    Entry.objects.filter(pk=entry.pk).update(opening=told.replace(b"xb.spoc", b"xb.spot"))
    report = statistics.from_log("xa.ncb", at.year)
    assert (report.received, report.unread) == ({}, 1)


def test_other_years_and_other_authorities_are_not_in_it(asked: CaseMessage, at: datetime) -> None:
    counting.count(at + LATER)
    assert not statistics.from_log("xa.ncb", at.year - 1).received
    entries = [Opened(bytes(e.h), bytes(e.salt or b""), bytes(e.opening or b"")) for e in Entry.objects.all()]
    assert not tally([one for one in entries if one.salt], "xb.spoc", at.year).received
    assert tally([Opened(salted_h(b"s" * 32, b""), b"s" * 32, b"")], "xa.ncb", 2026).unread == 1


def test_the_page_shows_the_figures_and_that_the_log_agrees(asked: CaseMessage, officer: Officer, at: datetime) -> None:
    refuse(asked, officer, at)
    CaseMessage.objects.update(sent_at=at - LATER, arrived_at=at - LATER)
    for role in ("supervisor", "auditor", "dpo"):
        page = sit_down(officer_named(role, role=role)).get("/cases/statistics").content.decode()
        assert "The opened entries of the acts log give the same figures." in page
        assert asked.reference not in page


def test_the_figures_leave_as_json(asked: CaseMessage, at: datetime) -> None:
    CaseMessage.objects.update(sent_at=at - LATER, arrived_at=at - LATER)
    answer = sit_down(officer_named("chief", role="supervisor")).get("/cases/statistics", {"form": "json"})
    found = json.loads(answer.content)
    assert (found["authority"], found["year"], found["received"][0]["count"]) == ("xa.ncb", at.year, 1)


@pytest.mark.parametrize("year", ["", "x", "1066", "99999", "²026"])
def test_a_year_that_is_none_is_the_present_one(desk: None, year: str, at: datetime) -> None:
    chief = sit_down(officer_named("chief", role="supervisor"))
    assert f": {at.year}" in chief.get("/cases/statistics", {"year": year}).content.decode()
