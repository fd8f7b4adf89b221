"""The reference pages are what the code says."""

import importlib.util
from pathlib import Path

import pytest

from comity.messages import KINDS, PARTS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("reference_messages", ROOT / "tools" / "reference_messages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_are_in_step_with_the_code(generator):
    for path, text in generator.pages().items():
        assert path.read_text(encoding="utf-8") == text, f"run python tools/reference_messages.py: {path.name} is old"


def test_every_kind_and_item_has_its_place(generator):
    page = generator.messages_page()
    assert all(f"| `{kind}` |" in page for kind in KINDS)
    assert all(f"### `{part}`" in page for part in PARTS)


def test_every_field_is_explained(generator):
    for part in PARTS.values():
        rows = [line for line in generator.item(part) if line.startswith("| `")]
        assert rows
