"""National systems are told what happens: signed, in order, until they have taken it, and nothing that was said."""

import hmac
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from tests.desks.cases.api.test_reading import acts
from tests.desks.cases.conftest import officer_named, sit_down
from tests.exchange.test_calling import server

from comity.desks.cases import announcing, composing
from comity.desks.cases.actions.announcing import subscribe, unsubscribe
from comity.desks.cases.forms import Draft
from comity.desks.cases.hooked import Announcement, Subscription, Told
from comity.desks.cases.models import CaseMessage
from comity.node.exchange.models import Note, Proof, Receipt
from comity.node.officers import stepup
from comity.node.officers.models import Officer

__all__ = ["server"]

EVERYTHING = [str(kind) for kind in Told]


@pytest.fixture(autouse=True)
def _named(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The administrator allows the host of the test."""
    monkeypatch.setattr(settings, "NODE", replace(settings.NODE, webhook_hosts=tuple(server.named)))


@pytest.fixture
def key(officer: Officer, server: Any) -> str:
    made = subscribe(officer, server.url, EVERYTHING, at=timezone.now() - timedelta(minutes=1))
    assert made
    return made


def told(server: Any) -> list[dict[str, Any]]:
    return [json.loads(body) for _path, _headers, body in server.got]


def tell(after: timedelta = timedelta()) -> int:
    announcing.gather(timezone.now() + after)
    return announcing.deliver(timezone.now() + after)


def test_what_arrives_is_told_signed_and_once(key: str, asked: CaseMessage, server: Any) -> None:
    assert tell() == 1
    assert tell() == 0
    (letter,) = told(server)
    assert (letter["type"], letter["case"], letter["message"]) == ("message.arrived", asked.case_id, asked.pk)
    _path, headers, body = server.got[0]
    stamp, made = headers["Comity-Signature"].split(",")
    second = stamp.removeprefix("t=")
    expected = hmac.digest(key.encode(), second.encode() + b"." + body, "sha256").hex()
    assert made == f"v1={expected}"
    assert abs(int(second) - datetime.now().timestamp()) < 60  # noqa: DTZ005


def test_the_check_in_the_documents_takes_what_is_genuine_and_nothing_else(
    key: str, asked: CaseMessage, server: Any
) -> None:
    tell()
    text = (Path(__file__).parents[4] / "docs/how-to/act-from-a-national-system.md").read_text(encoding="utf-8")
    shown: dict[str, Any] = {}
    exec(re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)[1], shown)  # noqa: S102
    (_path, headers, body), check = server.got[0], shown["is_genuine"]
    header = headers["Comity-Signature"]
    assert check(key, header, body)
    assert not check(key, header, body + b" ")
    assert not check(key + "x", header, body)
    old = announcing.signature(key, timezone.now() - timedelta(minutes=6), body)
    assert not check(key, old, body)


def test_nothing_that_was_said_and_no_reference_is_told(key: str, asked: CaseMessage, server: Any) -> None:
    tell()
    (letter,) = told(server)
    assert set(letter) == {"id", "type", "case", "message", "at"}
    assert asked.reference not in json.dumps(letter)


def test_a_receipt_is_told(
    key: str, sent: CaseMessage, partner: Callable[[str], Any], server: Any, officer: Officer
) -> None:
    note = Note.objects.get(pk=sent.addressees.get(authority="xb.spoc").note_id)
    now = timezone.now()
    proof = Proof.objects.create(log="xb.spoc/x1", size=note.seq, checkpoint=b"", leaves=b"", at=now)
    Receipt.objects.create(
        pair=note.pair, ours=False, lane=note.lane, kind="stored", first=note.seq, last=note.seq, statement=b"",
        salt=b"", at=now, proof=proof, index=1,
    )  # fmt: skip
    tell()
    assert [(one["type"], one["message"]) for one in told(server)] == [("receipt.stored", sent.pk)]


def test_only_what_the_officer_may_see_and_wished_for_is_told(
    asked: CaseMessage, server: Any, fill_in: Callable[..., Draft], officer: Officer, partner: Callable[[str], Any]
) -> None:
    early = timezone.now() - timedelta(minutes=1)
    stranger = officer_named("stranger", authority="xa.cid")
    assert subscribe(stranger, server.url, EVERYTHING, at=early)
    assert subscribe(officer, server.url, [Told.STORED], at=early)
    draft = fill_in()
    assert draft.is_valid()
    partner("xb.spoc").asks(composing.request(draft, officer, "XA-1", timezone.now()))
    assert tell() == 0
    assert not Announcement.objects.exists()


def test_what_he_may_no_longer_see_is_not_told(key: str, asked: CaseMessage, server: Any, officer: Officer) -> None:
    announcing.gather(timezone.now())
    officer.is_active = False
    officer.save()
    assert announcing.deliver(timezone.now()) == 0
    assert server.got == []
    assert not Announcement.objects.exists()


def test_what_is_not_taken_is_told_later_and_again_under_the_same_id(key: str, asked: CaseMessage, server: Any) -> None:
    fine = server.answer
    server.answer = lambda handler: (handler.send_response(503), handler.end_headers())
    assert tell() == 0
    assert tell() == 0  # it waits
    assert len(server.got) == 1
    assert Subscription.objects.get().code == "503"
    server.answer = fine
    assert tell(timedelta(seconds=11)) == 1
    first, second = told(server)
    assert first == second
    assert Subscription.objects.get().failing_since is None


def test_waits_grow_to_an_hour() -> None:
    waits = [announcing.wait(tries).total_seconds() for tries in (1, 2, 3, 9, 10, 500)]
    assert waits == [10, 20, 40, 2560, 3600, 3600]


def test_an_address_that_is_gone_or_fails_for_days_is_told_nothing_more(
    key: str, asked: CaseMessage, server: Any
) -> None:
    server.answer = lambda handler: (handler.send_response(410), handler.end_headers())
    tell()
    assert Subscription.objects.get().stopped_at
    assert "webhook.stopped" in acts()
    assert tell(timedelta(days=1)) == 0
    assert len(server.got) == 1


def test_a_host_that_is_no_longer_allowed_is_not_called(
    key: str, asked: CaseMessage, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "NODE", replace(settings.NODE, webhook_hosts=()))
    tell()
    assert server.got == []
    assert Subscription.objects.get().code == "address"


def test_a_system_is_subscribed_with_a_fresh_second_factor_and_its_key_is_shown_once(
    browser: Client, officer: Officer, server: Any
) -> None:
    given = {"url": server.url, "kinds": [Told.ARRIVED]}
    page = browser.post("/me/systems/subscriptions", given).content.decode()
    made = Subscription.objects.get()
    assert announcing.key_of(made) in page
    assert announcing.key_of(made) not in browser.get("/me/systems/").content.decode()
    assert "webhook.subscribed" in acts()
    session = browser.session
    del session[stepup.CONFIRMED]
    session.save()
    assert browser.post("/me/systems/subscriptions", given)["Location"].startswith("/account/confirm/")


@pytest.mark.parametrize("url", ["https://10.0.0.1/", "http://cases.example/", "https://u:p@cases.example/", "x", ""])
def test_an_address_that_must_not_be_called_is_refused_with_the_remedy(
    browser: Client, officer: Officer, url: str
) -> None:
    page = browser.post("/me/systems/subscriptions", {"url": url, "kinds": [Told.ARRIVED]}).content.decode()
    assert 'id="id_url"' in page
    assert not Subscription.objects.exists()


def test_nobody_ends_anothers_subscription(key: str, officer: Officer) -> None:
    one = Subscription.objects.get()
    sit_down(officer_named("berg")).post(f"/me/systems/subscriptions/{one.pk}/end")
    assert Subscription.objects.exists()
    assert unsubscribe(officer, one.pk, at=timezone.now())
    assert "webhook.ended" in acts()


def test_without_subscriptions_the_chores_ask_little(desk: None, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(4):
        announcing.gather(timezone.now())
        announcing.deliver(timezone.now())
