"""At the end of a shift cases are handed over with what is due in them, and the colleague sees that he has them."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from tests.desks.cases.conftest import FillIn, officer_named, sit_down

from comity.desks.cases import actions, handing_over
from comity.desks.cases.models import Case, CaseMessage, Handover
from comity.node.officers.models import Officer


@pytest.fixture
def held(asked: CaseMessage, sent: CaseMessage, officer: Officer, at: datetime) -> list[Case]:
    for one in (asked, sent):
        actions.take(one.case, officer, shown=None, at=at)
    return [asked.case, sent.case]


@pytest.fixture
def night(desk: None) -> Officer:
    return officer_named("night")


def test_the_list_says_what_waits_and_what_colleagues_noted(
    held: list[Case], browser: Client, officer: Officer, at: datetime
) -> None:
    actions.add_note(held[0], "The prosecutor calls at six.", officer, at=at)
    page = browser.get("/cases/handover").content.decode()
    assert page.count('name="case"') == 2
    assert "The prosecutor calls at six." in page
    assert held[0].reference in page


def test_who_holds_nothing_is_told_what_the_page_is_for(browser: Client) -> None:
    assert "You hold no case" in browser.get("/cases/handover").content.decode()


def test_a_shift_is_handed_over_and_read(held: list[Case], browser: Client, night: Officer) -> None:
    given = {"to": night.pk, "case": [case.pk for case in held], "text": "Quiet so far."}
    page = browser.post("/cases/handover", given, follow=True).content.decode()
    assert "2 cases are now with Night." in page
    assert set(Case.objects.values_list("holder", flat=True)) == {night.pk}
    colleague = sit_down(night)
    home = colleague.get("/cases/").content.decode()
    assert "Quiet so far." in home
    made = Handover.objects.get()
    assert browser.post(f"/cases/handover/{made.pk}/read").status_code == 404  # not handed over to him
    assert colleague.post(f"/cases/handover/{made.pk}/read")["Location"] == "/cases/list?show=mine"
    assert "Quiet so far." not in colleague.get("/cases/").content.decode()
    assert "Quiet so far." in colleague.get("/cases/handover").content.decode()


def test_only_the_chosen_cases_go(held: list[Case], browser: Client, night: Officer, officer: Officer) -> None:
    browser.post("/cases/handover", {"to": night.pk, "case": [held[1].pk]})
    assert list(Case.objects.order_by("pk").values_list("holder", flat=True)) == [officer.pk, night.pk]


def test_what_is_missing_is_said_and_nothing_is_lost(held: list[Case], browser: Client, officer: Officer) -> None:
    page = browser.post("/cases/handover", {"to": "", "text": "Quiet so far."}).content.decode()
    assert "Choose who takes over." in page
    assert "Choose at least one case." in page
    assert "Quiet so far." in page
    assert set(Case.objects.values_list("holder", flat=True)) == {officer.pk}


def test_what_a_colleague_took_over_meanwhile_stays_with_him(
    held: list[Case], officer: Officer, night: Officer, at: datetime
) -> None:
    quick = officer_named("quick")
    actions.take(held[0], quick, shown=officer.pk, at=at)
    done = actions.hand_over(held, night, "", officer, at=at)
    assert done.left == (held[0],)
    assert set(Case.objects.values_list("holder__username", flat=True)) == {"quick", "night"}
    assert actions.hand_over(held, night, "", officer, at=at).handover is None
    assert Handover.objects.count() == 1


def test_cases_go_to_nobody_of_another_authority(held: list[Case], browser: Client, officer: Officer) -> None:
    stranger = officer_named("stranger", authority="xa.cid")
    page = browser.post("/cases/handover", {"to": stranger.pk, "case": [held[0].pk]}).content.decode()
    assert "Choose who takes over." in page
    assert Case.objects.filter(holder=stranger).count() == 0


def test_the_list_asks_a_fixed_number_of_queries(
    fill_in: FillIn, officer: Officer, at: datetime, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        draft = fill_in(recipients=["xb.spoc"])
        assert draft.is_valid()
        message = actions.send_request(draft, officer, at=at).message
        assert message is not None
        actions.take(message.case, officer, shown=None, at=at)
    with django_assert_max_num_queries(5):
        assert len(handing_over.lines(officer, handing_over.held(officer))) == 5
