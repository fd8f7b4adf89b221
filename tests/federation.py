"""A federation of real nodes on this machine: own folders, keys, databases and processes, real TLS on loopback."""

import atexit
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from comity.agreements.shipped import harbour_document
from comity.cli.init import create, prepare_database
from comity.config import nodefile
from comity.directory.card import read_card
from comity.directory.holders import Holders, Table
from comity.directory.registrar import Registrar
from comity.directory.store import FolderStore
from comity.sealing import SigningPair

PASSPHRASE = "the lighthouse keeper sleeps"
CALLS = Path(__file__).resolve().parent / "calls.py"


class Interpreters:
    """Starts processes that begin with an interpreter of their own; tests/forks.py starts them faster."""

    @staticmethod
    def start(command: list[str], **how) -> subprocess.Popen:
        return subprocess.Popen([sys.executable, *command], **how)

    @staticmethod
    def run(command: list[str], *, said: str = "", env=None, timeout_s: float = 120) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, *command], input=said, capture_output=True, text=True, env=env, timeout=timeout_s,
            check=False,
        )  # fmt: skip


processes = Interpreters()  # tests/conftest.py puts others here; what a benchmark measures starts as it always does


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Node:
    """One node's folder, and its worker while it runs."""

    folder: Path
    authorities: tuple[str, ...]
    process: subprocess.Popen | None = None
    hands: subprocess.Popen | None = None
    wanted: dict[str, str] = field(default_factory=dict)  # what tests/shifted.py is to do

    def environment(self) -> dict[str, str]:
        return {**os.environ, "COMITY_NODE": str(self.folder), "PYTHONWARNINGS": "default", **self.wanted}

    def processes(self):
        """Return what starts this node's processes: a shifted clock and another database come before the imports."""
        return Interpreters() if self.wanted or nodefile.load(self.folder).database != "sqlite" else processes

    def start(self) -> None:
        """Start the worker: delivery and the federation's door."""
        how = [str(CALLS.with_name("shifted.py"))] if self.wanted else ["-m", "comity"]
        with (self.folder / "worker.log").open("ab") as log:
            self.process = self.processes().start(
                [*how, "serve", str(self.folder), "--part", "worker"],
                stdin=subprocess.PIPE, stdout=log, stderr=log, env=self.environment(), start_new_session=True,
            )  # fmt: skip
        self.process.stdin.write(PASSPHRASE.encode() + b"\n")
        self.process.stdin.close()

    def ready(self, timeout_s: float = 30) -> None:
        port = nodefile.load(self.folder).federation_port
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(f"the worker ended: {self.log()[-3000:]}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError(f"the worker does not listen: {self.log()[-3000:]}")

    def move_door(self) -> None:
        """Listen elsewhere than the directory says: this node can call others, and nobody can call it."""
        path = self.folder / "node.toml"
        held, moved = nodefile.load(self.folder).federation_port, free_port()
        path.write_text(path.read_text().replace(str(held), str(moved)))
        assert nodefile.load(self.folder).federation_port == moved

    def log(self) -> str:
        path = self.folder / "worker.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, how)
            self.process.wait(20)
        self.process = None

    def call(self, name: str, *, check: bool = True, **arguments):
        """Run one function of tests/calls.py inside this node, in a process of its own, and return its result."""
        if check and self.hands is not None:
            return self._ask(name, arguments)
        done = self.processes().run([str(CALLS), name], said=json.dumps(arguments), env=self.environment())
        if not check:
            return done
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout.splitlines()[-1])

    def open_hands(self) -> None:
        """Keep one process for all further calls: starting Django is most of a call's time."""
        if self.hands is None:
            self.hands = self.processes().start(
                [str(CALLS), "hands"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=self.environment()
            )

    def close_hands(self) -> None:
        if self.hands is not None:
            self.hands.stdin.close()
            self.hands.wait(60)
            self.hands.stdout.close()
            self.hands = None

    def _ask(self, name: str, arguments: dict):
        self.hands.stdin.write(json.dumps({"name": name, "arguments": arguments}) + "\n")
        self.hands.stdin.flush()
        told = json.loads(self.hands.stdout.readline())
        assert "error" not in told, told["error"]
        return told["result"]

    def wait(self, name: str, until, timeout_s: float = 20, *, pause_s: float = 0.2, **arguments):
        """Call a function again and again until its result satisfies a condition."""
        deadline = time.monotonic() + timeout_s
        while True:
            found = self.call(name, **arguments)
            if until(found):
                return found
            assert time.monotonic() < deadline, f"{name} stayed {found}; {self.log()[-3000:]}"
            time.sleep(pause_s)


@dataclass
class Federation:
    """Nodes with one directory, which lies in a folder that every node refreshes from."""

    folder: Path
    nodes: dict[str, Node] = field(default_factory=dict)
    registrar: Registrar | None = None
    table: Table | None = None

    def publish(self, *states: str) -> None:
        """Publish what the registrar has changed, and let these nodes refresh, or all."""
        self.registrar.publish(self.table, datetime.now(UTC))
        for state in states or self.nodes:
            self.nodes[state].call("refresh")

    def __getitem__(self, state: str) -> Node:
        return self.nodes[state]

    def stop(self) -> None:
        for node in self.nodes.values():
            node.stop(signal.SIGKILL)
            node.close_hands()


def prepared(folder: Path) -> None:
    """Prepare a node's database, once for the same authorities: to migrate is most of the time to make a node."""
    node = nodefile.load(folder)
    if node.database != "sqlite":
        prepare_database(folder)
        return
    kept = Path(tempfile.gettempdir()) / f"comity-tests-{os.getpid()}"
    if not kept.exists():
        kept.mkdir(mode=0o700)
        atexit.register(shutil.rmtree, kept, ignore_errors=True)
        made(replace(node, folder=kept / "empty"), logs=False)
    names = hashlib.sha256(" ".join(one.id for one in node.authorities).encode()).hexdigest()[:16]
    template = kept / names
    if not template.exists():
        made(replace(node, folder=template), kept / "empty" / "db.sqlite3", logs=True)
    shutil.copy2(template / "db.sqlite3", folder / "db.sqlite3")


def made(node: nodefile.NodeFile, database: Path | None = None, *, logs: bool) -> None:
    """Make a folder with nothing but settings and a database, from another one where it is given."""
    node.folder.mkdir()
    nodefile.save(node)
    if database is not None:
        shutil.copy2(database, node.folder / "db.sqlite3")
    Node(node.folder, ()).call("prepare", logs=logs)


def build(
    folder: Path,
    members: dict[str, tuple[str, ...]],
    agreement: bytes | None = None,
    databases: dict[str, str] | None = None,
    **settings,
) -> Federation:
    """Make nodes and their directory, and mirror it into each."""
    now = datetime.now(UTC)
    federation = Federation(folder)
    public = folder / "directory"
    pairs = [SigningPair.from_seed(bytes([number]) * 32) for number in range(1, 11)]
    root, targets, snapshot, timestamp = pairs[:5], pairs[5:8], pairs[8], pairs[9]
    holders = Holders(
        tuple(pair.public for pair in root),
        tuple(pair.public for pair in targets),
        snapshot.public,
        timestamp.public,
    )
    registrar = Registrar.create(FolderStore(public), holders, root[:3], now)
    registrar.put("agreements/harbour.json", agreement or harbour_document())
    for state, authorities in members.items():
        node = nodefile.NodeFile(
            folder=folder / state.lower(),
            host=f"{state.lower()}.localhost",
            port=free_port(),
            federation_port=free_port(),
            database=(databases or {}).get(state, "sqlite"),
            state=state,
            authorities=tuple(nodefile.Authority(one) for one in authorities),
            **settings,
        )
        with patch("comity.cli.init.prepare_database", prepared):
            cards = create(node, PASSPHRASE, now)
        for path, _digits in cards:
            registrar.admit(read_card(path.read_bytes()), compared=True)
        federation.nodes[state] = Node(node.folder, authorities)
    federation.registrar, federation.table = registrar, Table(snapshot, timestamp, tuple(targets[:2]))
    registrar.publish(federation.table, now)
    first, *others = federation.nodes.values()
    first.call("mirror", root=str(public / "1.root.json"), source=str(public))
    for node in others:
        shutil.copytree(first.folder / "directory", node.folder / "directory", dirs_exist_ok=True)
    return federation
