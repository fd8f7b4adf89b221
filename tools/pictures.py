"""Takes the pictures of the console that the documents show: `make pictures`, with a Chromium.

The demo's federation is built anew, so that every picture shows invented cases; its days are those before now, so that
no two runs give the same bytes. A picture is taken again when a page changed enough to mislead a newcomer.
"""

import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from comity.demo import build, run, world

TARGET: Final = Path(__file__).resolve().parent.parent / "docs" / "pictures"
FIRST_PORT: Final = 13_900
QUALITY: Final = 78
WIDE: Final = (1440, 900)
PHONE: Final = (390, 780)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its name, who looks, at which page, on what kind of screen."""

    name: str
    username: str
    open_page: Callable[[Page], None]
    size: tuple[int, int] = WIDE
    colours: Literal["light", "dark"] = "light"


def at(path: str) -> Callable[[Page], None]:
    """Return what opens a page by its address."""
    return lambda page: go(page, path)


def go(page: Page, path: str) -> None:
    """Open a page of the node where one is signed in."""
    answer = page.goto(page.evaluate("location.origin") + path)
    if answer is None or not answer.ok:
        sys.exit(f"pictures: {path} could not be opened")


def write(page: Page) -> None:
    """Fill in the request of the tutorial."""
    go(page, "/cases/new")
    page.fill('[name="s0-name"]', "Nabeel Salim Al-Khoury")
    page.fill('[name="s0-birthDate"]', "1978-02")
    page.select_option('[name="s0-category"]', "suspect")
    page.fill('[name="s0-link"]', "Released two containers in which the drug was found.")
    page.select_option('[name="purpose"]', "criminal-investigation")
    page.select_option('[name="crime_area"]', "drug-trafficking")
    page.fill('[name="legal_basis"]', "Smuggling of controlled drugs, Customs Act of Aldermark, section 12")
    page.fill('[name="facts"]', "Customs found 340 kg of cocaine in two containers that came from your port.")
    page.fill('[name="questions"]', "Is this person known to you, and under which other names?")
    for partner in ("xb.spoc", "xc.ncb"):
        page.check(f'[name="recipients"][value="{partner}"]')


def preview(page: Page) -> None:
    """See who will read it."""
    write(page)
    page.click('button.btn-primary[name="step"][value="preview"]')
    page.wait_for_load_state()


def review(page: Page) -> None:
    """Open the first request whose candidates nobody has judged."""
    go(page, "/cases/list?show=open")
    cases = page.eval_on_selector_all("a.row-link", "found => found.map(one => one.pathname)")
    for case in cases:
        go(page, case)
        link = page.locator('a[data-keys="r"]')
        if link.count():
            link.first.click()
            page.wait_for_load_state()
            return
    sys.exit("pictures: no request of the demo has candidates to judge")


def longest(page: Page) -> None:
    """Open the case of the newest page in which most has happened."""
    go(page, "/cases/list?show=all&kind=answer")
    case = page.locator("a.row-link").first.get_attribute("href")
    go(page, str(case).partition("#")[0])


PICTURES: Final = (
    Picture("home", "harriet.lowe", at("/cases/")),
    Picture("list", "harriet.lowe", at("/cases/list?show=all&urgency=urgent")),
    Picture("write", "harriet.lowe", write),
    Picture("preview", "harriet.lowe", preview),
    Picture("case", "harriet.lowe", longest),
    Picture("review", "camille.arnoux", review),
    Picture("home-arabic", "layla.mansour", at("/cases/")),
    Picture("case-dark", "samir.haddad", longest, colours="dark"),
    Picture("partner", "harriet.lowe", at("/cases/partners/xb.spoc/")),
    Picture("home-phone", "layla.mansour", at("/cases/"), size=PHONE),
)


def take(browser: Browser, origins: dict[str, str], picture: Picture) -> None:
    """Take one picture and keep it."""
    state = next(
        one for one in world.STATES for unit in one.authorities for who in unit.officers
        if who.username == picture.username
    )  # fmt: skip
    width, height = picture.size
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=picture.colours)
    page = context.new_page()
    page.goto(f"{origins[state.code]}/account/login/")
    page.click(f'button[name="username"][value="{picture.username}"]')
    page.wait_for_url(lambda url: "/account/" not in url)
    picture.open_page(page)
    page.evaluate("window.scrollTo(0, 0)")
    page.evaluate("document.activeElement && document.activeElement.blur()")
    taken = Image.open(io.BytesIO(page.screenshot()))
    context.close()
    taken.convert("RGB").save(TARGET / f"{picture.name}.webp", quality=QUALITY, method=6)
    print(f"{picture.name}.webp")


def main() -> None:
    """Build the demo, take every picture."""
    chromium = os.environ.get("COMITY_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        sys.exit("pictures: needs a browser: apt install chromium, or set COMITY_CHROMIUM to the path of one")
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="comity-pictures-") as folder:
        built = build.build(Path(folder) / "nodes", first_port=FIRST_PORT, progress=lambda *_told: None)
        with run.Federation.of(built.folders) as nodes, sync_playwright() as playwright:
            nodes.start()
            nodes.wait_until_ready()
            origins = {node.file.state: node.file.origin for node in nodes.nodes}
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            wanted = sys.argv[1:]
            for picture in PICTURES:
                if not wanted or picture.name in wanted:
                    take(browser, origins, picture)
            browser.close()


if __name__ == "__main__":
    main()
