"""Erasure takes what a message said and leaves the proof that there was one."""

import json

import pytest
from tests.commands import comity

A, B, C, D = "xa.ncb", "xb.spoc", "xc.ncb", "xd.ncb"
WORDS = 4_321  # longer than any text of another test here, so that its trace is this message's


def on_disk(node, trace: bytes) -> bool:
    return any(
        trace in path.read_bytes() for path in node.folder.rglob("*") if path.is_file() and path.name != "worker.log"
    )


@pytest.fixture
def msg(federation, tmp_path) -> str:
    """A message with a file that XA sent and XB has whole."""
    (tmp_path / "film").write_bytes(b"the film that must go" * 10)
    sent = federation["XA"].call("send_file", sender=A, recipients=[B], path=str(tmp_path / "film"), words=WORDS)
    federation["XB"].wait("chunks_of", lambda found: found[0] and found[0][0][1] == 1, 60, msg=sent)
    federation["XA"].wait("state", lambda found: found["waiting"] == 0, 30)
    return sent


def test_what_was_erased_is_on_neither_disk_and_the_logs_still_verify(federation, msg, tmp_path):
    _, (chunk,) = federation["XA"].call("chunks_of", msg=msg)
    for state, own in (("XB", B), ("XA", A)):
        node = federation[state]
        traces = [bytes.fromhex(part)[:64] for part in node.call("secrets_of", msg=msg)]
        assert len(traces) == 2
        assert all(on_disk(node, trace) for trace in traces)
        assert node.call("erase", own=own, msg=msg) == [1, 1]
        found = json.loads(node.call("last_act", kind="message.erased"))
        assert (found["officer"], found["authority"], found["case"]) == ("test", own, "X-1")
        assert not any(on_disk(node, trace) for trace in (*traces, b"x" * (WORDS - 1)))
        assert node.call("chunk_held", digest=chunk) == "nothing"
        assert node.call("erase", own=own, msg=msg) == ["erasure.repeated"]
        assert node.call("audit")["wrong"] == []
        comity("verify", "--node", node.folder)
    status, _ = federation["XB"].call("fetch", partner=A, path=f"/federation/v1/bodies/{chunk}")
    assert status == 404


def test_a_message_that_waits_for_a_recipient_is_not_erased(federation, tmp_path):
    """XD's worker never runs: its note waits, and without its body the lane could never go on."""
    (tmp_path / "film").write_bytes(b"film")
    sent = federation["XD"].call("send_file", sender=D, recipients=[C], path=str(tmp_path / "film"))
    assert federation["XD"].call("erase", own=D, msg=sent) == ["erasure.undelivered"]
    assert federation["XD"].call("read_file", msg=sent)["size"] == 4


def test_what_is_not_ours_is_not_erased(federation, msg):
    assert federation["XC"].call("erase", own=C, msg=msg) == ["erasure.unknown"]
