"""Proofs that others made, most of them malicious (RFC 6962 vectors of a widely used verifier)."""

import json
from base64 import b64decode

import pytest
from tests.shared_data import shared

from comity.merkle import (
    ProofError,
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)


def _run(kind, case):
    raw = {key: b64decode(case[key] or "") for key in ("root", "root1", "root2", "leafHash") if key in case}
    path = [b64decode(value) for value in case["proof"] or []]
    if kind == "inclusion":
        verify_inclusion(raw["leafHash"], case["leafIdx"], case["treeSize"], path, raw["root"])
    elif kind == "consistency":
        verify_consistency(case["size1"], raw["root1"], case["size2"], raw["root2"], path)
    elif kind == "subtreeinclusion":
        span = case["start"], case["end"]
        verify_subtree_inclusion(raw["leafHash"], case["leafIdx"], span, path, raw["root"])
    else:
        span = case["start"], case["end"]
        verify_subtree_consistency(span, case["size"], raw["root1"], raw["root2"], path)


def test_every_proof_of_others_is_judged_as_its_authors_say():
    wrong = []
    lines = shared("crypto/merkle_proofs_dev.jsonl").read_text().splitlines()
    for line in lines:
        vector = json.loads(line)
        _, kind, _ = vector["path"].split("/", 2)
        try:
            _run(kind, vector["case"])
            refused = False
        except ProofError:
            refused = True
        if refused != vector["case"]["wantErr"]:
            wrong.append(vector["path"])
    assert wrong == []
    assert len(lines) > 200


def test_a_vector_that_should_fail_fails_with_our_error_and_no_other():
    with pytest.raises(ProofError):
        _run("inclusion", {"leafIdx": 2, "treeSize": 1, "root": "", "leafHash": "", "proof": None})
