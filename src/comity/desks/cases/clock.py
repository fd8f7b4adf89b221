"""The legal clock of one request at one recipient: when it is due, while it stands still, and why it may be late.

Pure: times and what happened come in. The clock is always worked out anew from the whole story, so that a withdrawn
clarification or an answer that comes twice leaves nothing behind.

Source: docs/protocol/messages.md, "The clock".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

WARN_AFTER: Final = 0.75
"""Of the time that there is; after that a request that nobody answered stands on the supervisor's list."""


class Step(StrEnum):
    """What moves a clock."""

    ASKED_BACK = "asked-back"
    SUPPLIED = "supplied"
    DELAYED = "delayed"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was said about a request.

    Attributes:
        at: when it was sent or arrived here, UTC.
        step: what it does to the clock.
        root: of the message, in hex.
        refers: root of the message that it refers to, in hex.
        until: of a delay, by when the answer is expected.
        reason: of a delay, its code.
        order: in which this node wrote them down; times alone do not tell, for what is sent says whole seconds.
    """

    at: datetime
    step: Step
    root: str
    refers: str = ""
    until: datetime | None = None
    reason: str = ""
    order: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """A moment at which the clock stopped, went on, or got an exception."""

    at: datetime
    step: Step


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a clock stands.

    Attributes:
        due_at: when the time is over, UTC; while it stands still, as it was when it stopped.
        warn_at: when three quarters of the time are over.
        still_since: since when it stands still, or `None`.
        delay: code of the exception in force, or empty.
        turns: when it stopped and went on, in order.
        unanswered: roots of the clarifications that wait, in hex.
    """

    due_at: datetime
    warn_at: datetime
    still_since: datetime | None = None
    delay: str = ""
    turns: tuple[Turn, ...] = ()
    unanswered: frozenset[str] = frozenset()


def begin(begins: datetime, due_at: datetime) -> Clock:
    """Return the clock of a request about which nothing was said yet."""
    return Clock(due_at, min(due_at, begins + (due_at - begins) * WARN_AFTER))


def run(begins: datetime, due_at: datetime, request: str, events: Iterable[Event]) -> Clock:
    """Return the clock after all that was said.

    Args:
        begins: when the request arrived, UTC.
        due_at: when it would be due if nothing had been said.
        request: root of the request, in hex.
        events: in any order; a supplement may refer to a clarification or to the request.
    """
    clock = begin(begins, due_at)
    limit, warn = clock.due_at, clock.warn_at
    waiting: set[str] = set()
    still: datetime | None = None
    delayed: Event | None = None
    turns = []
    for one in sorted(events, key=lambda event: (event.order, event.at)):
        if one.step is Step.ASKED_BACK:
            waiting.add(one.root)
            if still is None:
                still = one.at
                turns.append(Turn(one.at, one.step))
        elif one.step is Step.SUPPLIED:
            waiting = set() if one.refers == request else waiting - {one.refers}
            if still is not None and not waiting:
                stood = max(one.at - still, timedelta())
                limit, warn, still = limit + stood, warn + stood, None
                turns.append(Turn(one.at, one.step))
        else:
            delayed = one
            turns.append(Turn(one.at, one.step))
    if delayed is None or delayed.until is None or delayed.until <= limit:
        return Clock(limit, warn, still, "", tuple(turns), frozenset(waiting))
    late = begin(delayed.at, delayed.until)
    return Clock(late.due_at, late.warn_at, still, delayed.reason, tuple(turns), frozenset(waiting))
