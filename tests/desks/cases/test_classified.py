"""What is classified above the node's accreditation cannot be written, entered, attached, sent or taken in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from tests.desks.cases.api.conftest import REQUEST, changed, system_of
from tests.desks.cases.conftest import FillIn, Partner, posted
from tests.desks.cases.test_entering import call

from comity.agreements import Action
from comity.cli import doctor
from comity.desks.cases import actions, choices, classified, composing, forms
from comity.desks.cases.models import CaseMessage, DraftFile, StoredDraft
from comity.desks.cases.printing.paper import paper
from comity.desks.cases.reads import case_page
from comity.messages import Message
from comity.node.exchange import gate
from comity.node.officers.models import Officer
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.classification import Classification

XA, XB = AuthorityId.parse("xa.ncb"), AuthorityId.parse("xb.spoc")
ABOVE = "This node is accredited up to “Restricted” only"
KEY = "0a" * 16


def accredit(settings: Settings, level: str) -> None:
    settings.NODE = replace(settings.NODE, classification=level)


def message_at(fill_in: FillIn, officer: Officer, at: datetime, level: Classification | None) -> Message:
    draft = fill_in()
    assert draft.is_valid()
    made = composing.compose(draft, officer, "XA-NCB-2026-000001", at)
    return Message(replace(made.head, classification=level), made.parts)


@pytest.mark.parametrize(
    ("level", "offered"),
    [("none", ["none"]), ("restricted", ["none", "restricted"]), ("top-secret", [*classified.LEVELS])],
)
def test_a_form_offers_what_the_node_is_accredited_for(
    settings: Settings, fill_in: FillIn, level: str, offered: list[str]
) -> None:
    accredit(settings, level)
    assert [code for code, _words in fill_in().form.fields["classification"].widget.choices] == offered


def test_what_is_above_is_refused_with_the_reason_and_what_to_do(fill_in: FillIn) -> None:
    draft = fill_in(classification="confidential")
    assert not draft.is_valid()
    (fault,) = draft.form.errors["classification"]
    assert ABOVE in fault
    assert "Use a system that is accredited for it" in fault


@pytest.mark.parametrize("field", ["facts", "legal_basis", "questions"])
def test_a_text_that_bears_a_marking_above_is_refused(fill_in: FillIn, field: str) -> None:
    draft = fill_in(**{field: "SECRET UE/EU SECRET\nThe ship sails tonight."})
    assert not draft.is_valid()
    assert "bears the marking “Secret”" in draft.form.errors[field][0]


@pytest.mark.parametrize("field", ["s0-link", "s0-name", "s0-address"])
def test_a_fact_of_a_subject_that_bears_a_marking_above_is_refused(fill_in: FillIn, field: str) -> None:
    draft = fill_in(**{field: "EU SECRET"})
    assert not draft.is_valid()
    assert "bears the marking “Secret”" in draft.subjects[0].errors[field.removeprefix("s0-")][0]


def test_what_bears_a_marking_above_is_not_kept_as_a_draft_either(browser: Client) -> None:
    browser.post("/cases/new", posted(step="save", draft=KEY, facts="SECRET UE: tonight.", questions="Which ship?"))
    data = StoredDraft.objects.get().data
    assert "facts" not in data
    assert data["questions"] == ["Which ship?"]


def test_a_text_that_bears_a_higher_marking_than_was_chosen_asks_for_that_one(fill_in: FillIn) -> None:
    assert not fill_in(facts="RESTREINT UE: the ship sails tonight.").is_valid()
    assert fill_in(facts="RESTREINT UE: the ship sails tonight.", classification="restricted").is_valid()


def test_a_pasted_text_that_bears_a_marking_above_is_not_kept(browser: Client) -> None:
    browser.post("/cases/new", posted(step="save", draft=KEY, paste="SECRET UE\nPassport X1234567"))
    assert "paste" not in StoredDraft.objects.get().data
    page = browser.post("/cases/new", posted(step="pick-read", draft=KEY, paste="SECRET UE\nPassport X1234567"))
    assert "bears the marking “Secret”" in page.content.decode()
    assert "X1234567" not in page.content.decode()


def test_the_interface_refuses_what_the_pages_refuse(officer: Officer) -> None:
    answer = system_of(officer).post("/messages", changed(classification="secret"))
    assert answer.status_code == 422
    assert ABOVE in answer.json()["errors"][0]["detail"]
    assert not CaseMessage.objects.exists()
    assert system_of(officer).post("/messages", REQUEST).status_code == 201


def test_it_cannot_be_entered_by_hand(browser: Client, officer: Officer) -> None:
    page = browser.post("/cases/enter", call(officer, classification="secret")).content.decode()
    assert ABOVE in page
    assert not CaseMessage.objects.exists()


def test_what_is_entered_by_hand_keeps_its_classification(browser: Client, officer: Officer) -> None:
    browser.post("/cases/enter", call(officer, classification="restricted"))
    assert (CaseMessage.objects.get().content or {})["classification"] == "restricted"


def test_a_file_whose_name_bears_a_marking_above_is_not_attached(browser: Client) -> None:
    browser.post("/cases/new", posted(step="files", draft=KEY))
    address = reverse("cases:draft_files", args=[StoredDraft.objects.get().pk])
    page = browser.post(address, {"file": SimpleUploadedFile("plan_EU_SECRET.pdf", b"x")}).content.decode()
    assert "bears the marking “Secret”" in page
    assert not DraftFile.objects.exists()


@pytest.mark.parametrize("action", [Action.SEND, Action.RECEIVE])
@pytest.mark.parametrize(("level", "passes"), [(None, True), ("restricted", True), ("confidential", False)])
def test_the_door_lets_nothing_above_pass_either_way(
    fill_in: FillIn, officer: Officer, at: datetime, action: Action, level: str | None, *, passes: bool
) -> None:
    made = message_at(fill_in, officer, at, Classification(level) if level else None)
    if action is Action.RECEIVE:
        made = Message(replace(made.head, from_=XB, recipients=(XA,)), made.parts)
    decision = gate.may_pass(action, made, own=XA, partner=XB, at=at)
    assert (decision.allowed, gate.code_of(decision) == "classification.above") == (passes, not passes)


def test_a_node_without_accreditation_takes_only_what_is_not_classified(
    settings: Settings, fill_in: FillIn, officer: Officer, at: datetime
) -> None:
    accredit(settings, "none")
    for level, passes in ((None, True), (Classification.RESTRICTED, False)):
        made = message_at(fill_in, officer, at, level)
        assert gate.may_pass(Action.SEND, made, own=XA, partner=XB, at=at).allowed is passes


def test_it_stands_over_the_preview_the_case_and_the_print(
    browser: Client, fill_in: FillIn, officer: Officer, at: datetime
) -> None:
    page = browser.post("/cases/new", posted(step="preview", draft=KEY, classification="restricted"))
    assert "<strong>Restricted</strong>" in page.content.decode()
    draft = fill_in(classification="restricted")
    assert draft.is_valid()
    sent = actions.send_request(draft, officer, at=at).message
    assert sent is not None
    assert "<strong>Restricted</strong>" in browser.get(f"/cases/{sent.case_id}/").content.decode()
    assert classified.of_case(view.message for view in case_page(officer, sent.case_id).messages) == "Restricted"
    assert paper(case_page(officer, sent.case_id), officer, at=at)


def test_what_refers_to_a_message_is_classified_like_it(fill_in: FillIn, officer: Officer, at: datetime) -> None:
    draft = fill_in(classification="restricted")
    assert draft.is_valid()
    sent = actions.send_request(draft, officer, at=at).message
    offered = choices.for_officer(officer, "en", sent)
    fresh = forms.Draft.read(None, offered, kind="supplement", about=sent)
    assert fresh.form["classification"].value() == "restricted"
    withdrawal = forms.Draft.read(posted(text="Sent by mistake."), offered, kind="withdrawal", about=sent)
    assert withdrawal.is_valid()
    made = composing.compose(withdrawal, officer, "", at)
    assert made.head.classification is Classification.RESTRICTED


def examined() -> list[tuple[str, str, bool]]:
    """Return what the doctor says: state, whether it names a message, whether it says what to do."""
    return [(one.state, one.text, bool(one.remedy)) for one in doctor.classification(django_settings.NODE)]


def test_the_doctor_finds_what_came_in_before_the_accreditation_was_lowered(
    settings: Settings, fill_in: FillIn, officer: Officer, at: datetime, partner: Callable[[str], Partner]
) -> None:
    made = message_at(fill_in, officer, at, Classification.RESTRICTED)
    came = partner("xb.spoc").asks(made)
    assert [state for state, _text, _remedy in examined()] == ["good"]
    accredit(settings, "none")
    ((state, text, remedy),) = examined()
    assert (state, remedy) == ("warning", True)
    assert f"message {came.reference} is classified `restricted`" in text


def test_the_doctor_finds_what_was_written_before_the_accreditation_was_lowered(
    settings: Settings, fill_in: FillIn, officer: Officer, at: datetime
) -> None:
    draft = fill_in(classification="restricted")
    assert draft.is_valid()
    sent = actions.send_request(draft, officer, at=at).message
    assert sent is not None
    accredit(settings, "none")
    assert [(state, sent.reference in text) for state, text, _remedy in examined()] == [("warning", True)]
    sent.erased = True
    sent.save()
    assert [state for state, _text, _remedy in examined()] == ["good"]
