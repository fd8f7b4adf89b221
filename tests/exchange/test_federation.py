"""Real nodes exchange notes: each test states what both sides hold afterwards."""

import signal

A, B, C, D = "xa.ncb", "xb.spoc", "xc.ncb", "xd.ncb"


def idle(node) -> dict:
    """Wait until nothing waits, and return what the node holds."""
    return node.wait("state", lambda found: found["waiting"] == 0, 60)


def sound(*nodes) -> None:
    for node in nodes:
        assert node.call("audit")["wrong"] == []


def test_a_request_arrives_and_is_receipted(federation):
    before = federation["XB"].call("state")["arrived"]
    assert federation["XA"].call("send", sender=A, recipients=[B]) == 1
    found = idle(federation["XA"])
    assert found["delivered"] >= 1
    assert found["failures"] == []
    assert found["cosignatures"] >= 1
    assert federation["XB"].call("state")["arrived"] == before + 1
    sound(federation["XA"], federation["XB"])


def test_a_burst_leaves_its_newest_checkpoint_witnessed(federation):
    for _ in range(5):  # in less than a second, so that most answers bear no cosignature
        federation["XA"].call("send", sender=A, recipients=[B])
        idle(federation["XA"])
    federation["XA"].wait(
        "state", lambda found: found["witnessed"]["xa.ncb/x1 xb.spoc"] == found["logs"]["xa.ncb/x1"][1], 20
    )
    assert federation["XB"].call("state")["failures"] == []
    sound(federation["XA"], federation["XB"])


def test_a_broadcast_stores_its_body_once(federation):
    held = len(federation["XA"].call("bodies"))
    assert federation["XA"].call("send", sender=A, recipients=[B, C]) == 1
    idle(federation["XA"])
    assert len(federation["XA"].call("bodies")) == held + 1


def test_what_is_sent_back_arrives(federation):
    before = federation["XA"].call("state")["arrived"]
    federation["XB"].call("send", sender=B, recipients=[A], count=3)
    idle(federation["XB"])
    assert federation["XA"].call("state")["arrived"] == before + 3
    sound(federation["XA"], federation["XB"])


def test_a_partner_killed_in_mid_batch_loses_and_doubles_nothing(federation):
    before = federation["XB"].call("state")["arrived"]
    federation["XA"].call("send", sender=A, recipients=[B], count=300)
    federation["XB"].wait("state", lambda found: found["arrived"] > before, 30)
    federation["XB"].stop(signal.SIGKILL)
    federation["XB"].start()
    federation["XB"].ready(60)
    idle(federation["XA"])
    assert federation["XB"].call("state")["arrived"] == before + 300
    sound(federation["XA"], federation["XB"])


def test_both_sides_converge_after_a_partition_and_others_are_served_meanwhile(federation):
    at_a, at_b, at_c = (federation[state].call("state")["arrived"] for state in ("XA", "XB", "XC"))
    federation["XB"].stop()
    federation["XB"].call("send", sender=B, recipients=[A], count=5)
    federation["XA"].call("send", sender=A, recipients=[B], count=5)
    federation["XA"].call("send", sender=A, recipients=[C])
    federation["XC"].wait("state", lambda found: found["arrived"] == at_c + 1, 10)
    federation["XB"].start()
    federation["XB"].ready(60)
    idle(federation["XA"])
    idle(federation["XB"])
    assert federation["XA"].call("state")["arrived"] == at_a + 5
    assert federation["XB"].call("state")["arrived"] == at_b + 5
    sound(federation["XA"], federation["XB"], federation["XC"])


def test_a_body_is_served_to_its_recipient_alone(federation):
    before = set(federation["XA"].call("bodies"))
    federation["XA"].call("send", sender=A, recipients=[B])
    (digest,) = set(federation["XA"].call("bodies")) - before
    path = f"/federation/v1/bodies/{digest}"
    assert federation["XB"].call("fetch", partner=A, path=path)[0] == 200
    not_yours = federation["XC"].call("fetch", partner=A, path=path)
    unknown = federation["XC"].call("fetch", partner=A, path=f"/federation/v1/bodies/{'0' * 64}")
    assert not_yours == unknown
    assert not_yours[0] == 404
