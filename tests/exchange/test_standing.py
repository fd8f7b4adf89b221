"""What a change of the directory does to those who exchange: real nodes, a registrar at the test's hand."""

import hashlib
import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from comity.agreements.shipped import harbour_document
from comity.delivery import Fault
from comity.directory.registrar import Registrar
from comity.directory.store import FolderStore
from comity.verify import verify_contradiction
from comity.vocabulary.authority import AuthorityId

A, B, C = "xa.ncb", "xb.spoc", "xc.ncb"


@pytest.fixture(scope="module")
def federation(make_federation):
    """XA, XB and XC with their workers running."""
    made = make_federation({"XA": (A,), "XB": (B,), "XC": (C,)})
    for node in made.nodes.values():
        node.start()
    for node in made.nodes.values():
        node.ready(60)
    return made


def delivered(node, sender: str, recipient: str) -> None:
    assert node.call("send", sender=sender, recipients=[recipient]) == 1
    node.wait("state", lambda found: found["waiting"] == 0, 60)


def test_a_suspended_member_is_refused_at_the_door_and_let_in_again(federation):
    delivered(federation["XC"], C, B)
    delivered(federation["XB"], B, C)
    arrived = federation["XB"].call("state")["arrived"]

    federation.registrar.suspend(AuthorityId.parse(C), "conference.decision", datetime.now(UTC))
    federation.publish("XA", "XB")  # XC does not refresh: it goes on as if nothing had happened
    fetched = {"partner": B, "path": "/directory/timestamp.json"}
    federation["XC"].wait("fetch", lambda found: found[0] == 403, 60, **fetched)  # XB looks every second for news
    federation["XC"].call("send", sender=C, recipients=[B])
    federation["XC"].wait("state", lambda found: "member.suspended" in found["failures"], 60)
    status, answer = federation["XC"].call("fetch", **fetched)
    assert (status, Fault.from_bytes(bytes.fromhex(answer)).code) == (403, "member.suspended")
    found = federation["XB"].wait("state", lambda found: found["rejections"].get("member.suspended", 0) >= 2, 60)
    assert found["arrived"] == arrived  # what came before stays, nothing new came
    assert federation["XB"].call("send", sender=B, recipients=[C]) == 0
    with pytest.raises(AssertionError, match="BarredError"):
        federation["XB"].call("fetch", partner=C, path="/directory/timestamp.json")
    delivered(federation["XA"], A, B)  # others are served as before

    federation.registrar.readmit(AuthorityId.parse(C))
    federation.publish()
    federation["XB"].wait("state", lambda found: found["arrived"] == arrived + 2, 60)
    federation["XC"].wait("state", lambda found: found["waiting"] == 0, 60)
    delivered(federation["XB"], B, C)
    assert federation["XB"].call("audit")["wrong"] == []


def harbour(**changed) -> bytes:
    return json.dumps({**json.loads(harbour_document()), **changed}).encode()


def test_a_note_is_judged_by_the_directory_that_it_names(federation):
    """XA writes before the convention narrows and XB reads after: what was allowed when it was written is accepted."""
    held = federation["XB"].call("state")
    federation["XB"].stop()
    federation["XA"].call("send", sender=A, recipients=[B])
    federation.registrar.put("agreements/harbour.json", harbour(crime_areas=["cybercrime"]))
    federation.publish()
    assert federation["XA"].call("send", sender=A, recipients=[B]) == 0
    federation["XB"].start()
    federation["XB"].ready(60)
    federation["XA"].wait("state", lambda found: found["waiting"] == 0, 60)
    found = federation["XB"].call("state")
    assert (found["arrived"], found["refused"]) == (held["arrived"] + 1, held["refused"])
    federation.registrar.put("agreements/harbour.json", harbour_document())
    federation.publish()


def test_a_note_under_a_newer_directory_makes_the_recipient_refresh_first(federation):
    """XA knows a convention that XB has not fetched yet; XB fetches it when the note comes."""
    federation.registrar.put("agreements/harbour.json", harbour(crime_areas=["cybercrime"]))
    federation.publish()
    federation.registrar.put("agreements/harbour.json", harbour_document())
    federation.publish("XA")
    held = federation["XB"].call("state")
    delivered(federation["XA"], A, B)
    found = federation["XB"].call("state")
    assert (found["arrived"], found["refused"]) == (held["arrived"] + 1, held["refused"])
    federation.publish()


def test_a_partner_who_lives_under_another_directory_is_an_incident_with_both_signed_texts(federation, tmp_path):
    """The registrar signs two directories of one version: one for XC and one for everybody else."""
    theirs = tmp_path / "directory"
    shutil.copytree(federation.folder / "directory", theirs)
    later = datetime.now(UTC) + timedelta(seconds=5)
    Registrar(FolderStore(theirs)).publish(federation.table, later)
    federation["XC"].call("refresh", source=str(theirs))
    federation.publish("XA", "XB")
    delivered(federation["XC"], C, B)
    (texts,) = federation["XB"].call("evidence_of", code="directory.forked")
    ours, other = (bytes.fromhex(text) for text in texts)
    assert ours == (federation.folder / "directory" / "timestamp.json").read_bytes()
    assert other == (theirs / "timestamp.json").read_bytes()
    assert hashlib.sha256(ours).digest() != hashlib.sha256(other).digest()
    delivered(federation["XA"], A, B)
    assert federation["XA"].call("state")["incidents"] == []
    assert federation["XB"].call("state")["incidents"] == ["directory.forked"]
    assert federation["XB"].call("contradiction_of", code="directory.forked", path=str(tmp_path / "two.json"))
    root = hashlib.sha256((federation.folder / "directory" / "1.root.json").read_bytes()).digest()
    report = verify_contradiction((tmp_path / "two.json").read_bytes(), root)
    assert report.sound
    assert report.claims[-1].rule == "fork.directory"
