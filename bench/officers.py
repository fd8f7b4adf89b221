"""How long the console makes officers wait: two nodes of the demo, ten officers at each, who all work at once.

Twice: at four times the pace at which an officer does something every fifteen seconds (looks at a list and a case,
writes a request, takes and answers one, searches, notes), which is more than anybody does for an hour; then without any
pause, where everybody waits for everybody else and the figure is one of a machine at its limit. Consoles, workers and
the officers share this machine's cores. Reach, of the first: 99 of 100 pages under 500 ms. Limit: the fastest
page of the run. No peer was run.
"""

import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from figure import Figure, arguments, show

if TYPE_CHECKING:
    from tests.officers_at_work import Done

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

MINUTES, QUICK_MINUTES = 20, 2
SPEED = 4.0
REACH_MS = 500.0


def main(*, quick: bool, as_json: bool) -> None:
    """Build the demo, let the officers work, and show how long they waited."""
    from comity.demo import build, run
    from officers_at_work import Done, Officer, seats, work

    minutes = QUICK_MINUTES if quick else MINUTES
    paced, at_once = Done(), Done()
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as folder:
        built = build.build(Path(folder) / "nodes", first_port=15_401)
        with run.Federation.of(built.folders) as nodes:
            nodes.start()
            nodes.wait_until_ready()
            files = {node.file.state: node.file for node in nodes.nodes}
            officers = [
                Officer(files[state].origin, cookie, partner, number, paced)
                for state, own, partner in (("XA", "xa.ncb", "xb.spoc"), ("XB", "xb.spoc", "xa.ncb"))
                for number, cookie in enumerate(seats(files[state].folder, own, 10))
            ]
            work(officers, 60.0 * minutes, speed=SPEED)
            for officer in officers:
                officer.done = at_once
            work(officers, 60.0 * minutes / 2)
    figures = [
        *told(f"at {SPEED:g} times their pace", paced, reach=REACH_MS),
        *told("without a pause", at_once, reach=None),
    ]
    show(figures, as_json=as_json)


def told(how: str, done: "Done", *, reach: float | None) -> list[Figure]:
    """Print how long each kind of page took, and return the figures of one way of working."""
    kinds: dict[str, list[float]] = defaultdict(list)
    for kind, seconds in done.took:
        kinds[kind].append(seconds * 1_000)
    for kind, found in sorted(kinds.items()):
        print(f"{kind:<12}{len(found):7} pages, median {statistics.median(found):7.1f} ms, worst {max(found):7.1f} ms")
    times = [one for found in kinds.values() for one in found]
    p99 = statistics.quantiles(times, n=100)[98]
    did = f"{len(done.asked)} requests sent, {len(done.noted)} notes kept"
    print(f"{how}: {did}, {len(done.faults)} faults: {done.faults[:3]}")
    named = f"twenty officers at two nodes, {how}"
    return [
        Figure(f"a page at the 99th percentile, {named}", "ms", p99, reach, limit=min(times), share=min(times) / p99),
        Figure(f"faults, {named}", "", float(len(done.faults)), 0.0),
    ]


if __name__ == "__main__":
    chosen = arguments(__doc__)
    main(quick=chosen.quick, as_json=chosen.json)
