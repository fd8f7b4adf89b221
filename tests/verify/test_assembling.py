"""A node puts evidence together; what it hands out was verified before, and verifies in ten years."""

import importlib.util
import sys
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from comity.directory.errors import DirectoryError
from comity.messages import reveal
from comity.messages.note import parse_note
from comity.sealing import open_body
from comity.verify import (
    Cosigned,
    EvidenceError,
    Logged,
    Material,
    Part,
    Receipted,
    RevokedLog,
    State,
    Verdict,
    assemble,
    root_fingerprint,
    verify_evidence,
)


@pytest.fixture(scope="module")
def world():
    """The federation of the vectors, moved ten years into the past: every file has run out, every key is another."""
    path = Path(__file__).resolve().parents[2] / "vectors/evidence_world.py"
    spec = importlib.util.spec_from_file_location("evidence_world_long_ago", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    module.DAY_ONE = datetime(2016, 1, 15, 8, 0, tzinfo=UTC)
    module.LATER = datetime(2017, 3, 1, 8, 0, tzinfo=UTC)
    module.SENT = int(module.DAY_ONE.timestamp()) + 3600
    return module


@pytest.fixture(scope="module")
def made(world):
    """(material, files of a member in a version, versions, fingerprint): as a node holds them ten years later."""
    kept = []
    begin = world.begin

    def remembered():
        kept.append(begin())
        return kept[0]

    world.begin = remembered
    evidence, fingerprint = world.evidence()
    mirror = kept[0].mirror
    first = next(version for version in _versions(evidence) if version[1] == 1)
    payload = open_body(world.CEK, evidence.body.data)
    material = Material(
        note=evidence.note,
        logged=_logged(evidence.proof),
        body=evidence.body,
        content_key=evidence.content_key,
        count=evidence.items.count,
        shown=reveal(payload, (0, 3)),
        receipts=[
            Receipted(receipt.statement, receipt.salt, _logged(receipt.proof), receipt.chain)
            for receipt in evidence.receipts
        ],
    )
    return material, mirror.evidence, (first, mirror.directory.version), fingerprint


def _logged(proof):
    seen = tuple(Cosigned(witness.log, witness.cosigned.encode(), witness.path) for witness in proof.witnesses)
    return Logged(proof.log, proof.index, proof.checkpoint.encode(), proof.path, seen)


def _versions(evidence):
    return (parse_note(evidence.note).dir,)


def test_what_is_assembled_verifies_though_every_file_has_run_out(made):
    material, files_of, versions, fingerprint = made
    evidence = assemble(material, files_of, versions)
    report = verify_evidence(evidence.to_bytes(), fingerprint)
    assert report.sound
    assert [claim.rule for claim in report.claims].count("log.witness") == 4
    assert report.claim("time.proved").rests_on == ("xc.ncb", "xd.ncb")


def test_each_signature_stands_beside_the_version_that_vouches_for_it(made):
    material, files_of, versions, _ = made
    evidence = assemble(material, files_of, versions)
    old, new = (version[2].hex() for version in versions)
    assert evidence.proof.view == old
    assert [witness.view for witness in evidence.proof.witnesses] == [old, old, old, new]


def test_a_member_compromised_since_does_not_undo_what_others_saw(made):
    material, files_of, versions, fingerprint = made
    data = assemble(material, files_of, versions).to_bytes()
    seen = verify_evidence(data, fingerprint).proved_time
    for log in ("xa.ncb/x1", "xb.spoc/x1", "xd.ncb/x1"):
        assert verify_evidence(data, fingerprint, (RevokedLog(log, seen + 1),)).sound


def test_the_fingerprint_is_that_of_the_first_root(made, world):
    _, files_of, versions, fingerprint = made
    assert root_fingerprint(files_of(world.XA, versions[1])) == fingerprint
    with pytest.raises(EvidenceError):
        root_fingerprint({"timestamp.json": b"{}"})


def test_a_witness_for_whom_no_version_vouches_is_left_out(made):
    material, files_of, versions, fingerprint = made
    evidence = assemble(material, files_of, versions[:1])
    assert len(evidence.proof.witnesses) == 3
    assert verify_evidence(evidence.to_bytes(), fingerprint).sound


def test_a_receipt_for_which_no_version_vouches_is_left_out(made):
    material, files_of, versions, _ = made
    moved = replace(material.receipts[0], logged=replace(material.receipts[0].logged, log="xc.ncb/x1"))
    assert assemble(replace(material, receipts=[moved]), files_of, versions).receipts == ()


def test_nothing_is_handed_out_that_the_directory_does_not_vouch_for(made):
    material, files_of, versions, _ = made
    with pytest.raises(EvidenceError, match="vouches"):
        assemble(replace(material, logged=replace(material.logged, log="xc.ncb/x1")), files_of, versions)

    def lost(*_):
        raise DirectoryError("gone")

    with pytest.raises(EvidenceError, match="archive"):
        assemble(material, lost, versions)


def test_an_erased_message_is_handed_out_as_erased(made):
    material, files_of, versions, fingerprint = made
    gone = Part(State.ERASED)
    erased = replace(material, body=gone, content_key=gone, shown=(), rest=State.ERASED)
    report = verify_evidence(assemble(erased, files_of, versions).to_bytes(), fingerprint)
    assert report.sound
    assert {claim.verdict for claim in report.claims if claim.rule in {"body.hash", "message.items"}} == {
        Verdict.ERASED
    }


def test_the_file_holds_each_directory_file_once(made):
    material, files_of, versions, _ = made
    files = assemble(material, files_of, versions).files
    digests = [sha256(text.encode()).digest() for text in files]
    assert len(set(digests)) == len(digests)
