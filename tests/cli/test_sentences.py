"""What an administrator reads when something is wrong: one line that says what it is and what to do."""

import json
import socket
import sqlite3
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from tests.commands import comity
from tests.directory_world import HOLDERS, ROOT_HOLDERS, TABLE

from comity.directory import FolderStore, Registrar

PHRASE = "the lighthouse keeper sleeps"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("node")
    (made / "phrase").write_text(f"{PHRASE}\n")
    (made / "wrong").write_text("another one\n")
    comity(
        "init", made / "xa", "--authority", "xa.ncb", "--passphrase-file", made / "phrase",
        "--port", 18921, "--federation-port", 18922,
    )  # fmt: skip
    return made


def one_line(told: str) -> str:
    """Return what was said, which must be one line without a trace."""
    (line,) = told.strip().splitlines()
    assert line.startswith("comity: ")
    assert line.count(". ") <= 1  # what is wrong, and what to do
    return line


@pytest.mark.parametrize(
    "verb", [("serve",), ("key", "rotate", "log"), ("key", "passphrase")], ids=["serve", "rotate", "passphrase"]
)
def test_a_wrong_pass_phrase(folder, verb):
    told = one_line(comity(*verb, folder / "xa", "--passphrase-file", folder / "wrong", code=1))
    assert "the pass phrase is wrong" in told
    assert "check the first line of its file" in told


def test_a_pass_phrase_file_that_is_not_there(folder):
    assert "cannot be read" in one_line(comity("serve", folder / "xa", "--passphrase-file", folder / "none", code=1))


@pytest.mark.parametrize(("port", "name"), [(18921, "port"), (18922, "federation_port")])
def test_a_port_that_is_taken(folder, port, name):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        told = one_line(comity("serve", folder / "xa", "--passphrase-file", folder / "phrase", code=1))
    assert f"port {port} is taken" in told
    assert f"change `{name}` in node.toml" in told


def published(folder, at: datetime):
    """Write a directory that was signed at some time."""
    registrar = Registrar.create(FolderStore(folder), HOLDERS, ROOT_HOLDERS[:3], at)
    registrar.publish(TABLE, at)
    return folder


def test_an_expired_directory(folder, tmp_path):
    """Its timestamp ran out: the registrar is away, or this clock is ahead."""
    public = published(tmp_path / "public", datetime.now(UTC) - timedelta(days=3))
    told = one_line(
        comity("directory", "refresh", tmp_path / "node", "--root", public / "1.root.json", "--from", public, code=1)
        .replace(f"Compare with the registrar: {sha256((public / '1.root.json').read_bytes()).hexdigest()}\n", "")
    )  # fmt: skip
    assert "timestamp.json is expired" in told
    assert "see whether this clock is right" in told


def test_a_directory_that_was_never_fetched(folder):
    told = one_line(comity("directory", "refresh", folder / "nowhere", code=1))
    assert "needs a root to trust" in told


def test_a_clock_that_is_behind_what_was_recorded(folder):
    with sqlite3.connect(folder / "xa" / "db.sqlite3") as database:
        (log,) = database.execute("SELECT id FROM ledger_log WHERE name = 'xa.ncb/a1'").fetchone()
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).replace(tzinfo=None).isoformat(" ")
        database.execute(
            "INSERT INTO ledger_checkpoint (log_id, size, root, pad_first, pad_count, at) VALUES (?, 1, ?, 0, 0, ?)",
            (log, bytes(32), tomorrow),
        )
    database.close()
    found = json.loads(comity("doctor", folder / "xa", "--json", code=1))
    (clock,) = [one for one in found if one["check"] == "clock"]
    assert clock["state"] == "fault"
    assert "behind" in clock["text"]
    assert "set the clock" in clock["remedy"]


def test_a_database_that_is_not_one(folder, tmp_path):
    (tmp_path / "xa").mkdir()
    (tmp_path / "xa" / "node.toml").write_text((folder / "xa" / "node.toml").read_text())
    (tmp_path / "xa" / "db.sqlite3").write_bytes(b"no database at all, whatever its name says" * 100)
    (tmp_path / "xa" / "keys").mkdir()
    (tmp_path / "xa" / "secret").mkdir()
    told = comity("incident", "--node", tmp_path / "xa", "list", code=1)
    assert "Traceback" not in told


def test_what_two_registrars_must_sign_names_what_is_missing(tmp_path):
    (tmp_path / "phrase").write_text(f"{PHRASE}\n")
    keys = ["--keys", tmp_path / "safe", "--keys", tmp_path / "online", "--passphrase-file", tmp_path / "phrase"]
    comity("directory", "init", tmp_path / "public", *keys)
    agreement = tmp_path / "harbour.json"
    agreement.write_text("{}")
    told = one_line(
        comity(
            "directory", "publish", tmp_path / "public", "--agreement", agreement, *keys[2:], code=1
        )
    )  # fmt: skip
    assert "2 of the registrar's holders" in told
    assert "--keys" in told


@pytest.mark.parametrize("verb", ["list", "show", "settle"])
def test_a_verb_on_incidents_explains_itself_without_a_node(verb):
    assert "Usage: comity incident" in comity("incident", verb, "--help")


def test_incidents_of_no_node_are_asked_for_in_one_sentence():
    assert "COMITY_NODE" in comity("incident", "list", code=2)
