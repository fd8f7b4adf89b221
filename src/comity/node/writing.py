"""The one way to write: a short transaction that does not fight with the threads beside it.

SQLite lets one writer in; its own waiting sleeps in growing steps of up to 100 ms, which would dominate the time of a
message. Threads of one process therefore queue here first. Between processes the database's busy timeout remains.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, transaction

_WRITER = threading.RLock()


class _Depth:
    """How many blocks stand inside each other; only who holds the lock looks at it."""

    blocks = 0


@contextmanager
def writing() -> Iterator[None]:
    """Run the block as one durable transaction; leave the block only after it has been committed and synced.

    Inside another such block it belongs to that one: where it fails, nothing of either is kept.

    Raises:
        django.db.OperationalError: the disk is full or failing; nothing of the block was kept.
    """
    with _WRITER, transaction.atomic(savepoint=not _Depth.blocks):
        _Depth.blocks += 1
        try:
            yield
        finally:
            _Depth.blocks -= 1


def fault_of(error: DatabaseError) -> str:
    """Tell a fault of the database that passes from one that does not.

    Returns:
        ``full`` (the disk has no room), ``busy`` (somebody else writes, or the server is away), or ``broken``.
    """
    text = str(error)
    if "full" in text or "No space left" in text:
        return "full"
    return "busy" if "locked" in text or "connection" in text else "broken"
