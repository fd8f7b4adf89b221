"""Keep the demo's nodes running: each is one `comity serve`, watched from here and ended from here."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Final, Self

from comity.config import nodefile
from comity.demo import children
from comity.demo.errors import NodeDiedError, PortTakenError

PASSPHRASE_FILE: Final = "passphrase"  # noqa: S105  # the name of a file
READY_S: Final = 60.0
GRACE_S: Final = 25.0  # `comity serve` allows its own parts 15
RENEW_EVERY_S: Final = 6 * 3600.0
_GLANCE_S: Final = 0.1


@dataclass(slots=True)
class Node:
    """A node of the demo: its settings, and its process while it runs."""

    file: nodefile.NodeFile
    process: subprocess.Popen[bytes] | None = None

    @property
    def folder(self) -> Path:
        """The node's folder."""
        assert self.file.folder is not None  # noqa: S101  # a node of the demo was loaded from its folder
        return self.file.folder

    @property
    def log(self) -> Path:
        """Where what the node says is kept: a file beside its folder."""
        return self.folder.parent / f"{self.folder.name}.log"


@dataclass(slots=True)
class Federation:
    """The running nodes. Use it in a `with` block: leaving the block ends every process it began."""

    nodes: tuple[Node, ...]

    @classmethod
    def of(cls, folders: Sequence[Path]) -> Self:
        """Return the federation of the nodes in these folders, none started yet."""
        return cls(tuple(Node(nodefile.load(folder)) for folder in folders))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start every node.

        Raises:
            PortTakenError: something listens where a node should; no node was started.
        """
        for node in self.nodes:
            for port in (node.file.port, node.file.federation_port):
                if not port_is_free(port):
                    raise PortTakenError(
                        f"port {port} of {node.file.state} is taken: stop what listens there, "
                        "or build the demo anew on other ports with `comity demo --fresh --port 9401`"
                    )
        for node in self.nodes:
            with node.log.open("ab") as log:
                node.process = _serve(node, log)

    def wait_until_ready(self) -> None:
        """Return when every console answers and every federation door is open.

        Raises:
            NodeDiedError: a node ended, or is not ready after `READY_S` seconds.
        """
        deadline = time.monotonic() + READY_S
        waiting = list(self.nodes)
        while waiting:
            self.check()
            waiting = [node for node in waiting if not is_ready(node.file)]
            if waiting and time.monotonic() > deadline:
                late = waiting[0]
                raise NodeDiedError(f"{late.file.state} is not ready after {READY_S:.0f} s: read `{late.log}`")
            if waiting:
                time.sleep(_GLANCE_S)

    def check(self) -> None:
        """Raise `NodeDiedError`, which names it, when a node ended by itself."""
        for node in self.nodes:
            if node.process is not None and (code := node.process.poll()) is not None:
                raise NodeDiedError(
                    f"the node of {node.file.state} ended with code {code}: read `{node.log}`; "
                    "the same command starts all of them again, with what was entered"
                )

    def stop(self) -> None:
        """End every node and wait for it; what does not end in time is killed."""
        running = [node.process for node in self.nodes if node.process is not None]
        for process in running:
            with suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + GRACE_S
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)  # its parts see their pipes break
                process.wait()
        for node in self.nodes:
            node.process = None


class Interrupt:
    """Notes SIGINT and SIGTERM instead of dying of them, so that the nodes are ended in order.

    A second signal changes nothing: what is going on by then ends by itself, and soon.
    """

    def __init__(self) -> None:
        self.told = False
        self._at_once = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        first, self.told = not self.told, True
        if first and self._at_once:
            raise KeyboardInterrupt

    def __call__(self) -> bool:
        """Whether one of the signals came."""
        return self.told

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Let the first signal end what is done in this block wherever it is, by `KeyboardInterrupt`."""
        self._at_once = True
        try:
            if self.told:
                raise KeyboardInterrupt
            yield
        finally:
            self._at_once = False


def watch(federation: Federation, told: Callable[[], bool], renew: Callable[[], None] = lambda: None) -> None:
    """Return when `told` to stop; `renew` the directory's signature, which holds a day, every six hours.

    Raises:
        NodeDiedError: a node ended by itself.
    """
    renewed = time.monotonic()
    while not told():
        federation.check()
        if time.monotonic() - renewed > RENEW_EVERY_S:
            renew()
            renewed = time.monotonic()
        time.sleep(_GLANCE_S)


def port_is_free(port: int) -> bool:
    """Whether nothing listens on that port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def is_ready(file: nodefile.NodeFile) -> bool:
    """Whether the node's console answers and its federation door is open.

    The door is not knocked at: who holds no member's certificate would only leave an error in the node's log.
    """
    connection = http.client.HTTPConnection("127.0.0.1", file.port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": f"{file.host}:{file.port}"})
        answered = connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return answered and not port_is_free(file.federation_port)


def _serve(node: Node, log: IO[bytes]) -> subprocess.Popen[bytes]:
    folder = node.folder.resolve()
    return subprocess.Popen(  # noqa: S603  # our own interpreter and module
        [sys.executable, "-m", "comity", "serve", str(folder), "--with-parent"],
        stdin=children.lifeline(),  # breaks when the demo is killed outright, whereupon the node ends by itself
        stdout=log,
        stderr=subprocess.STDOUT,
        env=children.environment(node.folder.parent, COMITY_PASSPHRASE_FILE=str(folder / PASSPHRASE_FILE)),
        start_new_session=True,  # Ctrl-C reaches us alone, and we end the nodes in order
    )
