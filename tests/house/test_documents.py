"""The documents: what they name exists, what they show works, what exists is documented."""

import dataclasses
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from comity.cli import VERBS, main
from comity.config import nodefile

ROOT = Path(__file__).resolve().parent.parent.parent
_SHOWN = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def check_docs():
    spec = importlib.util.spec_from_file_location("check_docs", ROOT / "tools" / "check_docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def commands_of(page):
    text = page.read_text(encoding="utf-8")
    return [line.strip() for block in _SHOWN.findall(text) for line in block.splitlines() if line.strip()]


def test_documents_name_nothing_that_is_not_there():
    assert check_docs().faults() == ()


def links_of(page):
    text = page.read_text(encoding="utf-8")
    return {(page.parent / target).resolve() for target in re.findall(r"\]\(([^)#\s]+\.md)", text)}


def test_every_page_is_found_from_the_index_in_two_steps():
    index = ROOT / "docs" / "README.md"
    near = links_of(index)
    found = near.union(*(links_of(page) for page in near if page.exists()))
    lost = set((ROOT / "docs").rglob("*.md")) - found - {index}
    assert lost == set()


def test_decisions_are_found_from_the_index_and_the_architecture():
    decisions = set((ROOT / "docs" / "decisions").glob("*.md"))
    assert decisions
    for page in ("README.md", "architecture.md"):
        assert decisions <= links_of(ROOT / "docs" / page), page


GENERATED = {"api.md", "cli.md", "messages.md", "agreements.md", "performance.md"}


def test_a_line_of_prose_keeps_within_120_columns():
    """Tables, code, pictures and names longer than a line may not be broken."""
    wide = [
        f"{page.relative_to(ROOT)}:{number}"
        for page in check_docs().pages()
        if not (page.parent.name == "reference" and page.name in GENERATED)
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 120 and not line.startswith(("|", "    ", "!")) and len(line.split()) > 2
    ]
    assert wide == []


def test_the_two_commands_of_the_readme_are_targets():
    commands = commands_of(ROOT / "README.md")
    assert commands == ["make demo", "make test"]
    for command in commands:
        planned = subprocess.run([*command.split(), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False)
        assert planned.returncode == 0, planned.stderr


def test_every_make_target_that_a_page_shows_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in check_docs().pages():
        for target in re.findall(r"^(?:    )?make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE):
            assert target in targets, f"{page.name}: make {target}"


def test_every_verb_that_a_page_shows_exists():
    shown = {
        (page.name, verb)
        for page in check_docs().pages()
        for verb in re.findall(
            r"(?:^    |^|`)comity ([a-z]+(?:-[a-z]+)*)\b", page.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    assert shown
    assert {(page, verb) for page, verb in shown if verb not in VERBS} == set()


def test_help_lists_every_verb_and_each_verb_explains_itself():
    runner = CliRunner()
    listed = runner.invoke(main, ["--help"], prog_name="comity").output
    for verb in VERBS:
        assert f"  {verb} " in listed
        explained = runner.invoke(main, [verb, "--help"], prog_name="comity")
        assert explained.exit_code == 0, explained.output


def test_every_setting_of_a_node_is_documented():
    page = (ROOT / "docs" / "reference" / "node-file.md").read_text(encoding="utf-8")
    renamed = {"names": "name", "authorities": "[[authority]]"}
    for field in dataclasses.fields(nodefile.NodeFile):
        if field.name == "folder":  # where the file is, not what it says
            continue
        assert f"`{renamed.get(field.name, field.name)}`" in page, field.name


def test_every_environment_variable_that_is_read_is_documented():
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    read = {
        name
        for folder in ("src", "tests", "tools", "bench")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".sh"}
        for name in re.findall(r"\bCOMITY_[A-Z_]+[A-Z]\b", path.read_text(encoding="utf-8"))
    }
    assert "COMITY_NODE" in read
    assert {name for name in read if f"`{name}`" not in page} == set()


def test_the_module_is_the_command():
    shown = subprocess.run([sys.executable, "-m", "comity", "--version"], capture_output=True, text=True, check=False)
    assert shown.stdout.startswith("comity 0.")


def test_every_picture_is_shown_described_and_small():
    shown = {
        (page.parent / target).resolve(): words
        for page in check_docs().pages()
        for words, target in re.findall(r"!\[([^\]]*)\]\(([^)]+\.webp)\)", page.read_text(encoding="utf-8"))
    }
    kept = set((ROOT / "docs" / "pictures").glob("*.webp"))
    assert kept == set(shown)
    assert [path.name for path, words in shown.items() if len(words) < 30] == []
    assert [path.name for path in kept if path.stat().st_size > 100_000] == []
