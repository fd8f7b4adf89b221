"""The play's words: nothing that it can say lacks a sentence."""

import inspect
import re
import string

import pytest

from comity.cli import demo_page, demo_story
from comity.demo import play
from comity.demo.play import Line, Scene

SOURCE = inspect.getsource(play)
READER = {
    "name": "Secretariat", "authority": "xo.sec", "allowed": False, "clauses": [["1.4", "Not to observers."]],
    "reasons": ["The partner is not a party."],
}  # fmt: skip


def test_every_scene_has_a_heading() -> None:
    acts = re.findall(r"self\.(_[a-z_]+),", SOURCE[SOURCE.index("for act in") : SOURCE.index("key = act")])
    assert {name.strip("_").replace("_", "-") for name in acts} == set(demo_story.HEADINGS)


def test_every_line_has_a_sentence() -> None:
    said = set(re.findall(r'_line\(\s*f?"([a-z.{}]+)"', SOURCE)) - {"confirm.{verdict}"}
    assert said - {"reply.answer"} <= set(demo_story.SENTENCES)
    assert {"confirm.same", "confirm.different"} <= set(demo_story.SENTENCES)


@pytest.mark.parametrize("key", sorted(demo_story.SENTENCES))
def test_a_sentence_has_named_places_only(key: str) -> None:
    fields = [name for _, name, _, _ in string.Formatter().parse(demo_story.SENTENCES[key]) if name is not None]
    assert all(name.isidentifier() for name in fields)


def test_a_refused_reader_is_told_with_reason_and_clause() -> None:
    scene = Scene("preview-of-a-stranger", (Line("reader.refused", {"reader": READER}),), 0.1)
    heading, *lines = demo_story.told(scene, 2, "en")
    assert heading.text.startswith(" 2. First try")
    assert heading.weight == "heading"
    assert [(line.text, line.depth) for line in lines] == [
        ("no: Secretariat must not receive it", 1),
        ("The partner is not a party.", 2),
        ("clause 1.4: Not to observers.", 2),
    ]


def test_a_claim_that_holds_looks_otherwise_than_one_that_is_not_shown() -> None:
    lines = tuple(Line("prove.claim", {"text": "it is so", "verdict": held}) for held in ("holds", "absent"))
    _, holds, absent = demo_story.told(Scene("prove", lines, 0), 11, "en")
    assert (holds.text, absent.text) == ("✓ it is so", "· it is so")


@pytest.mark.parametrize("columns", [40, 80, 100])
def test_a_sentence_keeps_to_the_width_and_loses_nothing(columns: int) -> None:
    text = "clause 2.1: A party may ask another for information that it may need for a purpose listed here."
    lines = demo_page.wrapped(text, "    ", "      ", columns)
    assert all(len(line) <= columns for line in lines)
    assert " ".join(line.strip() for line in lines) == text
    assert {line[:6].isspace() for line in lines[1:]} <= {True}


def test_an_address_is_never_broken() -> None:
    address = "http://xa.localhost:8401/" + "a" * 60
    assert address in "\n".join(demo_page.wrapped(f"see {address} for more", "", "", 40)).split("\n")
