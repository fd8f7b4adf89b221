"""The main job in real browsers: four officers at four nodes, in four languages."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from playwright.sync_api import Locator, Page, expect
from tests.journeys.conftest import barriers, sideways

from comity.cli import main
from comity.demo import build, run

pytestmark = pytest.mark.journey

type SitDown = Callable[..., Page]


@dataclass(frozen=True)
class Journey:
    asker: str
    answerer: str
    answering: str
    refuser: str
    refusing: str
    stranger: str
    direction: str
    colours: str
    name: str
    born: str
    found: str
    facts: str
    question: str
    category: str = "suspect"


FROM_ALDERMARK = Journey(
    asker="harriet.lowe",
    answerer="camille.arnoux",
    answering="xb.spoc",
    refuser="lucia.barrientos",
    refusing="xc.ncb",
    stranger="layla.mansour",
    direction="ltr",
    colours="light",
    name="Nabeel Salim Al-Khoury",
    born="1978-02",
    found="Nabil EL KHOURY",
    facts="A witness names him as the maker of forged freight papers.",
    question="Is he known to you, and under which documents?",
)
FROM_MARSA = Journey(
    asker="layla.mansour",
    answerer="camille.arnoux",
    answering="xb.spoc",
    refuser="lucia.barrientos",
    refusing="xc.ncb",
    stranger="harriet.lowe",
    direction="rtl",
    colours="dark",
    name="نبيل سالم الخوري",
    born="1978-02-09",
    found="Nabil EL KHOURY",
    facts="يشتبه في أنه زوّر وثائق شحن.",
    question="هل هو معروف لديكم، وبأي وثائق؟",
)
VICTIM = replace(
    FROM_ALDERMARK, name="Amelia Thorne", refusing="xb.fiu", facts="She was seen at the port.", category="victim"
)


@pytest.mark.parametrize(
    "journey",
    [
        pytest.param(FROM_ALDERMARK, id="from-aldermark"),
        # In each run the whole life of a request is lived in Arabic, too: test_whole_life.py.
        pytest.param(FROM_MARSA, id="from-marsa-in-arabic", marks=pytest.mark.soak),
    ],
)
def test_one_asks_two_one_answers_one_refuses_and_the_fourth_sees_nothing(
    sit_down: SitDown, federation: run.Federation, journey: Journey
) -> None:
    asking = sit_down(journey.asker, journey.colours)
    assert asking.evaluate("document.documentElement.dir || 'ltr'") == journey.direction
    nobody = sit_down(journey.stranger)
    seen_before = nobody.locator("#live .figure").all_inner_texts()

    write_request(asking, journey)
    asking.click('button.btn-primary[name="step"][value="preview"]')
    see_who_can_read(asking, journey)
    asking.click('button[name="step"][value="send"]')
    accessible(asking)
    do_not_wait(asking)
    asking.wait_for_url("**/cases/*/")
    accessible(asking)
    reference = asking.locator(".crumb").inner_text()

    answering = sit_down(journey.answerer, journey.colours)
    open_newest(answering, journey.name)
    confirm(answering, journey)
    answer(answering, journey)

    refusing = sit_down(journey.refuser)
    open_newest(refusing, journey.name)
    refuse(refusing)

    # Without reloading, the asker sees receipts and both replies arrive.
    expect(asking.locator("article")).to_have_count(3, timeout=20_000)
    expect(asking.locator("article .quiet", has_text=journey.answering).first).to_be_visible()
    expect(asking.get_by_text(journey.found).first).to_be_visible()
    expect(asking.locator(".notice.tone-danger strong").first).to_be_visible()
    accessible(asking)
    assert reference
    take_the_proof_away(asking, federation)

    nobody.reload()
    assert nobody.locator("#live .figure").all_inner_texts() == seen_before
    assert journey.name not in nobody.locator("body").inner_text()


@pytest.mark.parametrize(
    "username",
    [
        "harriet.lowe",
        "layla.mansour",
        *(pytest.param(one, marks=pytest.mark.soak) for one in ("odile.vasseur", "gonzalo.iriarte")),
    ],
)
def test_no_page_has_barriers_in_any_language(sit_down: SitDown, username: str) -> None:
    page = sit_down(username)
    origin = page.evaluate("location.origin")
    for path in ("/cases/", "/cases/list?show=open", "/cases/records", "/cases/partners", "/me/", "/account/2fa/"):
        page.goto(origin + path)
        accessible(page)
    page.context.clear_cookies()
    page.goto(f"{origin}/account/login/")
    accessible(page)


@pytest.mark.parametrize(
    ("username", "colours"),
    [
        ("huda.qassem", "dark"),
        *(
            pytest.param(name, colours, marks=pytest.mark.soak)
            for name in (
                "miriam.castle",
                "odile.vasseur",
                "ines.villalba",
                "samir.haddad",
                "nora.fenwick",
                "thierry.maurel",
            )
            for colours in ("light", "dark")
        ),
    ],
)
def test_every_page_that_can_be_reached_keeps_to_itself_and_has_no_barriers(
    sit_down: SitDown, username: str, colours: str
) -> None:
    page = sit_down(username, colours)
    origin = page.evaluate("location.origin")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " event => (window.broken = window.broken || []).push(event.violatedDirective + ' ' + event.blockedURI))"
    )
    seen: set[str] = set()
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        if (kind := re.sub(r"\d+|(?<=partners/)[^/]+", "N", path.partition("?")[0])) in seen:
            continue
        seen.add(kind)
        answer = page.goto(origin + path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        assert page.evaluate("window.broken || []") == [], path
        accessible(page)
        waiting += page.evaluate(LINKS)
    assert all(url.startswith((origin, "data:", "blob:")) for url in asked)
    assert len(seen) > (10 if "/cases/" in seen else 3), seen  # of the desk, an auditor sees the statistics alone


LINKS = """() => [...document.querySelectorAll('a[href]:not([download])')]
    .filter(one => one.origin === location.origin && !/evidence|[.](ics|json)$|form=json/.test(one.href))
    .map(one => one.pathname + one.search)"""


def test_an_auditor_and_an_administrator_see_no_case(sit_down: SitDown) -> None:
    for username in ("nora.fenwick", "gareth.moss"):
        page = sit_down(username)
        origin = page.evaluate("location.origin")
        for path in ("/cases/", "/cases/list", "/cases/new", "/cases/1/"):
            answer = page.goto(origin + path)
            assert answer is not None
            assert answer.status in {403, 404}


def test_what_names_a_victim_is_typed_once_approved_by_another_corrected_and_withdrawn(
    sit_down: SitDown, federation: run.Federation, tmp_path: Path
) -> None:
    writing = sit_down("owen.pryce")
    write_request(writing, VICTIM)
    writing.goto("about:blank")  # an accident
    writing.go_back()
    writing.goto(f"{origin_of(federation, 'XA')}/cases/")
    writing.get_by_role("link", name=VICTIM.name).first.click()
    expect(writing.locator('[name="facts"]')).to_have_value(VICTIM.facts)
    writing.click('button[name="step"][value="files"]')
    stop_an_upload(writing, tmp_path)
    (tmp_path / "plan.txt").write_text("the harbour at night")
    writing.set_input_files('[name="file"]', tmp_path / "plan.txt")
    writing.click("form[enctype] button:not(.btn-primary)")
    expect(writing.get_by_role("cell", name="plan.txt", exact=True)).to_be_visible()
    accessible(writing)
    writing.click("a.btn-primary")
    writing.click('button.btn-primary[name="step"][value="preview"]')
    accessible(writing)
    writing.click('button[name="step"][value="submit"]')
    accessible(writing)

    approving = sit_down("miriam.castle")
    approving.get_by_role("link", name=VICTIM.name).first.click()
    accessible(approving)
    approving.click('button[name="verdict"][value="approve"]')
    do_not_wait(approving)
    approving.wait_for_url("**/cases/*/")
    case = approving.url

    reading = sit_down("camille.arnoux", "dark")
    open_newest(reading, VICTIM.name)
    with reading.expect_download() as download:
        reading.locator('a[href*="/files/"][download]').first.click()
    assert download.value.path().read_text() == "the harbour at night"

    writing.goto(case)
    writing.locator('a[href$="/withdraw"]').first.click()
    writing.fill('[name="text"]', "The investigation was closed.")
    send(writing, readers=2)
    expect(reading.locator("article .tone-danger", has_text="The investigation was closed.").first).to_be_visible(
        timeout=20_000
    )
    accessible(reading)


def test_what_is_about_life_at_risk_rings_on_every_page_of_every_device_until_somebody_takes_it(
    sit_down: SitDown,
) -> None:
    devices = [sit_down("camille.arnoux"), sit_down("camille.arnoux", "dark")]
    for page, path in zip(devices, ("/me/", "/cases/partners"), strict=True):
        page.goto(page.evaluate("location.origin") + path)
        page.evaluate(
            "() => { const play = HTMLMediaElement.prototype.play; window.sounded = 0;"
            " HTMLMediaElement.prototype.play = function () { window.sounded += 1; return play.call(this); } }"
        )

    asking = sit_down("harriet.lowe")
    write_request(asking, FROM_ALDERMARK)
    asking.uncheck(f'[name="recipients"][value="{FROM_ALDERMARK.refusing}"]')
    asking.check('[name="urgency"][value="life-at-risk"]')
    asking.select_option('[name="urgency_ground"]', "b")
    send(asking)

    for page in devices:
        expect(page.locator(".band-alarm")).to_be_visible(timeout=10_000)  # five seconds and the way to the partner
        assert page.evaluate("window.sounded") > 0
        accessible(page)
    first, second = devices
    second.click("#alarm-mute")
    expect(second.locator("#alarm-mute")).to_have_attribute("aria-pressed", "true")
    first.click('.band-alarm button[name="step"]')
    first.wait_for_url("**/cases/*/")
    for page in devices:
        expect(page.locator(".band-alarm")).to_have_count(0, timeout=5_000)
    assert "(" not in second.title()


def test_facts_are_picked_and_columns_chosen_by_keyboard_alone(sit_down: SitDown) -> None:
    page = sit_down("miriam.castle")
    origin = page.evaluate("location.origin")
    page.goto(f"{origin}/cases/new")
    press(page, page.locator("#picking summary").first)
    page.locator('[name="paste"]').focus()
    page.keyboard.insert_text("Amal Haddad, passport no. X1234567, was born 03/04/1974.")
    press(page, page.locator('button[value="pick-read"]'))
    expect(page.locator("#pasted a.found")).to_have_count(2)
    accessible(page)
    press(page, page.locator("#pasted a.found").first)
    assert page.evaluate("document.activeElement.name").startswith("pick-")
    page.keyboard.type("Passport number")
    press(page, page.locator('button[value="pick"]'))
    expect(page.locator('[name="s0-passportNumber"]')).to_have_value("X1234567")
    expect(page.locator(".origins")).to_contain_text("X1234567")
    accessible(page)

    page.goto(f"{origin}/cases/list")
    press(page, page.locator(".columns > summary"))
    press(page, page.locator('button[value="up:due"]'))
    expect(page.locator('button[value="up:due"]')).to_be_focused()
    accessible(page)
    press(page, page.locator('button[value="reset"]'))  # as the other tests expect them


def press(page: Page, what: Locator) -> None:
    """Do with the keyboard what a click does."""
    what.focus()
    page.keyboard.press("Enter")


def origin_of(federation: run.Federation, state: str) -> str:
    return next(node.file.origin for node in federation.nodes if node.file.state == state)


def write_request(page: Page, journey: Journey) -> None:
    page.click('a[href="/cases/new"]')
    page.click('button[name="step"][value="add:Vessel"]')
    page.fill('[name="s0-name"]', journey.name)
    page.fill('[name="s0-birthDate"]', journey.born)
    page.select_option('[name="s0-category"]', journey.category)
    page.fill('[name="s0-link"]', journey.facts)
    page.fill('[name="s1-imoNumber"]', "IMO2345674")
    page.fill('[name="s1-link"]', journey.facts)
    page.select_option('[name="purpose"]', "criminal-investigation")
    page.select_option('[name="crime_area"]', "drug-trafficking")
    page.fill('[name="legal_basis"]', "§ 4")
    page.fill('[name="facts"]', journey.facts)
    page.fill('[name="questions"]', journey.question)
    page.check(f'[name="recipients"][value="{journey.answering}"]')
    page.check(f'[name="recipients"][value="{journey.refusing}"]')
    accessible(page)
    expect(page.locator("#saved")).not_to_be_empty()  # kept on the server, before any button


def see_who_can_read(page: Page, journey: Journey) -> None:
    readers = page.locator("section.card .card-header > .quiet")
    expect(readers).to_have_count(2)
    assert sorted(readers.all_inner_texts()) == sorted([journey.answering, journey.refusing])
    accessible(page)


def stop_an_upload(page: Page, folder: Path) -> None:
    """See how much of a large file has gone over a slow line, stop it, and nothing of it is kept."""
    (folder / "film.bin").write_bytes(bytes(20_000_000))
    line = page.context.new_cdp_session(page)
    no_limit = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    line.send("Network.emulateNetworkConditions", {**no_limit, "uploadThroughput": 200_000})
    page.set_input_files('[name="file"]', folder / "film.bin")
    page.click("form[enctype] button:not(.btn-primary)")
    expect(page.locator("[data-far]")).to_have_text(re.compile("[1-9]"))
    accessible(page)
    page.get_by_role("button", name="Stop the upload").click()
    line.send("Network.emulateNetworkConditions", no_limit)
    expect(page.locator("#upload")).to_be_hidden()
    expect(page.get_by_text("No files yet")).to_be_visible()


def open_newest(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).first.click()
    page.wait_for_url("**/cases/*/")
    accessible(page)


def confirm(page: Page, journey: Journey) -> None:
    page.locator('a[href$="/review"]').first.click()
    proposed = page.locator("section[data-candidate].proposed")
    expect(proposed.filter(has_text=journey.found).first).to_be_visible()
    assert proposed.filter(has_text=journey.found).first.locator("li").count() > 0  # it says why
    accessible(page)
    while proposed.count():
        one = proposed.first
        same = journey.found in one.inner_text() or "IMO2345674" in one.inner_text()
        if same and "KHOURI" not in one.locator("h2").inner_text():
            one.locator('button[value="same"]').click()
        else:
            one.locator('input[name="reason"]').fill("Autre année de naissance.")
            one.locator('button[value="different"]').click()
        page.wait_for_load_state()
    expect(page.locator("section[data-candidate] .tone-good").first).to_be_visible()


def answer(page: Page, journey: Journey) -> None:
    page.locator('a.btn-primary[href$="/answer"]').click()
    page.check('[name="kind"][value="full"]')
    for box in page.locator('[name="include"]').all():
        box.check()
    page.fill('[name="text"]', "La personne est connue ici.")
    accessible(page)
    send(page)
    assert journey.found in page.locator("main").inner_text()


def refuse(page: Page) -> None:
    page.locator('a[href$="/refuse"]').first.click()
    page.check('[name="ground"][value="f"]')
    page.fill('[name="text"]', "Hay una investigación en curso.")
    send(page)


def send(page: Page, readers: int = 1) -> None:
    """Look at what goes out, and to whom, before it does."""
    page.click('button.btn-primary[name="step"][value="preview"]')
    expect(page.locator("section.card .card-header > .quiet")).to_have_count(readers)
    accessible(page)
    page.click('button[name="step"][value="send"]')
    do_not_wait(page)
    page.wait_for_url("**/cases/*/")


def do_not_wait(page: Page) -> None:
    """Send what could still be called back."""
    with page.expect_navigation():
        page.click('button[name="step"][value="now"]')


def take_the_proof_away(page: Page, federation: run.Federation) -> None:
    """Download the proof of the newest reply, and verify it with the command line and the root's fingerprint alone."""
    page.locator('article a[href$="/proof"]').last.click()
    page.wait_for_url("**/proof")
    accessible(page)
    with page.expect_download() as download:
        page.locator('a[href*="/evidence"]').first.click()
    fingerprint = build.fingerprint(federation.nodes[0].folder.parent)
    result = CliRunner().invoke(main, ["verify", "--fingerprint", fingerprint, str(download.value.path())])
    assert result.exit_code == 0, result.output


LOOKED_AT: set[tuple[str, ...]] = set()


def accessible(page: Page) -> None:
    """No barrier by WCAG 2.2 AA as far as a machine can tell, and no scrolling sideways on any screen.

    A page of one kind is looked at once in each language and theme: the checker takes a second.
    """
    root = page.locator("html")
    lang, theme = root.get_attribute("lang") or "", root.get_attribute("data-bs-theme") or ""
    writes = page.locator("#writing").count()
    kind = (re.sub(r"\d+", "1", urlsplit(page.url).path), lang, theme, str(writes))
    if kind not in LOOKED_AT:
        assert barriers(page) == []
        assert sideways(page) == {}
        LOOKED_AT.add(kind)
