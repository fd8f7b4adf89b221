"""A rogue partner before a real door: XD's keys are the test's, and what it posts is refused, counted and not kept."""

from dataclasses import replace

import pytest

from comity.delivery import Fault, Parcel

A, B, D = "xa.ncb", "xb.spoc", "xd.ncb"


@pytest.fixture
def parcel(federation, tmp_path) -> Parcel:
    """XD's honest parcel with what it has for XB."""
    federation["XD"].call("send_signed", sender=D, recipients=[B], count=1)
    federation["XD"].call("compose", own=D, partner=B, path=str(tmp_path / "parcel"))
    return Parcel.from_bytes((tmp_path / "parcel").read_bytes())


def refused(federation, data: bytes) -> tuple[int, str]:
    """Post as XD; return status and code, having seen that XB counted it and kept nothing."""
    before = federation["XB"].call("state")
    status, answer = federation["XD"].call("knock", partner=B, data=data.hex())
    code = Fault.from_bytes(bytes.fromhex(answer)).code
    after = federation["XB"].call("state")
    assert (after["arrived"], after["refused"]) == (before["arrived"], before["refused"])
    assert after["rejections"].get(code, 0) == before["rejections"].get(code, 0) + 1
    return status, code


def test_bytes_that_are_no_parcel_are_refused(federation):
    assert refused(federation, b"\xff no parcel") == (400, "parcel.noncanonical")


def test_notes_without_proof_are_refused(federation, parcel):
    assert refused(federation, replace(parcel, proof=None).to_bytes()) == (400, "proof.missing")


def test_a_checkpoint_with_one_signature_is_refused(federation, parcel):
    text, _, lines = parcel.proof.checkpoint.decode().partition("\n\n")
    cut = f"{text}\n\n{lines.splitlines()[0]}\n".encode()
    spoilt = replace(parcel, proof=replace(parcel.proof, checkpoint=cut))
    assert refused(federation, spoilt.to_bytes()) == (400, "proof.signature")


def test_another_authoritys_parcel_is_refused(federation, parcel):
    status, _ = refused(federation, replace(parcel, sender=parcel.sender.parse(A)).to_bytes())
    assert status == 400


def test_a_replayed_parcel_has_one_effect(federation, parcel):
    before = federation["XB"].call("state")["arrived"]
    first, again = (federation["XD"].call("knock", partner=B, data=parcel.to_bytes().hex()) for _ in range(2))
    assert first[0] == 200
    assert again[0] == 409  # its proof starts from a head that the first one moved
    assert Fault.from_bytes(bytes.fromhex(again[1])).code == "head.mismatch"
    assert federation["XB"].call("state")["arrived"] == before + len(parcel.notes)
    assert federation["XB"].call("audit")["wrong"] == []
