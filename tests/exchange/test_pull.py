"""A node that partners cannot call fetches what waits for it: XB's published address answers nobody."""

import signal

import pytest

A, B = "xa.ncb", "xb.spoc"


@pytest.fixture(scope="module")
def one_way(make_federation):
    """XA and XB, where XB reaches XA and XA never reaches XB; only XA's worker runs."""
    federation = make_federation({"XA": (A,), "XB": (B,)})
    federation["XB"].move_door()
    for node in federation.nodes.values():
        node.start()
    for node in federation.nodes.values():
        node.ready(60)
    introduced(federation)
    return federation


def introduced(federation) -> None:
    """Let XB send something, so that both know one another."""
    federation["XB"].call("send", sender=B, recipients=[A])
    federation["XB"].wait("state", lambda found: found["waiting"] == 0, 30)


def test_a_node_that_starts_fetches_what_waits_for_it_and_receipts_it(one_way):
    one_way["XB"].stop(signal.SIGKILL)
    one_way["XA"].call("send", sender=A, recipients=[B], count=120)
    one_way["XA"].wait("state", lambda found: "partner.unreachable" in found["failures"], 20)
    before = one_way["XB"].call("state")["arrived"]
    one_way["XB"].start()
    one_way["XB"].wait("state", lambda found: found["arrived"] == before + 120, 15)
    found = one_way["XA"].wait("state", lambda found: found["waiting"] == 0, 15)
    assert found["delivered"] >= 120
    assert found["cosignatures"] >= 1
    assert all(node.call("audit")["wrong"] == [] for node in one_way.nodes.values())


def test_a_pull_that_is_repeated_has_one_effect(one_way):
    before = one_way["XB"].call("state")["arrived"]
    one_way["XA"].call("send_signed", sender=A, recipients=[B], count=3)
    assert [one_way["XB"].call("pull", partner=A) for _ in range(2)] == [3, 0]
    one_way["XA"].wait("state", lambda found: found["waiting"] == 0, 15)
    assert one_way["XB"].call("state")["arrived"] == before + 3
    assert one_way["XB"].call("audit")["wrong"] == []


def test_a_partner_that_comes_back_is_asked_at_once(one_way):
    """XB's own push to XA tells it that XA is back, and the same second it asks what waits there."""
    one_way["XA"].stop()
    one_way["XB"].call("send", sender=B, recipients=[A])
    one_way["XB"].wait("state", lambda found: "partner.unreachable" in found["failures"], 20)
    one_way["XA"].call("send_signed", sender=A, recipients=[B], count=1)
    before = one_way["XB"].call("state")["arrived"]
    one_way["XA"].start()
    one_way["XB"].wait("state", lambda found: found["arrived"] == before + 1, 30)


def test_a_pull_is_for_ones_own_notes(one_way):
    path = f"/federation/v1/notes?from={A}&to=xc.ncb&lane=1&after=0&have=0"
    status, _ = one_way["XB"].call("fetch", partner=A, path=path)
    assert status == 400
