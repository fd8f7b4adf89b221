import re
import tomllib
from pathlib import Path

import pytest

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
