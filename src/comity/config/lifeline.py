"""A process that ends with its parent, however the parent ends: its standard input is a pipe that the parent holds.

The kernel closes a dead process's end of a pipe, on every system and after every kind of death, SIGKILL included.
"""

import os
import signal
import threading
import time
from contextlib import suppress


def follow_parent(grace_s: float) -> None:
    """Watch standard input from a thread; when it ends, end this process.

    Args:
        grace_s: how long this process may take after SIGTERM before it and its process group are killed, in seconds.
    """
    _watch(0, grace_s)


def let_forks_follow(grace_s: float) -> None:
    """Let every process that is forked from here end with this one, and at SIGTERM unless it says otherwise.

    A fork takes over our handlers of signals with our memory: until it has set its own, it would be deaf.

    Args:
        grace_s: as for `follow_parent`, in seconds.
    """
    readable, held_open = os.pipe()

    def in_the_fork() -> None:
        os.close(held_open)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        _watch(readable, grace_s)

    os.register_at_fork(after_in_child=in_the_fork)


def _watch(pipe: int, grace_s: float) -> None:
    threading.Thread(target=_follow, args=(pipe, grace_s), name="lifeline", daemon=True).start()


def _follow(pipe: int, grace_s: float) -> None:
    with suppress(OSError):
        while os.read(pipe, 1024):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace_s)
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)
