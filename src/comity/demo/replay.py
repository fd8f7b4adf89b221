"""Let the nodes live through a busy week before they are started, so that nobody is shown an empty desk.

One process for each node, none of them running as a node; what they send one another goes through here. The clock that
they are given runs through the days before now.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from comity.demo import children, week, world
from comity.demo.errors import BuildError
from comity.demo.week import Request

_MINUTE: Final = timedelta(minutes=1)

type Order = dict[str, Any]
type Progress = Callable[[int, int], None]


class Week:
    """The nodes' processes, and what was sent between them so far.

    Args:
        folder: of the demo.
        begins: when the week began, UTC.
    """

    def __init__(self, folder: Path, begins: datetime) -> None:
        self._begins = begins
        self._processes = {
            state.code: children.conversing("comity.demo.live", folder / state.key) for state in world.STATES
        }
        self._references: dict[tuple[str, int], str] = {}

    def live(self, progress: Progress, most: int | None = None) -> dict[str, dict[str, int]]:
        """Let everything of the plan happen, in order, or its first steps; returns what each node then holds.

        Raises:
            BuildError: a step failed; its text names it.
        """
        for code in self._processes:
            self._heard(code, "start")
        steps = list(week.steps())[:most]
        for number, (after, step, request, asked) in enumerate(steps, 1):
            self._take(step, request, asked, self._begins + after)
            progress(number, len(steps))
        return {code: self._do(code, "over", self._begins + week.LASTS) for code in self._processes}

    def _take(self, step: str, request: Request, asked: str, at: datetime) -> None:
        key = request.sender, request.number
        if step == "send":
            found = self._do(_code(request.sender), step, at, sender=request.sender, number=request.number)
            self._references[key] = found["reference"]
            return
        self._do(
            _code(request.sender if step == "hear" else asked), step, at,
            sender=request.sender, number=request.number, asked=asked, reference=self._references[key],
        )  # fmt: skip

    def _do(self, code: str, step: str, at: datetime, **order: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Give an order to a node and carry its parcels until it is done."""
        self._tell(code, {"step": step, "at": at.isoformat(), **order})
        while "to" in (said := self._heard(code, step)):
            answer = self._do(
                _code(said["to"]),
                "accept",
                at,
                data=said["data"],
                peer=[one.id for one in world.state(code).authorities],
            )
            self._tell(code, answer)
        result: dict[str, Any] = said["result"]
        return result

    def _tell(self, code: str, order: Order) -> None:
        pipe = self._processes[code].stdin
        if pipe is None:
            raise BuildError(f"the process of {code} has no input")
        with suppress(BrokenPipeError):  # what is read next says why
            pipe.write(json.dumps(order) + "\n")
            pipe.flush()

    def _heard(self, code: str, step: str) -> Order:
        process = self._processes[code]
        line = process.stdout.readline() if process.stdout is not None else ""
        if not line:
            raise BuildError(f"the week could not be played: {code} ended with code {process.wait()} at `{step}`")
        said: Order = json.loads(line)
        if not said.get("ok", True):
            raise BuildError(f"the week could not be played: {code}, {step}: {said['found']}")
        return said

    def end(self, *, at_once: bool) -> None:
        """End every process."""
        children.end(self._processes.values(), at_once=at_once)


@contextmanager
def lived_through(folder: Path, begins: datetime) -> Iterator[Week]:
    """Open the processes of a week, and end them when the block is left."""
    found = Week(folder, begins)
    try:
        yield found
    except BaseException:
        found.end(at_once=True)
        raise
    found.end(at_once=False)


def begins(now: datetime) -> datetime:
    """Return when a week begins that is over now, UTC."""
    return now - week.LASTS - _MINUTE


def _code(authority: str) -> str:
    return authority[:2].upper()
