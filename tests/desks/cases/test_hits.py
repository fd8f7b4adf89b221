"""Telling a partner that what it named without asking is in our records: only what a person confirmed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from tests.desks.cases.conftest import Partner
from tests.desks.cases.test_following_up import about, newest, write

from comity.desks.cases import actions, composing
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Candidate, CaseMessage, State, Verdict
from comity.messages import AboutSubject, Match, Text, TextRole
from comity.node.officers.models import Officer
from comity.subjects import Subject
from comity.vocabulary.person_category import PersonCategory

KNOWN = {"schema": "Person", "caption": "K. Mansouri", "properties": {"name": ["K. Mansouri"]}}


@pytest.fixture
def informed(
    fill_in: Callable[..., Draft], officer: Officer, at: datetime, partner: Callable[[str], Partner]
) -> CaseMessage:
    draft = fill_in()
    assert draft.is_valid()
    said = composing.request(draft, officer, "XA-1", at)
    head = replace(said.head, kind="information", deadline=0)
    return partner("xb.spoc").asks(replace(said, head=head))


@pytest.fixture
def candidate(informed: CaseMessage) -> Candidate:
    return Candidate.objects.create(
        message=informed, place=0, record_id=1, record_reference="wanted/17", record=KNOWN, score=0.9,
        confidence="probable", engine="1",
    )  # fmt: skip


def confirm(candidate: Candidate, officer: Officer, at: datetime) -> None:
    candidate.verdict, candidate.decided_by, candidate.decided_at = Verdict.SAME, officer, at
    candidate.save()


def test_a_confirmed_record_is_told_to_the_partner_that_named_it(
    browser: Client, informed: CaseMessage, candidate: Candidate, officer: Officer, at: datetime
) -> None:
    confirm(candidate, officer, at)
    assert f"messages/{informed.pk}/hit" in browser.get(f"/cases/{informed.case_id}/").content.decode()
    write(browser, f"messages/{informed.pk}/hit", include=[str(candidate.pk)], text="Wanted here.", handling=["H0"])
    told = newest()
    assert (told.kind, told.state, told.in_reply_to) == ("hit", State.DONE, bytes(informed.msg).hex())
    assert (told.content or {})["matches"] == [{"asked": 0, "outcome": "same", "record": "wanted/17"}]
    assert (told.content or {})["subjects"][0]["caption"] == "K. Mansouri"
    assert [one.authority for one in told.addressees.all()] == ["xb.spoc"]


def test_what_no_person_confirmed_is_not_told(
    browser: Client, informed: CaseMessage, candidate: Candidate, officer: Officer
) -> None:
    assert f"messages/{informed.pk}/hit" not in browser.get(f"/cases/{informed.case_id}/").content.decode()
    for given in ([str(candidate.pk)], []):
        write(browser, f"messages/{informed.pk}/hit", include=given, text="Wanted here.", handling=["H0"])
    assert newest() == informed


def test_a_hit_from_a_partner_says_which_subject_was_found(
    browser: Client, officer: Officer, fill_in: Callable[..., Draft], at: datetime, partner: Callable[[str], Any]
) -> None:
    draft = fill_in()
    assert draft.is_valid()
    sent = actions.send_request(draft, officer, at=at).message
    assert sent is not None
    said = about(sent, "hit", "xb.spoc")
    person = AboutSubject(Subject.of("Person", {"name": ["K. Mansouri"]}), PersonCategory.SUSPECT)
    parts = (said.parts[0], Match(0, "same", "xb/9", "1"), person, Text(TextRole.FACTS, "fr", "Recherché."))
    kept = partner("xb.spoc").send(replace(said, parts=parts))
    page = browser.get(f"/cases/{sent.case_id}/").content.decode()
    assert kept.case_id == sent.case_id
    assert "Subject 1 of the message it refers to is the same as record" in page
    assert "Hit notification" in page


def test_a_hit_on_a_request_is_its_answer(
    browser: Client, fill_in: Callable[..., Draft], officer: Officer, at: datetime, partner: Callable[[str], Any]
) -> None:
    draft = fill_in()
    assert draft.is_valid()
    asked = partner("xb.spoc").asks(composing.request(draft, officer, "XA-1", at))
    assert browser.get(f"/cases/messages/{asked.pk}/hit").status_code == 302
