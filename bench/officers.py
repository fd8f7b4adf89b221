"""How long the console makes officers wait: two nodes of the demo, ten officers at each, who all work without a pause.

Each officer does something every fifteen simulated seconds, and thinks no longer than it takes to send it: consoles,
workers and the officers themselves share this machine's cores, so that the figure is one of a machine at its limit.
Reach: 99 of 100 pages under 500 ms. Limit: the fastest page of the run. No peer was run.
"""

import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from figure import Figure, arguments, show

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

MINUTES, QUICK_MINUTES = 10, 1
REACH_MS = 500.0


def main(*, quick: bool, as_json: bool) -> None:
    """Build the demo, let the officers work, and show how long they waited."""
    from comity.demo import build, run
    from officers_at_work import Done, Officer, seats, work

    done = Done()
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as folder:
        built = build.build(Path(folder) / "nodes", first_port=15_401)
        with run.Federation.of(built.folders) as nodes:
            nodes.start()
            nodes.wait_until_ready()
            files = {node.file.state: node.file for node in nodes.nodes}
            officers = [
                Officer(files[state].origin, cookie, partner, number, done)
                for state, own, partner in (("XA", "xa.ncb", "xb.spoc"), ("XB", "xb.spoc", "xa.ncb"))
                for number, cookie in enumerate(seats(files[state].folder, own, 10))
            ]
            work(officers, 60.0 * (QUICK_MINUTES if quick else MINUTES))
    kinds: dict[str, list[float]] = defaultdict(list)
    for kind, seconds in done.took:
        kinds[kind].append(seconds * 1_000)
    for kind, found in sorted(kinds.items()):
        print(f"{kind:<12}{len(found):7} pages, median {statistics.median(found):7.1f} ms, worst {max(found):7.1f} ms")
    times = [one for found in kinds.values() for one in found]
    p99 = statistics.quantiles(times, n=100)[98]
    print(
        f"{len(done.asked)} requests sent, {len(done.noted)} notes kept, {len(done.faults)} faults: {done.faults[:3]}"
    )
    work_done = "a page at the 99th percentile, twenty officers at two nodes"
    figures = [
        Figure(work_done, "ms", p99, REACH_MS, limit=min(times), share=min(times) / p99),
        Figure("faults of twenty officers at two nodes", "", float(len(done.faults)), 0.0),
    ]
    show(figures, as_json=as_json)


if __name__ == "__main__":
    chosen = arguments(__doc__)
    main(quick=chosen.quick, as_json=chosen.json)
