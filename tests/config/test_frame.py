import gzip
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.test import Client

from comity.config import frame
from comity.config.frame import Warning_
from comity.node.officers.models import Officer

PAGES = ("/me/", "/account/2fa/", "/account/password/", "/account/logout/")


class Elements(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for found, attrs in self.found if found == tag]


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, signed_in: Client) -> str:
    return signed_in.get(request.param, follow=True).content.decode()


def test_no_script_style_or_handler_stands_in_a_page(page: str) -> None:
    parsed = Elements(page)
    assert all("src" in script or script.get("type") == "application/json" for script in parsed.of("script"))
    assert not parsed.of("style")
    assert not [name for _tag, attrs in parsed.found for name in attrs if name == "style" or name.startswith("on")]


def test_every_field_has_a_label(page: str) -> None:
    parsed = Elements(page)
    labelled = {label.get("for") for label in parsed.of("label")}
    for field in parsed.of("input") + parsed.of("select") + parsed.of("textarea"):
        assert field.get("type") in {"hidden", "submit"} or field["id"] in labelled


def test_ids_are_given_once(page: str) -> None:
    ids = [attrs["id"] for _tag, attrs in Elements(page).found if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_authority_and_role_are_always_visible(signed_in: Client) -> None:
    text = re.sub(r"<[^>]+>", "", signed_in.get("/me/").content.decode())
    assert "xa.ncb · Officer" in text


def test_the_policy_header_allows_nothing_inline(signed_in: Client) -> None:
    policy = signed_in.get("/me/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_what_is_wrong_stands_over_every_page_the_worst_first(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = (
        Warning_("The directory is old.", "Refresh it."),
        Warning_("A log has forked.", "Call the partner.", "danger"),
    )
    monkeypatch.setattr(frame, "WARNERS", [lambda _officer: told])
    page = signed_in.get("/me/").content.decode()
    assert page.index("A log has forked.") < page.index("The directory is old.")


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("es", "ltr"), ("ar", "rtl")])
def test_an_officer_reads_every_page_in_the_language_chosen(
    signed_in: Client, officer: Officer, language: str, direction: str
) -> None:
    signed_in.post("/me/language", {"language": language, "next": "/me/"})
    answer = signed_in.get("/me/")
    html = Elements(answer.content.decode()).of("html")[0]
    assert (html["lang"], html["dir"]) == (language, direction)
    assert answer["Content-Language"] == language
    officer.refresh_from_db()
    assert officer.language == language


def test_an_unknown_language_changes_nothing(signed_in: Client, officer: Officer) -> None:
    signed_in.post("/me/language", {"language": "xx"})
    officer.refresh_from_db()
    assert officer.language == "en"


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere_after_a_choice(client: Client, target: str) -> None:
    assert client.post("/me/theme", {"theme": "dark", "next": target})["Location"] == "/"


def test_the_chosen_theme_is_there_at_the_first_paint(signed_in: Client) -> None:
    signed_in.post("/me/theme", {"theme": "dark"})
    assert Elements(signed_in.get("/me/").content.decode()).of("html")[0]["data-bs-theme"] == "dark"


def test_an_absent_page_and_a_foreign_one_look_the_same(signed_in: Client) -> None:
    assert signed_in.get("/cases/999999/").content == signed_in.get("/nowhere/").content


def test_every_element_has_a_picture_in_the_sprite() -> None:
    root = Path(frame.__file__).parent.parent
    sprite = (root / "static/vendor/tabler-icons/sprite.svg").read_text()
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used = {
        name
        for path in root.rglob("*.html")
        for name in re.findall(r'{% icon(?:_flip)? "([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert used <= known


@pytest.mark.parametrize(
    ("path", "kind"), [("vendor/tabler/tabler.min.css", "text/css"), ("js/frame.js", "text/javascript")]
)
def test_style_sheets_and_scripts_come_compressed_to_whom_can_read_that(client: Client, path: str, kind: str) -> None:
    whole = b"".join(client.get(f"/static/{path}").streaming_content)
    small = client.get(f"/static/{path}", headers={"Accept-Encoding": "gzip, br"})
    packed = b"".join(small.streaming_content)
    assert small["Content-Type"].startswith(kind)
    assert (small["Content-Encoding"], small["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(packed) == whole
    assert len(packed) < len(whole) / 2


def test_no_page_is_compressed_for_its_length_would_tell_what_it_holds(signed_in: Client) -> None:
    for path in ("/account/login/", "/me/"):
        assert "Content-Encoding" not in signed_in.get(path, headers={"Accept-Encoding": "gzip"}, follow=True).headers
