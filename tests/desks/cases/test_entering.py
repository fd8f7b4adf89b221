"""What came by telephone or on paper is entered afterwards, with its real time and without a proof."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.desks.cases.conftest import FILLED, officer_named, sit_down

from comity.desks.cases import actions as acts
from comity.desks.cases import forgetting, proofs, reads, ringing, rules
from comity.desks.cases.entered import Entered
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Addressee, Case, CaseMessage, State, StoredDraft
from comity.desks.cases.printing.paper import paper
from comity.node import places
from comity.node.exchange import erasing, receivers
from comity.node.exchange.models import Note
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer
from comity.vocabulary.authority import AuthorityId

HOUR = timedelta(hours=1)


def ago(passed: timedelta) -> datetime:
    """A time as one says it: to the minute."""
    return (timezone.now() - passed).replace(second=0, microsecond=0)


def happened(officer: Officer, **changed: str) -> dict[str, str]:
    return {
        "partner": "xb.spoc",
        "channel": "telephone",
        "happened_at": f"{timezone.localtime(ago(2 * HOUR)):%Y-%m-%dT%H:%M}",
        "by": str(officer.pk),
        "spoken_to": "Brigadier Delcourt",
        **changed,
    }


def call(officer: Officer, **changed: str) -> dict[str, str | list[str]]:
    """What is posted of a request that came by telephone two hours ago."""
    filled = {name: value for name, value in FILLED.items() if name != "recipients"}
    return {**filled, **happened(officer), "step": "enter", **changed}


@pytest.fixture
def called(browser: Client, officer: Officer) -> CaseMessage:
    answer = browser.post("/cases/enter", call(officer))
    assert answer.status_code == 302, answer.content.decode()
    return CaseMessage.objects.get()


def last_act() -> bytes:
    return bytes(Entry.objects.order_by("-id")[0].opening or b"")


def test_it_opens_a_case_that_its_officer_holds(called: CaseMessage, officer: Officer) -> None:
    assert (called.incoming, called.kind, called.originator, called.state) == (True, "request", "xb.spoc", State.OPEN)
    assert called.case.holder == officer
    assert called.reference == called.case.reference
    assert called.caption.startswith("Khaled")
    assert (called.content or {})["questions"] == ["Is he known?", "Under which documents?"]


def test_its_clock_runs_from_when_it_came(called: CaseMessage) -> None:
    assert called.arrived_at == called.sent_at == Entered.objects.get().happened_at
    assert called.due_at is not None
    assert called.arrived_at is not None
    hours = (called.due_at - called.arrived_at) / HOUR
    assert hours == round(hours)
    assert abs(timezone.now() - 2 * HOUR - called.arrived_at) < 2 * timedelta(minutes=1)


def test_both_times_are_kept_and_stand_in_the_act(called: CaseMessage, officer: Officer) -> None:
    kept = Entered.objects.get()
    assert (kept.taken_by, kept.entered_by, kept.spoken_to) == (officer, officer, "Brigadier Delcourt")
    assert kept.entered_at - kept.happened_at > HOUR
    openings = [bytes(one.opening or b"") for one in Entry.objects.all()]
    (act,) = [one for one in openings if b"message.entered" in one]
    assert str(int(kept.happened_at.timestamp())).encode() in act
    assert b"Delcourt" not in act


def test_nothing_proves_it_and_the_pages_say_so(called: CaseMessage, browser: Client) -> None:
    assert Note.objects.count() == 0
    assert proofs.seals(called) == ()
    assert "no signature, no seal and no note" in browser.get(f"/cases/messages/{called.pk}/proof").content.decode()
    page = browser.get(f"/cases/{called.case_id}/").content.decode()
    assert "no signature, no seal and no note" in page
    assert "Brigadier Delcourt" in page
    assert "By telephone" in browser.get("/cases/list").content.decode()


def test_it_is_not_answered_through_the_exchange_but_the_partner_can_be_informed(
    called: CaseMessage, browser: Client
) -> None:
    assert not rules.may_be_answered(called)
    assert rules.acts_on(called) == ()
    page = browser.get(f"/cases/{called.case_id}/").content.decode()
    assert f"/cases/messages/{called.pk}/answer" not in page
    assert f"/cases/inform?case={called.case_id}" in page
    for route in ("answer", "refuse", "ask-back", "hit", "ask-consent"):
        assert browser.get(f"/cases/messages/{called.pk}/{route}").status_code == 302, route


def test_life_at_risk_by_telephone_does_not_ring_for_who_enters_it_holds_it(browser: Client, officer: Officer) -> None:
    browser.post("/cases/enter", call(officer, urgency="life-at-risk", urgency_ground="b"))
    assert CaseMessage.objects.get().urgency == "life-at-risk"
    assert ringing.rings_for(officer) == ()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"partner": ""}, "choose the partner"),
        ({"partner": "xz.nobody"}, "Select a valid choice"),
        ({"subjects": ""}, "at least one subject"),
        ({"channel": ""}, "choose by what it came"),
        ({"channel": "pigeon"}, "Select a valid choice"),
        ({"happened_at": ""}, "say when it was"),
        ({"happened_at": "yesterday"}, "give day and time"),
        ({"happened_at": "2999-01-01T00:00"}, "not in the future"),
        ({"by": "999999"}, "Select a valid choice"),
        ({"facts": ""}, "say what happened"),
        ({"urgency": "urgent"}, "choose the ground"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_written_is_kept(
    browser: Client, officer: Officer, wrong: dict[str, str], told: str
) -> None:
    page = browser.post("/cases/enter", call(officer, **wrong)).content.decode()
    assert "There is a problem" in page
    assert told in page
    assert "To whom" not in page
    assert "Drug trafficking, section 4" in page
    assert not Case.objects.exists()


def test_the_time_is_that_of_the_node_and_the_page_says_so(browser: Client, officer: Officer, settings) -> None:
    settings.TIME_ZONE = "Asia/Amman"
    timezone.get_default_timezone.cache_clear()
    try:
        assert "Asia/Amman" in browser.get("/cases/enter").content.decode()
        local = ago(HOUR).astimezone(ZoneInfo("Asia/Amman"))
        browser.post("/cases/enter", call(officer, happened_at=f"{local:%Y-%m-%dT%H:%M}"))
        assert CaseMessage.objects.get().arrived_at == local
    finally:
        timezone.get_default_timezone.cache_clear()


def test_subjects_are_added_and_removed_as_on_every_form(browser: Client, officer: Officer) -> None:
    page = browser.post("/cases/enter", call(officer, step="add:Vessel")).content.decode()
    assert 'name="s1-imoNumber"' in page
    assert 'value="telephone"' in page
    assert "There is a problem" not in page
    assert not Case.objects.exists()


def test_only_an_officer_of_this_authority_can_have_taken_it(browser: Client, officer: Officer) -> None:
    stranger = officer_named("stranger", authority="xa.cid")
    page = browser.post("/cases/enter", call(officer, by=str(stranger.pk))).content.decode()
    assert "There is a problem" in page


def test_its_subjects_are_looked_for_in_the_records(called: CaseMessage) -> None:
    openings = [bytes(one.opening or b"") for one in Entry.objects.all()]
    assert any(b"record.crosschecked" in one for one in openings)


def test_what_is_typed_during_the_call_is_kept_and_gone_on_with(browser: Client, officer: Officer) -> None:
    half = call(officer, draft="a" * 32, step="save", legal_basis="", channel="paper")
    saved = browser.post("/cases/enter", half, headers={"Comity-Autosave": "1"})
    assert saved.status_code == 204
    again = browser.get(saved["Content-Location"]).content.decode()
    assert "Two containers were seized." in again
    assert 'value="paper"' in again
    assert "There is a problem" not in again
    home = browser.get("/cases/").content.decode()
    assert saved["Content-Location"] in home
    assert "Call or letter" in home
    stranger = sit_down(officer_named("mercer"))
    assert stranger.get(saved["Content-Location"]).status_code == 404


def test_sent_twice_it_is_entered_once_and_its_draft_is_gone(browser: Client, officer: Officer) -> None:
    for _again in range(2):
        answer = browser.post("/cases/enter", call(officer, draft="b" * 32))
        assert answer["Location"] == f"/cases/{CaseMessage.objects.get().case_id}/"
    kept = StoredDraft.objects.get()
    assert (kept.state, kept.data, kept.message) == ("sent", {}, CaseMessage.objects.get())
    assert "Call or letter" not in browser.get("/cases/").content.decode()


def test_a_letter_may_have_asked_for_an_answer_by_a_day_that_is_over(browser: Client, officer: Officer) -> None:
    came, over = timezone.localtime(ago(96 * HOUR)), timezone.localdate() - timedelta(days=1)
    letter = {"channel": "paper", "happened_at": f"{came:%Y-%m-%dT%H:%M}", "deadline": f"{over:%Y-%m-%d}"}
    browser.post("/cases/enter", call(officer, **letter))
    assert CaseMessage.objects.get().due_at is not None
    assert (
        "not before the request" in browser.post("/cases/enter", call(officer, deadline="2001-01-01")).content.decode()
    )


def test_a_day_on_which_it_must_be_erased_is_kept_with_what_was_asked(browser: Client, officer: Officer) -> None:
    assert 'name="erase_on"' in browser.get("/cases/enter").content.decode()
    browser.post("/cases/enter", call(officer, erase_on="2099-03-01"))
    asked = CaseMessage.objects.get()
    assert asked.handling == ["H0", "H3"]
    assert "2099" in browser.get(f"/cases/{asked.case_id}/").content.decode()


# Answers


def noted(officer: Officer, **changed: str) -> dict[str, str]:
    return {**happened(officer), "outcome": "full", "text": "Known since 2019.", **changed}


def test_the_answer_that_was_given_is_noted_and_the_request_waits_no_more(
    called: CaseMessage, browser: Client, officer: Officer
) -> None:
    given = f"{timezone.localtime(ago(HOUR)):%Y-%m-%dT%H:%M}"
    browser.post(f"/cases/messages/{called.pk}/enter-answer", noted(officer, happened_at=given))
    called.refresh_from_db()
    answer = CaseMessage.objects.exclude(pk=called.pk).get()
    assert called.state == State.ANSWERED
    assert (answer.incoming, answer.kind, answer.channel, answer.sent_at) == (False, "answer", "telephone", ago(HOUR))
    assert Note.objects.count() == 0
    assert rules.acts_on(answer) == ()
    page = browser.get(f"/cases/{called.case_id}/").content.decode()
    assert "Known since 2019." in page
    assert "Note the answer that was given" not in page


def test_an_answer_that_went_as_information_is_noted_as_such(
    called: CaseMessage, browser: Client, officer: Officer
) -> None:
    given = f"{timezone.localtime(ago(HOUR)):%Y-%m-%dT%H:%M}"
    browser.post(f"/cases/messages/{called.pk}/enter-answer", noted(officer, happened_at=given, channel="information"))
    assert CaseMessage.objects.get(kind="answer").channel == "information"
    assert "as information" in browser.get(f"/cases/{called.case_id}/").content.decode()


def test_the_timeline_has_when_it_came_and_when_it_was_entered(called: CaseMessage, officer: Officer) -> None:
    found = {str(one.text): one for one in reads.case_page(officer, called.case_id).timeline}
    kept = Entered.objects.get()
    assert found["Received"].at == kept.happened_at
    assert found["Entered by hand"].at == kept.entered_at
    assert "By telephone" in found["Received"].detail


def test_an_answer_cannot_be_given_before_its_request(called: CaseMessage, browser: Client, officer: Officer) -> None:
    given = f"{timezone.localtime(ago(9 * HOUR)):%Y-%m-%dT%H:%M}"
    page = browser.post(f"/cases/messages/{called.pk}/enter-answer", noted(officer, happened_at=given)).content.decode()
    assert "not before the request" in page
    assert not CaseMessage.objects.filter(kind="answer").exists()


def test_an_answer_to_ours_by_telephone_closes_it_for_that_partner(
    sent: CaseMessage, browser: Client, officer: Officer
) -> None:
    now = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    answer = browser.post(f"/cases/messages/{sent.pk}/enter-answer", noted(officer, happened_at=now))
    assert answer.status_code == 302, answer.content.decode()
    told = dict(Addressee.objects.values_list("authority", "reply"))
    assert told == {"xb.spoc": "full", "xc.ncb": ""}
    sent.refresh_from_db()
    assert sent.state == State.OPEN
    page = browser.get(f"/cases/messages/{sent.pk}/enter-answer").content.decode()
    assert 'value="xc.ncb"' in page
    assert 'value="xb.spoc"' not in page
    browser.post(f"/cases/messages/{sent.pk}/enter-answer", noted(officer, happened_at=now, partner="xc.ncb"))
    sent.refresh_from_db()
    assert sent.state == State.ANSWERED


def test_what_came_sealed_is_answered_sealed(asked: CaseMessage, browser: Client, officer: Officer) -> None:
    for answer in (
        browser.get(f"/cases/messages/{asked.pk}/enter-answer"),
        browser.post(f"/cases/messages/{asked.pk}/enter-answer", noted(officer)),
    ):
        assert answer["Location"] == f"/cases/{asked.case_id}/"
    assert not Entered.objects.exists()


def test_of_two_who_note_it_at_once_the_second_is_told(called: CaseMessage, browser: Client, officer: Officer) -> None:
    given = f"{timezone.localtime(ago(HOUR)):%Y-%m-%dT%H:%M}"
    place = f"/cases/messages/{called.pk}/enter-answer"
    browser.post(place, noted(officer, happened_at=given))
    answer = browser.post(place, noted(officer, happened_at=given), follow=True).content.decode()
    assert "waits no more" in answer
    assert CaseMessage.objects.filter(kind="answer").count() == 1


def test_who_may_not_write_enters_nothing(called: CaseMessage) -> None:
    reader = sit_down(officer_named("reader", role="dpo"))
    assert reader.get("/cases/enter").status_code == 403
    assert reader.get(f"/cases/messages/{called.pk}/enter-answer").status_code == 403
    stranger = sit_down(officer_named("stranger", authority="xa.cid"))
    assert stranger.get(f"/cases/messages/{called.pk}/enter-answer").status_code == 404


def test_a_case_with_what_was_entered_can_be_taken_away(called: CaseMessage, browser: Client) -> None:
    answer = browser.post(f"/cases/{called.case_id}/bundle")
    assert answer.status_code == 200


def test_on_paper_it_says_that_nothing_proves_it(called: CaseMessage, officer: Officer) -> None:
    officer.role = "supervisor"  # who may take its content out
    found = paper(reads.case_page(officer, called.case_id), officer, at=timezone.now())
    told = dict(found["messages"][0]["rows"])["Entered by hand"]
    assert "By telephone" in told
    assert "no note proves it" in told


def test_information_about_it_goes_through_the_exchange(
    called: CaseMessage, officer: Officer, fill_in: Callable[..., Draft], at: datetime
) -> None:
    page = reads.case_page(officer, called.case_id)
    assert page.open_request is None
    draft = fill_in()
    assert draft.is_valid()
    outcome = acts.send_draft(draft, officer, at=at, case=called.case)
    assert outcome.message is not None
    assert outcome.message.case == called.case


# Assistance


def plea(officer: Officer, **changed: str) -> dict[str, str | list[str]]:
    """What is posted of a request for assistance that came by telephone two hours ago."""
    today = timezone.localdate()
    asked = {
        "measure": "surveillance",
        "place": "Quay 4, Port Meridian",
        "begins": f"{today:%Y-%m-%d}",
        "ends": f"{today + timedelta(days=6):%Y-%m-%d}",
        "deadline": f"{today + timedelta(days=2):%Y-%m-%d}",
        "subjects": "",
    }
    return {**call(officer), **asked, **changed}


def test_assistance_that_was_asked_by_telephone_has_its_own_day(browser: Client, officer: Officer) -> None:
    answer = browser.post("/cases/enter/assistance", plea(officer))
    assert answer.status_code == 302, answer.content.decode()
    asked = CaseMessage.objects.get()
    assert (asked.incoming, asked.kind, asked.originator, asked.channel) == (True, "assistance", "xb.spoc", "telephone")
    assert asked.arrived_at == Entered.objects.get().happened_at
    assert asked.due_at is not None
    assert asked.due_at.date() == timezone.localdate() + timedelta(days=2)
    assert (asked.content or {})["assistance"]["place"] == "Quay 4, Port Meridian"
    page = browser.get(f"/cases/{asked.case_id}/").content.decode()
    for shown in ("Request for assistance", "Surveillance", "Quay 4", "no signature, no seal and no note"):
        assert shown in page


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"measure": ""}, "choose what you ask for"),
        ({"place": ""}, "say where"),
        ({"deadline": ""}, "choose the day by which"),
        ({"deadline": "2001-01-01"}, "not before the request"),
        ({"partner": ""}, "choose the partner"),
    ],
)
def test_what_is_missing_of_assistance_is_said(
    browser: Client, officer: Officer, wrong: dict[str, str], told: str
) -> None:
    page = browser.post("/cases/enter/assistance", plea(officer, **wrong)).content.decode()
    assert "There is a problem" in page
    assert told in page
    assert not Case.objects.exists()


def test_a_letter_that_is_entered_late_may_name_a_day_that_is_over(browser: Client, officer: Officer) -> None:
    came, over = timezone.localtime(ago(96 * HOUR)), timezone.localdate() - timedelta(days=1)
    letter = {"channel": "paper", "happened_at": f"{came:%Y-%m-%dT%H:%M}"}
    days = {"deadline": f"{over:%Y-%m-%d}", "begins": f"{came:%Y-%m-%d}", "ends": f"{over:%Y-%m-%d}"}
    browser.post("/cases/enter/assistance", plea(officer, **letter, **days))
    asked = CaseMessage.objects.get()
    assert asked.due_at is not None
    assert asked.due_at < timezone.now()


def test_the_help_that_was_given_is_noted_in_its_own_words(browser: Client, officer: Officer) -> None:
    browser.post("/cases/enter/assistance", plea(officer))
    asked = CaseMessage.objects.get()
    place = f"/cases/messages/{asked.pk}/enter-answer"
    page = browser.get(place).content.decode()
    assert "Assistance in part" in page
    assert "Negative answer" not in page
    given = f"{timezone.localtime(ago(HOUR)):%Y-%m-%dT%H:%M}"
    browser.post(place, noted(officer, happened_at=given, outcome="partial"))
    asked.refresh_from_db()
    assert asked.state == State.ANSWERED


def test_help_that_a_partner_promised_by_telephone_is_entered_at_our_request(browser: Client, officer: Officer) -> None:
    asking = {**plea(officer), "recipients": ["xb.spoc", "xc.ncb"], "draft": "c" * 32}
    browser.post("/cases/assist", {**asking, "step": "send"})
    asked = CaseMessage.objects.get()
    now = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    browser.post(f"/cases/messages/{asked.pk}/enter-answer", noted(officer, happened_at=now))
    assert dict(Addressee.objects.values_list("authority", "reply")) == {"xb.spoc": "full", "xc.ncb": ""}


def test_half_a_plea_is_gone_on_with_on_its_own_form(browser: Client, officer: Officer) -> None:
    half = plea(officer, draft="d" * 32, step="save", legal_basis="")
    saved = browser.post("/cases/enter/assistance", half, headers={"Comity-Autosave": "1"})
    assert saved["Content-Location"].startswith("/cases/enter/assistance?draft=")
    assert "Quay 4, Port Meridian" in browser.get(saved["Content-Location"]).content.decode()
    assert browser.get(saved["Content-Location"].replace("/assistance", "")).status_code == 404
    assert saved["Content-Location"] in browser.get("/cases/").content.decode()


# Files


LETTER = b"the letter of the embassy"


def with_its_letter(browser: Client, officer: Officer) -> CaseMessage:
    browser.post("/cases/enter", call(officer, draft="e" * 32, step="files"))
    file = SimpleUploadedFile("letter.pdf", LETTER, content_type="application/pdf")
    browser.post(f"/cases/drafts/{StoredDraft.objects.get().pk}/files", {"file": file})
    browser.post("/cases/enter", call(officer, draft="e" * 32, channel="paper"))
    return CaseMessage.objects.get()


def file_of(message: CaseMessage) -> str:
    return f"/cases/messages/{message.pk}/files/{hashlib.sha256(LETTER).hexdigest()}"


def test_the_letter_itself_is_kept_sealed_and_handed_out_to_be_saved(browser: Client, officer: Officer) -> None:
    entered = with_its_letter(browser, officer)
    assert "letter.pdf" in browser.get(f"/cases/{entered.case_id}/").content.decode()
    answer = browser.get(file_of(entered))
    assert b"".join(answer.streaming_content) == LETTER
    assert answer["Content-Type"] == "application/octet-stream"
    assert b"attachment.consulted" in last_act()
    assert not any(LETTER in one.read_bytes() for one in places.bodies().rglob("*") if one.is_file())
    assert sit_down(officer_named("stranger", authority="xa.cid")).get(file_of(entered)).status_code == 404


def test_its_file_stands_on_the_form_and_one_that_is_gone_keeps_it_from_being_entered(
    browser: Client, officer: Officer
) -> None:
    browser.post("/cases/enter", call(officer, draft="e" * 32, step="files"))
    stored = StoredDraft.objects.get()
    page = browser.post(f"/cases/drafts/{stored.pk}/files", {"file": SimpleUploadedFile("a.txt", b"b")}, follow=True)
    assert "a.txt" in page.content.decode()
    assert "a.txt" in browser.get(f"/cases/enter?draft={stored.pk}").content.decode()
    for one in places.bodies().glob("*/*"):
        one.unlink()
    page = browser.post("/cases/enter", call(officer, draft="e" * 32)).content.decode()
    assert "Attach it again" in page
    assert not CaseMessage.objects.exists()


def test_what_was_entered_is_erased_like_what_came_with_its_files(
    browser: Client, officer: Officer, monkeypatch: pytest.MonkeyPatch, at: datetime
) -> None:
    monkeypatch.setattr(receivers, "_FORGETTERS", [forgetting.forget])
    entered = with_its_letter(browser, officer)
    own, msg = AuthorityId.parse("xa.ncb"), bytes(entered.msg)
    erased = erasing.erase(own, msg, by="", at=at, why="retention.over")
    assert isinstance(erased, erasing.Erased)
    assert erased.chunks == 1
    entered.refresh_from_db()
    assert (entered.content, entered.caption, entered.entered.spoken_to) == (None, "", "")
    assert browser.get(file_of(entered)).status_code == 302
    again = erasing.erase(own, msg, by="", at=at, why="retention.over")
    assert again == erasing.NotErased("erasure.unknown")
