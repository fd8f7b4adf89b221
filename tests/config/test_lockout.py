from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.db.models import F
from django.http import HttpResponse
from django.test import Client

from comity.node.ledger.actions import open_log
from comity.node.officers.models import Officer, WrongPasswords
from comity.node.officers.rules import Role

PASSWORD = "seven quiet harbours"


def sign_in(client: Client, password: str = PASSWORD, *, name: str = "hale", at: str = "192.0.2.7") -> HttpResponse:
    return client.post("/account/login/", {"login": name, "password": password}, REMOTE_ADDR=at)


def guess(client: Client, times: int, **where: str) -> HttpResponse:
    return [sign_in(client, "wrong", **where) for _ in range(times)][-1]


def let_pass(seconds: int) -> None:
    WrongPasswords.objects.update(last_at=F("last_at") - timedelta(seconds=seconds))


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture(autouse=True)
def _officer(officer: Officer) -> None:
    """There is somebody whose password can be guessed; no earlier test counts against an address."""
    cache.clear()


def test_four_wrong_passwords_cost_nothing(client: Client) -> None:
    guess(client, 4)
    sign_in(client)
    assert is_in(client)


def test_after_five_wrong_passwords_even_the_right_one_is_not_looked_at(client: Client) -> None:
    assert guess(client, 5).status_code == 429
    answer = sign_in(client)
    assert answer.status_code == 429
    assert "for 1 minute" in answer.content.decode()
    assert not is_in(client)


def test_after_the_wait_the_right_password_opens_and_forgets_the_wrong_ones(client: Client) -> None:
    guess(client, 5)
    let_pass(61)
    sign_in(client)
    assert is_in(client)
    assert not WrongPasswords.objects.exists()


def test_each_further_wrong_password_doubles_the_wait(client: Client) -> None:
    guess(client, 5)
    let_pass(61)
    assert "for 2 minutes" in guess(client, 1).content.decode()
    let_pass(61)
    sign_in(client)
    assert not is_in(client)


def test_trying_during_the_wait_does_not_prolong_it(client: Client) -> None:
    guess(client, 12)
    assert WrongPasswords.objects.get().count == 5


def test_an_attacker_from_another_address_keeps_no_officer_out(client: Client) -> None:
    guess(Client(), 8, at="203.0.113.99")
    sign_in(client, at="192.0.2.7")
    assert is_in(client)


def test_guesses_at_one_name_do_not_close_another_from_the_same_address(client: Client) -> None:
    guess(Client(), 5, name="nobody")
    sign_in(client)
    assert is_in(client)


def test_an_attacker_cannot_change_the_count_by_writing_the_name_otherwise(client: Client) -> None:
    guess(client, 3)
    guess(client, 2, name="HALE")
    assert sign_in(client).status_code == 429


def test_one_network_of_version_six_counts_as_one_address(client: Client) -> None:
    for number in range(1, 6):
        answer = sign_in(client, "wrong", at=f"2001:db8::{number}")
    assert answer.status_code == 429


def test_what_was_typed_as_a_name_is_not_kept(client: Client) -> None:
    guess(client, 1, name="Hunter2Hunter2")
    row = WrongPasswords.objects.get()
    assert row.officer is None
    assert b"unter2" not in bytes(row.name)


def test_the_closed_page_says_that_a_passkey_still_opens_and_offers_it(client: Client) -> None:
    assert "A passkey opens at any time" in guess(client, 5).content.decode()
    page = client.get("/account/login/", REMOTE_ADDR="192.0.2.7").content.decode()
    assert 'id="passkey_login"' in page
    assert client.get("/account/2fa/webauthn/login/", headers={"Accept": "application/json"}).status_code == 200


def test_an_administrator_sees_who_is_closed_and_opens_again(
    signed_in: Client, officer: Officer, node: Callable[..., None], tmp_path: Path
) -> None:
    node(folder=tmp_path)
    open_log(f"{officer.authority}/a1")
    Officer.objects.update(role=Role.ADMINISTRATOR)
    guess(Client(), 5)
    page = signed_in.get("/sign-ins/").content.decode()
    assert "192.0.2.7" in page
    assert "Miriam Hale" in page
    signed_in.post("/sign-ins/open", {"id": WrongPasswords.objects.get().pk})
    other = Client()
    sign_in(other)
    assert is_in(other)


def test_an_officer_does_not_see_whose_sign_in_is_closed(signed_in: Client) -> None:
    guess(Client(), 5)
    assert signed_in.get("/sign-ins/").status_code == 403
    assert signed_in.post("/sign-ins/open", {"id": WrongPasswords.objects.get().pk}).status_code == 403
    assert WrongPasswords.objects.exists()


@pytest.fixture
def at_the_code(client: Client, officer: Officer) -> tuple[Client, str]:
    """A browser in which the password was right, and the secret of the officer's app."""
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    sign_in(client)
    return client, secret


def code_of(secret: str) -> str:
    return f"{hotp_value(secret, next(iter(yield_hotp_counters_from_time()))):06}"


def test_codes_are_closed_after_five_wrong_ones_from_wherever_they_come(at_the_code: tuple[Client, str]) -> None:
    client, secret = at_the_code
    for number in range(5):
        client.post("/account/2fa/authenticate/", {"code": f"00000{number}"}, REMOTE_ADDR=f"198.51.100.{number}")
    answer = client.post("/account/2fa/authenticate/", {"code": code_of(secret)}, REMOTE_ADDR="198.51.100.99")
    assert "Too many wrong codes. Wait 1 minute, or use a passkey." in answer.content.decode()
    assert not is_in(client)


def test_a_right_code_forgets_the_wrong_ones(at_the_code: tuple[Client, str]) -> None:
    client, secret = at_the_code
    for number in range(4):
        client.post("/account/2fa/authenticate/", {"code": f"00000{number}"})
    client.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert is_in(client)
    assert not WrongPasswords.objects.exists()
