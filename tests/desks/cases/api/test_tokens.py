"""The page on which an officer makes access tokens for national systems, and revokes them."""

import re

import pytest
from django.test import Client
from tests.desks.cases.api.conftest import System
from tests.desks.cases.api.test_reading import acts
from tests.desks.cases.conftest import officer_named, sit_down

from comity.node.officers import stepup
from comity.node.officers.models import AccessToken, Officer

MADE = re.compile(r"comity_[0-9a-f]{16}_[\w-]{43}")


def make(browser: Client, **changed: str) -> str:
    given = {"name": "Registry", "scope": "read", "days": "90", **changed}
    return browser.post("/me/systems/tokens", given, follow=True).content.decode()


def test_a_token_is_shown_once_works_and_is_recorded(browser: Client, officer: Officer) -> None:
    (text,) = set(MADE.findall(make(browser)))
    assert System(text).get("/me").json()["token"] == "Registry"
    page = browser.get("/me/systems/").content.decode()
    assert "Registry" in page
    assert not MADE.search(page)
    assert "token.made" in acts()


def test_a_revoked_token_opens_nothing(browser: Client, officer: Officer) -> None:
    (text,) = set(MADE.findall(make(browser)))
    browser.post(f"/me/systems/tokens/{AccessToken.objects.get().pk}/revoke")
    assert System(text).get("/me").status_code == 401
    assert "token.revoked" in acts()


def test_nobody_revokes_anothers_token(browser: Client, officer: Officer) -> None:
    make(browser)
    sit_down(officer_named("berg")).post(f"/me/systems/tokens/{AccessToken.objects.get().pk}/revoke")
    assert AccessToken.objects.exists()


def test_a_token_needs_a_fresh_second_factor(browser: Client, officer: Officer) -> None:
    session = browser.session
    del session[stepup.CONFIRMED]
    session.save()
    answer = browser.post("/me/systems/tokens", {"name": "Registry", "scope": "read", "days": "90"})
    assert answer["Location"].startswith("/account/confirm/")
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, "give it a name"),
        ({"scope": "all"}, "error"),
        ({"days": "366"}, "error"),
        ({"days": "x"}, "error"),
        ({"name": "n" * 61}, "error"),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    browser: Client, officer: Officer, changed: dict[str, str], said: str
) -> None:
    assert said in make(browser, **changed)
    assert not AccessToken.objects.exists()


def test_a_name_is_given_once(browser: Client, officer: Officer) -> None:
    make(browser)
    assert "you have a token of this name" in make(browser)
    assert AccessToken.objects.count() == 1


def test_who_may_not_write_makes_no_token_that_may(officer: Officer) -> None:
    dpo = sit_down(officer_named("privacy", role="dpo"))
    make(dpo, scope="write")
    assert not AccessToken.objects.exists()
    make(dpo)
    assert AccessToken.objects.get().writes is False
    assert sit_down(officer_named("admin", role="administrator")).get("/me/systems/").status_code == 403
