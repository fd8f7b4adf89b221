"""Requests that expect only positive answers: no clock anywhere, nobody owes, counted and listed apart."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.desks.cases.api.conftest import system_of
from tests.desks.cases.conftest import FILLED, Partner, officer_named, sit_down
from tests.desks.cases.test_following_up import about, newest, write

from comity.desks.cases import actions, composing, counting, due, keeping, partner_page, reads, statistics, tabs
from comity.desks.cases.actions import sending
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Addressee, Case, CaseMessage, State
from comity.messages import Answer, Message, Outcome, Text, TextRole
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.expects import Expects

FillIn = Callable[..., Draft]
Partners = Callable[[str], Partner]
MEANS = "Answer only if you have something."


@pytest.fixture
def circular(fill_in: FillIn, officer: Officer, at: datetime) -> CaseMessage:
    """A circular of ours to two partners."""
    draft = fill_in(only_positive="on")
    assert draft.is_valid()
    message = actions.send_request(draft, officer, at=at).message
    assert message is not None
    return message


@pytest.fixture
def theirs(fill_in: FillIn, officer: Officer, at: datetime, partner: Partners) -> CaseMessage:
    """A circular of a partner, to us and another."""
    draft = fill_in()
    assert draft.is_valid()
    said = composing.request(draft, officer, "XA-1", at)
    to = tuple(AuthorityId.parse(one) for one in ("xa.ncb", "xc.ncb"))
    head = replace(said.head, from_=AuthorityId.parse("xb.spoc"), recipients=to, expects=Expects.POSITIVE_ONLY)
    return partner("xb.spoc").send(replace(said, head=replace(head, reference="XB-7")))


def page_of(browser: Client, message: CaseMessage) -> str:
    return browser.get(f"/cases/{message.case_id}/").content.decode()


def listed(officer: Officer) -> set[str]:
    """Return the lists in which anything stands."""
    return {tab.key for tab in tabs.TABS if reads.visible_to(officer).filter(tab.filter(officer)).exists()}


def test_of_a_circular_nobody_owes_an_answer_and_no_clock_runs(
    browser: Client, officer: Officer, circular: CaseMessage
) -> None:
    assert (circular.circular, circular.due_at, circular.limit_at, circular.warn_at) == (True, None, None, None)
    times = circular.addressees.values_list("limit_at", "due_at", "warn_at")
    assert list(times) == [(None, None, None)] * 2
    page = page_of(browser, circular)
    assert MEANS in page
    assert page.count("no answer expected") == 2
    assert listed(officer) == {"all", "sent"}
    assert not keeping.waiting_in(circular.case)
    assert "/remind" not in page


def test_a_circular_to_195_costs_no_clocks(fill_in: FillIn, officer: Officer, at: datetime) -> None:
    row = CaseMessage(authority="xa.ncb", kind="request", urgency="normal", circular=True, sent_at=at)
    limits = due.Limits()
    with CaptureQueriesContext(connection) as asked:
        assert {sending._limit(row, f"x{place}.ncb", 0, limits) for place in range(195)} == {None}
    assert not asked.captured_queries
    draft = fill_in(only_positive="on", recipients=["xb.spoc", "xc.ncb", "xd.ncb"])
    assert draft.is_valid()
    with CaptureQueriesContext(connection) as asked:
        assert actions.send_request(draft, officer, at=at).message is not None
    assert not [one for one in asked.captured_queries if one["sql"].startswith('UPDATE "cases_')]


def test_at_the_recipient_it_is_new_but_never_due_nor_late(
    browser: Client, officer: Officer, theirs: CaseMessage, at: datetime
) -> None:
    assert (theirs.state, theirs.due_at, theirs.limit_at) == (State.NEW, None, None)
    assert listed(officer) == {"all", "new", "circulars"}
    assert theirs in reads.home(officer).new
    page = page_of(browser, theirs)
    assert MEANS in page
    assert CaseMessage.objects.get(pk=theirs.pk).state == State.OPEN
    assert listed(officer) == {"all", "circulars"}
    assert not partner_page.partner_page(officer, "xb.spoc", "en", at=at).owed_by_us
    assert theirs.reference in browser.get("/cases/list?tab=circulars").content.decode()


def test_it_is_closed_at_home_without_a_word_and_can_be_opened_again(
    browser: Client, officer: Officer, theirs: CaseMessage
) -> None:
    page_of(browser, theirs)
    before = CaseMessage.objects.count()
    for step, state, act in (
        ("close", State.DONE, "circular.nothing-found"),
        ("open", State.OPEN, "circular.reopened"),
    ):
        browser.post(f"/cases/messages/{theirs.pk}/nothing-found", {"step": step})
        assert CaseMessage.objects.get(pk=theirs.pk).state == state
        assert act.encode() in bytes(Entry.objects.order_by("-id")[0].opening)
    assert CaseMessage.objects.count() == before
    assert "circulars" in listed(officer)


def test_nobody_closes_without_a_message_what_is_owed_an_answer(
    browser: Client, officer: Officer, asked: CaseMessage, theirs: CaseMessage
) -> None:
    browser.post(f"/cases/messages/{asked.pk}/nothing-found", {"step": "close"})
    assert CaseMessage.objects.get(pk=asked.pk).state == State.NEW
    assert sit_down(officer_named("audit", role="auditor")).post(
        f"/cases/messages/{theirs.pk}/nothing-found", {"step": "close"}
    ).status_code in {403, 404}
    assert CaseMessage.objects.get(pk=theirs.pk).state == State.NEW


def test_a_negative_answer_stays_possible_and_is_counted_apart(
    browser: Client, circular: CaseMessage, theirs: CaseMessage, at: datetime
) -> None:
    page_of(browser, theirs)
    write(browser, f"messages/{theirs.pk}/answer", kind="negative", handling=["H0"])
    assert CaseMessage.objects.get(pk=theirs.pk).state == State.ANSWERED
    counting.count(at + timedelta(hours=1))
    year = at.year
    for report in (statistics.from_tables("xa.ncb", year), statistics.from_log("xa.ncb", year)):
        assert not report.received
        assert not report.sent
        assert not report.answered
        assert dict(statistics.circulars(report)) == {"received": 1, "sent": 2, "answered": 1}


def test_who_has_something_answers_and_a_question_back_is_closed_by_its_answer(
    browser: Client, circular: CaseMessage, partner: Partners
) -> None:
    said = about(circular, "clarification", "xb.spoc")
    question = partner("xb.spoc").send(
        Message(said.head, (said.parts[0], Text(TextRole.QUESTION, "fr", "Lequel des deux ?")))
    )
    page_of(browser, circular)
    write(browser, f"messages/{question.pk}/supplement", text="The first.", handling=["H0"])
    assert CaseMessage.objects.get(pk=question.pk).state == State.ANSWERED
    said = about(circular, "answer", "xb.spoc")
    partner("xb.spoc").send(replace(said, parts=(said.parts[0], Answer(Outcome.FULL))))
    assert Addressee.objects.get(message=circular, authority="xb.spoc").reply == "full"
    page = page_of(browser, circular)
    assert "Full answer" in page
    assert page.count("no answer expected") == 1


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"recipients": ["xb.spoc"]}, "choose more than one partner, or expect an answer"),
        ({"urgency": "life-at-risk", "urgency_ground": "b"}, "in a hurry, silence must not be taken for a"),
        ({"urgency": "urgent", "urgency_ground": "b"}, "in a hurry, silence must not be taken for a"),
        ({"deadline": "2099-01-01"}, "nobody owes an answer, so none is late"),
    ],
)
def test_nobody_is_let_off_an_answer_where_one_is_needed(
    browser: Client, changed: dict[str, str | list[str]], error: str
) -> None:
    page = write(browser, "new", **{**FILLED, "only_positive": "on", **changed}).content.decode()
    assert error in page
    assert not CaseMessage.objects.exists()


def test_the_preview_says_what_it_means_in_the_recipients_languages(browser: Client) -> None:
    page = browser.post("/cases/new", {**FILLED, "only_positive": "on", "step": "preview"}).content.decode()
    assert MEANS in page
    assert 'lang="fr"' in page
    assert 'lang="es"' in page
    browser.post("/cases/new", {**FILLED, "only_positive": "on", "step": "send"})
    assert newest().circular


def test_a_national_system_closes_it_too(officer: Officer, theirs: CaseMessage, asked: CaseMessage) -> None:
    system = system_of(officer)
    place = f"/messages/{theirs.pk}/nothing-found"
    assert system.post(place, {}).json() == {"message": theirs.pk, "waits": False}
    assert system.post(place, {}).status_code == 409
    assert system.post(place, {"waits": True}).json()["waits"] is True
    assert system.post(f"/messages/{asked.pk}/nothing-found", {}).status_code == 409


def test_closing_its_case_ends_it(officer: Officer, theirs: CaseMessage, at: datetime) -> None:
    assert isinstance(actions.close(theirs.case, "Nothing here.", officer, at=at), Case)
    assert CaseMessage.objects.get(pk=theirs.pk).state == State.DONE
    assert "circulars" not in listed(officer)
