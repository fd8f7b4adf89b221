"""The figures that benchmarks tell: what is held and missed, and the table made of them."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"


def load(name: str):
    sys.path.insert(0, str(BENCH))
    try:
        spec = importlib.util.spec_from_file_location(f"bench_{name.strip('_')}", BENCH / f"{name}.py")
        sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[spec.name])
    finally:
        sys.path.remove(str(BENCH))
    return sys.modules[spec.name]


@pytest.fixture(scope="module")
def figure():
    return load("figure")


@pytest.mark.parametrize(
    ("ours", "reach", "at_most", "held"),
    [(39.0, 40.0, True, True), (41.0, 40.0, True, False), (41.0, 40.0, False, True), (39.0, 40.0, False, False)],
)
def test_a_reach_is_held_from_its_own_side(figure, ours, reach, at_most, held):
    assert figure.Figure("work", "ms", ours, reach, at_most=at_most).held is held


def test_a_figure_without_a_reach_is_neither_held_nor_missed(figure):
    assert figure.Figure("work", "ms", 1.0).held is None
    assert "held" not in figure.Figure("work", "ms", 1.0).line().lower()


def test_the_share_is_the_median_of_the_runs_own_ratios(figure):
    runs = [(10.0, 5.0), (10.0, 9.0), (20.0, 1.0)]
    assert figure.share(runs, at_most=True) == 0.5
    assert figure.share(runs, at_most=False) == 2.0


def test_the_table_marks_what_was_missed_and_leaves_out_what_was_not_run(figure):
    found = [
        {"work": "slow", "unit": "ms", "ours": 50.0, "reach": 40, "at_most": True, "peer": None, "limit": 5.0,
         "share": 0.1, "held": False},
        {"work": "fast", "unit": "/s", "ours": 50.0, "reach": 40, "at_most": False, "peer": 4.0, "limit": None,
         "share": None, "held": True},
    ]  # fmt: skip
    assert load("__main__").table(found).splitlines()[2:] == [
        "| slow | ≤ 40.0 ms | 50.0 ms |  | 5.00 | 0.10 | **missed** |",
        "| fast | ≥ 40.0 /s | 50.0 /s | 4.00 |  |  | held |",
    ]


def test_a_script_ends_with_one_line_of_json_that_the_table_can_read():
    command = [sys.executable, str(BENCH / "merkle.py"), "--leaves", "2000", "--json"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    told = json.loads(said.splitlines()[-1])
    assert {one["work"] for one in told} >= {"Merkle library: append, in batches", "Merkle library: memory"}
    assert load("__main__").table(told)
