"""What is about life at risk rings until somebody takes it, and goes up where nobody does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.desks.cases.conftest import officer_named, sit_down
from tools.alarm_sound import TARGET, sound

from comity.desks.cases import actions, composing, escalating, escalations, reads, ringing
from comity.desks.cases.alerting import Escalation, Told
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Case, CaseMessage, State
from comity.desks.cases.visibility import visible_messages
from comity.node import chores
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer

MINUTE = timedelta(minutes=1)


@pytest.fixture
def alarm(fill_in: Callable[..., Draft], officer: Officer, at: datetime, partner: Callable[[str], Any]) -> CaseMessage:
    """A request about life at risk, as Belcourt's office sends it to us."""
    draft = fill_in(urgency="life-at-risk", urgency_ground="b")
    assert draft.is_valid(), draft
    asked: CaseMessage = partner("xb.spoc").asks(composing.request(draft, officer, "XA-1", at))
    return asked


@pytest.fixture
def colleague(desk: None) -> Officer:
    return officer_named("mercer")


@pytest.fixture
def chief(desk: None) -> Officer:
    return officer_named("chief", role="supervisor")


def rung(officer: Officer) -> list[tuple[int, str]]:
    return [(one.message.pk, one.told) for one in ringing.rings_for(officer)]


def arrived(message: CaseMessage) -> datetime:
    assert message.arrived_at is not None
    return message.arrived_at


def told() -> list[str]:
    return list(Escalation.objects.order_by("id").values_list("told", flat=True))


def test_it_rings_for_everybody_who_may_see_and_answer_it(
    alarm: CaseMessage, officer: Officer, colleague: Officer, chief: Officer
) -> None:
    for one in (officer, colleague, chief):
        assert rung(one) == [(alarm.pk, "")]
    for role in ("dpo", "auditor", "administrator"):
        assert rung(officer_named(role, role=role)) == []
    assert rung(officer_named("stranger", authority="xa.cid")) == []


def test_what_is_not_about_life_at_risk_does_not_ring(asked: CaseMessage, officer: Officer) -> None:
    asked.urgency = "urgent"
    asked.save()
    assert rung(officer) == []


def test_opening_it_does_not_stop_it_and_taking_it_does(
    alarm: CaseMessage, officer: Officer, colleague: Officer, at: datetime
) -> None:
    actions.open_case(reads.case_page(officer, alarm.case_id), officer, at=at)
    assert rung(colleague) == [(alarm.pk, "")]
    actions.take(alarm.case, officer, shown=None, at=timezone.now())
    assert rung(officer) == rung(colleague) == []


def test_given_back_it_rings_again_and_its_time_begins_anew(alarm: CaseMessage, officer: Officer) -> None:
    actions.take(alarm.case, officer, shown=None, at=arrived(alarm) + MINUTE)
    actions.let_go(alarm.case, officer, shown=officer.pk, at=arrived(alarm) + 4 * MINUTE)
    (ring,) = ringing.rings_for(officer)
    assert ring.begun_at == arrived(alarm) + 4 * MINUTE
    escalating.escalate(arrived(alarm) + 8 * MINUTE)
    assert told() == []


@pytest.mark.parametrize("state", [State.ANSWERED, State.REFUSED, State.DONE])
def test_what_waits_no_more_does_not_ring(alarm: CaseMessage, officer: Officer, state: State) -> None:
    CaseMessage.objects.update(state=state)
    assert rung(officer) == []


def test_what_was_withdrawn_does_not_ring(alarm: CaseMessage, officer: Officer) -> None:
    CaseMessage.objects.update(standing="withdrawn")
    assert rung(officer) == []


def test_a_case_held_since_before_does_not_silence_what_comes_until_it_is_opened(
    alarm: CaseMessage, officer: Officer, colleague: Officer, at: datetime
) -> None:
    Case.objects.update(holder=officer, held_since=arrived(alarm) - timedelta(hours=9))
    assert rung(colleague) == [(alarm.pk, "")]
    actions.open_case(reads.case_page(officer, alarm.case_id), officer, at=at)
    assert rung(colleague) == []


def test_taken_over_after_it_came_it_is_taken(alarm: CaseMessage, officer: Officer, colleague: Officer) -> None:
    Case.objects.update(holder=officer, held_since=arrived(alarm) - timedelta(hours=9))
    actions.take(alarm.case, colleague, shown=officer.pk, at=timezone.now())
    assert rung(officer) == []


def test_what_is_for_a_unit_rings_there_and_for_supervisors_and_at_last_for_everybody(
    alarm: CaseMessage, officer: Officer, chief: Officer
) -> None:
    CaseMessage.objects.update(unit="kidnapping")
    there = officer_named("there", unit="kidnapping")
    assert [rung(one) for one in (officer, there, chief)] == [[], [(alarm.pk, "")], [(alarm.pk, "")]]
    escalating.escalate(arrived(alarm) + 10 * MINUTE)
    assert rung(officer) == [(alarm.pk, Told.EVERYBODY)]


def test_supervisors_are_told_after_five_minutes_and_everybody_after_ten_each_once(alarm: CaseMessage) -> None:
    for seconds, expected in (
        (299, []),
        (300, ["supervisors"]),
        (301, ["supervisors"]),
        (599, ["supervisors"]),
        (600, ["supervisors", "everybody"]),
        (3000, ["supervisors", "everybody"]),
    ):
        escalating.escalate(arrived(alarm) + timedelta(seconds=seconds))
        assert told() == expected, seconds


def test_after_a_long_night_without_the_worker_both_steps_are_told(alarm: CaseMessage) -> None:
    assert escalating.escalate(arrived(alarm) + 50 * MINUTE) == 2
    assert escalating.escalate(arrived(alarm) + 50 * MINUTE) == 0
    assert told() == ["supervisors", "everybody"]


def test_an_escalation_and_its_act_are_stored_together_or_not_at_all(
    alarm: CaseMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Entry.objects.count()
    escalating.escalate(arrived(alarm) + 5 * MINUTE)
    last = bytes(Entry.objects.order_by("-id")[0].opening or b"")
    assert Entry.objects.count() == before + 1
    assert b"case.escalated" in last
    assert b"supervisors" in last
    monkeypatch.setattr("comity.node.ledger.actions.record", lambda act: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        escalating.escalate(arrived(alarm) + 10 * MINUTE)
    assert told() == ["supervisors"]


def test_what_is_taken_between_the_look_and_the_telling_is_not_told(alarm: CaseMessage, officer: Officer) -> None:
    seen = ringing.ringing(CaseMessage.objects.all(), "xa.ncb").get()
    actions.take(alarm.case, officer, shown=None, at=timezone.now())
    assert not escalating._tell_ringing(seen, Told.SUPERVISORS, arrived(alarm) + 5 * MINUTE)
    assert told() == []


def test_the_database_itself_keeps_an_escalation_once(alarm: CaseMessage) -> None:
    facts = {"message": alarm, "told": Told.LATE, "begun_at": alarm.arrived_at}
    Escalation.objects.create(**facts, at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Escalation.objects.create(**facts, at=timezone.now())


@given(minutes=st.integers(1, 60), passed=st.integers(0, 10_000))
def test_everybody_is_never_told_before_the_supervisors(minutes: int, passed: int) -> None:
    begun = datetime(2026, 3, 1, tzinfo=UTC)
    found = escalating.steps(begun, begun + timedelta(seconds=passed), minutes)
    assert found == (Told.SUPERVISORS, Told.EVERYBODY)[: min(2, passed // (60 * minutes))]


def test_the_timeline_says_who_was_told(alarm: CaseMessage, officer: Officer) -> None:
    escalating.escalate(arrived(alarm) + 10 * MINUTE)
    page = sit_down(officer).get(f"/cases/{alarm.case_id}/").content.decode()
    assert "supervisors were told" in page
    assert "everybody was told" in page


def test_the_page_of_a_case_renews_itself_when_it_was_escalated(alarm: CaseMessage, officer: Officer) -> None:
    before = reads.case_page(officer, alarm.case_id).stamp
    escalating.escalate(arrived(alarm) + 5 * MINUTE)
    assert reads.case_page(officer, alarm.case_id).stamp != before


# The band


def test_every_page_begins_with_the_band(alarm: CaseMessage, browser: Client) -> None:
    for address in ("/cases/", "/cases/partners", "/me/", "/cases/drafts"):
        page = browser.get(address).content.decode()
        assert f'data-key="{alarm.pk}-"' in page, address
        assert alarm.reference in page
        assert "Office" in page or "xb.spoc" in page


def test_the_band_names_nobody(alarm: CaseMessage, browser: Client) -> None:
    answer = browser.get("/cases/ringing").content.decode()
    assert alarm.reference in answer
    assert "Khaled" not in answer


def test_an_open_page_learns_within_one_question_that_it_was_taken_elsewhere(
    alarm: CaseMessage, browser: Client, colleague: Officer
) -> None:
    assert "Take it" in browser.get("/cases/ringing", {"stamp": ""}).content.decode()
    actions.take(alarm.case, colleague, shown=None, at=timezone.now())
    answer = browser.get("/cases/ringing", {"stamp": f"{alarm.pk}--"})
    assert (answer.status_code, answer.content.strip()) == (200, b"")
    assert browser.get("/cases/ringing", {"stamp": ""}).status_code == 204


def test_one_click_takes_it_and_opens_the_case(alarm: CaseMessage, browser: Client, officer: Officer) -> None:
    answer = browser.post(f"/cases/{alarm.case_id}/hold", {"step": "take", "shown": ""})
    assert answer["Location"] == f"/cases/{alarm.case_id}/"
    assert Case.objects.get(pk=alarm.case_id).holder == officer
    assert "data-key=" not in browser.get("/me/").content.decode()


def test_a_supervisor_is_told_that_it_was_escalated_to_him(alarm: CaseMessage, browser: Client, chief: Officer) -> None:
    escalating.escalate(arrived(alarm) + 5 * MINUTE)
    assert "escalated to you" in sit_down(chief).get("/me/").content.decode()
    assert "escalated to the supervisors" in browser.get("/me/").content.decode()


def test_who_answers_no_messages_has_no_band_and_no_sound(alarm: CaseMessage) -> None:
    client = sit_down(officer_named("dpo", role="dpo"))
    assert 'id="alarm"' not in client.get("/cases/").content.decode()
    assert client.get("/cases/ringing").status_code == 403


def test_asking_what_rings_keeps_no_session_alive(alarm: CaseMessage, browser: Client) -> None:
    session = browser.session
    session["seen_at"] = seen = timezone.now().timestamp() - 120
    session.save()
    browser.get("/cases/ringing", headers={"Comity-Background": "1"})
    assert browser.session["seen_at"] == seen


def test_the_band_takes_a_fixed_number_of_queries(
    alarm: CaseMessage, officer: Officer, django_assert_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    with django_assert_num_queries(2):
        ringing.rings_for(officer)
    for number in range(5):
        case = Case.objects.create(authority="xa.ncb", reference=f"K-{number}", opened_at=timezone.now())
        row = CaseMessage.objects.get(pk=alarm.pk)
        row.pk, row.case, row.msg = None, case, bytes([number]) * 32
        row.save(force_insert=True)
    with django_assert_num_queries(2):
        assert len(ringing.rings_for(officer)) == 6


@pytest.mark.parametrize("which", ["page", "worker"])
def test_what_rings_is_found_among_the_urgent_alone(desk: None, officer: Officer, which: str) -> None:
    """Asked every three seconds by every page, it must not read all that waits."""
    every = CaseMessage.objects.all()
    plan = ringing.ringing(visible_messages(officer, every) if which == "page" else every, "xa.ncb").explain()
    assert "messages_by_urgency (authority=? AND urgency=? AND state=?)" in plan


def test_the_policy_lets_the_sound_and_the_worker_come_from_here_alone(browser: Client) -> None:
    policy = browser.get("/cases/")["Content-Security-Policy"]
    assert "media-src 'self'" in policy
    assert "worker-src 'self'" in policy


def test_the_sound_is_the_one_that_we_made() -> None:
    assert TARGET.read_bytes() == sound()
    assert len(sound()) < 40_000


# Ordinary clocks


@pytest.fixture
def late(asked: CaseMessage) -> CaseMessage:
    """The ordinary request, an hour over its time."""
    CaseMessage.objects.update(due_at=timezone.now() - timedelta(hours=1))
    asked.refresh_from_db()
    return asked


def test_a_supervisor_is_told_once_of_what_is_late(late: CaseMessage, chief: Officer, officer: Officer) -> None:
    assert escalations.to_me(chief).count == 0
    now = timezone.now()
    assert [escalating.escalate(now), escalating.escalate(now + MINUTE)] == [1, 0]
    assert told() == ["late"]
    found = escalations.to_me(chief)
    assert [(one.message.pk, one.told, one.since) for one in found.shown] == [(late.pk, "late", late.due_at)]
    assert escalations.to_me(officer).count == 0
    assert "Escalated to me" in sit_down(chief).get("/cases/").content.decode()
    assert "Escalated to me" not in sit_down(officer).get("/cases/").content.decode()


def test_what_is_in_time_or_stands_still_is_not_told(late: CaseMessage) -> None:
    CaseMessage.objects.update(still_since=timezone.now())
    assert escalating.escalate(timezone.now()) == 0
    CaseMessage.objects.update(still_since=None, due_at=timezone.now() + timedelta(hours=1))
    assert escalating.escalate(timezone.now()) == 0


def test_a_clock_that_was_moved_and_ran_out_again_is_told_anew(late: CaseMessage, chief: Officer) -> None:
    escalating.escalate(timezone.now())
    CaseMessage.objects.update(due_at=timezone.now() - MINUTE)
    assert escalations.to_me(chief).count == 0
    assert escalating.escalate(timezone.now()) == 1
    assert escalations.to_me(chief).count == 1


def test_once_answered_it_leaves_the_supervisors_home(late: CaseMessage, chief: Officer) -> None:
    escalating.escalate(timezone.now())
    CaseMessage.objects.update(state=State.ANSWERED)
    assert escalations.to_me(chief) == replace(escalations.EscalatedToMe())


def test_what_rings_and_was_escalated_stands_on_the_supervisors_home(alarm: CaseMessage, chief: Officer) -> None:
    escalating.escalate(arrived(alarm) + 5 * MINUTE)
    assert [one.told for one in escalations.to_me(chief).shown] == ["supervisors"]


def test_a_supervisors_home_renews_itself_when_something_is_escalated(late: CaseMessage, chief: Officer) -> None:
    before = escalations.stamp(chief)
    escalating.escalate(timezone.now())
    assert escalations.stamp(chief) != before


def test_the_worker_escalates_by_itself() -> None:
    assert chores.CHORES["escalations"].work is escalating.escalate
    assert chores.CHORES["escalations"].every <= timedelta(seconds=10)
