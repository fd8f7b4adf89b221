"""The reference page names every format and every rule, and no other."""

import re
from pathlib import Path

from comity import formats

PACKAGE = Path(formats.__file__).parent
RULE = re.compile(r"\b(?:row|ftm|ofac|eu|xml|file|csv|text|mapping|format)\.[a-z][a-z-]+\b")


def test_every_rule_is_explained_and_every_explained_rule_exists(repository: Path) -> None:
    page = (repository / "docs/reference/formats.md").read_text(encoding="utf-8")
    explained = {found for found in re.findall(r"`([a-z.-]+)`", page) if RULE.fullmatch(found)}
    used = {
        rule
        for source in PACKAGE.glob("*.py")
        for quoted in re.findall(r'"([a-z.-]+)"', source.read_text(encoding="utf-8"))
        for rule in RULE.findall(quoted)
        if RULE.fullmatch(quoted)
    } | {"row.reference-twice"}  # given by the import, which alone sees the whole file
    assert explained == used


def test_every_format_is_on_the_page(repository: Path) -> None:
    page = (repository / "docs/reference/formats.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in page for name in formats.FORMATS)
