"""A rogue XA shows one log to XB and another to XC: two copies of its node, each with its own history from then on."""

import json
import shutil
from dataclasses import replace

import pytest
from tests import registrar
from tests.commands import comity

from comity.merkle import SignedCheckpoint

A, B, C = "xa.ncb", "xb.spoc", "xc.ncb"


@pytest.fixture(scope="module")
def rogue(make_federation, tmp_path_factory):
    """XB and XC running, and two copies of XA's node, whose logs were one until now; neither runs yet."""
    made = make_federation({"XA": (A,), "XB": (B,), "XC": (C,)})
    for node in made.nodes.values():
        node.start()
    for node in made.nodes.values():
        node.ready(60)
    made["XA"].call("send", sender=A, recipients=[B, C])
    made["XA"].wait("state", lambda found: found["waiting"] == 0, 30)
    made["XA"].stop()
    made["XA"].close_hands()
    other = tmp_path_factory.mktemp("copy") / "xa"
    shutil.copytree(made["XA"].folder, other, ignore=shutil.ignore_patterns("run"))
    return made, replace(made["XA"], folder=other, process=None, hands=None)


def sends(node, recipient: str, count: int) -> None:
    """Let one of the copies live for as long as it takes to deliver something."""
    node.call("send", sender=A, recipients=[recipient], count=count)
    node.start()
    try:
        node.ready(60)
        node.wait("state", lambda found: found["waiting"] == 0, 30)
    finally:
        node.stop()


def test_two_forks_shown_to_two_partners_are_found_when_those_two_next_exchange(rogue):
    federation, copy = rogue
    sends(federation["XA"], B, 1)
    sends(copy, C, 1)
    assert federation["XB"].call("state")["incidents"] == federation["XC"].call("state")["incidents"] == []

    federation["XB"].call("send", sender=B, recipients=[C])
    federation["XB"].wait("state", lambda found: found["waiting"] == 0, 30)
    for node in (federation["XB"], federation["XC"]):
        found = node.wait("state", lambda found: found["incidents"], 10)
        assert found["incidents"] == ["log.forked"]
        (texts,) = node.call("evidence_of", code="log.forked")
        one, two = (SignedCheckpoint.parse(bytes.fromhex(text)).checkpoint for text in texts)
        assert one.origin == two.origin == f"{A}/x1"
        assert one.size == two.size
        assert one.root != two.root
        # Anybody who has the directory believes both: two signatures of XA stand under each.
        assert [federation["XB"].call("signed_size", text=text) for text in texts] == [one.size, two.size]


def test_the_fork_is_taken_along_as_a_file_that_needs_no_node(rogue, tmp_path):
    federation, _ = rogue
    node, fork = federation["XB"], tmp_path / "fork.json"
    node.call("officer", username="clerk", authority=B)
    number = comity("incident", "--node", node.folder, "list").split("\t")[0]
    assert "is written" in comity("incident", "--node", node.folder, "export", number, fork, "--by", "clerk")
    assert json.loads(node.call("last_act", kind="incident.exported"))["officer"] == "clerk"
    said = comity("verify", fork, "--fingerprint", registrar.fingerprint(federation))
    assert f"so {A} showed two logs, or somebody else has its keys: both cannot be honest" in said


def test_forks_of_different_lengths_are_found_too(rogue):
    """The longer one cannot be connected with the shorter: whichever copy is asked for its tiles contradicts a root."""
    federation, copy = rogue
    sends(federation["XA"], B, 20)
    sends(copy, C, 60)
    federation["XB"].call("send", sender=B, recipients=[C])
    federation["XB"].wait("state", lambda found: found["waiting"] == 0, 30)
    for node in (federation["XB"], federation["XC"]):
        node.call("claims_after", hours=0)  # an owner that is away has a day from here on
        codes = node.call("claims_after", hours=25)
        assert set(codes) & {"log.forked", "log.unconnected"}
        (*_, texts) = [*node.call("evidence_of", code="log.forked"), *node.call("evidence_of", code="log.unconnected")]
        one, two = (SignedCheckpoint.parse(bytes.fromhex(text)).checkpoint for text in texts)
        assert one.origin == two.origin == f"{A}/x1"
        assert one.size != two.size
