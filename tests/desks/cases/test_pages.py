"""What an officer sees and does in a browser without scripts; with scripts it is only quicker."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.desks.cases.conftest import posted

from comity.desks.cases import composing, reads
from comity.desks.cases.due import due_of
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Candidate, CaseMessage, StoredDraft
from comity.node.officers.models import Officer

LANGUAGES = ("en", "fr", "es", "ar")
PAGES = (
    "",
    "list",
    "new",
    "{case}/",
    *(f"messages/{{message}}/{page}" for page in ("review", "answer", "refuse", "proof")),
)


@pytest.fixture
def asked(fill_in: Callable[..., Draft], officer: Officer, at: datetime, partner: Callable[[str], Any]) -> CaseMessage:
    draft = fill_in(urgency="urgent", urgency_ground="d", handling=["H0", "H3"], conditions="Not to the press.")
    assert draft.is_valid()
    message: CaseMessage = partner("xb.spoc").asks(composing.request(draft, officer, "XA-1", at))
    Candidate.objects.create(
        message=message, place=0, record_id=1, record_reference="register/1", score=0.91, confidence="probable",
        record={
            "schema": "Person", "caption": "Khalid Mansouri",
            "properties": {"name": ["Khalid Mansouri"], "birthDate": ["1974-03-22"], "nationality": ["xc"]},
        },
        reasons=[
            {"rule": "name.same-skeleton", "left": "al-Mansouri", "right": "Mansouri", "weight": 0.41},
            {"rule": "country.other", "left": "xd", "right": "xc", "weight": -0.03},
        ],
    )  # fmt: skip
    return message


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_request_is_written_previewed_and_sent_without_a_script(browser: Client, desk: None) -> None:
    page = text_of(browser.post("/cases/new", dict(posted(step="add:Vessel").lists())))
    assert 'value="0:Person,1:Vessel"' in page
    page = text_of(browser.post("/cases/new", dict(posted(step="preview").lists())))
    assert "Who will be able to read this" in page
    assert "Send to 2 partners" in page, re.findall(r"<button[^>]*step[^>]*>(?s:.*?)</button>", page)
    answer = browser.post("/cases/new", dict(posted(step="send").lists()), follow=True)
    assert "Sealed, recorded and sent to 2 partners." in text_of(answer)


def test_what_one_partner_must_not_receive_can_go_to_the_others_with_one_click(browser: Client, desk: None) -> None:
    written = dict(posted(step="preview", recipients=["xb.spoc", "xo.sec"]).lists())
    page = text_of(browser.post("/cases/new", written))
    assert "Go on without the 1 partner who must not receive it" in page
    form = page[page.index("to all of its partners or to none") : page.index("Go on without")]
    kept = re.findall(r'name="recipients" value="([^"]+)"', form)
    assert kept == ["xb.spoc"]
    assert re.findall(r'name="facts" value="([^"]+)"', form) == ["Two containers were seized."]
    assert "Send to 1 partner" in text_of(browser.post("/cases/new", {**written, "recipients": kept}))


def test_nobody_is_offered_to_send_to_nobody(browser: Client, desk: None) -> None:
    page = text_of(browser.post("/cases/new", dict(posted(step="preview", recipients=["xo.sec"]).lists())))
    assert "Go on without" not in page


@pytest.mark.parametrize(("language", "name"), [("en", "Germany (DE)"), ("ar", "ألمانيا (DE)")])
def test_a_nationality_is_named_in_the_readers_language_with_its_code(
    browser: Client, officer: Officer, language: str, name: str
) -> None:
    officer.language = language
    officer.save()
    written = posted(step="preview", **{"s0-nationality": "DE"})
    assert name in text_of(browser.post("/cases/new", dict(written.lists())))


def test_an_error_is_told_once_above_and_at_its_field(browser: Client, desk: None) -> None:
    page = text_of(browser.post("/cases/new", dict(posted(step="preview", facts="").lists())))
    assert 'href="#id_facts"' in page
    assert 'id="id_facts_error"' in page
    assert 'aria-describedby="id_facts_helptext id_facts_error"' in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_drawn_in_every_language(
    browser: Client, officer: Officer, asked: CaseMessage, page: str, language: str
) -> None:
    officer.language = language
    officer.save()
    text = text_of(browser.get("/cases/" + page.format(case=asked.case_id, message=asked.pk)))
    assert f'lang="{language}"' in text
    assert "{%" not in text
    assert "{{" not in text


def test_the_handling_code_and_its_condition_stand_over_the_content(browser: Client, asked: CaseMessage) -> None:
    page = text_of(browser.get(f"/cases/{asked.case_id}/"))
    assert page.index("Not to the press.") < page.index('id="message-')


def test_a_candidate_is_dashed_until_a_person_decides(browser: Client, asked: CaseMessage) -> None:
    address, candidate = f"/cases/messages/{asked.pk}/review", asked.candidates.get()
    page = text_of(browser.get(address))
    assert "card proposed" in page
    assert "agrees" in page
    assert "conflicts" in page
    browser.post(f"/cases/candidates/{candidate.pk}/", {"verdict": "same"})
    assert "card proposed" not in text_of(browser.get(address))


def test_a_rejection_without_a_reason_is_not_kept_and_the_field_says_what_is_missing(
    browser: Client, asked: CaseMessage
) -> None:
    candidate = asked.candidates.get()
    answer = browser.post(f"/cases/candidates/{candidate.pk}/", {"verdict": "different"}, follow=True)
    assert "say why it is not the same" in text_of(answer)
    assert f'aria-describedby="wrong-{candidate.pk}"' in text_of(answer)
    candidate.refresh_from_db()
    assert candidate.verdict == "open"


def test_a_request_without_a_day_is_due_by_the_time_limit_of_the_agreement(browser: Client, asked: CaseMessage) -> None:
    assert asked.deadline is None
    assert asked.urgency == "urgent"
    due = due_of(asked)
    assert due is not None
    assert asked.arrived_at is not None
    assert due - asked.arrived_at == timedelta(hours=8)  # Harbour Convention, 4.3
    assert due.isoformat(timespec="seconds") in text_of(browser.get("/cases/list"))


def test_what_a_list_leaves_out_is_counted_and_said(
    browser: Client,
    asked: CaseMessage,
    fill_in: Callable[..., Draft],
    officer: Officer,
    at: datetime,
    partner: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reads, "FIRST", 1)
    draft = fill_in()
    assert draft.is_valid()
    partner("xc.ncb").asks(composing.request(draft, officer, "XA-2", at))
    page = text_of(browser.get("/cases/"))
    assert "2 messages wait." in page
    assert "1 of 2 are shown here." in page


def test_a_page_that_asks_again_gets_nothing_while_nothing_changed(browser: Client, asked: CaseMessage) -> None:
    page = text_of(browser.get("/cases/"))
    (stamp,) = re.findall(r'data-hx-get="/cases/\?stamp=([^"]+)"', page)
    assert browser.get(f"/cases/?stamp={stamp}").status_code == 204
    text_of(browser.get(f"/cases/{asked.case_id}/"))  # opening it changes what is new
    fragment = text_of(browser.get(f"/cases/?stamp={stamp}"))
    assert fragment.lstrip().startswith('<div id="live"')
    assert "<html" not in fragment


def test_an_open_case_shows_what_arrives_without_reloading(browser: Client, asked: CaseMessage) -> None:
    fragment = text_of(browser.get(f"/cases/{asked.case_id}/?stamp=old"))
    assert fragment.lstrip().startswith('<div id="live"')
    asked.refresh_from_db()
    assert asked.read_at is not None


def test_names_never_stand_in_an_address(browser: Client, asked: CaseMessage) -> None:
    pages = ("/cases/", "/cases/list", f"/cases/{asked.case_id}/", f"/cases/messages/{asked.pk}/review")
    for page in pages:
        addresses = re.findall(r'(?:href|action|hx-get)="([^"]+)"', text_of(browser.get(page)))
        assert not [address for address in addresses if "ansour" in address or "%D8" in address]


def test_a_list_costs_the_same_queries_for_one_message_and_for_many(
    browser: Client,
    asked: CaseMessage,
    django_assert_max_num_queries: Any,
) -> None:
    browser.get("/cases/list")
    for number in range(20):
        CaseMessage.objects.create(
            case=asked.case, authority="xa.ncb", originator="xb.spoc", incoming=number % 2 == 0, kind="request",
            reference="r",
            msg=number.to_bytes(32), urgency="normal", sent_at=asked.sent_at, arrived_at=asked.sent_at, state="new",
        )  # fmt: skip
    with django_assert_max_num_queries(20):
        page = text_of(browser.get("/cases/list"))
    assert page.count("<tr") == 22


def test_a_case_costs_the_same_queries_for_one_message_and_for_many(
    browser: Client, asked: CaseMessage, officer: Officer, at: datetime, django_assert_max_num_queries: Any
) -> None:
    browser.get(f"/cases/{asked.case_id}/")
    for number in range(20):
        sent = CaseMessage.objects.create(
            case=asked.case, authority="xa.ncb", originator="xa.ncb", incoming=False, kind="answer", reference="r",
            msg=number.to_bytes(32), urgency="normal", sent_at=at, state="done", kept=asked.content,
            written_by=officer, in_reply_to=bytes(asked.msg).hex(),
        )  # fmt: skip
        sent.addressees.create(authority="xb.spoc", note_id=number)
    with django_assert_max_num_queries(33):
        page = text_of(browser.get(f"/cases/{asked.case_id}/"))
    assert page.count("<article") == 21


def test_a_desk_costs_the_same_queries_for_one_draft_and_for_many(
    browser: Client, officer: Officer, at: datetime, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        StoredDraft.objects.create(
            key=f"{number:032x}", kind="request", authority="xa.ncb", author=officer, saved_at=at
        )
    browser.get("/cases/")
    with django_assert_max_num_queries(33):
        page = text_of(browser.get("/cases/"))
    assert page.count("row-link") == 20
