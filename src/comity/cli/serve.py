"""`comity serve`: run a node's two processes, and keep them running.

The parent holds no keys and imports no Django: it starts the console and the worker, hands the pass phrase to the
worker through a pipe (never through the environment or the command line), and starts again whichever dies. The pipe
stays open while the parent lives: however the parent ends, its parts see the pipe break and end too.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

import click

from comity.cli.errors import Failure
from comity.cli.passphrase import ask_passphrase, passphrase_option
from comity.cli.words import _, marked
from comity.config import lifeline, nodefile

PARTS: Final = ("web", "worker")
LONGEST_PAUSE_S: Final = 30.0
STEADY_S: Final = 60.0  # a part that ran this long is no longer counted as failing
GRACE_S: Final = 15.0
REQUEST_S: Final = 5  # a page that is being made when the console ends may take so long


@click.command(name="serve", help=marked("Run a node: console, delivery and federation door."))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), envvar="COMITY_NODE")
@passphrase_option
@click.option("--part", type=click.Choice(PARTS), hidden=True)
@click.option("--with-parent", is_flag=True, hidden=True)  # end when standard input, the parent's pipe, ends
def command(folder: Path, passphrase_file: Path | None, part: str | None, *, with_parent: bool) -> None:
    """Run a node until it is told to stop."""
    node = nodefile.load(folder)
    os.environ["COMITY_NODE"] = str(folder.resolve())
    secret = sys.stdin.readline().rstrip("\n") if part == "worker" else ""
    if with_parent:
        lifeline.follow_parent(GRACE_S + 5)
    if part == "web":
        _web(node)
    elif part == "worker":
        _worker(node, secret)
    else:
        _check_ports(node)
        secret = ask_passphrase(passphrase_file)
        _check_passphrase(folder, secret)
        click.echo(_("The console is at {address}; Ctrl-C stops the node.").format(address=f"{node.origin}/"), err=True)
        Supervisor(folder.resolve(), secret).run()


def _check_passphrase(folder: Path, secret: str) -> None:
    """Open the keystore once, so that a wrong pass phrase is told here and not by a child that dies again and again."""
    from comity.sealing import Keystore  # noqa: PLC0415  # loads the cryptography only where it is needed

    Keystore(folder / "keys").check(secret)


def _check_ports(node: nodefile.NodeFile) -> None:
    for name, port in (("port", node.port), ("federation_port", node.federation_port)):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1" if node.bound_to_loopback else "", port))
            except OSError:
                raise Failure(
                    _("port {port} is taken: stop what listens there, or change `{name}` in node.toml").format(
                        port=port, name=name
                    )
                ) from None


def _web(node: nodefile.NodeFile) -> None:
    from granian import Granian  # noqa: PLC0415  # only this part serves pages
    from granian.constants import Interfaces  # noqa: PLC0415  # only where it is needed
    from granian.log import LogLevels  # noqa: PLC0415  # only where it is needed

    lifeline.let_forks_follow(REQUEST_S)  # Granian answers requests in a fork
    Granian(
        "comity.config.wsgi:application",
        address="127.0.0.1" if node.bound_to_loopback else "0.0.0.0",  # noqa: S104  # a console for others listens
        port=node.port,
        interface=Interfaces.WSGI,  # no view is async; ASGI would run them all in one thread
        workers=1,
        blocking_threads=4,
        workers_kill_timeout=REQUEST_S,
        log_level=LogLevels.warning,
    ).serve()


def _worker(node: nodefile.NodeFile, secret: str) -> None:
    import django  # noqa: PLC0415  # only the parts need it

    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.config.settings"
    django.setup()
    from comity.config.worker import run  # noqa: PLC0415  # needs Django

    run(node, secret)


@dataclass(slots=True)
class _Part:
    """A child process and how it has fared."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    again_at: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Keeps both parts running until SIGINT or SIGTERM."""

    folder: Path
    secret: str
    parts: tuple[_Part, ...] = field(default_factory=lambda: tuple(_Part(name) for name in PARTS))
    stopping: bool = False

    def run(self) -> None:
        """Start both parts and watch them."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        try:
            while not self.stopping:
                for part in self.parts:
                    self._tend(part)
                time.sleep(0.1)
        finally:
            self._end()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _tend(self, part: _Part) -> None:
        now = time.monotonic()
        if part.process is None:
            if now >= part.again_at:
                self._start(part)
            return
        code = part.process.poll()
        if code is None:
            if part.failures and now - part.started > STEADY_S:
                part.failures = 0
            return
        _end_group(part.process)
        part.process = None
        part.failures += 1
        pause = min(LONGEST_PAUSE_S, 0.5 * 2 ** (part.failures - 1))
        part.again_at = now + pause
        click.echo(
            _("{part} ended with code {code}; it starts again in {pause:.1f} s").format(
                part=part.name, code=code, pause=pause
            ),
            err=True,
        )

    def _start(self, part: _Part) -> None:
        part.process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-m", "comity", "serve", str(self.folder), "--part", part.name, "--with-parent"],
            stdin=subprocess.PIPE,
            env=_environment(os.environ),
            start_new_session=True,  # Ctrl-C reaches the parent alone, which then ends the parts in order
        )
        part.started = time.monotonic()
        if part.process.stdin is not None and part.name == "worker":
            with suppress(BrokenPipeError):
                part.process.stdin.write(self.secret.encode() + b"\n")
                part.process.stdin.flush()

    def _end(self) -> None:
        running = [part.process for part in self.parts if part.process is not None]
        for process in running:
            with suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + GRACE_S
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            _end_group(process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a part: the console has a process of its own below it, which would keep the port."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        with suppress(BrokenPipeError):
            process.stdin.close()


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """Return the children's environment: ours, without a pass phrase that somebody put there."""
    return {name: value for name, value in own.items() if name != "COMITY_PASSPHRASE"}
