"""Forwarding a case to a unit: whose it is then, who is told, and what follows it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from tests.desks.cases.api.conftest import system_of
from tests.desks.cases.conftest import Partner, officer_named, sit_down
from tests.desks.cases.test_following_up import about

from comity.desks.cases import actions, reads, ringing, tabs
from comity.desks.cases.holders import Passed
from comity.desks.cases.models import Case, CaseMessage
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer


@pytest.fixture
def fraud(desk: None) -> Officer:
    return officer_named("of-fraud", unit="fraud")


def forwarded(case: Case, officer: Officer, at: datetime) -> actions.Held:
    return actions.forward(case, "fraud", "It is about invoices.", officer, shown=None, at=at)


def waiting(officer: Officer, key: str) -> list[int]:
    return [one.pk for one in reads.page(officer, key, 1)[1]]


def test_it_waits_for_the_unit_and_nobody_has_taken_it(
    fraud: Officer, officer: Officer, asked: CaseMessage, at: datetime
) -> None:
    assert waiting(fraud, "unit") == []
    actions.take(asked.case, officer, shown=None, at=at)
    done = actions.forward(asked.case, "fraud", "", officer, shown=officer.pk, at=at + timedelta(seconds=1))
    assert (done.done, done.holder) == (True, None)
    assert waiting(fraud, "unit") == waiting(fraud, "free") == [asked.pk]
    assert waiting(officer, "unit") == []


def test_it_is_an_act_that_names_the_unit_and_stands_in_the_timeline(
    fraud: Officer, officer: Officer, asked: CaseMessage, at: datetime
) -> None:
    forwarded(asked.case, officer, at)
    act = bytes(Entry.objects.order_by("-id")[0].opening or b"")
    assert b"case.forwarded" in act
    assert b"fraud" in act
    assert b"invoices" not in act  # what colleagues tell each other stays out of the log
    moment = next(one for one in reads.case_page(officer, asked.case_id).timeline if "forwarded" in str(one.text))
    assert (moment.who, moment.detail) == (str(officer), "fraud · It is about invoices.")


def test_of_two_at_once_the_second_is_told_and_changes_nothing(
    fraud: Officer, officer: Officer, asked: CaseMessage, at: datetime
) -> None:
    actions.take(asked.case, fraud, shown=None, at=at)
    done = forwarded(asked.case, officer, at)
    assert (done.done, done.holder) == (False, fraud)
    assert not Passed.objects.filter(how="forwarded").exists()


def test_a_colleagues_case_is_forwarded_by_a_supervisor_alone(
    fraud: Officer, officer: Officer, asked: CaseMessage, at: datetime
) -> None:
    actions.take(asked.case, fraud, shown=None, at=at)
    with pytest.raises(PermissionDenied):
        actions.forward(asked.case, "fraud", "", officer, shown=fraud.pk, at=at)
    chief = officer_named("chief", role="supervisor")
    assert actions.forward(asked.case, "fraud", "", chief, shown=fraud.pk, at=at).done


@pytest.mark.parametrize("unit", ["", "gossip", "Fraud"])
def test_only_a_unit_in_which_somebody_writes_can_have_it(
    fraud: Officer, officer: Officer, asked: CaseMessage, at: datetime, unit: str
) -> None:
    with pytest.raises(PermissionDenied):
        actions.forward(asked.case, unit, "", officer, shown=None, at=at)
    assert actions.units(officer) == ("fraud",)


def test_officers_of_another_authority_are_no_unit_of_ours(desk: None, officer: Officer) -> None:
    officer_named("stranger", authority="xa.cid", unit="homicide")
    officer_named("watcher", role="dpo", unit="oversight")
    assert actions.units(officer) == ()


def test_what_rings_then_rings_in_the_unit(fraud: Officer, officer: Officer, asked: CaseMessage, at: datetime) -> None:
    CaseMessage.objects.update(urgency="life-at-risk", arrived_at=at)
    forwarded(asked.case, officer, at)
    assert [ring.message.pk for ring in ringing.rings_for(fraud)] == [asked.pk]
    assert ringing.rings_for(officer) == ()


def test_what_the_officer_may_not_see_stays_with_the_unit_that_handles_it(
    fraud: Officer, officer: Officer, asked: CaseMessage, sent: CaseMessage, at: datetime
) -> None:
    CaseMessage.objects.filter(pk=sent.pk).update(case=asked.case, restricted=True, unit="homicide")
    forwarded(asked.case, officer, at)
    assert set(CaseMessage.objects.values_list("pk", "unit")) == {(asked.pk, "fraud"), (sent.pk, "homicide")}


def test_what_arrives_later_about_it_goes_to_the_unit_as_well(
    fraud: Officer, officer: Officer, asked: CaseMessage, partner: Callable[[str], Partner], at: datetime
) -> None:
    forwarded(asked.case, officer, at)
    partner("xb.spoc").send(about(asked, "supplement", "xb.spoc", "Les factures sont fausses."))
    came = CaseMessage.objects.get(kind="supplement")
    assert (came.case_id, came.unit) == (asked.case_id, "fraud")


def test_the_page_offers_the_units_and_says_where_it_went(fraud: Officer, browser: Client, asked: CaseMessage) -> None:
    page = f"/cases/{asked.case_id}/"
    assert "Forward to a unit" in browser.get(page).content.decode()
    wrong = browser.post(f"{page}hold", {"step": "forward", "unit": "gossip", "shown": ""}, follow=True)
    assert "Choose the unit to which the case is forwarded." in wrong.content.decode()
    shown = {"step": "forward", "unit": "fraud", "why": "Invoices", "shown": ""}
    text = browser.post(f"{page}hold", shown, follow=True).content.decode()
    assert "The case is forwarded to fraud." in text
    assert "It is with the unit" in text


def test_the_list_has_a_tab_for_those_who_belong_to_a_unit(fraud: Officer, officer: Officer) -> None:
    assert "unit" in {one.key for one in tabs.of(fraud)}
    assert "unit" not in {one.key for one in tabs.of(officer)}
    assert "For my unit" in sit_down(fraud).get("/cases/list").content.decode()


def test_a_national_system_forwards_as_the_page_does(fraud: Officer, officer: Officer, asked: CaseMessage) -> None:
    system = system_of(officer)
    assert system.get("/units").json() == {"units": ["fraud"]}
    place = f"/cases/{asked.case_id}/forward"
    wrong = system.post(place, {"unit": "gossip", "seen": None})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/unit")
    done = system.post(place, {"unit": "fraud", "seen": None})
    assert done.status_code == 200, done.content
    assert system_of(fraud).get("/messages", tab="unit").json()["messages"][0]["id"] == asked.pk
    stranger = system_of(officer_named("stranger", authority="xa.cid"))
    assert stranger.post(place, {"unit": "fraud", "seen": None}).status_code == 404
