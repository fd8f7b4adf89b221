"""Backup and restore: one archive, nothing half, and the same log goes on."""

import importlib.util
import shutil
import sys
import tarfile
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
    built = federation.build(tmp_path_factory.mktemp("federation"), {"XA": ("xa.ncb",), "XB": ("xb.spoc",)})
    for node in built.nodes.values():
        node.open_hands()
        node.start()
    for node in built.nodes.values():
        node.ready()
    yield built
    built.stop()


def run(*arguments):
    return federation.processes.run(["-m", "comity", *arguments])


def delivered(count):
    return lambda state: state["delivered"] == count and state["unnumbered"] == 0


@pytest.fixture(scope="module")
def archive(nodes):
    """A backup of XA, made while it ran and after three messages; six more follow it."""
    nodes["XA"].call("send", sender="xa.ncb", recipients=["xb.spoc"], count=3)
    nodes["XA"].wait("state", delivered(3))
    path = nodes.folder / "xa.tgz"
    done = run("backup", str(nodes["XA"].folder), str(path))
    assert done.returncode == 0, done.stderr
    nodes["XA"].call("send", sender="xa.ncb", recipients=["xb.spoc"], count=6)
    nodes["XB"].call("send", sender="xb.spoc", recipients=["xa.ncb"], count=2)
    nodes["XA"].wait("state", lambda state: state["delivered"] == 9 and state["arrived"] == 2)
    nodes["XB"].call("mirror_now")
    return path


def test_a_backup_holds_no_kem_private_key(archive):
    with tarfile.open(archive) as tar:
        names = tar.getnames()
    assert "db.sqlite3" in names
    assert "keys/keystore.json" in names
    assert not [name for name in names if name.startswith("keys/kem")]


def test_an_archive_is_never_overwritten(nodes, archive):
    assert run("backup", str(nodes["XA"].folder), str(archive)).returncode == 1


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_damaged_archive_is_refused_and_leaves_nothing(tmp_path, archive, place):
    data = bytearray(archive.read_bytes())
    data[int(len(data) * place)] ^= 0xFF
    damaged = tmp_path / "damaged.tgz"
    damaged.write_bytes(data)
    done = run("restore", str(damaged), str(tmp_path / "node"), "--unpack-only")
    assert done.returncode == 1
    assert "no whole backup" in done.stderr
    assert not (tmp_path / "node").exists()


def test_a_cut_archive_is_refused(tmp_path, archive):
    cut = tmp_path / "cut.tgz"
    cut.write_bytes(archive.read_bytes()[:-5000])
    assert run("restore", str(cut), str(tmp_path / "node"), "--unpack-only").returncode == 1
    assert list(tmp_path.iterdir()) == [cut]


def test_a_restored_node_goes_on_with_the_same_log_and_lanes(nodes, archive):
    xa, xb = nodes["XA"], nodes["XB"]
    before = xa.call("state")
    xa.stop()
    xa.close_hands()
    shutil.move(xa.folder, xa.folder.with_name("lost"))
    phrase = nodes.folder / "phrase"
    phrase.write_text(federation.PASSPHRASE + "\n")
    done = run("restore", str(archive), str(xa.folder), "--passphrase-file", str(phrase))
    assert done.returncode == 0, done.stderr
    assert "6 notes came back" in done.stdout
    xa.open_hands()
    xa.start()
    xa.ready()
    xa.call("send", sender="xa.ncb", recipients=["xb.spoc"], count=2)
    state = xb.wait("state", lambda found: found["arrived"] == 11)
    assert state["incidents"] == []
    after = xa.wait("state", lambda found: found["waiting"] == 0 and found["unnumbered"] == 0)
    assert after["incidents"] == []
    assert after["logs"]["xa.ncb/x1"][0] > before["logs"]["xa.ncb/x1"][0]
    lanes = {tuple(lane[:3]): lane[3:] for lane in after["lanes"]}
    assert lanes["xa.ncb", "xb.spoc", 1][0] == 12
