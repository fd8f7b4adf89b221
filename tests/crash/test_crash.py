"""Kill, failing disk, full disk and power cut at the system calls of what a node keeps.

Each fault strikes a copy of a node's folder. Then a fresh process checks every invariant, repeats the act, and checks
again (docs/protocol/delivery.md, section 8).
"""

import hashlib
import importlib.util
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
A, B = "xa.ncb", "xb.spoc"
KILL, EIO, ENOSPC = "signal=KILL", "error=EIO", "error=ENOSPC"
DATABASE = ("db.sqlite3", "db.sqlite3-wal")
CHUNK = hashlib.sha256(bytes(100_000)).hexdigest()


def load(path: str):
    name = Path(path).stem
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, TESTS / path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


striking = load("crash/striking.py")


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
    """XA with three notes for XB, neither running, the parcel that would carry them, and a newer directory."""
    folder = tmp_path_factory.mktemp("crash")
    made = load("federation.py").build(folder, {"XA": (A,), "XB": (B,)})
    made["XA"].call("send_signed", sender=A, recipients=[B], count=3)
    assert made["XA"].call("compose", own=A, partner=B, path=str(folder / "parcel")) == 3
    made.publish("XA")
    return made


@pytest.fixture(scope="module")
def strikers(world, strace):
    made = {state: striking.Striker(world[state], strace, world.folder / f"struck-{state}") for state in ("XA", "XB")}
    yield made
    for one in made.values():
        one.stop()


class Act:
    """An act, where it is done, which files it changes, and what must hold after a fault and after its repetition."""

    def __init__(self, world, strikers, name: str) -> None:
        self.name = name
        self.state, self.call, self.arguments, self.watched, self.held = {
            "send": ("XA", "send_signed", {"sender": A, "recipients": [B], "count": 2}, DATABASE, self.sent),
            "receive": ("XB", "accept", {"path": str(world.folder / "parcel"), "partner": A}, DATABASE, self.received),
            "attachment": ("XB", "store_chunk", {"size": 100_000},
                           (f"bodies/{CHUNK[:2]}", f"bodies/{CHUNK[:2]}/{CHUNK}", f"bodies/{CHUNK[:2]}/{CHUNK}.part"),
                           self.kept),
            "keys": ("XA", "new_keys", {"days": 8}, None, self.opens),
            "directory": ("XB", "refreshed", {}, None, self.follows),
        }[name]  # fmt: skip
        self.striker = strikers[self.state]

    def do(self, folder: Path, *options: str, **how):
        return self.striker.do(folder, self.call, self.arguments, *options, **how)

    def ask(self, folder: Path, name: str, **arguments):
        done = self.striker.do(folder, name, arguments)
        assert done.code == 0, self.striker.said()
        return done.result

    def check(self, folder: Path, *, acknowledged: bool, where: str) -> None:
        """Judge what is left, repeat the act, judge again."""
        self.held(folder, acknowledged=acknowledged, where=where)
        shutil.rmtree(folder)

    def sent(self, folder: Path, *, acknowledged: bool, where: str) -> None:
        first, _, second = self.ask(folder, "repeated", act=self.call, arguments=self.arguments)
        assert (first["wrong"], second["wrong"]) == ([], []), where
        assert first["waiting"] in ({5} if acknowledged else {3, 5}), where
        assert second["waiting"] == first["waiting"] + 2, where

    def received(self, folder: Path, *, acknowledged: bool, where: str) -> None:
        first, result, second = self.ask(folder, "repeated", act=self.call, arguments=self.arguments)
        assert (first["wrong"], second["wrong"]) == ([], []), where
        assert first["arrived"] in ({3} if acknowledged else {0, 3}), where
        assert (second["arrived"], len(result), second["unnumbered"]) == (3, 1, 0), where

    def kept(self, folder: Path, *, acknowledged: bool, where: str) -> None:
        held = self.ask(folder, "chunk_held", digest=CHUNK)
        assert held in ({"whole"} if acknowledged else {"whole", "nothing"}), where
        self.do(folder)
        assert self.ask(folder, "chunk_held", digest=CHUNK) == "whole", where

    def opens(self, folder: Path, *, acknowledged: bool, where: str) -> None:
        before = self.ask(folder, "keys_open")
        assert before["logs"] == 2, where
        assert before["kems"] in ({7} if acknowledged else {5, 6, 7}), where
        self.do(folder)
        assert self.ask(folder, "keys_open")["kems"] == 7, where

    def follows(self, folder: Path, *, acknowledged: bool, where: str) -> None:
        version = self.ask(folder, "directory_version")
        assert version in ({2} if acknowledged else {1, 2}), where
        self.do(folder)
        assert self.ask(folder, "directory_version") == 2, where


@pytest.fixture
def act(request, world, strikers):
    return Act(world, strikers, request.param)


ACTS = pytest.mark.parametrize("act", ["send", "receive", "attachment", "keys", "directory"], indirect=True)
DATABASE_ACTS = pytest.mark.parametrize("act", ["send", "receive"], indirect=True)


def points(found, most: int) -> list[tuple[str, int]]:
    """Spread at most so many points over all calls of the act, first and last among them."""
    counts: dict[str, int] = {}
    every = []
    for step in found:
        counts[step.call] = counts.get(step.call, 0) + 1
        every.append((step.call, counts[step.call]))
    if len(every) <= most:
        return every
    return [every[round(place * (len(every) - 1) / (most - 1))] for place in range(most)]


def strike(act: Act, faults: tuple[str, ...], most: int) -> None:
    before, found = act.striker.trace(act.call, act.arguments, act.watched)
    shutil.rmtree(before)
    chosen = points(found, most)
    assert chosen, f"{act.name} touched no file"
    for number, (call, nth) in enumerate(chosen):
        for fault in faults if most > 1000 else (faults[number % len(faults)],):
            folder = act.striker.copy()
            options = ("-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={nth}")
            done = act.do(folder, *options, *striking.paths(act.watched, folder))
            act.check(folder, acknowledged=done.code == 0, where=f"{fault} at {call} {nth} of {act.name}")


@ACTS
def test_a_kill_leaves_all_or_nothing(act, sampled):
    strike(act, (KILL,), sampled(4, 100_000))


@ACTS
def test_a_failing_or_full_disk_leaves_all_or_nothing(act, sampled):
    strike(act, (EIO, ENOSPC), sampled(4, 100_000))


def cut_power(act: Act, most: int, tries: int, **how) -> int:
    """Cut power at steps spread over an act and after its end; returns how many cuts there were."""
    before, found = act.striker.trace(act.call, act.arguments, **how)
    mine = [step for step in found if step.file in DATABASE]
    ends = sorted({round(place * len(mine) / most) for place in range(most)} | {len(mine)})
    for end in ends:
        for seed in range(tries if end < len(mine) else 3 * tries):
            folder = act.striker.scratch / "after"
            striking.after_power_cut(before, mine, end, random.Random(f"{act.name} {end} {seed}"), folder)
            act.check(folder, acknowledged=end == len(mine), where=f"power cut after {end} of {len(mine)}, {seed}")
    shutil.rmtree(before)
    return len(ends)


@DATABASE_ACTS
@pytest.mark.parametrize("close", [False, True], ids=["in the log", "moved into the database"])
def test_what_was_acknowledged_survives_a_power_cut(act, sampled, close):
    """Unsynced bytes are forgotten, in part or whole, at any step: all or nothing, and all once it was acknowledged."""
    assert cut_power(act, sampled(6, 100_000), sampled(1, 5), close=close) > 1


def test_every_connection_that_a_thread_opens_syncs_in_full(strikers):
    folder = strikers["XA"].copy()
    assert strikers["XA"].do(folder, "syncing", {}).result == [[2, "wal"]] * 4
    shutil.rmtree(folder)


def test_with_less_than_full_syncing_the_same_cut_loses_a_message(world, strikers):
    """This shows that the test above would notice."""
    with pytest.raises(AssertionError, match="power cut"):
        cut_power(Act(world, strikers, "send"), 1, 10, relaxed=True)


@pytest.mark.parametrize("act", ["attachment", "keys", "directory"], indirect=True)
def test_no_file_is_put_in_place_before_its_bytes_are_on_the_disk(act):
    before, found = act.striker.trace(act.call, act.arguments)
    shutil.rmtree(before)
    assert any(step.call == "rename" for step in found)
    assert striking.careless(found) == []
