"""A process that has imported everything once and forks into each process that a test asks for.

To start Python, Django and this package takes 1.5 s of a core, and the tests of real nodes start hundreds of processes.
What is forked is a process all the same: with a number, a session, an environment, files and an end of its own. Only
the imports come before the first line of the command instead of after it, so whoever tests starting itself, or runs
under a shifted clock (tests/shifted.py) or under strace, starts an interpreter. Benchmarks always do.
"""

import atexit
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

HERE = Path(__file__).resolve()
CALLS = str(HERE.with_name("calls.py"))


# The side of the tests


class Child:
    """A forked process, as `subprocess.Popen` shows one."""

    def __init__(self, pid: int, end: int, pipes: list) -> None:
        self.pid, self._end, self.returncode = pid, end, None
        self.stdin, self.stdout, self.stderr = pipes

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        if self._ended(timeout) is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._end], [], [], timeout)[0]:
            told = os.read(self._end, 100)
            os.close(self._end)
            assert told, "the process that forks has ended"
            self.returncode = int(told)
        return self.returncode


class Forks:
    """Starts processes by forking one that is ready; that one starts with the first of them."""

    def __init__(self) -> None:
        self._channel: socket.socket | None = None

    def start(
        self, command: list[str], *, stdin=None, stdout=None, stderr=None, env=None, start_new_session=False, text=False
    ) -> Child:
        """Start `python command`, as `subprocess.Popen` does."""
        theirs, ours, opened = [], [], []
        for number, wanted in enumerate((stdin, stdout, stderr)):
            if wanted == subprocess.PIPE:
                reading, writing = os.pipe()
                mine, given = (writing, reading) if number == 0 else (reading, writing)
                ours.append(os.fdopen(mine, ("w" if number == 0 else "r") + ("" if text else "b"), 1 if text else -1))
                opened.append(given)
            elif wanted is None or wanted == subprocess.DEVNULL:
                given = number if wanted is None else os.open(os.devnull, os.O_RDWR)
                ours.append(None)
                opened += [given] if wanted is not None else []
            else:
                given = wanted if isinstance(wanted, int) else wanted.fileno()
                ours.append(None)
            theirs.append(given)
        end, told = os.pipe()
        opened.append(told)
        asked = {
            "command": command, "env": dict(os.environ if env is None else env), "cwd": str(Path.cwd()),
            "session": start_new_session,
        }  # fmt: skip
        channel = self._open()
        socket.send_fds(channel, [json.dumps(asked).encode()], [*theirs, told])
        for one in opened:
            os.close(one)
        return Child(int(channel.recv(100)), end, ours)

    def run(self, command: list[str], *, said: str = "", env=None, timeout_s: float = 120):
        """Run `python command` to its end, and return what it said, as `subprocess.run` does."""
        with tempfile.TemporaryFile("w+") as typed, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            typed.write(said)
            typed.seek(0)
            child = self.start(command, stdin=typed, stdout=out, stderr=err, env=env)
            try:
                child.wait(timeout_s)
            finally:
                child.kill()
            texts = []
            for one in (out, err):
                one.seek(0)
                texts.append(one.read().decode())
        return subprocess.CompletedProcess(command, child.returncode, *texts)

    def _open(self) -> socket.socket:
        if self._channel is None:
            self._channel, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            environment = {name: value for name, value in os.environ.items() if name != "COMITY_NODE"}
            server = subprocess.Popen(
                [sys.executable, str(HERE), str(other.fileno())], pass_fds=[other.fileno()], env=environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            other.close()
            atexit.register(server.wait, 20)
            atexit.register(self._channel.close)  # which ends it; this comes first
        return self._channel


# The side of the process that forks


def prepare() -> None:
    """Import what any command will, as a process without a node."""
    sys.path.insert(0, str(HERE.parent))
    importlib.import_module("calls")
    from comity import cli

    for place, _ in cli.VERBS.values():
        importlib.import_module(place.partition(":")[0])
    for name in ("comity.config.worker", "comity.config.prepare", "comity.config.urls", "comity.directory.registrar"):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def settle() -> None:
    """Read the settings of the node that the environment names: all that differs between nodes comes from there."""
    from django.conf import Settings, settings
    from django.db import connections
    from django.utils import timezone

    importlib.reload(sys.modules["comity.config.settings"])
    before, now = settings._wrapped, Settings("comity.config.settings")
    for name in {name for name in vars(before) if name.isupper()} - set(dir(now)):
        setattr(now, name, getattr(before, name))  # what an application added when it was loaded
    settings._wrapped = now
    connections.close_all()
    connections.__dict__.pop("settings", None)
    connections._settings = None
    if hasattr(connections._connections, "default"):
        del connections["default"]
    timezone.get_default_timezone.cache_clear()


def serve(channel: socket.socket) -> dict | None:
    """Fork whatever is asked for and tell how it ended; returns what was asked in each child, nothing at the end."""
    woken, waking = os.pipe()
    for one in (woken, waking):
        os.set_blocking(one, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waking)
    ends: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([channel, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            reap(ends)
        if channel not in ready:
            continue
        data, files, _, _ = socket.recv_fds(channel, 1 << 20, 4)
        if not data:
            return None
        child = os.fork()
        if not child:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asked = json.loads(data)
            take(asked, files)
            channel.close()
            for one in (woken, waking, *ends.values(), *files):
                os.close(one)
            return asked
        ends[child] = files[3]
        for one in files[:3]:
            os.close(one)
        channel.send(str(child).encode())


def reap(ends: dict[int, int]) -> None:
    while ends:
        child, how = os.waitpid(-1, os.WNOHANG)
        if not child:
            return
        os.write(ends[child], str(os.waitstatus_to_exitcode(how)).encode())
        os.close(ends.pop(child))


def take(asked: dict, files: list[int]) -> None:
    """Become a process of one's own."""
    if asked["session"]:
        os.setsid()
    for number, one in enumerate(files[:3]):
        os.dup2(one, number)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    if action := os.environ.get("PYTHONWARNINGS"):
        warnings.simplefilter(action)


def perform(command: list[str]) -> None:
    """Do what the interpreter would with these arguments."""
    import django

    django.setup = settle  # it was set up for no node
    match command:
        case ["-m", "comity", *arguments]:
            from comity.__main__ import start

            sys.argv = ["comity", *arguments]
            start()
        case [path, *arguments] if path == CALLS:
            sys.argv = [path, *arguments]
            settle()
            sys.modules["calls"].main()
        case _:
            raise SystemExit(f"tests/forks.py cannot fork into {command}")


if __name__ == "__main__":
    prepare()
    found = serve(socket.socket(fileno=int(sys.argv[1])))
    if found is not None:
        perform(found["command"])
