import time

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.http import HttpResponse
from django.test import Client

from comity.node.officers.models import Officer, Sitting

pytestmark = pytest.mark.django_db

PASSWORD = "seven quiet harbours"


def let_pass(client: Client, name: str, seconds: float) -> None:
    session = client.session
    session[name] = time.time() - seconds
    session.save()


def sign_in(client: Client, password: str = PASSWORD) -> HttpResponse:
    return client.post("/account/login/", {"login": "hale", "password": password})


def test_without_sign_in_every_desk_leads_to_the_sign_in_page(client: Client) -> None:
    for path in ("/", "/me/", "/account/2fa/", "/account/password/"):
        assert client.get(path)["Location"].startswith("/account/login/")


def test_the_health_page_tells_a_stranger_nothing_but_ok(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.usefixtures("officer")
def test_a_password_alone_opens_only_the_page_that_sets_up_a_second_factor(client: Client) -> None:
    sign_in(client)
    assert client.get("/")["Location"] == "/account/2fa/"
    assert client.get("/account/2fa/").status_code == 200


def test_with_a_code_from_the_app_the_desks_open(client: Client, officer: Officer) -> None:
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    assert sign_in(client)["Location"] == "/account/2fa/authenticate/"
    assert client.get("/me/").status_code == 302
    code = f"{hotp_value(secret, next(iter(yield_hotp_counters_from_time()))):06}"
    client.post("/account/2fa/authenticate/", {"code": code})
    assert client.get("/me/").status_code == 200


def test_the_secret_of_the_app_is_not_stored_in_clear(officer: Officer) -> None:
    secret = generate_totp_secret()
    stored = TOTP.activate(officer, secret).instance.data["secret"]
    assert secret not in stored
    assert get_adapter().decrypt(stored) == secret


def test_the_last_second_factor_cannot_be_removed(officer: Officer) -> None:
    only = TOTP.activate(officer, generate_totp_secret()).instance
    assert not get_adapter().can_delete_authenticator(only)


def test_nobody_registers_himself(client: Client) -> None:
    assert b'<form method="post" action="/account/signup/' not in client.get("/account/signup/").content
    client.post("/account/signup/", {"username": "intruder", "password1": PASSWORD})
    assert not Officer.objects.exists()


def test_an_idle_session_ends(signed_in: Client) -> None:
    let_pass(signed_in, "seen_at", 16 * 60)
    assert signed_in.get("/me/").status_code == 302


def test_a_session_ends_after_its_hours_however_busy(signed_in: Client) -> None:
    let_pass(signed_in, "begun_at", 12 * 3600 + 1)
    assert signed_in.get("/me/").status_code == 302


def test_a_click_keeps_a_session_alive_and_a_page_that_asks_by_itself_does_not(signed_in: Client) -> None:
    let_pass(signed_in, "seen_at", 10 * 60)
    signed_in.get("/me/", headers={"Comity-Background": "1"})
    assert time.time() - signed_in.session["seen_at"] > 9 * 60
    signed_in.get("/me/")
    assert time.time() - signed_in.session["seen_at"] < 60


def test_a_deactivated_officer_is_out_at_the_next_click(signed_in: Client, officer: Officer) -> None:
    officer.is_active = False
    officer.save()
    assert signed_in.get("/me/").status_code == 302


@pytest.mark.parametrize("path", ["/account/email/", "/account/password/reset/", "/admin/", "/accounts/login/"])
def test_pages_that_a_node_does_not_need_do_not_exist(signed_in: Client, path: str) -> None:
    assert signed_in.get(path).status_code == 404


def test_signing_out_takes_a_post_and_forgets_the_session(signed_in: Client) -> None:
    assert signed_in.get("/account/logout/").status_code == 200
    signed_in.post("/account/logout/")
    assert not Sitting.objects.filter(officer__isnull=False).exists()
    assert "_auth_user_id" not in signed_in.session


def test_a_fragment_asked_for_after_the_session_leads_the_whole_page_to_sign_in(client: Client) -> None:
    answer = client.get("/cases/?stamp=0", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/account/login/"
    assert answer.content == b""
