import re
import time
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from comity.config.urls import urlpatterns as console
from comity.node.officers.models import Officer
from comity.node.officers.stepup import CONFIRMED, ask_first, fresh_second_factor


@fresh_second_factor
def export(request: HttpRequest, number: int) -> HttpResponse:
    """Stand for the export of a file."""
    return HttpResponse(f"export {number} {request.GET.urlencode()}")


def approve(request: HttpRequest) -> HttpResponse:
    """Stand for an approval: only the act itself asks."""
    if request.method == "POST" and (first := ask_first(request)):
        return first
    return HttpResponse(f"{request.method} {[*request.POST.lists()]}")


urlpatterns = [*console, path("test/export/<int:number>", export), path("test/approve", approve)]

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def secret(officer: Officer) -> str:
    """The secret of the officer's authenticator app."""
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    return secret


def minutes_ago(client: Client, minutes: float) -> None:
    session = client.session
    session[CONFIRMED] = time.time() - minutes * 60
    session.save()


def show_code(client: Client, where: str, secret: str) -> HttpResponse:
    code = f"{hotp_value(secret, next(iter(yield_hotp_counters_from_time()))):06}"
    return client.post(where, {"code": code, "next": re.search(r"next=([^&]+)", where)[1].replace("%2F", "/")})


def fields_of(page: str) -> list[tuple[str, str]]:
    form = page[page.index('id="go-on"') :]
    return re.findall(r'<input type="hidden" name="(?!csrf)([^"]+)" value="([^"]*)"', form[: form.index("</form>")])


def test_with_a_fresh_second_factor_nothing_is_asked(signed_in: Client) -> None:
    assert signed_in.get("/test/export/7").content == b"export 7 "


@pytest.mark.usefixtures("secret")
def test_after_five_minutes_it_is_asked_for(signed_in: Client) -> None:
    minutes_ago(signed_in, 4.9)
    assert signed_in.get("/test/export/7").status_code == 200
    minutes_ago(signed_in, 5.1)
    answer = signed_in.get("/test/export/7", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/account/2fa/reauthenticate/?next=")


def test_a_page_goes_on_to_exactly_the_address_asked_for(signed_in: Client, secret: str) -> None:
    minutes_ago(signed_in, 6)
    asked = signed_in.get("/test/export/7?note=3&all=1", headers={"Referer": "http://testserver/cases/9/"}, follow=True)
    confirmed = signed_in.get(show_code(signed_in, asked.redirect_chain[-1][0], secret)["Location"]).content.decode()
    assert 'data-address="/test/export/7?note=3&amp;all=1"' in confirmed
    assert 'href="/cases/9/"' in confirmed
    assert signed_in.get("/test/export/7?note=3&all=1").content == b"export 7 note=3&all=1"


def test_a_form_goes_on_with_every_field_in_its_order(signed_in: Client, secret: str) -> None:
    minutes_ago(signed_in, 6)
    sent = {"verdict": "approve", "to": ["xb.spoc", "xc.ncb"], "note": 'He said "no" & left\nأبو'}
    asked = signed_in.post("/test/approve", sent, follow=True)
    confirmed = signed_in.get(show_code(signed_in, asked.redirect_chain[-1][0], secret)["Location"]).content.decode()
    assert 'method="post" action="/test/approve"' in confirmed
    assert fields_of(confirmed) == [
        ("verdict", "approve"),
        ("to", "xb.spoc"),
        ("to", "xc.ncb"),
        ("note", "He said &quot;no&quot; &amp; left\nأبو"),
    ]


def test_what_went_on_does_not_go_on_twice(signed_in: Client) -> None:
    minutes_ago(signed_in, 6)
    waits = signed_in.get("/test/export/7")["Location"]
    minutes_ago(signed_in, 0)
    assert signed_in.get(waits).status_code == 200
    assert signed_in.get(waits).status_code == 410


def test_what_waits_in_one_session_is_not_there_in_another(signed_in: Client, officer: Officer) -> None:
    minutes_ago(signed_in, 6)
    waits = signed_in.get("/test/export/7")["Location"]
    other = Client()
    other.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    minutes_ago(other, 0)
    assert other.get(waits).status_code == 410


@pytest.mark.usefixtures("secret")
def test_a_password_does_not_pass_for_a_second_factor(signed_in: Client) -> None:
    minutes_ago(signed_in, 6)
    where = signed_in.get(signed_in.get("/test/export/7")["Location"])["Location"].partition("?")[2]
    answer = signed_in.post(f"/account/reauthenticate/?{where}", {"password": "seven quiet harbours"})
    assert answer["Location"].startswith("/account/2fa/reauthenticate/")
    assert signed_in.get("/test/export/7").status_code == 302


def test_a_wrong_code_asks_again_and_what_waited_is_still_there(signed_in: Client, secret: str) -> None:
    minutes_ago(signed_in, 6)
    where = signed_in.get("/test/export/7", follow=True).redirect_chain[-1][0]
    assert signed_in.post(where, {"code": "000000"}).status_code == 200
    assert show_code(signed_in, where, secret)["Location"].startswith("/account/confirm/")


@pytest.mark.parametrize(
    "act", ["/account/2fa/webauthn/add/", "/account/2fa/totp/deactivate/", "/account/2fa/recovery-codes/generate/"]
)
@pytest.mark.usefixtures("secret")
def test_keys_and_codes_ask_for_a_second_factor_first(signed_in: Client, act: str) -> None:
    assert signed_in.get(act).status_code == 200
    minutes_ago(signed_in, 6)
    assert signed_in.get(act)["Location"].startswith("/account/confirm/")


def test_who_has_no_second_factor_yet_shows_the_password_to_make_the_first(signed_in: Client) -> None:
    minutes_ago(signed_in, 6)
    answer = signed_in.get("/account/2fa/webauthn/add/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/account/reauthenticate/")


def test_a_script_that_asks_for_a_fragment_is_led_to_the_whole_page(signed_in: Client) -> None:
    minutes_ago(signed_in, 6)
    assert signed_in.get("/test/export/7", headers={"HX-Request": "true"})["HX-Redirect"].startswith(
        "/account/confirm/"
    )


@pytest.mark.usefixtures("secret")
def test_a_visitor_of_a_demonstration_confirms_with_one_click(signed_in: Client, node: Callable[..., None]) -> None:
    node(demo=True)
    minutes_ago(signed_in, 6)
    waits = signed_in.get("/test/export/7")["Location"]
    assert "one click will do" in signed_in.get(waits).content.decode()
    assert 'data-address="/test/export/7"' in signed_in.post(waits).content.decode()


@pytest.mark.usefixtures("secret")
def test_no_click_confirms_on_a_node_that_is_no_demonstration(signed_in: Client) -> None:
    minutes_ago(signed_in, 6)
    waits = signed_in.get("/test/export/7")["Location"]
    assert signed_in.post(waits)["Location"].startswith("/account/2fa/reauthenticate/")
    assert signed_in.get("/test/export/7").status_code == 302
