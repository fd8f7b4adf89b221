"""Notes, links, the operation and the end of a case stay in the office."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from tests.desks.cases.conftest import FillIn, officer_named, sit_down

from comity.desks.cases import actions, composing, indexing, keeping, printing, reads, searching
from comity.desks.cases.filters import Filter
from comity.desks.cases.models import Case, CaseLink, CaseMessage, CaseNote
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer


def last_act() -> bytes:
    return bytes(Entry.objects.order_by("-id")[0].opening or b"")


def test_a_note_is_shown_found_and_recorded_without_its_words(
    asked: CaseMessage, browser: Client, officer: Officer
) -> None:
    answer = browser.post(f"/cases/{asked.case_id}/notes", {"step": "add", "text": " The harbour master called. "})
    note = CaseNote.objects.get()
    assert answer["Location"] == f"/cases/{asked.case_id}/#note-{note.pk}"
    assert note.text == "The harbour master called."
    assert b"case.noted" in last_act()
    assert b"harbour" not in last_act()
    assert "The harbour master called." in browser.get(f"/cases/{asked.case_id}/").content.decode()
    ((found, _pieces),) = searching.search(officer, "harbour", Filter()).notes
    assert found == note


def test_the_same_note_pressed_twice_is_kept_once(asked: CaseMessage, officer: Officer, at: datetime) -> None:
    first = actions.add_note(asked.case, "Called.", officer, at=at)
    assert actions.add_note(asked.case, "Called.", officer, at=at + timedelta(seconds=2)) == first
    assert actions.add_note(asked.case, "Called.", officer, at=at + timedelta(hours=1)) != first


def test_an_empty_note_is_not_kept_and_the_page_says_so(asked: CaseMessage, browser: Client) -> None:
    page = browser.post(f"/cases/{asked.case_id}/notes", {"step": "add", "text": " "}, follow=True)
    assert "Write the note first." in page.content.decode()
    assert not CaseNote.objects.exists()


def test_a_struck_note_loses_its_words_and_keeps_its_place(asked: CaseMessage, officer: Officer, at: datetime) -> None:
    note = actions.add_note(asked.case, "The harbour master called.", officer, at=at)
    assert isinstance(note, CaseNote)
    with pytest.raises(PermissionDenied):
        actions.strike_note(note, officer_named("colleague"), at=at)
    assert actions.strike_note(note, officer_named("chief", role="supervisor"), at=at)
    assert not actions.strike_note(note, officer, at=at)
    kept = keeping.kept(officer, asked.case_id).notes
    assert [(one.text, one.struck_at) for one in kept] == [("", at)]
    assert searching.search(officer, "harbour", Filter()).notes == ()


def test_no_partner_and_no_paper_gets_a_note(
    asked: CaseMessage, officer: Officer, at: datetime, browser: Client
) -> None:
    actions.add_note(asked.case, "The harbour master called.", officer, at=at)
    made = printing.bundle(reads.case_page(officer, asked.case_id), officer, at=at)
    assert b"harbour master" not in made.data


@pytest.mark.parametrize("path", ["kept", "notes", "links", "facts"])
def test_to_another_authority_there_is_nothing_to_keep(asked: CaseMessage, path: str) -> None:
    stranger = sit_down(officer_named("stranger", authority="xa.cid"))
    address = f"/cases/{asked.case_id}/{path}"
    assert (stranger.get(address) if path == "kept" else stranger.post(address, {"text": "x"})).status_code == 404


def test_cases_are_linked_once_with_a_reason_and_shown_from_both(
    asked: CaseMessage, sent: CaseMessage, browser: Client, officer: Officer
) -> None:
    given = {"step": "add", "reference": f" {sent.reference} ", "why": "The same containers."}
    assert "The cases are linked." in browser.post(f"/cases/{asked.case_id}/links", given, follow=True).content.decode()
    again = browser.post(f"/cases/{sent.case_id}/links", {**given, "reference": asked.case.reference}, follow=True)
    assert "These cases are linked already." in again.content.decode()
    for one, other in ((asked, sent), (sent, asked)):
        (link,) = keeping.kept(officer, one.case_id).links
        assert (link.other, link.link.why) == (other.case, "The same containers.")
    drop = {"step": "drop", "link": CaseLink.objects.get().pk}
    assert browser.post(f"/cases/{sent.case_id}/links", {"step": "drop", "link": "999"}).status_code == 404
    browser.post(f"/cases/{sent.case_id}/links", drop)
    assert not CaseLink.objects.exists()


@pytest.mark.parametrize(
    ("reference", "why", "said"),
    [
        ("XA-NONE", "Because.", "No case of yours bears this reference."),
        ("", "Because.", "No case of yours bears this reference."),
        ("xb.spoc-7", "Because.", "This is the case itself."),
    ],
)
def test_what_cannot_be_linked_is_said(
    asked: CaseMessage, browser: Client, reference: str, why: str, said: str
) -> None:
    given = {"step": "add", "reference": reference, "why": why}
    assert said in browser.post(f"/cases/{asked.case_id}/links", given, follow=True).content.decode()


def test_a_link_to_what_one_may_not_see_is_not_shown(
    asked: CaseMessage, sent: CaseMessage, officer: Officer, at: datetime
) -> None:
    actions.link(asked.case, sent.reference, "The same containers.", officer, at=at)
    sent.restricted, sent.unit = True, "homicide"
    sent.save()
    assert keeping.kept(officer, asked.case_id).links == ()


def test_an_operation_is_named_and_the_name_taken_away(asked: CaseMessage, browser: Client) -> None:
    where = f"/cases/{asked.case_id}/facts"
    browser.post(where, {"step": "operation", "operation": "  Quiet   Tide "})
    assert Case.objects.get(pk=asked.case_id).operation == "Quiet Tide"
    assert "Quiet Tide" in browser.get(f"/cases/{asked.case_id}/").content.decode()
    browser.post(where, {"step": "operation", "operation": ""})
    assert Case.objects.get(pk=asked.case_id).operation == ""


def test_a_case_in_which_something_waits_is_not_closed(asked: CaseMessage, browser: Client) -> None:
    page = browser.post(f"/cases/{asked.case_id}/facts", {"step": "close"}, follow=True).content.decode()
    assert "1 message in it still waits for an answer" in page
    assert Case.objects.get(pk=asked.case_id).closed_at is None


def test_what_arrives_in_a_closed_case_opens_it_again(
    fill_in: FillIn, asked: CaseMessage, officer: Officer, at: datetime, partner: Callable[[str], Any], browser: Client
) -> None:
    CaseMessage.objects.filter(pk=asked.pk).update(state="answered")
    page = browser.post(f"/cases/{asked.case_id}/facts", {"step": "close", "why": "Handed to court."}, follow=True)
    assert "Handed to court." in page.content.decode()
    held = Case.objects.get(pk=asked.case_id)
    assert (held.closed_by, actions.close(held, "", officer, at=at)) == (officer, actions.NotKept("closed"))
    draft = fill_in(facts="Once more.")
    assert draft.is_valid()
    again: CaseMessage = partner("xb.spoc").asks(composing.request(draft, officer, "XA-1", at))
    assert again.case_id == asked.case_id
    held.refresh_from_db()
    assert (held.closed_at, held.closed_by, held.closing) == (None, None, "")


def test_a_closed_case_is_opened_again_by_hand(asked: CaseMessage, officer: Officer, at: datetime) -> None:
    CaseMessage.objects.filter(pk=asked.pk).update(state="answered")
    assert isinstance(actions.close(asked.case, "", officer, at=at), Case)
    assert isinstance(actions.reopen(asked.case, officer, at=at), Case)
    assert actions.reopen(asked.case, officer, at=at) == actions.NotKept("not-closed")


def test_what_has_not_changed_is_not_sent_again(
    asked: CaseMessage, officer: Officer, browser: Client, at: datetime
) -> None:
    stamp = keeping.kept(officer, asked.case_id).stamp
    assert browser.get(f"/cases/{asked.case_id}/kept", {"stamp": stamp}).status_code == 204
    actions.add_note(asked.case, "Called.", officer, at=at)
    page = browser.get(f"/cases/{asked.case_id}/kept", {"stamp": stamp})
    assert "Called." in page.content.decode()
    assert indexing.NOTES.newest() > 0
