"""Asking back, supplying what is missing, refusing a part: on both sides, with the clock of the request."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.desks.cases.conftest import Partner, officer_named, posted, sit_down
from tests.desks.cases.test_following_up import about, newest, write

from comity.desks.cases import composing, reads
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Addressee, CaseMessage, State
from comity.messages import Answer, Message, Outcome, Refused, Text, TextRole
from comity.node.officers.models import Officer
from comity.subjects import Subject
from comity.vocabulary.delay import Delay
from comity.vocabulary.person_category import PersonCategory
from comity.vocabulary.refusal import RefusalGround

FillIn = Callable[..., Draft]
Partners = Callable[[str], Partner]
WHICH = Text(TextRole.QUESTION, "fr", "Lequel des deux navires ?")


def again(message: CaseMessage) -> CaseMessage:
    return CaseMessage.objects.get(pk=message.pk)


def clock_at(message: CaseMessage, partner: str) -> Addressee:
    return Addressee.objects.get(message=message, authority=partner)


def question(message: CaseMessage, sender: str) -> Message:
    said = about(message, "clarification", sender)
    return replace(said, parts=(said.parts[0], WHICH))


def ask_back(browser: Client, message: CaseMessage) -> CaseMessage:
    write(browser, f"messages/{message.pk}/ask-back", questions="Which of the two ships?", text="Both are in port.")
    return newest()


def test_asking_back_stops_the_clock_of_the_request(browser: Client, asked: CaseMessage) -> None:
    due = asked.due_at
    asked_back = ask_back(browser, asked)
    assert (asked_back.kind, asked_back.state, asked_back.case_id) == ("clarification", State.OPEN, asked.case_id)
    assert (asked_back.content or {})["questions"] == ["Which of the two ships?"]
    assert [one.authority for one in asked_back.addressees.all()] == ["xb.spoc"]
    held = again(asked)
    assert held.still_since == asked_back.sent_at
    assert (held.due_at, held.state) == (due, State.OPEN)  # it may still be answered
    page = browser.get(f"/cases/{asked.case_id}/").content.decode()
    assert "Stands still" in page
    assert "The clock stands still" in page


def test_the_partners_supplement_lets_it_go_on_with_the_rest(
    browser: Client, asked: CaseMessage, partner: Partners
) -> None:
    due = asked.due_at
    asked_back = ask_back(browser, asked)
    CaseMessage.objects.filter(pk=asked_back.pk).update(sent_at=timezone.now() - timedelta(hours=30))
    partner("xb.spoc").send(about(asked_back, "supplement", "xb.spoc", "Le porte-conteneurs."))
    held = again(asked)
    assert held.still_since is None
    assert due is not None
    assert held.due_at is not None
    assert timedelta(hours=30) <= held.due_at - due < timedelta(hours=30, minutes=1)
    assert again(asked_back).state == State.ANSWERED


def test_a_supplement_unasked_for_moves_nothing_and_its_subjects_are_looked_for(
    asked: CaseMessage, partner: Partners, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    monkeypatch.setattr(
        "comity.desks.cases.crosscheck.propose", lambda found: looked.extend(one.message_id for one in found)
    )
    said = about(asked, "supplement", "xb.spoc")
    person = composing.AboutSubject(Subject.of("Person", {"name": ["Marcus Dray"]}), PersonCategory.SUSPECT, "owns it")
    kept = partner("xb.spoc").send(replace(said, parts=(*said.parts, person)))
    assert looked == [kept.pk]
    assert (again(asked).due_at, again(asked).still_since) == (asked.due_at, None)


def test_a_partner_that_asks_back_stops_its_own_clock_and_no_others(sent: CaseMessage, partner: Partners) -> None:
    partner("xb.spoc").send(question(sent, "xb.spoc"))
    assert clock_at(sent, "xb.spoc").still_since is not None
    assert clock_at(sent, "xc.ncb").still_since is None
    assert again(sent).still_since is None  # one of its clocks runs
    partner("xc.ncb").send(question(sent, "xc.ncb"))
    assert again(sent).still_since is not None


def test_nobody_stops_a_clock_but_the_partner_that_was_asked(sent: CaseMessage, partner: Partners) -> None:
    partner("xd.ncb").send(question(sent, "xd.ncb"))
    assert not Addressee.objects.filter(message=sent, still_since__isnull=False).exists()


def test_the_asker_supplies_what_was_asked_and_the_clock_goes_on(
    browser: Client, sent: CaseMessage, partner: Partners
) -> None:
    asks = partner("xb.spoc").send(question(sent, "xb.spoc"))
    page = browser.get(f"/cases/{sent.case_id}/").content.decode()
    assert f"messages/{asks.pk}/supplement" in page
    assert again(asks).state == State.OPEN
    given = {name: value for name, value in posted().lists() if name != "recipients"}
    form = browser.get(f"/cases/messages/{asks.pk}/supplement").content.decode()
    assert WHICH.text in form
    write(browser, f"messages/{asks.pk}/supplement", **given, text="The container ship.")
    added = newest()
    assert (added.kind, added.in_reply_to) == ("supplement", bytes(asks.msg).hex())
    assert [one.authority for one in added.addressees.all()] == ["xb.spoc"]
    assert again(asks).state == State.ANSWERED
    assert clock_at(sent, "xb.spoc").still_since is None


def test_what_is_added_to_a_request_goes_to_those_who_have_not_replied(browser: Client, sent: CaseMessage) -> None:
    Addressee.objects.filter(message=sent, authority="xb.spoc").update(reply="full")
    write(browser, f"messages/{sent.pk}/supplement", text="The hearing is on Friday.", handling=["H0"])
    assert [one.authority for one in newest().addressees.all()] == ["xc.ncb"]
    assert (again(sent).due_at, again(sent).still_since) == (sent.due_at, None)


def test_a_withdrawn_clarification_counts_as_never_asked(browser: Client, asked: CaseMessage) -> None:
    asked_back = ask_back(browser, asked)
    write(browser, f"messages/{asked_back.pk}/withdraw", text="We found it ourselves.")
    assert (again(asked).still_since, again(asked).due_at) == (None, asked.due_at)


def test_a_clarification_without_a_question_is_not_sent(browser: Client, asked: CaseMessage) -> None:
    page = write(browser, f"messages/{asked.pk}/ask-back", questions="", text="Unclear.").content.decode()
    assert "ask at least one question" in page
    assert again(asked).still_since is None


def test_an_awaited_authorisation_is_told_at_once_and_puts_the_end_off(browser: Client, asked: CaseMessage) -> None:
    day = timezone.localdate() + timedelta(days=20)
    write(browser, f"messages/{asked.pk}/answer", kind="interim", more_by=day.isoformat(), delay="on", handling=["H0"])
    held = again(asked)
    assert held.delay == Delay.JUDICIAL_AUTHORISATION
    assert held.due_at == datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
    assert held.state in {State.NEW, State.OPEN}
    assert "A judicial authorisation is awaited" in browser.get(f"/cases/{asked.case_id}/").content.decode()


def test_the_asker_sees_the_exception_at_the_partner_that_told_of_it(
    browser: Client, sent: CaseMessage, partner: Partners
) -> None:
    until = int((timezone.now() + timedelta(days=30)).timestamp())
    reply = about(sent, "answer", "xb.spoc")
    late = Answer(Outcome.INTERIM, until, Delay.JUDICIAL_AUTHORISATION)
    partner("xb.spoc").send(replace(reply, parts=(reply.parts[0], late)))
    assert clock_at(sent, "xb.spoc").delay == Delay.JUDICIAL_AUTHORISATION
    assert clock_at(sent, "xc.ncb").delay == ""
    assert "A judicial authorisation is awaited" in browser.get(f"/cases/{sent.case_id}/").content.decode()


def test_only_an_interim_answer_can_await_an_authorisation(browser: Client, asked: CaseMessage) -> None:
    page = write(browser, f"messages/{asked.pk}/answer", kind="full", text="Known.", delay="on", handling=["H0"])
    assert "only an interim answer can await an authorisation" in page.content.decode()


def test_a_question_is_refused_on_a_ground_and_the_rest_is_answered(browser: Client, asked: CaseMessage) -> None:
    write(browser, f"messages/{asked.pk}/answer", kind="partial", text="He is known.", refused1="f", handling=["H0"])
    assert (newest().content or {})["refused"] == [{"part": 1, "ground": "f"}]
    page = browser.get(f"/cases/{asked.case_id}/").content.decode()
    assert "Refused questions" in page


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"kind": "full", "text": "x", "refused0": "a"}, "an answer that refuses a question is partial or interim"),
        ({"kind": "partial", "refused0": "a", "refused1": "a"}, "to refuse every question, refuse the request"),
        ({"kind": "partial", "text": "x", "refused0": "z"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_refused_in_part_is_said(
    browser: Client, asked: CaseMessage, given: dict[str, Any], error: str
) -> None:
    page = write(browser, f"messages/{asked.pk}/answer", handling=["H0"], **given).content.decode()
    assert error in page
    assert newest() == asked


def test_the_asker_reads_a_partial_refusal_at_the_question(
    browser: Client, sent: CaseMessage, partner: Partners
) -> None:
    reply = about(sent, "answer", "xb.spoc")
    parts = (reply.parts[0], Answer(Outcome.PARTIAL), Refused(RefusalGround.H, 1))
    partner("xb.spoc").send(replace(reply, parts=parts))
    page = browser.get(f"/cases/{sent.case_id}/").content.decode()
    request = page[page.index(f'id="message-{sent.pk}"') : page.index("Delivery")]
    assert "Under which documents?" in request
    assert "Refused by" in request
    assert "Ground (h)" in request


def test_what_is_due_first_stands_first_and_what_stands_still_after_it(
    browser: Client, officer: Officer, fill_in: FillIn, at: datetime, partner: Partners
) -> None:
    def asks() -> CaseMessage:
        draft = fill_in()
        assert draft.is_valid()
        return partner("xb.spoc").asks(composing.request(draft, officer, "x", at))

    late, later, still = asks(), asks(), asks()
    for one, hours in ((late, -2), (later, 50), (still, 1)):
        CaseMessage.objects.filter(pk=one.pk).update(due_at=timezone.now() + timedelta(hours=hours))
    CaseMessage.objects.filter(pk=still.pk).update(still_since=timezone.now())
    _tab, page = reads.page(officer, "open", 1)
    assert list(page) == [late, later, still]
    assert reads.home(officer).new == (late, later, still)


def test_after_three_quarters_of_the_time_it_stands_on_the_supervisors_list(asked: CaseMessage) -> None:
    supervisor = officer_named("chief", role="supervisor")
    assert not list(reads.page(supervisor, "late", 1)[1])
    CaseMessage.objects.filter(pk=asked.pk).update(warn_at=timezone.now() - timedelta(seconds=1))
    assert list(reads.page(supervisor, "late", 1)[1]) == [asked]
    CaseMessage.objects.filter(pk=asked.pk).update(still_since=timezone.now())
    assert not list(reads.page(supervisor, "late", 1)[1])


def test_a_list_of_clocks_needs_a_fixed_number_of_queries(
    browser: Client, officer: Officer, fill_in: FillIn, at: datetime, partner: Partners
) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            browser.get("/cases/list?show=open")
        return len(found)

    draft = fill_in()
    assert draft.is_valid()
    message = composing.request(draft, officer, "x", at)
    partner("xb.spoc").asks(message)
    few = count()
    for _each in range(5):
        partner("xc.ncb").asks(message)
    assert count() == few


def test_who_may_only_read_neither_asks_back_nor_adds(asked: CaseMessage, sent: CaseMessage) -> None:
    reader = sit_down(officer_named("dora", role="dpo"))
    assert reader.get(f"/cases/messages/{asked.pk}/ask-back").status_code == 403
    assert reader.get(f"/cases/messages/{sent.pk}/supplement").status_code == 403
