import json
from typing import Any

import pytest

from comity.demo import world
from comity.demo.settling import PATTERNS
from comity.desks.cases import words

TEXTS: dict[str, list[dict[str, Any]]] = json.loads(PATTERNS.read_text(encoding="utf-8"))


def test_every_state_has_templates_in_its_language() -> None:
    assert {state.language for state in world.STATES} <= set(TEXTS)


@pytest.mark.parametrize("language", TEXTS)
def test_they_are_about_the_same_in_every_language(language: str) -> None:
    areas = [one["crime_area"] for one in TEXTS[language]]
    assert areas == [one["crime_area"] for one in TEXTS["en"]]
    assert set(areas) <= set(words.CRIME_AREAS)
    assert all(one["questions"] and one["facts"] and len(one["name"]) <= 80 for one in TEXTS[language])
