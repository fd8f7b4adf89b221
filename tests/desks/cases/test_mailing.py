"""E-mail that something waits: to whom, how often, and what never stands in it."""

import smtplib
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from tests.desks.cases.conftest import officer_named, sit_down

from comity.config.nodefile import Mail
from comity.desks.cases import actions as acts
from comity.desks.cases import mailing
from comity.desks.cases.actions.mailing import keep_wish
from comity.desks.cases.alerting import MailWish
from comity.desks.cases.models import CaseMessage, State
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer

HOUR = timedelta(hours=1)


@pytest.fixture
def relay(settings: Settings) -> None:
    """The node has a relay; what it is given lies in `mail.outbox`."""
    settings.NODE = replace(settings.NODE, mail=Mail("mail.xa.example", "comity@xa.example"))


@pytest.fixture
def wish(officer: Officer, relay: None) -> MailWish:
    keep_wish(officer, "hale@xa.example", at=timezone.now())
    return MailWish.objects.get()


def said() -> list[str]:
    return [f"{one.subject}\n{one.body}" for one in mail.outbox]


def test_who_wishes_it_is_told_how_much_waits_and_nothing_else(wish: MailWish, asked: CaseMessage) -> None:
    assert mailing.send_due(timezone.now()) == 1
    (letter,) = mail.outbox
    assert letter.to == ["hale@xa.example"]
    assert "New in my cases or taken by nobody: 1" in letter.body
    everything = str(letter.message())
    for word in (asked.reference, asked.case.reference, asked.caption, "Khaled", "xb.spoc", "Hale", "Belcourt"):
        assert word not in everything, word


def test_without_a_wish_or_a_relay_nothing_is_sent(
    officer: Officer, asked: CaseMessage, wish: MailWish, settings: Settings
) -> None:
    settings.NODE = replace(settings.NODE, mail=None)
    assert mailing.send_due(timezone.now()) == 0
    MailWish.objects.all().delete()
    settings.NODE = replace(settings.NODE, mail=Mail("mail.xa.example", "comity@xa.example"))
    assert mailing.send_due(timezone.now()) == 0
    assert mail.outbox == []


def test_where_nothing_waits_nothing_is_sent(wish: MailWish) -> None:
    assert mailing.send_due(timezone.now()) == 0


def test_it_is_sent_at_most_once_an_hour_and_only_when_more_waits(wish: MailWish, asked: CaseMessage) -> None:
    now = timezone.now()
    sent = [mailing.send_due(now + minutes * timedelta(minutes=1)) for minutes in (0, 1, 59)]
    assert sent == [1, 0, 0]
    assert mailing.send_due(now + HOUR) == 0
    acts.take(asked.case, wish.officer, shown=None, at=now)
    assert mailing.send_due(now + HOUR) == 1
    assert "To be answered in my cases: 1" in said()[-1]


def test_what_was_dealt_with_and_came_again_is_told_again(wish: MailWish, asked: CaseMessage) -> None:
    now = timezone.now()
    mailing.send_due(now)
    CaseMessage.objects.update(state=State.OPEN)
    assert mailing.send_due(now + HOUR) == 0
    CaseMessage.objects.update(state=State.NEW)
    assert mailing.send_due(now + 2 * HOUR) == 1


def test_it_speaks_the_officers_language(asked: CaseMessage, relay: None) -> None:
    keep_wish(officer_named("lectora", language="es"), "lectora@xa.example", at=timezone.now())
    mailing.send_due(timezone.now())
    assert "Inicie sesión" in said()[0]


def test_nobody_is_told_of_what_he_may_not_see(asked: CaseMessage, relay: None) -> None:
    keep_wish(officer_named("stranger", authority="xa.cid"), "stranger@xa.example", at=timezone.now())
    gone = officer_named("gone")
    keep_wish(gone, "gone@xa.example", at=timezone.now())
    gone.is_active = False
    gone.save()
    assert mailing.send_due(timezone.now()) == 0


def test_every_e_mail_is_an_act_that_does_not_keep_the_address(wish: MailWish, asked: CaseMessage) -> None:
    mailing.send_due(timezone.now())
    opened = [bytes(one.opening or b"") for one in Entry.objects.all()]
    assert any(b"mail.sent" in one for one in opened)
    assert not any(b"hale@xa.example" in one for one in opened)


def test_what_the_relay_refuses_is_tried_again_an_hour_later(
    wish: MailWish, asked: CaseMessage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_letter: object) -> int:
        raise smtplib.SMTPRecipientsRefused({"hale@xa.example": (550, b"no such user")})

    now = timezone.now()
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", refuse)
        assert mailing.send_due(now) == 0
    assert "hale@xa.example" not in caplog.text
    assert mailing.send_due(now + HOUR / 2) == 0
    assert mailing.send_due(now + HOUR) == 1


def test_my_account_begins_changes_and_stops_it(browser: Client, relay: None) -> None:
    assert "Tell me by e-mail" in browser.get("/me/").content.decode()
    browser.post("/me/mail", {"step": "keep", "address": "hale@xa.example"})
    assert MailWish.objects.get().address == "hale@xa.example"
    browser.post("/me/mail", {"step": "keep", "address": "duty@xa.example"})
    assert MailWish.objects.get().address == "duty@xa.example"
    assert "duty@xa.example" in browser.get("/me/").content.decode()
    browser.post("/me/mail", {"step": "stop"})
    assert not MailWish.objects.exists()


def test_a_wrong_address_is_said_and_kept_in_the_form(browser: Client, relay: None) -> None:
    page = browser.post("/me/mail", {"step": "keep", "address": "hale at xa"}).content.decode()
    assert "There is a problem" in page
    assert 'value="hale at xa"' in page
    assert not MailWish.objects.exists()


def test_a_node_without_a_relay_offers_none(browser: Client) -> None:
    assert "Tell me by e-mail" not in browser.get("/me/").content.decode()
    browser.post("/me/mail", {"step": "keep", "address": "hale@xa.example"})
    assert not MailWish.objects.exists()


def test_who_reads_no_cases_is_told_nothing(relay: None, desk: None) -> None:
    client = sit_down(officer_named("keeper", role="administrator"))
    assert client.post("/me/mail", {"step": "keep", "address": "k@xa.example"}).status_code == 403
