"""What the repository as a whole must keep: the lock, the words, the size of files, the reasons of exemptions."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = sorted(path for path in (ROOT / "src").rglob("*.py") if "migrations" not in path.parts)
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
MOST_LINES = 450
# Where whatever built this package stood, and where its packages came from, is nobody's business.
_PLACES = re.compile(
    "|".join(
        [
            "py" + r"pi\.org",
            "python" + r"hosted\.org",
            "npm" + r"js\.org",
            "deb" + r"\.debian",
            r"(?<![\w.])/(work|tmp/plan|root)/",
        ]
    )
)
_EXEMPTION = re.compile(r"#\s*(noqa(?:: [A-Z0-9, ]+)?|type: ignore(?:\[[\w, -]+\])?)")
# The last ones are helpers that assert for their tests.
_CHECKS = re.compile(
    r"\bassert\b|raises|expect\(|warns|check|except|max_num_queries|verify_|wait\(|\brun\(|refuses\(|agrees\(|accessible\(|overtakes\(|strike\("
)


def tracked(*patterns: str) -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("needs the repository's history, and this is a bare copy")
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=True)  # noqa: S607 - reads the index only
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_the_lock_pins_every_package_by_hash_and_names_no_host():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    body = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    packages = re.split(r"\n(?=\S)", body.strip())
    assert len(packages) > 50
    assert [name for name in packages if "==" not in name or "--hash=sha256:" not in name] == []
    assert "://" not in text
    assert not re.search(r"--(index-url|extra-index|find-links|trusted-host)", body)


def test_no_file_says_where_it_was_written_or_fetched():
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.suffix not in {".svg", ".gz", ".png", ".woff2"} and "vendor" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if _PLACES.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_a_module_is_short_enough_to_be_read(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_every_package_opens_with_a_sentence():
    silent = []
    for path in SOURCES:
        if path.name == "__init__.py" and not {"management", "commands"} & set(path.parts):
            docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            if not re.match(r"\S.*?[.:;]", docstring.split("\n\n", maxsplit=1)[0].replace("\n", " ")):
                silent.append(str(path.relative_to(ROOT)))
    assert silent == []


def test_every_exemption_gives_its_reason_on_the_line():
    bare = []
    for path in tracked("src/*.py", "tools/*.py", "bench/*.py"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            bare += [
                f"{path.relative_to(ROOT)}:{number}"
                for mark in _EXEMPTION.finditer(line)
                if len(re.sub(r"[\W_]+", "", line[mark.end() :])) < 4
            ]
    assert bare == []


def test_every_test_checks_something():
    empty = [
        f"{path.relative_to(ROOT)}: {function.name}"
        for path in TESTS
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        if function.name.startswith("test_") and not _CHECKS.search(ast.unparse(function))
    ]
    assert empty == []


def test_changes_that_users_notice_are_told_in_whole_sentences():
    fragments = [path for path in (ROOT / "changelog.d").iterdir() if path.name != "README.md"]
    assert fragments
    for path in fragments:
        assert re.fullmatch(r"\d+\.[a-z-]+\.md", path.name), f"{path.name}: name it <issue>.<topic>.md"
        text = path.read_text(encoding="utf-8").strip()
        assert text.endswith("."), f"{path.name}: ends without a full stop"
        assert not text.startswith("#"), f"{path.name}: the fragment has no heading of its own"
