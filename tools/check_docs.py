"""`python tools/check_docs.py`: the documents say nothing that is not there.

Links resolve, tests that a page names exist, the page of the command line is in step, the glossary is in order and
holds the words that have one sense only. Prints each fault with its place; ends with 1 where there is any.
"""

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_TERM = re.compile(r"^\*\*([^*]+)\*\*", re.MULTILINE)
ONE_SENSE = ("partner", "lane", "key", "token", "subject", "data subject", "record", "channel")
"""Words used in one sense only; each has its line in the glossary."""


def pages() -> tuple[Path, ...]:
    """Return every document of the repository."""
    return tuple(sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]))


def broken_links(page: Path) -> Iterator[str]:
    """Yield each link of a page that leads to no file of the repository; outward links are not followed."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in _LINK.findall(text):
        path = target.partition("#")[0]
        if path and "://" not in path and not path.startswith("mailto:") and not (page.parent / path).exists():
            yield f"{page.relative_to(ROOT)}: the link to `{target}` leads nowhere"


def missing_tests(page: Path) -> Iterator[str]:
    """Yield each test that a page names and the repository does not have."""
    for file, name in _TEST.findall(page.read_text(encoding="utf-8")):
        path = ROOT / file
        if not path.exists():
            yield f"{page.relative_to(ROOT)}: there is no `{file}`"
        elif name and f"def {name}(" not in path.read_text(encoding="utf-8"):
            yield f"{page.relative_to(ROOT)}: `{file}` has no `{name}`"


def glossary_faults() -> Iterator[str]:
    """Yield what is wrong with the order or the completeness of the glossary."""
    terms = _TERM.findall((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"))
    if terms != sorted(terms, key=str.casefold):
        yield "docs/glossary.md: the terms are not in alphabetical order"
    yield from (f"docs/glossary.md: `{word}` is missing" for word in ONE_SENSE if word not in terms)


def stale_pages() -> Iterator[str]:
    """Yield each generated page of the house that its generator would write otherwise."""
    cli, api = _generator("reference_cli"), _generator("reference_api")
    for page, text, tool in (
        (cli.PAGE, cli.page(), "reference_cli"),
        (api.DOCUMENT, api.text(), "reference_api"),
        (api.PAGE, api.page(), "reference_api"),
    ):
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            yield f"{page.relative_to(ROOT)}: not in step with the program; run python tools/{tool}.py"


def _generator(name: str) -> Any:  # noqa: ANN401 - a module
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"tools/{name}.py cannot be loaded")
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    return generator


def faults() -> tuple[str, ...]:
    """Return everything that is wrong with the documents."""
    found = [fault for page in pages() for fault in (*broken_links(page), *missing_tests(page))]
    return (*found, *glossary_faults(), *stale_pages())


if __name__ == "__main__":
    found = faults()
    for fault in found:
        print(fault)
    sys.exit(bool(found))
