"""Copies: what goes abroad goes to the contact point at home too, which owes nothing for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import Client
from tests.desks.cases.conftest import FILLED, Partner, officer_named, posted, sit_down
from tests.desks.cases.test_following_up import newest, write

from comity.agreements import Action, CopyRule, harbour
from comity.agreements.copies import Copies
from comity.desks.cases import (
    actions,
    arriving,
    choices,
    copying,
    counting,
    keeping,
    partner_page,
    reads,
    ringing,
    statistics,
    tabs,
)
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Addressee, CaseMessage, State
from comity.messages import Message
from comity.node.exchange import bodies, gate
from comity.node.exchange.models import Note
from comity.node.ledger.actions import open_log
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer
from comity.vocabulary.authority import AuthorityId

Partners = Callable[[str], Partner]
NOTICE = "A copy for your information."
OWED = "What goes abroad goes as a copy to"


@pytest.fixture
def agent(desk: None) -> Officer:
    """An officer of the investigators, who are not their state's contact point."""
    open_log("xa.cid/x1")
    return officer_named("braddock", authority="xa.cid")


@pytest.fixture
def desktop(agent: Officer) -> Client:
    return sit_down(agent)


def draft_of(agent: Officer, **changed: str | list[str]) -> Draft:
    return Draft.read(posted(**changed), choices.for_officer(agent, "en"))


def sent_by(agent: Officer, at: datetime, **changed: str | list[str]) -> CaseMessage:
    draft = draft_of(agent, **changed)
    assert draft.is_valid(), [one.errors for one in draft.forms]
    message = actions.send_request(draft, agent, at=at).message
    assert message is not None
    return message


def as_sent(message: CaseMessage) -> Message:
    """Return what was sealed."""
    key = Note.objects.filter(msg=message.msg, out=True).values_list("pk", flat=True)[0]
    return bodies.messages_of([key])[key]


@pytest.fixture
def copy(agent: Officer, officer: Officer, at: datetime, partner: Partners) -> CaseMessage:
    """The copy of the agent's request, as it arrives at the contact point."""
    return partner("xa.cid").send(as_sent(sent_by(agent, at)))


def acts() -> list[str]:
    return [bytes(one.opening or b"").decode("utf-8", "replace") for one in Entry.objects.order_by("id")]


def test_what_goes_abroad_goes_to_the_contact_point_as_a_copy(agent: Officer, at: datetime) -> None:
    message = sent_by(agent, at)
    head = as_sent(message).head
    assert [str(one) for one in head.recipients] == ["xb.spoc", "xc.ncb", "xa.ncb"]
    assert [str(one) for one in head.copies] == ["xa.ncb"]
    kept = {one.authority: one for one in message.addressees.all()}
    assert kept["xa.ncb"].copied
    assert (kept["xa.ncb"].limit_at, kept["xa.ncb"].due_at) == (None, None)
    assert kept["xa.ncb"].clauses == ["harbour.2.1", "harbour.2.14"]
    assert not kept["xb.spoc"].copied
    assert kept["xb.spoc"].due_at is not None


def test_the_form_says_so_before_and_the_preview_names_the_copy(desktop: Client) -> None:
    form = desktop.get("/cases/new").content.decode()
    assert OWED in form
    assert "2.15" in form
    page = desktop.post("/cases/new", {**FILLED, "step": "preview"}).content.decode()
    assert "Copy to" in page
    assert "National Contact Bureau" in page


def test_the_contact_point_itself_is_told_of_no_copy(browser: Client) -> None:
    assert OWED not in browser.get("/cases/new").content.decode()


def test_no_copy_is_owed_where_nothing_leaves_the_state_or_it_is_asked_itself(agent: Officer, at: datetime) -> None:
    assert as_sent(sent_by(agent, at, recipients=["xa.ncb"])).head.copies == ()
    both = as_sent(sent_by(agent, at, recipients=["xb.spoc", "xa.ncb"])).head
    assert both.copies == ()
    assert len(both.recipients) == 2


def test_it_is_left_out_on_a_ground_that_is_recorded_with_the_clause(desktop: Client) -> None:
    page = desktop.post("/cases/new", {**FILLED, "no_copy": "safety", "step": "preview"}).content.decode()
    assert "No copy goes to" in page
    assert "It would endanger a person." in page
    write(desktop, "new", **{**FILLED, "no_copy": "safety"})
    assert as_sent(newest()).head.copies == ()
    (act,) = [one for one in acts() if "copy.left-out" in one]
    assert "safety" in act
    assert "2.15" in act
    assert "xa.ncb" in act
    page = desktop.get(f"/cases/{newest().case_id}/").content.decode()
    assert "No copy goes to <bdi>" in page
    assert "It would endanger a person." in page
    assert "Clause 2.15" in page


def test_that_no_copy_went_is_for_those_who_may_see_the_message(desktop: Client, browser: Client) -> None:
    write(desktop, "new", **{**FILLED, "no_copy": "safety"})
    assert browser.get(f"/cases/{newest().case_id}/").status_code == 404


@pytest.mark.parametrize(
    ("changed", "right"),
    [
        ({"no_copy": "terrorism"}, False),
        ({"no_copy": "terrorism", "crime_area": "terrorism"}, True),
        ({"no_copy": "terrorism", "crime_area": "terrorism", "urgency": "urgent", "urgency_ground": "a"}, False),
        ({"no_copy": "sensitive-investigation"}, True),
        ({"no_copy": "because"}, False),
    ],
)
def test_terrorism_is_a_ground_in_such_a_case_alone_and_in_no_emergency(
    *, agent: Officer, changed: dict[str, str | list[str]], right: bool
) -> None:
    draft = draft_of(agent, **changed)
    assert draft.is_valid() == right
    assert right or "no_copy" in draft.form.errors


def test_a_copy_is_information_it_waits_for_nobody_and_nothing_is_counted(
    browser: Client, officer: Officer, copy: CaseMessage, at: datetime
) -> None:
    assert (copy.copied, copy.due_at, copy.limit_at, copy.state) == (True, None, None, State.NEW)
    lists = {tab.key for tab in tabs.TABS if reads.visible_to(officer).filter(tab.filter(officer)).exists()}
    assert lists == {"all", "new", "copies"}
    page = browser.get(f"/cases/{copy.case_id}/").content.decode()
    assert NOTICE in page
    assert "Addressed to" in page
    for door in ("answer", "refuse", "ask-back", "acknowledge", "enter-answer"):
        assert f"/cases/messages/{copy.pk}/{door}" not in page
        assert browser.get(f"/cases/messages/{copy.pk}/{door}").status_code != 200
    assert CaseMessage.objects.get(pk=copy.pk).state == State.DONE
    assert not keeping.waiting_in(copy.case)
    assert not partner_page.partner_page(officer, "xa.cid", "en", at=at).owed_by_us  # type: ignore[union-attr]
    counting.count(at + timedelta(hours=1))
    for report in (statistics.from_tables("xa.ncb", at.year), statistics.from_log("xa.ncb", at.year)):
        assert not report.received
    for report in (statistics.from_tables("xa.cid", at.year), statistics.from_log("xa.cid", at.year)):
        assert sorted(partner for partner, _urgency in report.sent) == ["xb.spoc", "xc.ncb"]


def test_a_copy_about_life_at_risk_rings_for_nobody(
    agent: Officer, officer: Officer, at: datetime, partner: Partners
) -> None:
    message = as_sent(sent_by(agent, at, urgency="life-at-risk", urgency_ground="b"))
    partner("xa.cid").send(message)
    assert not ringing.rings_for(officer)


def test_the_case_ends_when_those_answered_who_were_asked(agent: Officer, at: datetime) -> None:
    message = sent_by(agent, at)
    Addressee.objects.filter(message=message, copied=False).update(reply="full", replied_at=at)
    arriving.settle(message)
    assert message.state == State.ANSWERED


def test_nobody_is_reminded_of_a_copy_but_a_correction_goes_there_too(
    desktop: Client, agent: Officer, at: datetime
) -> None:
    message = sent_by(agent, at)
    write(desktop, f"messages/{message.pk}/remind", text="")
    assert [str(one) for one in as_sent(newest()).head.recipients] == ["xb.spoc", "xc.ncb"]
    write(desktop, f"messages/{message.pk}/withdraw", text="Asked in error.")
    head = as_sent(newest()).head
    assert [str(one) for one in head.recipients] == ["xa.ncb", "xb.spoc", "xc.ncb"]
    assert [str(one) for one in head.copies] == ["xa.ncb"]


def test_who_asks_the_same_partner_is_told_what_the_copy_told(browser: Client, copy: CaseMessage) -> None:
    page = browser.post("/cases/new", {**FILLED, "recipients": ["xc.ncb"], "step": "preview"}).content.decode()
    assert "The same was asked before:" in page
    assert "asked by" in page
    other = browser.post("/cases/new", {**FILLED, "recipients": ["xd.ncb"], "step": "preview"}).content.decode()
    assert "The same was asked before:" not in other


def test_an_organisation_gets_a_copy_where_the_author_chooses_it() -> None:
    offered = copying.Copy("xo.analysis", "Analysis centre", ("request",), owed=False)
    owed = copying.Copy("xa.ncb", "Bureau", ("request",), owed=True)
    both = (offered, owed)
    assert copying.taken(both, {}, ["xb.spoc"], "xa.cid") == ("xa.ncb",)
    assert copying.taken(both, {"copies": ["xo.analysis"]}, ["xb.spoc"], "xa.cid") == ("xa.ncb", "xo.analysis")
    assert copying.taken(both, {"copies": ["xo.analysis"], "no_copy": "safety"}, ["xb.spoc"], "xa.cid") == (
        "xo.analysis",
    )
    assert copying.taken(both, {"copies": ["xz.bureau"]}, ["xa.piu"], "xa.cid") == ()
    assert copying.taken(both, {"copies": ["xo.analysis"]}, ["xo.analysis", "xa.ncb"], "xa.cid") == ()


def test_of_two_agreements_that_know_the_same_copy_the_stricter_holds(at: datetime) -> None:
    own, to = AuthorityId.parse("xa.cid"), AuthorityId.parse("xa.ncb")
    mild = replace(harbour(), copies=(Copies(own, to, ("request",), CopyRule.OFFERED, "harbour.2.14"),))
    strict = replace(harbour(), copies=(Copies(own, to, ("request",), CopyRule.OWED, "harbour.2.15"),))
    names = {"xa.ncb": "Bureau"}
    for order in ((mild, strict), (strict, mild)):
        (found,) = copying.known(order, own, names, "en", at=at)
        assert found.owed
        assert found.number == "2.15"
    assert copying.known([strict], own, {}, "en", at=at) == ()
    assert (
        copying.known([replace(strict, in_force=(at.date() + timedelta(days=2), None))], own, names, "en", at=at) == ()
    )


def test_a_foreign_partner_cannot_place_an_unasked_answer_as_a_copy(agent: Officer, at: datetime) -> None:
    message = as_sent(sent_by(agent, at))
    home, stranger = AuthorityId.parse("xa.ncb"), AuthorityId.parse("xc.ncb")
    head = replace(
        message.head, kind="answer", from_=stranger, recipients=(AuthorityId.parse("xb.spoc"), home), copies=(home,)
    )
    unasked = replace(message, head=head)
    assert not gate.may_pass(Action.RECEIVE, unasked, own=home, partner=stranger, at=at).allowed
    ours = replace(unasked, head=replace(head, from_=AuthorityId.parse("xa.cid")))
    assert gate.may_pass(Action.RECEIVE, ours, own=home, partner=AuthorityId.parse("xa.cid"), at=at).allowed
