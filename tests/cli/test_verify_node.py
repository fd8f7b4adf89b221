"""`comity verify` on real nodes: what they exchanged is proved offline, and where a file was tampered with is named."""

import importlib.util
import json
import shutil
import sqlite3
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]


def load(name: str):
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


federation = load("federation")


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """Two nodes, each of which sent the other something that was received."""
    built = federation.build(tmp_path_factory.mktemp("federation"), {"XA": ("xa.ncb",), "XB": ("xb.spoc",)})
    for node in built.nodes.values():
        node.open_hands()
        node.start()
    for node in built.nodes.values():
        node.ready()
    built["XA"].call("send", sender="xa.ncb", recipients=["xb.spoc"], count=3)
    built["XB"].call("send", sender="xb.spoc", recipients=["xa.ncb"], count=1)
    for node, sent, came in (("XA", 3, 1), ("XB", 1, 3)):
        built[node].wait(
            "state", lambda state, sent=sent, came=came: (state["delivered"], state["arrived"]) == (sent, came)
        )
    built["XA"].call("send", sender="xa.ncb", recipients=["xb.spoc"], count=1)  # whose reply bears a later cosignature
    built["XA"].wait("state", lambda state: state["delivered"] == 4)
    yield built
    built.stop()


@pytest.fixture
def copy(nodes, tmp_path):
    """A copy of XA's database and directory."""
    return taken(nodes["XA"].folder, tmp_path / "copy")


def taken(node, folder):
    """Copy a running node's database and directory, as an auditor takes them, and return where they are."""
    folder.mkdir()
    shutil.copytree(node / "directory", folder / "directory")
    source, target = (sqlite3.connect(place / "db.sqlite3") for place in (node, folder))
    source.backup(target)
    target.execute("PRAGMA journal_mode = DELETE")
    source.close()
    target.close()
    return folder


def verify(*arguments):
    return federation.processes.run(
        ["-m", "comity", "verify", *map(str, arguments)], env={"PATH": "", "LANGUAGE": "en"}
    )


def logs_of(folder):
    return {one["log"]: one for one in json.loads(verify("--node", folder, "--json").stdout)}


def tamper(folder, statement, *values):
    connection = sqlite3.connect(folder / "db.sqlite3")
    with connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        changed = connection.execute(statement, values).rowcount
    connection.close()
    assert changed == 1, "the tampering itself went wrong"


def a_note_of(folder, position):
    """Return (row id, index) of the note at a position in XA's exchange log."""
    connection = sqlite3.connect(folder / "db.sqlite3")
    rows = connection.execute('SELECT id, "index" FROM ledger_entry WHERE kind = 1 ORDER BY "index"').fetchall()
    connection.close()
    return rows[position]


@pytest.mark.parametrize(("state", "out"), [("XA", True), ("XB", False)])
def test_what_was_exchanged_is_proved_by_either_side_without_a_node(nodes, tmp_path, state, out):
    path = tmp_path / "file.evidence"
    assert nodes[state].call("evidence", path=str(path), out=out) > 0
    root = sha256((nodes.folder / "directory" / "1.root.json").read_bytes()).hexdigest()
    sound = verify("--root", root, path)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert "FAILS" not in sound.stdout

    changed = json.loads(path.read_text(encoding="utf-8"))
    body = changed["body"]["data"]
    changed["body"]["data"] = ("A" if body[0] != "A" else "B") + body[1:]
    path.write_text(json.dumps(changed), encoding="utf-8")
    broken = verify("--root", root, "--json", path)
    assert broken.returncode == 1
    claims = json.loads(broken.stdout)["claims"]
    assert {one["rule"] for one in claims if one["verdict"] == "fails"} == {"body.hash", "body.opened"}


def test_both_nodes_hold_and_name_each_other_as_witness(nodes, tmp_path):
    for state, own, other in (("XA", "xa.ncb", "xb.spoc"), ("XB", "xb.spoc", "xa.ncb")):
        running = verify("--node", nodes[state].folder)
        assert running.returncode == 0, running.stdout + running.stderr
        # Words and JSON are of one moment: between two looks at a running node a witness may have signed more.
        folder = taken(nodes[state].folder, tmp_path / state)
        done = verify("--node", folder)
        assert done.returncode == 0, done.stdout + done.stderr
        logs = logs_of(folder)
        assert set(logs) == {f"{own}/a1", f"{own}/x1"}
        assert [saw["member"] for saw in logs[f"{own}/x1"]["witnesses"]] == [other]
        assert f"witnesses: {other} up to {logs[f'{own}/x1']['witnesses'][0]['size']}" in done.stdout


def test_a_copy_is_judged_like_the_node_and_stays_as_it_was(copy):
    before = sha256((copy / "db.sqlite3").read_bytes()).digest()
    assert verify("--node", copy).returncode == 0
    assert sha256((copy / "db.sqlite3").read_bytes()).digest() == before
    assert not list(copy.glob("db.sqlite3-*"))


def test_django_is_not_needed(copy):
    code = (
        "import sys; sys.modules['django'] = None; from comity.cli import main; "
        f"main(['verify', '--node', {str(copy)!r}], standalone_mode=False)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE ledger_entry SET h = zeroblob(32) WHERE id = ?", "log.opening"),
        ("UPDATE ledger_entry SET h = zeroblob(32), kind = 255 WHERE id = ?", "log.leaf"),
        ("UPDATE ledger_entry SET kind = 77 WHERE id = ?", "log.leaf"),
        ("UPDATE ledger_entry SET kind = 'note' WHERE id = ?", "log.entry"),
        ("UPDATE exchange_note SET raw = zeroblob(900) WHERE entry_id = ?", "log.opening"),
        ("DELETE FROM exchange_note WHERE entry_id = ?", "log.opening-gone"),
        ("DELETE FROM ledger_entry WHERE id = ?", "log.gap"),
    ],
)
def test_a_row_that_was_tampered_with_is_named(copy, statement, rule):
    number, index = a_note_of(copy, 1)
    tamper(copy, statement, number)
    done = verify("--node", copy)
    assert done.returncode == 1
    assert f"xa.ncb/x1 at entry {index}: " in done.stdout
    assert " -> " in done.stdout
    faults = logs_of(copy)["xa.ncb/x1"]["faults"]
    assert faults[0]["index"] == index
    assert rule in {fault["rule"] for fault in faults if fault["index"] == index}


def test_a_checkpoint_of_another_log_is_named(copy):
    tamper(
        copy,
        "UPDATE ledger_checkpoint SET text = replace(CAST(text AS TEXT), 'xa.ncb/x1' || char(10), "
        "'xa.ncb/x2' || char(10)) WHERE id = (SELECT max(c.id) FROM ledger_checkpoint c "
        "JOIN ledger_log l ON l.id = c.log_id WHERE l.name = 'xa.ncb/x1')",
    )
    faults = {fault["rule"] for fault in logs_of(copy)["xa.ncb/x1"]["faults"]}
    assert "log.origin" in faults


def test_a_log_that_was_cut_with_its_checkpoints_is_betrayed_by_its_witness(copy):
    """Whoever has the disk can go back to an older signed state; not in front of who saw the newer one."""
    connection = sqlite3.connect(copy / "db.sqlite3")
    (log, first) = connection.execute(
        "SELECT l.id, min(c.size) FROM ledger_log l JOIN ledger_checkpoint c ON c.log_id = l.id "
        "WHERE l.name = 'xa.ncb/x1' GROUP BY l.id"
    ).fetchone()
    (root,) = connection.execute(
        "SELECT root FROM ledger_checkpoint WHERE log_id = ? AND size = ?", (log, first)
    ).fetchone()
    with connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute('DELETE FROM ledger_entry WHERE log_id = ? AND "index" >= ?', (log, first))
        connection.execute("DELETE FROM ledger_checkpoint WHERE log_id = ? AND size > ?", (log, first))
        connection.execute(
            "UPDATE ledger_log SET size = ?, signed_size = ?, root = ? WHERE id = ?", (first, first, root, log)
        )
    connection.close()
    found = logs_of(copy)["xa.ncb/x1"]["faults"]
    assert {fault["rule"] for fault in found} == {"witness.contradicts"}
    assert all(fault["found"] == "xb.spoc" for fault in found)


def test_a_database_that_is_not_there_is_told_in_one_sentence(tmp_path):
    done = verify("--node", tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_the_exchange_log_names_the_acts_log_as_its_checkpoint_does_and_only_when_it_grew(nodes):
    said, due = nodes["XB"].call("acts_roots", times=3)
    assert said == due
