"""What the demo's many processes get from it: an environment, and a pipe that breaks when it ends."""

import os
import sys
from functools import cache
from pathlib import Path
from typing import Final

CACHE: Final = "bytecode"
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
