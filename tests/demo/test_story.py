"""The play's words: nothing that it can say lacks a sentence."""

import inspect
import re
import string

import pytest

from comity.cli import demo_story
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
    assert heading.startswith(" 2. First try")
    assert [line.strip() for line in lines] == [
        "no: Secretariat must not receive it",
        "The partner is not a party.",
        "clause 1.4: Not to observers.",
    ]


def test_a_log_nobody_witnesses_yet_says_so() -> None:
    line = Line("audit.log", {"name": "xd.ncb/a1", "size": 3, "signed": 3, "witnesses": []})
    assert list(demo_story.told(Scene("audit", (line,), 0), 12, "en"))[1].endswith("witnesses: none yet")
