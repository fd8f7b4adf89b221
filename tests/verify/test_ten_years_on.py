"""A thief has a node's log keys and its TLS key: he is noticed and closed off, and what came before holds for good.

Ten years later every key was changed, one of them stolen, and the directory ran out long ago: the evidence of today is
judged as it is today.
"""

import json
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from tests import registrar
from tests.commands import comity

from comity.cli.directory_revoking import Asked, revocations_of, witnesses_of
from comity.directory.registrar import Registrar
from comity.directory.store import FolderStore

A, B, C = "xa.ncb", "xb.spoc", "xc.ncb"


class Story:
    """What happens, in order; each test looks at one moment of it."""

    def __init__(self, federation, node_of) -> None:
        self.federation, self.node_of = federation, node_of
        self.folder = federation.folder

    def told(self) -> None:
        """XA sends to both, and XC, which takes no part in XB's note, is witness of it."""
        xa = self.federation["XA"]
        for _ in range(2):  # the second parcel's proof is cosigned with the first note in it
            xa.call("send", sender=A, recipients=[B, C])
            xa.wait("state", lambda found: found["waiting"] == 0, 60)
        assert xa.call("evidence", path=str(self.folder / "before.json"), out=True)
        time.sleep(1.1)
        self.since = datetime.now(UTC).replace(microsecond=0)

    def robbed(self) -> None:
        """The thief copies the node, and writes to XB in its name."""
        shutil.copytree(self.federation["XA"].folder, self.folder / "thief", ignore=shutil.ignore_patterns("*.sock"))
        self.thief = self.node_of(self.folder / "thief", (A,))
        self.thief.call("send_signed", sender=A, recipients=[B], count=2)
        self.answer = self.knock()
        xb = self.federation["XB"]
        arrived = xb.call("state")["arrived"]
        assert xb.call("evidence_of_last", path=str(self.folder / "after.json")) > 0
        assert arrived == 4

    def knock(self) -> list:
        path = self.folder / "forged"
        self.thief.call("compose", own=A, partner=B, path=str(path))
        return self.thief.call("knock_whatever_it_takes", own=A, partner=B, path=str(path))

    def closed(self) -> None:
        """The registrar closes the log at what XA and its witnesses confirm."""
        comity("key", "stolen", self.federation["XA"].folder)
        trusted = (self.federation["XA"].folder / "cards" / f"{A}@x1.checkpoint").read_bytes()
        office = Registrar(FolderStore(self.folder / "directory"))
        self.witnesses = witnesses_of(office, trusted)
        (self.revocation,) = revocations_of(office, Asked(A, "log", "", self.since, "key.compromised", trusted))
        registrar.take_cards(self.federation, revoked=(self.revocation,))

    def replaced(self) -> str:
        done = comity("key", "replace", self.federation["XA"].folder, "--passphrase-file", self.folder / "phrase")
        registrar.take_cards(self.federation, "XA")
        return done


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    from tests import federation as building

    made = building.build(tmp_path_factory.mktemp("federation"), {"XA": (A,), "XB": (B,), "XC": (C,)})
    (made.folder / "phrase").write_text(f"{building.PASSPHRASE}\n")
    try:
        for node in made.nodes.values():
            node.open_hands()
            node.start()
        for node in made.nodes.values():
            node.ready(60)
        told = Story(made, building.Node)
        told.told()
        told.robbed()
        yield told
    finally:
        made.stop()


def verified(story, name: str, *more: str, code: int = 0) -> str:
    return comity(
        "verify", story.folder / name, "--fingerprint", registrar.fingerprint(story.federation), *more, code=code
    )


def test_1_a_node_whose_key_is_stolen_learns_it_from_a_partner_that_was_shown_what_it_never_signed(story):
    xa = story.federation["XA"]
    xa.call("send", sender=A, recipients=[B])
    found = xa.wait("state", lambda found: found["failures"] != [], 60)
    assert set(found["failures"]) <= {"head.mismatch", "proof.consistency", "log.forked"}
    xa.call("ask_about_ourselves")
    assert "key.stolen" in xa.call("state")["incidents"]


def test_2_what_the_thief_sends_after_the_log_was_closed_is_refused_with_a_code(story):
    story.closed()
    assert set(story.witnesses) <= {B, C}
    assert story.witnesses
    before = story.federation["XB"].call("state")["arrived"]
    story.thief.call("send_signed", sender=A, recipients=[B], count=1)
    assert story.knock() == [400, "log.closed"]
    assert story.federation["XB"].call("state")["arrived"] == before


def test_3_the_next_log_goes_on_and_notes_that_waited_arrive(story):
    xa, xb = story.federation["XA"], story.federation["XB"]
    before = xb.call("state")["arrived"]
    assert "comity key replace" in comity("doctor", xa.folder, code=1)
    told = story.replaced()
    assert "xa.ncb/x2" in told
    xa.call("send", sender=A, recipients=[B, C], count=3)
    found = xa.wait("state", lambda found: found["waiting"] == 0, 90)
    assert found["refused_by_partner"] == 0
    assert xb.call("state")["arrived"] > before + 3
    logs = xa.call("own_logs")
    assert (logs["xa.ncb/x1"]["closed"], logs["xa.ncb/x2"]["closed"]) == (True, False)
    names = xa.call("after_days", days=0)["names"]
    assert "log/xa.ncb@x2" in names
    assert "log/xa.ncb@x1" not in names
    xb.call("send", sender=B, recipients=[A])
    xb.wait("state", lambda found: found["waiting"] == 0, 60)


def test_4_the_next_log_opens_with_what_is_trusted_of_the_old_one(story):
    opening = story.federation["XA"].call("opening", log="xa.ncb/x2")
    assert opening == {
        "v": 1,
        "log": "xa.ncb/x1",
        "size": story.revocation.closing.size,
        "root": story.revocation.closing.root.hex(),
        "from": int(story.since.timestamp()),
    }
    comity("verify", "--node", story.federation["XA"].folder)


def test_5_evidence_from_before_the_theft_holds_and_from_after_it_does_not(story):
    stolen = f"{A}/x1@{story.since.strftime('%Y-%m-%dT%H:%M:%SZ')}"
    assert "FAILS" not in verified(story, "before.json", "--compromised", stolen)
    refused = verified(story, "after.json", "--compromised", stolen, code=1)
    assert "stolen" in refused


def test_6_an_incident_is_settled_by_an_officer_and_the_ledger_keeps_it(story):
    node = story.federation["XA"].folder
    number = comity("incident", "--node", node, "list").split("\t")[0]
    assert "comity key stolen" in comity(
        "incident", "--node", node, "show", number, "--evidence", story.folder / "proof"
    )
    assert (story.folder / "proof" / f"incident-{number}-1.txt").read_bytes().startswith(b"xa.ncb/x1\n")
    settle = ("incident", "--node", node, "settle", number, "--found", "log closed, next log opened")
    assert "no officer" in comity(*settle, "--by", "nobody", code=1)
    story.federation["XA"].call("officer", username="admin", authority=A)
    comity(*settle, "--by", "admin")
    assert "was settled by admin" in comity(*settle, "--by", "admin", code=1)
    assert comity("incident", "--node", node, "list").strip() == "No incident is open."
    assert json.loads(story.federation["XA"].call("last_act", kind="incident.settled"))["officer"] == "admin"


IN_2036 = """
import datetime, sys, time

NOW = datetime.datetime(2036, 11, 23, 12, tzinfo=datetime.UTC)


class Moved(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW.astimezone(tz) if tz else NOW.replace(tzinfo=None)

    @classmethod
    def utcnow(cls):
        return NOW.replace(tzinfo=None)


datetime.datetime = Moved
time.time = NOW.timestamp
from comity.cli import run

run(sys.argv[1:])
"""


def in_2036(story, name: str, *more: str) -> tuple[int, str]:
    """Verify a file with the clock of the machine in 2036; returns the exit code and what was said."""
    root = registrar.fingerprint(story.federation)
    done = subprocess.run(
        [sys.executable, "-c", IN_2036, "verify", str(story.folder / name), "--fingerprint", root, *more],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_7_evidence_of_today_holds_in_2036_with_every_key_changed_one_stolen_and_the_directory_expired(story):
    xa = story.federation["XA"]
    for what in (("log",), ("identity",), ("tls",)):
        named = (A,) if what == ("identity",) else ()
        comity("key", "rotate", *what, xa.folder, *named, "--passphrase-file", story.folder / "phrase")
    registrar.take_cards(story.federation, "XA")
    registrar.change_every_holder(story.federation)
    stolen = f"{A}/x1@{story.since.strftime('%Y-%m-%dT%H:%M:%SZ')}"
    later = ("--directory", str(story.folder / "directory"))
    for known in ((), later, ("--compromised", stolen)):
        code, told = in_2036(story, "before.json", *known)
        assert (code, told.count("FAILS")) == (0, 0), told
        assert ("others saw it before the keys of xa.ncb/x1 were stolen" in told) == bool(known)
    assert "rests on the registrar, xc.ncb" in told  # in force, says a member that took no part
    assert "rests on what you were given yourself, xc.ncb" in told  # before the theft, says the same
    assert "rests on nobody: mathematics" in told


def test_8_what_was_signed_after_the_theft_is_refused_in_2036_with_words_that_say_why(story):
    stolen = f"{A}/x1@{story.since.strftime('%Y-%m-%dT%H:%M:%SZ')}"
    later = story.folder / "directory"  # nobody told this verifier of a theft: the directory of his time does
    for known in (("--compromised", stolen), ("--directory", str(later))):
        code, told = in_2036(story, "after.json", *known)
        assert code == 1
        (refused,) = [line for line in told.splitlines() if line.startswith("FAILS")]
        assert story.since.strftime("%Y-%m-%d %H:%M:%S UTC") in refused
        assert "whoever has the keys can write any date" in refused
    assert "rests on the registrar" in refused
    assert "reports the keys of 1 log stolen" in told


def test_9_evidence_exported_after_all_changes_leads_from_the_first_root_too(story):
    assert story.federation["XA"].call("evidence", path=str(story.folder / "renewed.json"), out=True)
    code, told = in_2036(story, "renewed.json")
    assert (code, told.count("FAILS")) == (0, 0), told
