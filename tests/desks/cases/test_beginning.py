from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.desks.cases.conftest import Partner, officer_named, sit_down

from comity.desks.cases import actions, composing, prefilling
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import CaseMessage, StoredDraft
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer
from comity.vocabulary.handling import Handling

FillIn = Callable[..., Draft]
Asked = Callable[..., CaseMessage]


def started(browser: Client, message: CaseMessage) -> dict[str, list[str]]:
    answer = browser.post("/cases/new/from", {"from": message.pk})
    assert answer.status_code == 302, answer.content
    draft = StoredDraft.objects.get()
    assert answer["Location"] == f"/cases/new?draft={draft.pk}"
    found: dict[str, list[str]] = draft.data
    return found


def test_subjects_facts_purpose_and_handling_come_along(browser: Client, sent: CaseMessage) -> None:
    data = started(browser, sent)
    assert data["s0-name"] == ["Khaled al-Mansouri\nخالد المنصوري"]
    assert (data["s0-birthDate"], data["s0-category"]) == (["1974-03"], ["suspect"])
    assert data["facts"] == ["Two containers were seized."]
    assert data["questions"] == ["Is he known?\nUnder which documents?"]
    assert (data["purpose"], data["crime_area"]) == (["criminal-investigation"], ["drug-trafficking"])
    assert data["handling"] == ["H0"]


def test_partners_references_deadline_and_urgency_stay_behind(browser: Client, sent: CaseMessage) -> None:
    assert not {"recipients", "deadline", "urgency", "urgency_ground", "reference"} & set(started(browser, sent))


def test_the_copy_lacks_nothing_but_partners_and_urgency(fill_in: FillIn, sent: CaseMessage) -> None:
    draft = Draft.read(prefilling.copied(sent).data, fill_in().choices)
    assert not draft.is_valid()
    assert {name for form in draft.forms for name in form.errors} == {"recipients", "urgency"}


def test_that_the_message_was_read_is_recorded_with_the_draft(browser: Client, sent: CaseMessage) -> None:
    before = Entry.objects.count()
    started(browser, sent)
    assert Entry.objects.count() == before + 1


@pytest.fixture
def asks(fill_in: FillIn, officer: Officer, at: datetime, partner: Callable[[str], Partner]) -> Asked:
    """`asks(handling=(...))` is what a partner asks under these codes."""

    def ask(**changed: Any) -> CaseMessage:
        draft = fill_in(**({"handling": ["H3"], "conditions": "Do not contact."} if changed.pop("bound", 0) else {}))
        assert draft.is_valid()
        return partner("xb.spoc").asks(composing.request(draft, officer, "XA-1", at), **changed)

    return ask


def test_what_its_originator_keeps_from_being_passed_on_is_not_copied(browser: Client, asks: Asked) -> None:
    data = started(browser, asks(handling=(Handling.H0, Handling.H2)))
    assert (data["purpose"], data["crime_area"]) == (["criminal-investigation"], ["drug-trafficking"])
    assert not {name for name in data if name.startswith("s0-")}
    assert "facts" not in data
    assert "Ask for consent first" in browser.get("/cases/new").content.decode()


def test_neither_is_what_it_restricts_in_words(asks: Asked) -> None:
    assert "facts" not in prefilling.copied(asks(bound=True)).data


def test_what_a_partner_supplied_freely_keeps_its_codes(asks: Asked) -> None:
    copied = prefilling.copied(asks(handling=(Handling.H0, Handling.H1)))
    assert copied.data.getlist("handling") == ["H0", "H1"]
    assert copied.data["facts"] == "Two containers were seized."
    assert len(copied.left) == 1


def test_a_withdrawn_message_is_not_offered(browser: Client, sent: CaseMessage) -> None:
    CaseMessage.objects.filter(pk=sent.pk).update(standing="withdrawn")
    browser.post("/cases/new/from", {"from": sent.pk})
    assert not StoredDraft.objects.exists()
    assert "Khaled" not in browser.get("/cases/new/from").content.decode()


def test_earlier_messages_are_listed_and_found_by_their_words(browser: Client, sent: CaseMessage) -> None:
    assert "Khaled al-Mansouri" in browser.get("/cases/new/from").content.decode()
    assert "Khaled al-Mansouri" in browser.post("/cases/new/from", {"q": "containers"}).content.decode()
    assert "Nothing found" in browser.post("/cases/new/from", {"q": "submarine"}).content.decode()


@pytest.mark.parametrize("number", ["999999", "x", "9" * 30])
def test_a_message_that_is_not_there_looks_like_one_of_others(browser: Client, number: str) -> None:
    assert browser.post("/cases/new/from", {"from": number}).status_code == 404


def test_nobody_starts_from_a_message_of_another_authority(sent: CaseMessage) -> None:
    other = sit_down(officer_named("moro", authority="xa.cid"))
    assert other.post("/cases/new/from", {"from": sent.pk}).status_code == 404
    assert "Khaled" not in other.get("/cases/new/from").content.decode()


def test_the_list_needs_as_many_queries_for_many_as_for_one(
    browser: Client, sent: CaseMessage, fill_in: FillIn, officer: Officer, at: datetime
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            browser.get("/cases/new/from")
        return len(made)

    queries()
    few = queries()
    for _time in range(3):
        draft = fill_in()
        assert draft.is_valid()
        assert actions.send_request(draft, officer, at=at).message is not None
    assert queries() == few
