"""Contradictions under a real directory; each vector changes one thing in one of them."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from comity.verify import verify_contradiction

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
FOLDER = VECTORS / "contradictions"
FAULTS = sorted(path for path in FOLDER.glob("*.json") if not path.name.endswith(".whole.json"))
ENDS = {"fork.log", "fork.directory", "fork.unshown"}


def changed(vector):
    contradiction = json.loads((FOLDER / vector["of"]).read_text())
    for path, value in vector["changes"]:
        place = contradiction
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
    return json.dumps(contradiction).encode()


@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)
def test_just_the_claims_fail_that_the_vector_names(path):
    vector = json.loads(path.read_text())
    report = verify_contradiction(changed(vector), bytes.fromhex(vector["root"]))
    assert sorted({claim.rule for claim in report.faults}) == sorted(vector["fails"])
    assert (report.claims[-1].rule in ENDS and report.claims[-1].ok) == (not vector["fails"])


def test_a_contradiction_under_another_root_convicts_nobody():
    for name in ("log", "log-of-two-sizes", "directory", "unshown"):
        report = verify_contradiction((FOLDER / f"{name}.whole.json").read_bytes(), bytes(32))
        assert not report.sound
        assert not ENDS & {claim.rule for claim in report.claims}


def test_the_generator_writes_what_is_committed():
    assert load("generate_contradictions").generate() == {path.name: path.read_text() for path in FAULTS}


def test_contradictions_that_are_made_today_are_as_sound_as_the_committed_ones(monkeypatch):
    monkeypatch.syspath_prepend(VECTORS)
    found, fingerprint = load("contradiction_world").contradictions()
    assert all(verify_contradiction(one.to_bytes(), fingerprint).sound for one in found.values())


def load(name):
    spec = importlib.util.spec_from_file_location(name, VECTORS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
