"""A year counted both ways and kept for some minutes; the page of one that takes long says how far it is.

Counts live in the process that serves the pages: they are figures of what its database says, and a restart loses
nothing that could not be counted again.
"""

import logging
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import connections

from comity.desks.cases import statistics
from comity.verify.statistics import Report

KEPT_FOR: Final = timedelta(minutes=10)
MANY: Final = 1_500
"""So many rows take less than a tenth of a second. More are counted by a thread of their own."""
WAIT_S: Final = 0.05
"""How long a page waits for such a thread before it shows how far it is."""
LONGEST_PAUSE_S: Final = 0.02
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Count:
    """A year counted both ways, and when, UTC."""

    at: datetime
    report: Report
    logged: Report


@dataclass(eq=False, slots=True)
class Counting:
    """A year that is being counted.

    Attributes:
        authority: whose requests.
        year: by UTC.
        at: when it was begun, UTC.
        share: how much is done, from 0 to 1.
        politely: whether to pause again and again, some milliseconds each, so that pages that other threads draw
            meanwhile do not wait for the interpreter at each of their reads.
        count: what was counted, once it is.
        failed: whether it ended without a count; why stands in the node's log.
    """

    authority: str
    year: int
    at: datetime
    share: float = 0.0
    politely: bool = False
    count: Count | None = None
    failed: bool = False
    ended: threading.Event = field(default_factory=threading.Event)
    _resumed: float = field(default_factory=time.monotonic)

    @property
    def percent(self) -> int:
        """What share is done, in hundredths."""
        return min(99, int(self.share * 100))

    def run(self) -> Count:
        """Count; raises what the database raises."""
        report = statistics.from_tables(self.authority, self.year, self._tables)
        logged = statistics.from_log(self.authority, self.year, self._log)
        self.count = Count(self.at, report, logged)
        return self.count

    def _tables(self, share: float) -> None:
        self._tell(share / 2)

    def _log(self, share: float) -> None:
        self._tell((1 + share) / 2)

    def _tell(self, share: float) -> None:
        self.share = share
        if self.politely:
            time.sleep(min((time.monotonic() - self._resumed) / 2, LONGEST_PAUSE_S))
            self._resumed = time.monotonic()

    def run_aside(self) -> None:
        """Count in a thread of its own, with its own connection to the database."""
        try:
            self.run()
        except Exception:  # noqa: BLE001 - whatever it is, the page has to say that it ended
            _LOG.exception("the year %s of %s could not be counted", self.year, self.authority)
            self.failed = True
        finally:
            connections.close_all()
            self.ended.set()


_KEPT: Final[dict[tuple[str, int], Counting]] = {}
_LOCK: Final = threading.Lock()


def counting(authority: str, year: int, at: datetime, *, anew: bool = False) -> Counting:
    """Return a count that is a few minutes old, or begin one; a short one has ended when this returns.

    Args:
        authority: whose requests.
        year: by UTC.
        at: now, UTC.
        anew: whether to count in any case, unless somebody is just counting.
    """
    if statistics.size(authority, year) < MANY:
        found = Counting(authority, year, at)
        found.run()
        found.ended.set()
        return found
    with _LOCK:
        kept = _KEPT.get((authority, year))
        fresh = kept is not None and not anew and at - KEPT_FOR < kept.at <= at
        if kept is not None and (fresh or not kept.ended.is_set()):
            found = kept
        else:
            found = _KEPT[authority, year] = Counting(authority, year, at, politely=True)
            threading.Thread(target=found.run_aside, name="counting-a-year", daemon=True).start()
    found.ended.wait(WAIT_S)
    return found


def counted(authority: str, year: int, at: datetime) -> Count:
    """Return a count however long it takes, at most a few minutes old; raises what keeps it from being counted."""
    found = counting(authority, year, at)
    found.ended.wait()
    if found.count is None:
        found = Counting(authority, year, at)
    return found.count or found.run()
