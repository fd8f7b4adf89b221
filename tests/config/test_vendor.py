import re
import tomllib
from pathlib import Path

import pytest
from tools import style_sheet

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "src" / "comity" / "static" / "vendor"
PACKAGES = tomllib.loads((ROOT / "vendor.toml").read_text(encoding="utf-8"))["package"]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["folder"])
def test_a_vendored_package_is_pinned_complete_and_licensed(package: dict[str, str]) -> None:
    folder = TARGET / package["folder"]
    named = {Path(name).name for name in package.get("files", ())} | ({"sprite.svg"} if "sprite" in package else set())
    assert package["integrity"].startswith("sha512-")
    assert {path.name for path in folder.iterdir()} == named | {"LICENSE"}
    assert "Copyright" in (folder / "LICENSE").read_text(encoding="utf-8")


def test_nothing_is_vendored_that_the_list_does_not_name() -> None:
    assert {path.name for path in TARGET.iterdir()} == {package["folder"] for package in PACKAGES}


def test_no_vendored_file_points_to_what_is_not_there_or_elsewhere() -> None:
    for path in TARGET.rglob("*.min.*"):
        text = path.read_text(encoding="utf-8")
        assert "sourceMappingURL" not in text
        assert not re.search(r"url\(['\"]?(https?:|//)", text)


def test_every_class_of_a_page_has_a_style_or_a_script() -> None:
    """A style sheet is vendored with the classes that vendor.toml names: who uses one more names it there."""
    root = TARGET.parents[1]
    sheets = "".join(path.read_text(encoding="utf-8") for path in (root / "static").rglob("*.css"))
    scripts = "".join(path.read_text(encoding="utf-8") for path in (root / "static" / "js").glob("*.js"))
    known = set(re.findall(r"\.([a-z][\w-]*)", sheets + scripts))
    assert {
        f"{path.name}: {name}" for path in root.rglob("*.html") for name in _classes(path) if name not in known
    } == set()


def _classes(template: Path) -> set[str]:
    """Return the classes that a template writes out in full."""
    text = re.sub(r"{%.*?%}|{{.*?}}", "¤", template.read_text(encoding="utf-8"))
    words = {word.rstrip("¤") for value in re.findall(r'class="([^"]*)"', text) for word in value.split()}
    return {word for word in words if word and "¤" not in word and not word.endswith("-")}


SHEET = (
    ":root{--a:1}.btn{color:red}.btn,.card>.head,h2{margin:0}.card:not(.small){top:0}"
    '@media print{.card{left:0}.btn::after{content:"}"}}[data-theme-x=y] .btn{right:0}.a\\:b{top:1px}'
    "@keyframes turn{to{left:0}}@keyframes beat{to{top:0}}.btn:hover{animation:turn 1s}"
)


def test_a_style_sheet_keeps_what_the_classes_that_are_used_need() -> None:
    assert style_sheet.kept(SHEET, {"btn"}, without=("[data-theme-",)) == (
        ':root{--a:1}.btn{color:red}.btn,h2{margin:0}@media print{.btn::after{content:"}"}}'
        "@keyframes turn{to{left:0}}.btn:hover{animation:turn 1s}"
    )


def test_a_class_that_a_rule_excludes_is_none_that_it_needs() -> None:
    assert ".card:not(.small){top:0}" in style_sheet.kept(SHEET, {"card"})
    assert ".a\\:b{top:1px}" in style_sheet.kept(SHEET, {"a:b"})


def test_a_style_sheet_keeps_all_of_itself_where_every_class_is_used() -> None:
    assert style_sheet.kept(SHEET, {"btn", "card", "head", "a:b"}) == SHEET.replace("@keyframes beat{to{top:0}}", "")
