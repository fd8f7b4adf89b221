"""Errands: what goes over the network beside delivery, one at a time for each partner, a few partners at once."""

import threading
from collections.abc import Callable
from typing import Final

THREADS: Final = 4


class Errands:
    """A queue of work by partner.

    A partner that answers slowly, or not at all, holds up its own errands and nobody else's delivery: the thread that
    looks for waiting notes never goes to the network itself.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, dict[str, Callable[[], None]]] = {}
        self._busy: set[str] = set()
        self._changed = threading.Condition()
        self._ended = False

    def put(self, partner: str, name: str, work: Callable[[], None]) -> None:
        """Queue an errand; one of the same name that waits already is enough."""
        with self._changed:
            self._waiting.setdefault(partner, {}).setdefault(name, work)
            self._changed.notify()

    def run(self) -> None:
        """Do errands until `stop`; the body of each thread."""
        while (taken := self._take()) is not None:
            partner, work = taken
            try:
                work()
            finally:
                with self._changed:
                    self._busy.discard(partner)
                    self._changed.notify()

    def stop(self) -> None:
        """Let every thread end after what it is doing."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _take(self) -> tuple[str, Callable[[], None]] | None:
        with self._changed:
            while not self._ended:
                partner = next((one for one in self._waiting if one not in self._busy), None)
                if partner is None:
                    self._changed.wait()
                    continue
                errands = self._waiting.pop(partner)  # what is left goes to the end: partners take turns
                name = next(iter(errands))
                work = errands.pop(name)
                if errands:
                    self._waiting[partner] = errands
                self._busy.add(partner)
                return partner, work
            return None
