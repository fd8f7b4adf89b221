"""An officer is told by e-mail, and her system by the node, while nobody looks at a page."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.test_console import FROM_ALDERMARK, accessible, do_not_wait
from tests.outside import Outside

pytestmark = pytest.mark.journey

type SitDown = Callable[..., Page]
GUIDE = Path(__file__).parents[2] / "docs/how-to/act-from-a-national-system.md"
WITHIN_S = 90  # e-mail comes round every minute


def until(what: Callable[[], Any]) -> Any:
    """Return what is found, once it is there."""
    deadline = time.monotonic() + WITHIN_S
    while not (found := what()):
        assert time.monotonic() < deadline, "it was never told"
        time.sleep(0.2)
    return found


def test_what_arrives_is_told_to_an_officers_system_and_to_her_mailbox_without_a_name(
    sit_down: SitDown, world_outside: Outside
) -> None:
    page = sit_down("harriet.lowe")
    origin = page.evaluate("location.origin")
    page.goto(f"{origin}/me/")
    page.fill("#mail input[name=address]", "lowe@aldermark.example")
    page.click("#mail button[value=keep]")
    accessible(page)
    page.goto(f"{origin}/me/systems/")
    page.fill("input[name=url]", f"http://127.0.0.1:{world_outside.http_port}/told")
    page.check('input[name=kinds][value="message.arrived"]')
    page.click("form[action$=subscriptions] button")
    key = page.locator("#made-secret").inner_text().strip()
    world_outside.letters.clear()

    writing = sit_down("camille.arnoux")
    writing.goto(writing.evaluate("location.origin") + "/cases/inform")
    writing.check('[name="recipients"][value="xa.ncb"]')
    writing.select_option('[name="purpose"]', "criminal-investigation")
    writing.select_option('[name="crime_area"]', index=2)
    writing.fill('[name="facts"]', f"{FROM_ALDERMARK.name} was seen at the quay.")
    writing.click('button.btn-primary[name="step"][value="preview"]')
    writing.click('button[name="step"][value="send"]')
    do_not_wait(writing)

    headers, body = until(lambda: next(iter(world_outside.told), None))
    shown: dict[str, Any] = {}
    exec(re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[1], shown)  # noqa: S102
    assert shown["is_genuine"](key, headers["Comity-Signature"], body)
    assert json.loads(body)["type"] == "message.arrived"
    assert FROM_ALDERMARK.name not in body.decode()

    letter = until(lambda: next(iter(world_outside.letters), None))
    assert letter["To"] == "lowe@aldermark.example"
    said = letter.get_payload(decode=True).decode()
    assert "Something waits for you" in said
    assert FROM_ALDERMARK.name not in str(letter)
    page.goto(f"{origin}/me/systems/")
    expect(page.locator("section", has_text="127.0.0.1").get_by_text("in order")).to_be_visible()
