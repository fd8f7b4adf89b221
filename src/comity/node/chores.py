"""What desks want done again and again by the worker. `comity.config` fills the table, for the node imports no desk.

A chore runs in the worker's one watching thread between looks at the lanes: it does a bounded portion of its work in
short transactions of its own (`comity.node.writing.writing`) and returns. What it does must be safe to do again after
a crash in its middle.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError

Work = Callable[[datetime], object]
"""Takes the time, UTC."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """One thing that comes round.

    Attributes:
        name: unique; the same name registered again replaces the chore.
        every: how often at most.
        work: what is done.
        apart: whether it is done on a thread for errands, since it waits for others outside this machine.
    """

    name: str
    every: timedelta
    work: Work
    apart: bool = False


CHORES: Final[dict[str, Chore]] = {}


def register(name: str, every: timedelta, work: Work, *, apart: bool = False) -> None:
    """Let the worker do something again and again."""
    CHORES[name] = Chore(name, every, work, apart)


def do(chore: Chore, at: datetime) -> None:
    """Do a chore once. A fault in it is logged and stops neither the worker nor the other chores.

    Raises:
        django.db.DatabaseError: the database refuses; the worker knows what to do then.
    """
    try:
        chore.work(at)
    except DatabaseError:
        raise
    except Exception:
        log.exception("the chore %s failed; it is tried again", chore.name)
