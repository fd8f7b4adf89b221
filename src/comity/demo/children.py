"""What the demo's many processes get from it: an environment, and a pipe that breaks when it ends."""

import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

CACHE: Final = "bytecode"
_GRACE_S: Final = 5.0
_SWITCH: Final = "PYTHONDONTWRITEBYTECODE"


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return our own environment for a child, with `more`, and without a node of ours.

    Where Python is told to keep no compiled modules, some forty processes would compile all of them each time, which
    is most of the demo's work. They then keep them in the demo's own folder.
    """
    found = {name: value for name, value in os.environ.items() if name not in {"COMITY_NODE", _SWITCH}}
    if sys.dont_write_bytecode:
        found["PYTHONPYCACHEPREFIX"] = str((folder / CACHE).resolve())
    return found | more


@cache
def lifeline() -> int:
    """Return a file descriptor to be a child's standard input: it ends when this process ends, however it ends."""
    readable, _held_open = os.pipe()
    return readable


def conversing(module: str, node: Path, **more: str) -> subprocess.Popen[str]:
    """Start a module inside a node, with a pipe for orders and one for answers, a line each."""
    return subprocess.Popen(  # noqa: S603  # our own interpreter and module
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(node.parent, COMITY_NODE=str(node.resolve()), **more),
        start_new_session=True,
    )


def end(processes: Iterable[subprocess.Popen[str]], *, at_once: bool) -> None:
    """End processes that converse: what reads orders ends with them; at once, what it is doing is undone."""
    ending = tuple(processes)
    for process in ending:
        if at_once:
            process.terminate()
        if process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()
    for process in ending:
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
