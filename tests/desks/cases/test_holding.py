"""Who works on a case: taken, given back, assigned; and the second of two is told."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from tests.desks.cases.conftest import officer_named, sit_down

from comity.desks.cases import actions, reads
from comity.desks.cases.models import Case, CaseMessage
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer


@pytest.fixture
def chief(desk: None) -> Officer:
    return officer_named("chief", role="supervisor")


@pytest.fixture
def colleague(desk: None) -> Officer:
    return officer_named("mercer")


def holder(message: CaseMessage) -> Officer | None:
    return Case.objects.get(pk=message.case_id).holder


def last_act() -> bytes:
    return bytes(Entry.objects.order_by("-id")[0].opening or b"")


def tab(officer: Officer, key: str) -> list[int]:
    return [one.pk for one in reads.page(officer, key, 1)[1]]


def test_a_case_is_taken_and_that_is_an_act(officer: Officer, asked: CaseMessage, at: datetime) -> None:
    held = actions.take(asked.case, officer, shown=None, at=at)
    assert (held.done, held.holder, held.since) == (True, officer, at)
    assert holder(asked) == officer
    assert b"case.taken" in last_act()


def test_of_two_who_take_it_at_once_the_second_is_told_and_changes_nothing(
    officer: Officer, colleague: Officer, asked: CaseMessage, at: datetime
) -> None:
    assert actions.take(asked.case, officer, shown=None, at=at).done
    second = actions.take(asked.case, colleague, shown=None, at=at + timedelta(seconds=1))
    assert (second.done, second.holder) == (False, officer)
    assert holder(asked) == officer


def test_who_saw_the_holder_may_take_it_over(
    officer: Officer, colleague: Officer, asked: CaseMessage, at: datetime
) -> None:
    actions.take(asked.case, officer, shown=None, at=at)
    assert actions.take(asked.case, colleague, shown=officer.pk, at=at).done
    assert holder(asked) == colleague


def test_taking_twice_is_one_act(officer: Officer, asked: CaseMessage, at: datetime) -> None:
    actions.take(asked.case, officer, shown=None, at=at)
    before = Entry.objects.count()
    assert actions.take(asked.case, officer, shown=None, at=at).done
    assert Entry.objects.count() == before


def test_it_is_given_back_by_its_holder_or_a_supervisor_and_by_no_colleague(
    officer: Officer, colleague: Officer, chief: Officer, asked: CaseMessage, at: datetime
) -> None:
    actions.take(asked.case, officer, shown=None, at=at)
    with pytest.raises(PermissionDenied):
        actions.let_go(asked.case, colleague, shown=officer.pk, at=at)
    assert actions.let_go(asked.case, chief, shown=officer.pk, at=at).done
    assert holder(asked) is None
    assert b"case.given-back" in last_act()


def test_a_supervisor_assigns_to_whoever_writes_for_the_same_authority(
    officer: Officer, colleague: Officer, chief: Officer, asked: CaseMessage, at: datetime
) -> None:
    officer_named("auditor", role="auditor")
    elsewhere = officer_named("elsewhere", authority="xa.cid")
    assert {one.username for one in actions.colleagues(chief)} == {"hale", "mercer", "chief"}
    assert actions.assign(asked.case, colleague, chief, shown=None, at=at).done
    assert holder(asked) == colleague
    for to, by in ((officer, officer), (elsewhere, chief)):
        with pytest.raises(PermissionDenied):
            actions.assign(asked.case, to, by, shown=colleague.pk, at=at)


def test_the_lists_of_mine_and_of_nobodys(
    officer: Officer, colleague: Officer, asked: CaseMessage, sent: CaseMessage, at: datetime
) -> None:
    assert (tab(officer, "mine"), tab(officer, "free")) == ([], [asked.pk])
    actions.take(asked.case, officer, shown=None, at=at)
    assert (tab(officer, "mine"), tab(officer, "free")) == ([asked.pk], [])
    assert tab(colleague, "mine") == []


def test_every_count_on_the_home_page_is_the_length_of_its_list(
    officer: Officer, asked: CaseMessage, sent: CaseMessage, at: datetime
) -> None:
    actions.take(asked.case, officer, shown=None, at=at)
    counts = reads.home(officer).counts
    assert {"mine", "free"} <= {one.key for one, _ in counts}
    for one, count in counts:
        assert len(tab(officer, one.key)) == count, one.key


def test_a_click_that_meant_to_take_it_from_nobody_takes_it_from_nobody(
    browser: Client, officer: Officer, colleague: Officer, asked: CaseMessage, at: datetime
) -> None:
    """The page renews itself: the number of the holder may change under the hand that clicks."""
    actions.take(asked.case, colleague, shown=None, at=at)
    address = f"/cases/{asked.case_id}/hold"
    assert (
        "Nothing was changed"
        in browser.post(address, {"step": "take", "shown": str(colleague.pk)}, follow=True).content.decode()
    )
    browser.post(address, {"step": "take-over", "shown": str(colleague.pk)})
    assert holder(asked) == officer


def test_a_page_of_lists_renews_itself_when_a_case_is_taken_or_given_back(
    officer: Officer, asked: CaseMessage, at: datetime
) -> None:
    stamps = [reads.stamp(officer)]
    actions.take(asked.case, officer, shown=None, at=at)
    stamps.append(reads.stamp(officer))
    actions.let_go(asked.case, officer, shown=officer.pk, at=at + timedelta(seconds=1))
    stamps.append(reads.stamp(officer))
    assert stamps[0] != stamps[1] != stamps[2]


def test_on_the_page(browser: Client, officer: Officer, chief: Officer, asked: CaseMessage) -> None:
    address = f"/cases/{asked.case_id}/"
    assert "Nobody has taken this case." in browser.get(address).content.decode()
    page = browser.post(f"{address}hold", {"step": "take", "shown": ""}, follow=True).content.decode()
    assert "You hold this case" in page
    theirs = sit_down(chief)
    assert "works on this case" in theirs.get(address).content.decode()
    late = theirs.post(f"{address}hold", {"step": "take", "shown": ""}, follow=True).content.decode()
    assert "Nothing was changed" in late
    garbled = theirs.post(f"{address}hold", {"step": "take-over", "shown": "9" * 5000}, follow=True)
    assert "Nothing was changed" in garbled.content.decode()
    assert holder(asked) == officer
    nobody = theirs.post(f"{address}hold", {"step": "assign", "shown": str(officer.pk), "to": ""}, follow=True)
    assert "Choose to whom" in nobody.content.decode()
    theirs.post(f"{address}hold", {"step": "assign", "shown": str(officer.pk), "to": str(chief.pk)})
    assert holder(asked) == chief


def test_the_timeline_tells_who_took_assigned_and_gave_back_the_case(
    officer: Officer, colleague: Officer, chief: Officer, asked: CaseMessage, at: datetime
) -> None:
    actions.take(asked.case, officer, shown=None, at=at)
    actions.assign(asked.case, colleague, chief, shown=officer.pk, at=at + timedelta(minutes=1))
    actions.let_go(asked.case, colleague, shown=colleague.pk, at=at + timedelta(minutes=2))
    actions.let_go(asked.case, chief, shown=None, at=at + timedelta(minutes=3))  # nobody holds it: nothing happens
    found = [(str(one.text), one.who, one.detail) for one in reads.case_page(officer, asked.case_id).timeline]
    assert [one for one in found if one[0].startswith("Case")] == [
        ("Case given back", "Mercer", ""),
        ("Case assigned", "Chief", "Mercer"),
        ("Case taken", "Hale", ""),
    ]


def test_when_an_officer_leaves_nobody_holds_his_cases_and_they_can_be_taken(
    officer: Officer, colleague: Officer, asked: CaseMessage, at: datetime
) -> None:
    actions.take(asked.case, officer, shown=None, at=at)
    assert asked.pk not in tab(colleague, "free")
    assert actions.close_access(officer, at=at + timedelta(hours=1)) == 1
    assert holder(asked) is None
    assert asked.pk in tab(colleague, "free")
    officer.refresh_from_db()
    assert not officer.is_active
    openings = [bytes(one.opening or b"") for one in Entry.objects.order_by("-id")[:2]]
    assert b"officer.closed" in openings[0]
    assert b"access-closed" in openings[1]
