"""Evidence made with real keys under a real directory; each vector changes one thing in it."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from comity.verify import RevokedLog, verify_evidence

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
WHOLE = json.loads((VECTORS / "evidence/whole.evidence.json").read_text())
FAULTS = sorted(path for path in (VECTORS / "evidence").glob("*.json") if path.name != "whole.evidence.json")


def changed(vector):
    evidence = json.loads(json.dumps(WHOLE))
    for path, value in vector["changes"]:
        place = evidence
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
    return json.dumps(evidence).encode()


def judged(vector):
    revoked = tuple(RevokedLog(log, since) for log, since in vector["revoked"])
    return verify_evidence(changed(vector), bytes.fromhex(vector["root"]), revoked)


@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)
def test_just_the_claims_fail_that_the_vector_names(path):
    vector = json.loads(path.read_text())
    found = [claim.rule for claim in judged(vector).faults]
    assert sorted(set(found)) == sorted(set(vector["fails"]))


def test_evidence_under_another_root_proves_nothing():
    report = verify_evidence(json.dumps(WHOLE).encode(), bytes(32))
    assert {"directory.chain", "log.keys", "log.checkpoint"} <= {claim.rule for claim in report.faults}


def test_the_generator_writes_what_is_committed():
    module = load("generate_evidence")
    committed = {path.name: path.read_text() for path in FAULTS}
    assert module.generate() == committed


def test_evidence_that_is_made_today_is_as_sound_as_the_committed_one():
    evidence, fingerprint = load("evidence_world").evidence()
    report = verify_evidence(evidence.to_bytes(), fingerprint)
    assert report.sound
    assert {claim.rule for claim in report.claims} == {
        claim.rule for claim in judged({"changes": [], "revoked": [], "root": root()}).claims
    }


def root():
    return (VECTORS / "evidence/root.txt").read_text().strip()


def load(name):
    spec = importlib.util.spec_from_file_location(name, VECTORS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
