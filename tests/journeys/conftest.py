"""A federation of real processes, and a real browser that looks at it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.outside import Outside, outside

from comity.config import nodefile
from comity.demo import build, run, world

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SLOW_MS = 15_000  # a shared machine must not turn a true claim into a failure


def own_ports() -> int:
    """Return the first of two hundred ports that no other test process takes."""
    return 10_000 + os.getpid() % 100 * 200


@pytest.fixture(scope="session")
def world_outside() -> Iterator[Outside]:
    """A mail relay and a national system, both known to Aldermark's node."""
    with outside() as found:
        yield found


def known_to(folder: Path, found: Outside) -> None:
    """Let a node hand its e-mail to the relay, and its officers name the system."""
    file = nodefile.load(folder)
    mail = nodefile.Mail("127.0.0.1", "comity@aldermark.example", port=found.smtp_port, security="none")
    nodefile.save(replace(file, mail=mail, webhook_hosts=(f"127.0.0.1:{found.http_port}",)))


@pytest.fixture(scope="session")
def federation(tmp_path_factory: pytest.TempPathFactory, world_outside: Outside) -> Iterator[run.Federation]:
    """The demo's five nodes, built in a folder of their own and running."""
    folder = tmp_path_factory.mktemp("f") / "nodes"
    built = build.build(folder, first_port=own_ports())
    known_to(built.folders[0], world_outside)
    with run.Federation.of(built.folders) as nodes:
        nodes.start()
        nodes.wait_until_ready()
        yield nodes


@pytest.fixture(scope="module")  # while it lives an event loop runs, and no other module may meet that
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def sit_down(federation: run.Federation, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """`sit_down("harriet.lowe")` is that officer's browser, signed in at her node with one click; dark by choice."""
    origins = {node.file.state: node.file.origin for node in federation.nodes}
    contexts = []

    def sign_in(username: str, colours: Literal["light", "dark"] = "light") -> Page:
        state = next(
            one for one in world.STATES for each in one.authorities for who in each.officers if who.username == username
        )
        context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=colours)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(SLOW_MS)
        page.on("pageerror", lambda error: pytest.fail(f"a script failed on {page.url}: {error}"))
        page.goto(f"{origins[state.code]}/account/login/")
        page.click(f'button[name="username"][value="{username}"]')
        page.wait_for_url(lambda url: "/account/" not in url)
        return page

    yield sign_in
    for context in contexts:
        context.close()


def barriers(page: Page) -> list[str]:
    """Return what an accessibility checker finds wrong with the page: rule, and where."""
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES)
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def sideways(page: Page) -> dict[int, int]:
    """Return on screens of which width the page must be scrolled sideways, and by how many pixels."""
    size = page.viewport_size
    found = {}
    for width in (320, 768, 1280, 1440):
        page.set_viewport_size({"width": width, "height": 640})
        if (over := page.evaluate("document.documentElement.scrollWidth") - width) > 0:
            found[width] = over
    if size is not None:
        page.set_viewport_size(size)
    return found
