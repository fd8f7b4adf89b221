"""Reminders, corrections, withdrawals and spontaneous information, on both sides."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.test import Client
from tests.desks.cases.conftest import Partner, posted

from comity.desks.cases import actions, comparing, composing
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import Addressee, CaseMessage, Standing, State
from comity.messages import Answer, Message, Outcome, Refers, Text, TextRole
from comity.node.officers.models import Officer
from comity.vocabulary.authority import AuthorityId

FillIn = Callable[..., Draft]
Partners = Callable[[str], Partner]


def write(browser: Client, address: str, **given: str | list[str]) -> Any:
    return browser.post(f"/cases/{address}", {**given, "step": "send"}, follow=True)


def newest() -> CaseMessage:
    return CaseMessage.objects.order_by("-id")[0]


def about(message: CaseMessage, kind: str, sender: str, text: str = "It was another.") -> Message:
    """Return what a partner says about that message."""
    head = composing._reply(message, kind, _Of(sender), message.sent_at, (composing.Handling.H0,))
    head = replace(head, from_=AuthorityId.parse(sender), recipients=(AuthorityId.parse("xa.ncb"),))
    return Message(
        head,
        (
            Refers(AuthorityId.parse(message.originator), message.reference, bytes(message.msg)),
            Text(TextRole.REASON, "fr", text),
        ),
    )


class _Of:
    language = "fr"

    def __init__(self, authority: str) -> None:
        self.authority = authority


def test_a_reminder_goes_to_those_who_have_not_replied(browser: Client, sent: CaseMessage) -> None:
    Addressee.objects.filter(message=sent, authority="xb.spoc").update(reply="full")
    write(browser, f"messages/{sent.pk}/remind", text="The hearing is on Friday.")
    assert (newest().kind, newest().in_reply_to) == ("reminder", bytes(sent.msg).hex())
    assert [one.authority for one in newest().addressees.all()] == ["xc.ncb"]
    assert newest().case == sent.case


def test_a_correction_starts_from_what_was_sent_and_marks_it(browser: Client, sent: CaseMessage) -> None:
    address = f"messages/{sent.pk}/correct"
    page = browser.get(f"/cases/{address}").content.decode()
    assert "خالد المنصوري" in page
    assert 'value="1974-03"' in page or "1974-03</textarea>" in page
    changed = {name: value for name, value in posted(**{"s0-birthDate": "1975"}).lists() if name != "recipients"}
    write(browser, address, **changed, text="The year was misread.")
    sent.refresh_from_db()
    assert sent.standing == Standing.CORRECTED
    assert (newest().content or {})["subjects"][0]["properties"]["birthDate"] == ["1975"]
    assert {one.authority for one in newest().addressees.all()} == {"xb.spoc", "xc.ncb"}
    page = browser.get(f"/cases/{sent.case_id}/").content.decode()
    assert "Corrected on" in page
    assert "The year was misread." in page


def test_a_withdrawn_request_is_closed_marked_and_kept(browser: Client, sent: CaseMessage) -> None:
    write(browser, f"messages/{sent.pk}/withdraw", text="The investigation was closed.")
    sent.refresh_from_db()
    assert (sent.standing, sent.state) == (Standing.WITHDRAWN, State.DONE)
    assert sent.content
    page = browser.get(f"/cases/{sent.case_id}/").content.decode()
    assert "Withdrawn on" in page
    assert f"messages/{sent.pk}/withdraw" not in page
    assert not actions.may_be_about(sent, "reminder")
    assert browser.get(f"/cases/messages/{sent.pk}/correct").status_code == 302


def test_a_withdrawn_answer_lets_the_request_wait_again(browser: Client, asked: CaseMessage) -> None:
    write(browser, f"messages/{asked.pk}/answer", kind="negative", handling=["H0"])
    asked.refresh_from_db()
    assert asked.state == State.ANSWERED
    write(browser, f"messages/{newest().pk}/withdraw", text="It was another person.")
    asked.refresh_from_db()
    assert asked.state == State.OPEN
    assert actions.may_be_answered(asked)


def test_what_a_partner_corrects_or_withdraws_says_so_here(
    browser: Client, asked: CaseMessage, partner: Partners
) -> None:
    partner("xb.spoc").send(about(asked, "correction", "xb.spoc"))
    asked.refresh_from_db()
    assert asked.standing == Standing.CORRECTED
    partner("xb.spoc").send(about(asked, "withdrawal", "xb.spoc", "Plus nécessaire."))
    asked.refresh_from_db()
    assert asked.standing == Standing.WITHDRAWN
    assert not actions.may_be_answered(asked)
    page = browser.get(f"/cases/{asked.case_id}/").content.decode()
    assert "Do not use it any more." in page
    assert "Plus nécessaire." in page
    assert CaseMessage.objects.filter(case=asked.case_id).count() == 3  # the history stays


def test_nobody_withdraws_or_corrects_what_another_wrote(asked: CaseMessage, partner: Partners) -> None:
    partner("xc.ncb").send(about(asked, "withdrawal", "xc.ncb"))
    partner("xc.ncb").send(about(asked, "correction", "xc.ncb"))
    asked.refresh_from_db()
    assert asked.standing == ""


def test_when_a_partner_withdraws_its_answer_our_request_waits_again(sent: CaseMessage, partner: Partners) -> None:
    for authority in ("xb.spoc", "xc.ncb"):
        reply = about(sent, "answer", authority)
        partner(authority).send(replace(reply, parts=(reply.parts[0], Answer(Outcome.NEGATIVE))))
    sent.refresh_from_db()
    assert sent.state == State.ANSWERED
    answer = CaseMessage.objects.get(kind="answer", originator="xc.ncb")
    partner("xc.ncb").send(about(answer, "withdrawal", "xc.ncb"))
    sent.refresh_from_db()
    assert sent.state == State.OPEN
    assert Addressee.objects.get(message=sent, authority="xc.ncb").reply == "withdrawn"


def test_partners_are_informed_within_a_case_or_in_one_of_its_own(browser: Client, asked: CaseMessage) -> None:
    given = dict(posted(recipients=["xc.ncb"]).lists())
    write(browser, "inform", **given, case=str(asked.case_id))
    assert (newest().kind, newest().case) == ("information", asked.case)
    write(browser, "inform", **given)
    assert newest().case != asked.case
    assert browser.get("/cases/inform?case=999999").status_code == 404


def test_an_answer_is_previewed_before_it_leaves(browser: Client, asked: CaseMessage) -> None:
    given = {"kind": "interim", "more_by": "2099-01-01", "text": "We are looking.", "handling": ["H0", "H2"]}
    page = browser.post(f"/cases/messages/{asked.pk}/answer", given | {"step": "preview"}).content.decode()
    assert "Who will be able to read this" in page
    assert "Interim answer" in page
    assert "H2" in page
    assert not CaseMessage.objects.filter(incoming=False).exists()


def test_a_refusal_is_previewed_with_its_ground(browser: Client, asked: CaseMessage) -> None:
    page = browser.post(f"/cases/messages/{asked.pk}/refuse", {"ground": "h", "text": "", "step": "preview"})
    assert "Ground (h)" in page.content.decode()
    assert "Send the refusal" in page.content.decode()


def test_of_two_officers_who_answer_the_second_is_told(browser: Client, asked: CaseMessage) -> None:
    write(browser, f"messages/{asked.pk}/answer", kind="negative", handling=["H0"])
    page = write(browser, f"messages/{asked.pk}/refuse", ground="a", text="").content.decode()
    assert "somebody has dealt with the message meanwhile" in page
    assert CaseMessage.objects.filter(incoming=False).count() == 1


def test_what_was_found_for_a_corrected_request_is_answered_too(asked: CaseMessage, partner: Partners) -> None:
    corrected = partner("xb.spoc").send(about(asked, "correction", "xb.spoc"))
    foreign = partner("xc.ncb").send(about(asked, "correction", "xc.ncb"))
    for number, message in enumerate((asked, corrected, foreign)):
        message.candidates.create(
            place=0, record_id=number, record_reference=f"r/{number}", score=0.9, confidence="probable",
            verdict="same", decided_at=asked.sent_at, decided_by=Officer.objects.get(), record={},
        )  # fmt: skip
    assert {one.record_id for one in comparing.confirmed(asked)} == {0, 1}
