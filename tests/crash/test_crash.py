"""Kill, failing disk and full disk at the system calls of sending, receiving and storing, under strace.

Each fault strikes a copy of a node's folder. Then a fresh process checks every invariant, repeats the act, and checks
again (docs/protocol/delivery.md, section 8).
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
SYSCALLS = ("pwrite64", "fdatasync", "fsync", "rename", "write")
A, B = "xa.ncb", "xb.spoc"


def load(name: str):
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, TESTS / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="module")
def strace():
    found = shutil.which("strace")
    if found is None:
        pytest.skip("install strace to see what a crash leaves behind")
    if subprocess.run([found, "-o", os.devnull, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not permit ptrace")
    return found


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """XA with three notes for XB, neither running, and the parcel that would carry them."""
    folder = tmp_path_factory.mktemp("crash")
    made = load("federation").build(folder, {"XA": (A,), "XB": (B,)})
    made["XA"].call("send_signed", sender=A, recipients=[B], count=3)
    assert made["XA"].call("compose", own=A, partner=B, path=str(folder / "parcel")) == 3
    return made


def acts(world) -> dict:
    return {
        "send": (world["XA"], "send_signed", {"sender": A, "recipients": [B], "count": 2}),
        "receive": (world["XB"], "accept", {"path": str(world.folder / "parcel"), "partner": A}),
        "attachment": (world["XB"], "store_chunk", {"size": 100_000}),
    }


def copy(node, folder: Path):
    shutil.copytree(node.folder, folder)
    return type(node)(folder, node.authorities)


def files(node) -> tuple[str, ...]:
    """Name what strace watches: the database, its log, and where a chunk of zeros comes to lie."""
    paths = [node.folder / "db.sqlite3", node.folder / "db.sqlite3-wal"]
    return tuple(part for path in paths for part in ("-P", str(path)))


def watched(act: str, node) -> tuple[str, ...]:
    if act != "attachment":
        return files(node)
    folder = node.folder / "bodies" / hashlib.sha256(bytes(100_000)).hexdigest()[:2]
    name = hashlib.sha256(bytes(100_000)).hexdigest()
    paths = folder, folder / name, folder / f"{name}.part"
    return tuple(part for path in paths for part in ("-P", str(path)))


def counted(strace: str, act: str, node, name: str, arguments: dict, trace: Path) -> dict[str, int]:
    """Run the act once without a fault, and count each system call on the node's files."""
    done = node.call(
        name,
        wrapper=(
            strace,
            "-f",
            "--seccomp-bpf",
            "-qq",
            "-o",
            str(trace),
            "-e",
            f"trace={','.join(SYSCALLS)}",
            *watched(act, node),
        ),
        check=False,
        **arguments,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = trace.read_text().splitlines()
    return {call: sum(f" {call}(" in f" {line.split(None, 1)[1]}" for line in lines) for call in SYSCALLS}


def strike(strace: str, act: str, source, name: str, arguments: dict, fault: str, call: str, nth: int, folder: Path):
    """Run the act under one fault, then check, repeat and check in a fresh process."""
    node = copy(source, folder)
    struck = node.call(
        name,
        wrapper=(
            strace, "-f", "--seccomp-bpf", "-qq", "-o", os.devnull, "-e", f"trace={call}", *watched(act, node),
            "-e", f"inject={call}:{fault}:when={nth}",
        ),
        check=False,
        **arguments,
    )  # fmt: skip
    acknowledged = struck.returncode == 0
    if act == "attachment":
        digest = json.loads(struck.stdout.splitlines()[-1]) if acknowledged else None
        held = node.call("chunk_held", digest=hashlib.sha256(bytes(100_000)).hexdigest())
        assert held == "whole" if digest else held in {"whole", "nothing"}
        node.call(name, **arguments)
        return
    first, result, second = node.call("repeated", act=name, arguments=arguments)
    where = f"{fault} at {call} {nth} of {act}"
    assert first["wrong"] == [], where
    assert second["wrong"] == [], where
    assert second["unnumbered"] == 0 or act == "send", where
    if act == "send":
        begun = source.sent_before
        assert first["waiting"] in {begun, begun + 2}, where
        assert not acknowledged or first["waiting"] == begun + 2, where
        assert second["waiting"] == first["waiting"] + 2, where
    else:
        assert first["arrived"] in {0, 3}, where
        assert not acknowledged or first["arrived"] == 3, where
        assert (second["arrived"], len(result)) == (3, 1), where
    shutil.rmtree(folder)


def points(counts: dict[str, int], most: int) -> list[tuple[str, int]]:
    """Spread at most so many points over all calls of the act, first and last of each call among them."""
    every = [(call, nth) for call, count in counts.items() for nth in range(1, count + 1)]
    if len(every) <= most:
        return every
    return [every[round(place * (len(every) - 1) / (most - 1))] for place in range(most)]


def run(strace, world, act: str, faults: tuple[str, ...], most: int, folder: Path) -> None:
    source, name, arguments = acts(world)[act]
    source.sent_before = 3
    counts = counted(strace, act, copy(source, folder / "count"), name, arguments, folder / "trace")
    found = points(counts, most)
    assert found, f"{act} touched no file: {counts}"
    for fault in faults:
        for number, (call, nth) in enumerate(found):
            strike(strace, act, source, name, arguments, fault, call, nth, folder / f"{fault[-6:]}-{number}")


KILL, EIO, ENOSPC = "signal=KILL", "error=EIO", "error=ENOSPC"


@pytest.mark.parametrize("act", ["send", "receive", "attachment"])
def test_a_kill_leaves_all_or_nothing(strace, world, act, sampled, tmp_path):
    run(strace, world, act, (KILL,), sampled(2, 100_000), tmp_path)


@pytest.mark.parametrize("act", ["send", "receive", "attachment"])
def test_a_failing_or_full_disk_leaves_all_or_nothing(strace, world, act, sampled, tmp_path):
    run(strace, world, act, (EIO, ENOSPC), sampled(2, 100_000), tmp_path)
