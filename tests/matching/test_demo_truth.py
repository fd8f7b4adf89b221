"""The demo's invented people and things: every pair that is the same is found; lookalikes wait for an officer."""

import json
from itertools import combinations
from pathlib import Path

from comity.matching import Verdict, compare
from comity.subjects import Subject


def held(repository: Path) -> dict[str, Subject]:
    lines = [
        line
        for path in sorted((repository / "src/comity/demo/records").glob("*.ftm.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return {entity["id"]: Subject.from_ftm(entity) for entity in map(json.loads, lines)}


def test_across_states_the_same_are_found_and_of_others_only_the_intended_lookalikes(repository: Path) -> None:
    records = held(repository)
    truth = json.loads((repository / "src/comity/demo/truth.json").read_text(encoding="utf-8"))
    same = {frozenset(pair) for group in truth["same"].values() for pair in combinations(group, 2)}
    found = {
        frozenset((a, b))
        for a, b in combinations(records, 2)
        if a[:2] != b[:2] and compare(records[a], records[b]).verdict != Verdict.DIFFERENT
    }
    lookalikes = {name for pair in truth["different"] for name in pair}
    assert {pair for pair in same if pair <= set(records)} <= found
    assert not [pair for pair in found - same if not pair & lookalikes]
