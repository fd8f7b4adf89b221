"""Asking the owner of information for consent, and giving it: on both sides, shown at the message it is about."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from django.test import Client
from tests.desks.cases.conftest import Partner
from tests.desks.cases.test_following_up import about, newest, write

from comity.desks.cases import actions, composing
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import CaseMessage, State
from comity.messages import Condition, ConditionRule, Consented, Wish
from comity.node.officers.models import Officer
from comity.vocabulary.consent import Consent, Use

Partners = Callable[[str], Partner]


@pytest.fixture
def brought(fill_in: Callable[..., Draft], officer: Officer, at: datetime, partner: Partners) -> CaseMessage:
    """Information that a partner sent us."""
    draft = fill_in()
    assert draft.is_valid()
    said = composing.request(draft, officer, "XA-1", at)
    return partner("xb.spoc").asks(replace(said, head=replace(said.head, kind="information", deadline=0)))


@pytest.fixture
def sent(fill_in: Callable[..., Draft], officer: Officer, at: datetime) -> CaseMessage:
    draft = fill_in()
    assert draft.is_valid()
    message = actions.send_request(draft, officer, at=at).message
    assert message is not None
    return message


@pytest.fixture
def wish(sent: CaseMessage, partner: Partners) -> CaseMessage:
    """What a partner wants to do with our request."""
    said = about(sent, "consent-request", "xb.spoc", "Le procès.")
    return partner("xb.spoc").send(replace(said, parts=(said.parts[0], Wish(Use.COURT), said.parts[1])))


def state(message: CaseMessage) -> str:
    return CaseMessage.objects.get(pk=message.pk).state


def page_of(browser: Client, message: CaseMessage) -> str:
    return browser.get(f"/cases/{message.case_id}/").content.decode()


def test_the_owner_is_asked_and_its_answer_stands_at_what_it_is_about(
    browser: Client, brought: CaseMessage, partner: Partners
) -> None:
    write(browser, f"messages/{brought.pk}/ask-consent", use="court", text="The trial begins in March.")
    asked = newest()
    assert (asked.kind, asked.state, [one.authority for one in asked.addressees.all()]) == (
        "consent-request", State.OPEN, ["xb.spoc"],
    )  # fmt: skip
    assert "consent is asked and not answered yet" in page_of(browser, brought)
    said = about(asked, "consent", "xb.spoc")
    stated = Condition(ConditionRule.TEXT, "Not in public.")
    partner("xb.spoc").send(replace(said, parts=(said.parts[0], Consented(Consent.CONDITIONAL), stated)))
    assert state(asked) == State.ANSWERED
    page = page_of(browser, brought)
    assert "Consent granted with conditions" in page
    assert "Not in public." in page


def test_a_withdrawn_consent_is_none_and_the_wish_waits_again(
    browser: Client, brought: CaseMessage, partner: Partners
) -> None:
    write(browser, f"messages/{brought.pk}/ask-consent", use="court", text="The trial begins in March.")
    asked = newest()
    said = about(asked, "consent", "xb.spoc")
    kept = partner("xb.spoc").send(replace(said, parts=(said.parts[0], Consented(Consent.GRANTED))))
    partner("xb.spoc").send(about(kept, "withdrawal", "xb.spoc"))
    assert state(asked) == State.OPEN
    assert "consent is asked and not answered yet" in page_of(browser, brought)


def test_nobody_consents_but_the_owner_that_was_asked(browser: Client, brought: CaseMessage, partner: Partners) -> None:
    write(browser, f"messages/{brought.pk}/ask-consent", use="court", text="The trial begins in March.")
    asked = newest()
    said = about(asked, "consent", "xd.ncb")
    partner("xd.ncb").send(replace(said, parts=(said.parts[0], Consented(Consent.GRANTED))))
    assert state(asked) == State.OPEN
    assert "consent is asked and not answered yet" in page_of(browser, brought)


@pytest.mark.parametrize(
    ("given", "after"),
    [
        ({"outcome": "granted"}, State.ANSWERED),
        ({"outcome": "granted-with-conditions", "conditions": "Not in public."}, State.ANSWERED),
        ({"outcome": "refused", "text": "An investigation is under way."}, State.REFUSED),
    ],
)
def test_a_wish_for_our_consent_is_answered(
    browser: Client, wish: CaseMessage, given: dict[str, str], after: str
) -> None:
    assert "Use it before a court" in browser.get(f"/cases/messages/{wish.pk}/consent").content.decode()
    write(browser, f"messages/{wish.pk}/consent", **given)
    assert (newest().kind, (newest().content or {})["consent"]) == ("consent", given["outcome"])
    assert state(wish) == after


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, "choose your decision"),
        ({"outcome": "granted-with-conditions"}, "state the conditions"),
        ({"outcome": "refused"}, "say why you refuse it"),
    ],
)
def test_a_decision_lacks_nothing(browser: Client, wish: CaseMessage, given: dict[str, str], error: str) -> None:
    assert error in write(browser, f"messages/{wish.pk}/consent", **given).content.decode()
    assert newest() == wish


def test_other_handling_codes_are_named(browser: Client, brought: CaseMessage) -> None:
    address = f"messages/{brought.pk}/ask-consent"
    page = write(browser, address, use="handling", text="For the analysts.").content.decode()
    assert "choose the handling codes you ask for" in page
    write(browser, address, use="handling", text="For the analysts.", codes=["H1", "H2"])
    assert (newest().content or {})["wished_codes"] == ["H1", "H2"]
