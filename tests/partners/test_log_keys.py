"""The yearly change of log keys, between real nodes: the log goes on, and nobody notices but auditors."""

import json
from pathlib import Path

import pytest
from tests import registrar
from tests.commands import comity

from comity.directory import FolderStore, Mirror
from comity.verify import ExportedLog, keys_at, verify_log
from comity.vocabulary.authority import AuthorityId, LogName

A, B = "xa.ncb", "xb.spoc"


@pytest.fixture(scope="module")
def federation(tmp_path_factory):
    from tests import federation as building

    made = building.build(tmp_path_factory.mktemp("federation"), {"XA": (A,), "XB": (B,), "XC": ("xc.ncb",)})
    (made.folder / "phrase").write_text(f"{building.PASSPHRASE}\n")
    try:
        for node in made.nodes.values():
            node.open_hands()
            node.start()
        for node in made.nodes.values():
            node.ready(60)
        yield made
    finally:
        made.stop()


def exchange(federation, count: int = 1) -> dict:
    """Send both ways and wait until all is receipted."""
    federation["XA"].call("send", sender=A, recipients=[B], count=count)
    federation["XB"].call("send", sender=B, recipients=[A], count=count)
    for state in ("XA", "XB"):
        found = federation[state].wait("state", lambda found: found["waiting"] == 0, 60)
        found["rejections"].pop("tls.refused", None)  # the fixture's own knocking
        assert (found["failures"], found["rejections"], found["incidents"]) == ([], {}, [])
    return found


def rotate(federation, *more: str, code: int = 0) -> str:
    phrase = federation.folder / "phrase"
    return comity("key", "rotate", "log", federation["XA"].folder, "--passphrase-file", phrase, *more, code=code)


def evidence(federation, name: str) -> Path:
    path = federation.folder / name
    assert federation["XB"].call("evidence", path=str(path), out=False)
    return path


def judged(federation, path: Path) -> list[dict]:
    told = comity("verify", path, "--fingerprint", registrar.fingerprint(federation), "--json")
    return [claim for claim in json.loads(told)["claims"] if claim["verdict"] == "fails"]


def test_the_keys_of_a_log_change_in_the_middle_of_traffic_and_no_note_is_lost(federation):
    exchange(federation, 3)
    before = evidence(federation, "before.json")
    assert judged(federation, before) == []
    federation["XA"].call("send", sender=A, recipients=[B], count=30)
    told = rotate(federation)
    federation["XA"].call("send", sender=A, recipients=[B], count=30)
    assert "xa.ncb/x1" in told
    assert "xa.ncb/a1" in told
    exchange(federation, 3)  # partners know the old keys alone
    assert federation["XA"].call("own_logs")["xa.ncb/x1"] == {
        **federation["XA"].call("own_logs")["xa.ncb/x1"], "closed": False, "lines": 4,
    }  # fmt: skip
    registrar.take_cards(federation, "XA")
    exchange(federation, 3)  # partners know the new keys
    assert federation["XB"].call("state")["arrived"] == 3 + 30 + 30 + 3 + 3
    for node in federation.nodes.values():
        assert node.call("audit")["wrong"] == []
    assert judged(federation, before) == []
    assert judged(federation, evidence(federation, "after.json")) == []


def test_whole_logs_verify_across_the_change(federation):
    comity("verify", "--node", federation["XA"].folder)


def test_a_change_that_is_not_over_is_not_begun_again(federation):
    assert "changing already" in rotate(federation, code=1)


def test_a_member_that_joins_later_reads_the_whole_log(federation):
    federation["XA"].call("send", sender=A, recipients=["xc.ncb"])
    found = federation["XC"].wait("state", lambda found: found["arrived"] == 1, 60)
    assert "proof.signature" not in found["rejections"]


def test_after_ninety_days_the_former_keys_are_gone_and_the_new_ones_sign_alone(federation):
    assert "log-next/xa.ncb@x1" in federation["XA"].call("after_days", days=0)["names"]
    assert "log-next/xa.ncb@x1" in federation["XA"].call("after_days", days=89)["names"]
    assert "log-next/xa.ncb@x1" not in federation["XA"].call("after_days", days=91)["names"]
    federation["XA"].call("send", sender=A, recipients=[B])
    federation["XA"].wait("state", lambda found: found["waiting"] == 0, 60)
    assert federation["XA"].call("own_logs")["xa.ncb/x1"]["lines"] == 2
    assert "proof.signature" not in federation["XB"].call("state")["rejections"]


def test_an_authority_of_another_node_is_named_with_those_of_this_one(federation):
    assert "xa.ncb" in rotate(federation, "--authority", "xb.spoc", code=1)


def test_a_log_is_exported_as_files_that_hold_together(federation, tmp_path):
    told = comity("export-log", federation["XA"].folder, "xa.ncb/x1", tmp_path / "out")
    exported = ExportedLog.open(tmp_path / "out")
    assert str(exported.size) in told
    mirror = Mirror(FolderStore(federation["XB"].folder / "directory"))
    entry = mirror.directory.member(AuthorityId.parse(A)).log(LogName.parse("xa.ncb/x1"))
    report = verify_log(exported, keys_at(entry))
    assert report.faults == ()
    assert report.size == exported.size
    assert "is not empty" in comity("export-log", federation["XA"].folder, "xa.ncb/x1", tmp_path / "out", code=1)
    assert "it has xa.ncb/a1" in comity("export-log", federation["XA"].folder, "xa.ncb/x9", tmp_path / "no", code=1)
