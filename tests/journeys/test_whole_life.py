"""The whole life of a request between two real nodes, and the end of a shift, in real browsers."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from tests.journeys import keyboard
from tests.journeys.test_console import FROM_ALDERMARK, accessible, do_not_wait, send

pytestmark = pytest.mark.journey

type SitDown = Callable[..., Page]
SOON_MS = 20_000


@dataclass(frozen=True)
class Life:
    """Who asks whom, about whom, and in which words."""

    asker: str
    colleague: str
    answerer: str
    asked: str
    colours: str
    name: str
    facts: str
    questions: tuple[str, str]
    unclear: str
    added: str
    said: str
    put_right: str
    note: str


LIVES = {
    "from-aldermark": Life(
        asker="harriet.lowe",
        colleague="owen.pryce",
        answerer="camille.arnoux",
        asked="xb.spoc",
        colours="light",
        name="Rosalind Thornbury",
        facts="She signed for a container that held weapons.",
        questions=("Under which names is she known?", "Which telephones does she use?"),
        unclear="Quel est le numéro du conteneur ?",
        added="Container MSKU 907032-3, sealed on 2 November.",
        said="Elle est connue sous ce seul nom.",
        put_right="L’adresse était fausse.",
        note="The prosecutor calls at six.",
    ),
    "from-marsa-in-arabic": Life(
        asker="layla.mansour",
        colleague="karim.nasri",
        answerer="camille.arnoux",
        asked="xb.spoc",
        colours="dark",
        name="هالة الطحان",
        facts="وقّعت على استلام حاوية فيها أسلحة.",
        questions=("بأي أسماء تُعرف؟", "ما أرقام هواتفها؟"),
        unclear="Quel est le numéro du conteneur ?",
        added="الحاوية MSKU 907032-3، أُغلقت في الثاني من نوفمبر.",
        said="Elle est connue sous ce seul nom.",
        put_right="L’adresse était fausse.",
        note="يتصل المدعي العام عند السادسة.",
    ),
}


@pytest.mark.parametrize(
    "life",
    [  # in each run another journey is made in English: test_console.py
        pytest.param(LIVES["from-aldermark"], id="from-aldermark", marks=pytest.mark.soak),
        pytest.param(LIVES["from-marsa-in-arabic"], id="from-marsa-in-arabic"),
    ],
)
def test_a_request_is_asked_back_answered_in_part_corrected_searched_and_handed_over(
    sit_down: SitDown, life: Life
) -> None:
    asking, answering = sit_down(life.asker, life.colours), sit_down(life.answerer)
    case = ask(asking, life)

    # The partner asks back; the clock stands still, and the question arrives without a reload.
    open_case(answering, life.name)
    answering.locator('a[href$="/ask-back"]').first.click()
    answering.fill('[name="questions"]', life.unclear)
    send(answering)
    expect(asking.get_by_text(life.unclear).first).to_be_visible(timeout=SOON_MS)
    asking.locator('a.btn-primary[href$="/supplement"]').first.click()
    asking.fill('[name="text"]', life.added)
    send(asking)

    # One question is answered, the other refused on one of the grounds.
    expect(answering.get_by_text(life.added).first).to_be_visible(timeout=SOON_MS)
    answering.locator('a.btn-primary[href$="/answer"]').first.click()
    answering.check('[name="kind"][value="partial"]')
    if not answering.locator('[name="refused1"]').is_visible():
        answering.locator("details:has([name='refused1']) summary").click()
    answering.select_option('[name="refused1"]', "f")
    answering.fill('[name="text"]', life.said)
    send(answering)
    expect(asking.get_by_text(life.said).first).to_be_visible(timeout=SOON_MS)
    expect(asking.locator("main")).to_contain_text("(f)")
    accessible(asking)

    # The answer is corrected, and the asker sees that it was.
    answering.locator('a[href$="/correct"]').last.click()
    answering.fill('[name="text"]', life.put_right)
    send(answering)
    expect(asking.get_by_text(life.put_right).first).to_be_visible(timeout=SOON_MS)

    find(asking, life)
    hand_over(asking, sit_down(life.colleague), case, life)


def ask(page: Page, life: Life) -> str:
    """Write a request with two questions and send it; returns the address of its case."""
    page.click('a[href="/cases/new"]')
    page.fill('[name="s0-name"]', life.name)
    page.select_option('[name="s0-category"]', "suspect")
    page.fill('[name="s0-link"]', life.facts)
    page.select_option('[name="purpose"]', "criminal-investigation")
    page.select_option('[name="crime_area"]', "firearms-trafficking")
    page.fill('[name="legal_basis"]', "§ 7")
    page.fill('[name="facts"]', life.facts)
    page.fill('[name="questions"]', "\n".join(life.questions))
    page.check(f'[name="recipients"][value="{life.asked}"]')
    call_back_in_time(page, life)
    page.click('button[name="step"][value="send"]')
    leaving = page.locator(".band-leaving")
    leaving.locator("a").click(timeout=SOON_MS)  # ten seconds later it has left, and says where it is
    page.wait_for_url("**/cases/*/")
    return page.url


def call_back_in_time(page: Page, life: Life) -> None:
    """Send, think better of it with one key, and go on to the preview with all that was written."""
    page.click('button.btn-primary[name="step"][value="preview"]')
    page.click('button[name="step"][value="send"]')
    expect(page.locator(".band-leaving [data-seconds]")).to_have_text(re.compile("^[1-9]$"), timeout=5_000)
    accessible(page)
    page.keyboard.press("z")
    expect(page.locator('[name="facts"]')).to_have_value(life.facts)
    page.click('button.btn-primary[name="step"][value="preview"]')


def open_case(page: Page, name: str) -> None:
    """Open what arrives on the desk without a reload."""
    link = page.get_by_role("link", name=name).first
    expect(link).to_be_visible(timeout=SOON_MS)
    link.click()
    page.wait_for_url("**/cases/*/")


def find(page: Page, life: Life) -> None:
    """Find the case by a word that only the partner wrote, by keyboard alone."""
    address = page.url
    page.keyboard.press("/")
    page.keyboard.type(life.put_right.split()[-1].strip("."))
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/search")
    expect(page.locator("mark").first).to_be_visible()
    accessible(page)
    page.locator(".hits .row-link").first.click()
    page.wait_for_url(f"{address.partition('#')[0]}**")


def hand_over(page: Page, colleague: Page, case: str, life: Life) -> None:
    """Take the case, note what matters, and leave it to a colleague at the end of the shift."""
    page.goto(case)
    page.click('button[name="step"][value="take"]')
    page.wait_for_url("**/cases/*/")
    page.fill("#note-text", life.note)
    page.click('form.kept-form button[name="step"][value="add"] >> nth=0')
    expect(page.locator("#kept-lists")).to_contain_text(life.note)
    page.goto(page.evaluate("location.origin") + "/cases/handover")
    expect(page.locator(".handing")).to_contain_text(life.note)
    accessible(page)
    page.locator("select[name='to']").select_option(index=1)
    for box in page.locator("input[name='case']").all():
        box.set_checked(box.get_attribute("value") in case)
    chosen = page.locator("select[name='to'] option:checked").inner_text()
    page.fill("#handover-text", life.note)
    page.click(".handing-to button.btn-primary")
    expect(page.locator(".notice").first).to_contain_text(chosen)
    if colleague.locator(".top").get_by_text(chosen).count():
        expect(colleague.locator("#live")).to_contain_text(life.note, timeout=SOON_MS)
        accessible(colleague)
        colleague.locator('form[action$="/read"] button').first.click()
        colleague.wait_for_url("**/cases/list?show=mine")


def test_a_request_is_found_taken_compared_answered_and_sent_by_keyboard_alone(sit_down: SitDown) -> None:
    reference = asked_of_belcourt(sit_down("harriet.lowe"))
    page = sit_down("camille.arnoux")
    page.emulate_media(reduced_motion="reduce")  # or what has the focus is still on its way into the picture

    page.keyboard.press("/")
    page.keyboard.type(reference)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/search")
    keyboard.skip(page)
    keyboard.follow(page, page.locator(".hits .row-link").first)
    keyboard.follow(page, page.locator('button[name="step"][value="take"]').first, "Shift+Tab")
    keyboard.skip(page)
    keyboard.follow(page, page.locator('a[href$="/review"]').first)
    while page.locator(".proposed").count():
        keyboard.follow(page, page.locator('.proposed button[value="same"]').first)

    keyboard.follow(page, page.locator('a[href$="/answer"]').first)
    keyboard.skip(page)
    keyboard.go_to(page, page.locator('[name="kind"]').first)
    page.keyboard.press("Space")
    keyboard.go_to(page, page.locator('[name="include"]').first)
    page.keyboard.press("Space")
    keyboard.go_to(page, page.locator('[name="text"]'))
    page.keyboard.type("Connu ici.")
    keyboard.follow(page, page.locator('button.btn-primary[value="preview"]'))
    keyboard.follow(page, page.locator('button[value="send"]'), "Shift+Tab")
    keyboard.follow(page, page.locator('button[name="step"][value="now"]'))
    expect(page.locator("article", has_text="Connu ici.")).to_have_count(1)


@pytest.mark.soak
def test_a_request_is_written_and_a_case_handed_over_by_keyboard_alone(sit_down: SitDown) -> None:
    life = LIVES["from-marsa-in-arabic"]
    page = sit_down(life.asker, "dark")
    page.emulate_media(reduced_motion="reduce")
    keyboard.skip(page)
    keyboard.follow(page, page.locator('a.btn[href="/cases/new"]'))
    keyboard.skip(page)
    for name, typed in (
        ("s0-name", life.name),
        ("s0-category", "suspect"),
        ("s0-link", life.facts),
        ("purpose", "criminal-investigation"),
        ("crime_area", "firearms-trafficking"),
        ("legal_basis", "§ 7"),
        ("facts", life.facts),
        ("questions", life.questions[0]),
    ):
        keyboard.fill_in(page, page.locator(f'[name="{name}"]'), typed)
    keyboard.go_to(page, page.locator(f'[name="recipients"][value="{life.asked}"]'))
    page.keyboard.press("Space")
    keyboard.follow(page, page.locator('button.btn-primary[value="preview"]'))
    keyboard.follow(page, page.locator('button[value="send"]'), "Shift+Tab")
    keyboard.follow(page, page.locator('button[name="step"][value="now"]'))
    keyboard.follow(page, page.locator('button[name="step"][value="take"]').first)

    keyboard.follow(page, page.locator('.desks a[href="/cases/"]'))
    keyboard.skip(page)
    keyboard.follow(page, page.locator('a.btn[href="/cases/handover"]'))
    keyboard.skip(page)
    to = page.locator('select[name="to"]')
    keyboard.fill_in(page, to, to.locator("option").nth(1).get_attribute("value") or "")
    keyboard.fill_in(page, page.locator("#handover-text"), life.note)
    keyboard.follow(page, page.locator(".handing-to button.btn-primary"))
    expect(page.locator(".notice").first).to_be_visible()


def asked_of_belcourt(page: Page) -> str:
    """Ask about somebody whom Belcourt holds; returns the reference once it has left."""
    page.click('a[href="/cases/new"]')
    page.fill('[name="s0-name"]', FROM_ALDERMARK.name)
    page.select_option('[name="s0-category"]', "suspect")
    for name in ("s0-link", "legal_basis", "facts", "questions"):
        page.fill(f'[name="{name}"]', FROM_ALDERMARK.facts)
    page.select_option('[name="purpose"]', "criminal-investigation")
    page.select_option('[name="crime_area"]', "drug-trafficking")
    page.check('[name="recipients"][value="xb.spoc"]')
    page.click('button.btn-primary[name="step"][value="preview"]')
    page.click('button[name="step"][value="send"]')
    do_not_wait(page)
    page.wait_for_url("**/cases/*/")
    return page.locator(".crumb").inner_text().split("·")[-1].strip()
