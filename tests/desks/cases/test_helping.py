"""Requests for assistance, and that somebody has taken up a message: on both sides, with the clock and the figures."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.desks.cases.api.conftest import system_of
from tests.desks.cases.conftest import Partner, officer_named
from tests.desks.cases.test_following_up import about, newest, write

from comity.desks.cases import composing, counting, printing, reads, statistics
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Addressee, CaseMessage, State
from comity.messages import Answer, Assistance, Message, Outcome, Refused, TakenUp, Text, TextRole
from comity.node.officers.models import Officer
from comity.vocabulary.measure import Measure
from comity.vocabulary.refusal import RefusalGround

Partners = Callable[[str], Partner]
SOON = (datetime.now(UTC) + timedelta(days=9)).date()
LATER = SOON + timedelta(days=100)
WATCH = {
    "measure": "surveillance",
    "place": "Quay 4, Port Meridian",
    "begins": str(SOON),
    "ends": str(SOON + timedelta(days=6)),
    "purpose": "criminal-investigation",
    "crime_area": "drug-trafficking",
    "legal_basis": "Drug trafficking, section 4",
    "facts": "The lorry comes each week.",
    "urgency": "normal",
    "deadline": str(SOON),
    "handling": ["H0"],
    "recipients": ["xb.spoc", "xc.ncb"],
    "subjects": "",
}
MEASURES = {
    "controlled-delivery": {
        "goods": "12 kg of cocaine", "route": "By ship, then by lorry", "handover": "Belcourt, gate 3",
    },
    "data-preservation": {
        "provider": "Nimbus Mail", "accounts": "dray@nimbus.example\n203.0.113.7", "scope": "The mailbox.",
        "ends": str(LATER),
    },
    "experts": {"expertise": "Marine forensics", "number": "2"},
}  # fmt: skip


@pytest.fixture
def helped(fill_in: Callable[..., Draft], officer: Officer, at: datetime, partner: Partners) -> CaseMessage:
    """A partner's request for assistance."""
    draft = fill_in()
    assert draft.is_valid()
    asked = composing.request(draft, officer, "XA-1", at)
    words = tuple(one for one in asked.parts if not isinstance(one, Text) or one.role is not TextRole.QUESTION)
    watch = Assistance(Measure.SURVEILLANCE, place="Quay 4", begins=str(SOON), ends=str(SOON))
    deadline = int((at + timedelta(days=3)).timestamp())
    head = replace(asked.head, kind="assistance", deadline=deadline)
    return partner("xb.spoc").asks(Message(head, (watch, *words)))


def page_of(browser: Client, message: CaseMessage) -> str:
    return browser.get(f"/cases/{message.case_id}/").content.decode()


def test_assistance_is_asked_by_a_day_and_waits_for_each_partner(browser: Client) -> None:
    write(browser, "assist", **WATCH)
    asked = newest()
    assert (asked.kind, asked.state) == ("assistance", State.OPEN)
    assert asked.due_at is not None
    assert asked.due_at.date() == SOON
    assert [one.due_at == asked.due_at for one in asked.addressees.all()] == [True, True]
    page = page_of(browser, asked)
    for shown in ("Request for assistance", "Surveillance", "Quay 4, Port Meridian", "none yet"):
        assert shown in page


@pytest.mark.parametrize("measure", MEASURES)
def test_each_measure_says_what_it_needs_and_nothing_else(browser: Client, measure: str) -> None:
    write(browser, "assist", **{**WATCH, "measure": measure, **MEASURES[measure], "place": "left from before"})
    said = (newest().content or {})["assistance"]
    assert said["measure"] == measure
    assert "place" not in said
    page = page_of(browser, newest())
    supervisor = officer_named("lind", role="supervisor")
    paper = str(printing.paper(reads.case_page(supervisor, newest().case_id), supervisor, at=datetime.now(UTC)))
    for value in MEASURES[measure].values():
        for line in value.splitlines():
            shown = line if not line.startswith("20") or "." in line else ""
            assert shown in page
            assert shown in paper


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"measure": ""}, "choose what you ask for"),
        ({"place": ""}, "say where"),
        ({"begins": ""}, "choose the first day"),
        ({"ends": str(SOON - timedelta(days=1))}, "choose a day that is not over before it begins"),
        ({"deadline": ""}, "choose the day by which you need an answer"),
        (
            {"measure": "data-preservation", **MEASURES["data-preservation"], "ends": str(SOON)},
            "at least 60 days ahead",
        ),
        (
            {"measure": "data-preservation", **MEASURES["data-preservation"], "accounts": " \n"},
            "name at least one account",
        ),
        ({"measure": "experts", "expertise": "Forensics", "number": "many"}, "Enter a whole number"),
    ],
)
def test_what_a_measure_lacks_is_asked_for(browser: Client, changed: dict[str, str], error: str) -> None:
    assert error in write(browser, "assist", **{**WATCH, **changed}).content.decode()
    assert not CaseMessage.objects.exists()


def test_a_partners_request_for_assistance_is_answered_by_its_day_and_is_no_request_of_the_law(
    browser: Client, officer: Officer, helped: CaseMessage, at: datetime
) -> None:
    assert helped.due_at is not None
    assert helped.due_at == helped.deadline
    assert "Quay 4" in page_of(browser, helped)
    form = browser.get(f"/cases/messages/{helped.pk}/answer").content.decode()
    assert "Assistance as it was asked" in form
    assert "Negative answer: nothing is held" not in form
    write(browser, f"messages/{helped.pk}/answer", kind="partial", text="Two nights only.", handling=["H0"])
    assert CaseMessage.objects.get(pk=helped.pk).state == State.ANSWERED
    assert "Assistance in part" in page_of(browser, helped)
    counting.count(at + timedelta(hours=1))
    for report in (statistics.from_tables("xa.ncb", at.year), statistics.from_log("xa.ncb", at.year)):
        assert not report.received
        assert not report.answered


def test_what_partners_say_to_our_request_for_assistance_stands_beside_them(browser: Client, partner: Partners) -> None:
    write(browser, "assist", **WATCH)
    asked = newest()
    said = about(asked, "answer", "xb.spoc")
    partner("xb.spoc").send(replace(said, parts=(said.parts[0], Answer(Outcome.FULL))))
    assert Addressee.objects.get(message=asked, authority="xb.spoc").reply == "full"
    assert "Assistance as it was asked" in page_of(browser, asked)
    write(browser, f"messages/{asked.pk}/remind")
    assert [one.authority for one in newest().addressees.all()] == ["xc.ncb"]
    said = about(asked, "refusal", "xc.ncb")
    partner("xc.ncb").send(replace(said, parts=(said.parts[0], Refused(RefusalGround.F))))
    assert CaseMessage.objects.get(pk=asked.pk).state == State.ANSWERED


@pytest.mark.parametrize("channel", ["asked", "helped"])
def test_a_message_is_acknowledged_with_what_the_node_knows_and_its_state_stays(
    browser: Client, request: pytest.FixtureRequest, channel: str
) -> None:
    message: CaseMessage = request.getfixturevalue(channel)
    page = page_of(browser, message)
    before = CaseMessage.objects.values("state", "due_at", "still_since", "standing").get(pk=message.pk)
    address = f"/cases/messages/{message.pk}/acknowledge"
    assert address in page
    form = browser.get(address).context["draft"].form
    given = {name: form[name].value() or "" for name in form.fields}
    assert given["by"]
    assert given["answer_by"] == str(message.due_at.date() if message.due_at else "")
    write(browser, f"messages/{message.pk}/acknowledge", **given)
    assert (newest().kind, newest().state) == ("acknowledgement", State.DONE)
    assert CaseMessage.objects.values("state", "due_at", "still_since", "standing").get(pk=message.pk) == before
    page = page_of(browser, message)
    assert "The partner was told:" in page
    assert address not in page


def test_who_took_up_our_request_stands_beside_the_recipient(
    browser: Client, sent: CaseMessage, partner: Partners
) -> None:
    before = CaseMessage.objects.values("state", "due_at").get(pk=sent.pk)
    said = about(sent, "acknowledgement", "xb.spoc")
    by = int((sent.sent_at + timedelta(days=2)).timestamp())
    kept = partner("xb.spoc").send(replace(said, parts=(said.parts[0], TakenUp("Brigade portuaire", by, "+999 2"))))
    page = page_of(browser, sent)
    assert "taken up by <bdi>Brigade portuaire</bdi>, answer expected by" in page
    assert page.count("+999 2") == 2  # at the copy of the one who said so, and in its message
    assert CaseMessage.objects.values("state", "due_at").get(pk=sent.pk) == before
    partner("xb.spoc").send(about(kept, "withdrawal", "xb.spoc"))
    assert "Brigade portuaire" not in page_of(browser, sent).partition("Delivery")[2].partition("</table>")[0]


def test_only_a_recipient_acknowledges_and_only_what_waits(
    browser: Client, sent: CaseMessage, asked: CaseMessage
) -> None:
    CaseMessage.objects.filter(pk=asked.pk).update(state=State.ANSWERED)
    for one in (sent, asked):
        assert browser.get(f"/cases/messages/{one.pk}/acknowledge").status_code == 302
        assert f"/messages/{one.pk}/acknowledge" not in page_of(browser, one)


def test_national_systems_ask_for_assistance_and_see_who_took_it_up(officer: Officer, partner: Partners) -> None:
    system = system_of(officer)
    fields = {name: value for name, value in WATCH.items() if name not in {"subjects", "place"}}
    wanted = {**fields, "measure": "experts", "expertise": "Marine forensics", "number": 2}
    answer = system.post("/messages", {"kind": "assistance", "fields": wanted})
    assert answer.status_code == 201, answer.content
    asked = newest()
    assert (asked.content or {})["assistance"]["number"] == 2
    assert system.post("/messages", {"kind": "assistance", "fields": {**wanted, "number": 0}}).status_code == 400
    said = about(asked, "acknowledgement", "xb.spoc")
    partner("xb.spoc").send(replace(said, parts=(said.parts[0], TakenUp("Brigade portuaire"))))
    copies = system.get(f"/messages/{asked.pk}").json()["copies"]
    assert [one["taken_up"] for one in copies] == [{"by": "Brigade portuaire"}, {}]
