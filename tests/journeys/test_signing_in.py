"""Signing in as officers do: with a passkey that a real browser keeps, and with what comes after."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import CDPSession, Page, expect
from tests.journeys.conftest import barriers, sideways

pytestmark = pytest.mark.journey

type SitDown = Callable[..., Page]


def plug_in_a_key(page: Page) -> CDPSession:
    """Give the browser an authenticator that keeps passkeys and has checked its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session


def make_a_passkey(page: Page) -> None:
    page.goto(page.evaluate("location.origin") + "/account/2fa/webauthn/add/")
    page.fill('input[name="name"]', "Desk 4")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/account/2fa/recovery-codes/")


@pytest.mark.parametrize(
    ("username", "offered"),
    [("harriet.lowe", "by the button"), ("layla.mansour", "in the name field")],
    ids=["clicked", "by-itself-in-arabic"],
)
def test_a_passkey_is_made_once_and_then_signs_in_alone(sit_down: SitDown, username: str, offered: str) -> None:
    page = sit_down(username)
    plug_in_a_key(page)
    origin = page.evaluate("location.origin")
    make_a_passkey(page)

    # The codes for the day on which the passkey is out of reach stand there once.
    expect(page.locator(".codes code")).to_have_count(10)
    assert barriers(page) == []
    page.reload()
    expect(page.locator(".codes")).to_have_count(0)
    assert "10" in page.locator("main").inner_text()

    # Signed out, the officer asks for a page, shows the passkey and nothing else, and is on that page.
    page.context.clear_cookies()
    page.add_init_script(
        f"PublicKeyCredential.isConditionalMediationAvailable = async () => {json.dumps(offered != 'by the button')}"
    )
    page.goto(f"{origin}/account/login/?next=/cases/partners")
    if offered == "by the button":
        page.click("#passkey_login")
    page.wait_for_url(f"{origin}/cases/partners")
    page.goto(f"{origin}/me/")
    expect(page.get_by_text(username)).to_be_visible()


def test_a_warning_comes_before_the_idle_end_and_staying_takes_one_click(sit_down: SitDown) -> None:
    page = sit_down("harriet.lowe")
    page.clock.install()
    page.reload()
    warning = page.locator("#session-warning")
    expect(warning).to_be_hidden()
    page.route("**/me/session", lambda route: route.fulfill(json={"idle_s": 50, "hours_s": 9000}))
    page.clock.fast_forward("59:05")
    expect(warning).to_be_visible()
    assert barriers(page) == []
    assert sideways(page) == {}
    page.unroute("**/me/session")
    page.click("#session-stay")
    expect(warning).to_be_hidden()


def test_after_the_session_nothing_is_left_on_the_screen_and_signing_in_leads_back(sit_down: SitDown) -> None:
    page = sit_down("harriet.lowe")
    page.goto(page.evaluate("location.origin") + "/cases/new")
    page.fill('textarea[name="facts"]', "Typed a moment before the end.")
    page.wait_for_url("**/cases/new?draft=*")
    page.clock.install()
    page.reload()
    page.context.clear_cookies()
    page.clock.fast_forward("01:01:00")
    expect(page.locator("#session-over")).to_be_visible()
    assert barriers(page) == []
    page.click("#session-over a")
    page.click('button[name="username"][value="harriet.lowe"]')
    page.wait_for_url("**/cases/new?draft=*")
    expect(page.locator('textarea[name="facts"]')).to_have_value("Typed a moment before the end.")


def test_a_national_system_does_what_the_documents_show(sit_down: SitDown) -> None:
    page = sit_down("harriet.lowe")
    origin = page.evaluate("location.origin")
    page.goto(f"{origin}/me/systems/")
    assert barriers(page) == []
    page.fill("#id_name", "Registry")
    page.check("input[name=scope][value=write]")
    page.click("form[action$='/tokens'] button")
    if "/account/confirm/" in page.url:
        page.click("main form button")
    token = page.inner_text("#made-secret")
    text = (Path(__file__).parents[2] / "docs/how-to/act-from-a-national-system.md").read_text(encoding="utf-8")
    (program, *_others) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    here = f"http://127.0.0.1:{urlsplit(origin).port}"  # only browsers know that names below localhost are here
    given = {**os.environ, "API_ADDRESS": f"{here}/api/v1", "API_TOKEN": token}
    done = subprocess.run(
        [sys.executable, "-c", program], env=given, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert told[0].startswith("xb.spoc ")
    reference, partner, state = next(line for line in told if line.startswith("XA")).split()
    assert (partner, state in {"waiting", "stored"}) == ("xb.spoc", True)
    page.goto(f"{origin}/cases/list?show=sent")
    expect(page.locator("main")).to_contain_text(reference)
