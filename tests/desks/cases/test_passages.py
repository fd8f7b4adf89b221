"""From which passage each value came: kept at home beside the message for its readers, until it is erased."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.desks.cases.conftest import FILLED, officer_named, posted, sit_down
from tests.desks.cases.test_copies import as_sent
from tests.desks.cases.test_entering import call
from tests.desks.cases.test_following_up import newest

from comity.desks.cases import actions, forgetting, passages, reads, searching
from comity.desks.cases.athome import PickedFrom
from comity.desks.cases.filters import Filter
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import CaseMessage, StoredDraft
from comity.desks.cases.printing.paper import paper
from comity.node.officers.models import Officer
from comity.vocabulary.authority import AuthorityId

FillIn = Callable[..., Draft]
TEXT = "From the harbour master\nA certain K. al-Mansuri\u202e, born March 1974, seen on the quay."
NAME = json.dumps(["s0-name", "Khaled al-Mansouri", "K. al-Mansuri", 2, "Letter of 22 November"])
FACTS = json.dumps(["facts", "Two containers were seized.", "seen on the quay", 2, ""])
PICKED: dict[str, Any] = {"paste": TEXT, "picked": [NAME, FACTS]}


def send(browser: Client, **changed: Any) -> CaseMessage:
    browser.post("/cases/new", {**FILLED, **PICKED, "step": "send", **changed})
    return newest()


@pytest.fixture
def sent_with(browser: Client) -> CaseMessage:
    """A request of which two values were picked out of a letter."""
    return send(browser)


def page_of(browser: Client, message: CaseMessage) -> str:
    return browser.get(f"/cases/{message.case_id}/").content.decode()


def test_a_sent_message_keeps_where_its_values_came_from(browser: Client, sent_with: CaseMessage) -> None:
    kept = passages.of(CaseMessage.objects.get(pk=sent_with.pk))
    assert [(caption, [(one.written, one.line) for one in some]) for caption, some in kept.groups] == [
        ("Khaled al-Mansouri", [("K. al-Mansuri", 2)]),
        ("", [("seen on the quay", 2)]),
    ]
    page = page_of(browser, sent_with)
    assert "<bdi>Khaled al-Mansouri</bdi> from “<bdi>K. al-Mansuri</bdi>”, line 2 of <bdi>Letter of 22" in page
    assert "From the harbour master" in page


def test_the_text_is_shown_for_what_it_is(browser: Client, sent_with: CaseMessage) -> None:
    page = page_of(browser, sent_with)
    assert "U+202E" in page
    assert "\u202e" not in page


def test_no_partner_and_no_paper_gets_any_of_it(sent_with: CaseMessage, officer: Officer) -> None:
    said = str(as_sent(sent_with)) + str(sent_with.content)
    assert "K. al-Mansuri" not in said
    assert "harbour master" not in said
    assert "harbour master" not in str(
        paper(reads.case_page(officer, sent_with.case_id), officer, at=sent_with.sent_at)
    )


def test_no_search_finds_it(sent_with: CaseMessage, officer: Officer) -> None:
    assert len(searching.search(officer, "seized", Filter()).hits) == 1
    assert not searching.search(officer, "harbour", Filter()).hits


def test_it_is_erased_with_the_message(browser: Client, sent_with: CaseMessage) -> None:
    forgetting.forget(AuthorityId.parse("xa.ncb"), bytes(sent_with.msg))
    assert not PickedFrom.objects.exists()
    assert "K. al-Mansuri" not in str(StoredDraft.objects.values_list("data", flat=True))
    assert "Mansuri" not in page_of(browser, sent_with)


def test_a_text_that_was_removed_is_not_kept_but_its_passages_are(browser: Client) -> None:
    message = send(browser, paste="")
    assert PickedFrom.objects.get(message=message).text == ""
    assert "K. al-Mansuri" in page_of(browser, message)


@pytest.mark.parametrize("picked", ["", json.dumps(["s0-name", "Somebody Else", "S. Else", 1, ""])])
def test_a_text_of_which_nothing_stands_in_the_message_is_not_kept(browser: Client, picked: str) -> None:
    send(browser, picked=picked)
    assert not PickedFrom.objects.exists()


def test_who_approves_sees_the_passages_and_the_text(browser: Client, officer: Officer) -> None:
    browser.post("/cases/new", {**FILLED, **PICKED, "s0-category": "victim", "step": "submit"})
    waiting = StoredDraft.objects.get(state="waiting")
    chief = sit_down(officer_named("marsh", role="supervisor"))
    page = chief.get(f"/cases/approvals/{waiting.pk}/").content.decode()
    assert "“<bdi>K. al-Mansuri</bdi>”, line 2" in page
    assert "From the harbour master" in page
    chief.post(f"/cases/approvals/{waiting.pk}/", {"verdict": "approve", "read": actions.version(waiting)})
    assert PickedFrom.objects.get().message == newest()


def test_to_an_officer_of_another_authority_none_of_it_exists(sent_with: CaseMessage) -> None:
    stranger = sit_down(officer_named("stranger", authority="xa.cid"))
    assert stranger.get(f"/cases/{sent_with.case_id}/").status_code == 404


def test_what_was_entered_by_hand_keeps_its_passages_too(browser: Client, officer: Officer) -> None:
    browser.post("/cases/enter", {**call(officer), **PICKED})
    message = CaseMessage.objects.get()
    assert "K. al-Mansuri" in page_of(browser, message)


def test_they_cost_the_page_of_a_case_no_query(browser: Client, sent_with: CaseMessage, officer: Officer) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            reads.case_page(officer, sent_with.case_id)
        return len(asked)

    with_passages = queries()
    PickedFrom.objects.all().delete()
    assert queries() == with_passages


def test_a_place_that_no_subject_has_is_shown_without_a_name() -> None:
    one = passages.Passage(7, "name", "x", "y", 1, "")
    assert passages.grouped([one], ["K"], "").groups == (("", (one,)),)


def test_the_form_hands_the_passages_on(fill_in: FillIn) -> None:
    assert posted(**PICKED).getlist("picked") == [NAME, FACTS]
    assert [one.prop for one in fill_in(**PICKED).passages.values] == ["name", ""]
