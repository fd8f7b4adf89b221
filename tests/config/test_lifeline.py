"""Processes that end with their parent, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

PATIENCE_S = 20.0

CHILD = """
import signal, sys, time
from comity.config import lifeline
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
lifeline.follow_parent(0.2)
print("ready", flush=True)
time.sleep(60)
"""
PARENT = f"""
import subprocess, sys, time
child = subprocess.Popen(
    [sys.executable, "-c", {CHILD!r}, *sys.argv[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    start_new_session=True,
)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""
FORKING = """
import os, signal, time
from comity.config import lifeline
signal.signal(signal.SIGTERM, lambda *_: None)  # as a server does that ends its forks in order
lifeline.let_forks_follow(0.2)
if not os.fork():
    print(os.getpid(), flush=True)  # it says so itself, once it no longer has our handlers
time.sleep(60)
"""


def started(code: str, *arguments: str) -> tuple[subprocess.Popen[str], int]:
    """Start a process that starts another one, and return both: the process, and the other's number."""
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def runs(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # one that has ended and that nobody has asked about


def ended(number: int) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while runs(number) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not runs(number)


@pytest.fixture
def family(request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[str], int]]:
    parent, child = started(*request.param)
    yield parent, child
    for number in (parent.pid, child):
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    with parent:
        parent.wait()


@pytest.mark.parametrize(
    "family", [(PARENT,), (PARENT, "deaf"), (FORKING,)], indirect=True, ids=["child", "deaf", "fork"]
)
def test_a_process_ends_with_the_parent_that_was_killed(family: tuple[subprocess.Popen[str], int]) -> None:
    parent, child = family
    assert runs(child)
    parent.kill()
    assert ended(child)


@pytest.mark.parametrize("family", [(FORKING,)], indirect=True)
def test_a_fork_ends_when_told_though_its_parent_listens_otherwise(family: tuple[subprocess.Popen[str], int]) -> None:
    parent, child = family
    os.kill(child, signal.SIGTERM)
    assert ended(child)
    assert parent.poll() is None
