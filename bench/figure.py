"""What a benchmark found, in one shape for every script: ours, a peer, the physical limit, and what was to be reached.

A script collects figures, prints each as a line, and with `--json` ends its output with one line of JSON, from which
`python -m bench` makes its table.
"""

import argparse
import json
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of docs/reference/performance.md.

    Attributes:
        work: what was done.
        unit: of `ours`, `reach`, `peer` and `limit`.
        ours: the median of the runs.
        reach: what was to be reached; `None` for a figure that only explains another.
        at_most: whether `reach` is an upper bound (times, bytes) or a lower one (rates).
        peer: another program's figure from the same run; `None` where none was run.
        limit: what the machine allows, from the same run; `None` where none is defined.
        share: of the limit, 1.0 at the limit; the median of the runs' own ratios.
        remark: what one must know to read the figure.
    """

    work: str
    unit: str
    ours: float
    reach: float | None = None
    at_most: bool = True
    peer: float | None = None
    limit: float | None = None
    share: float | None = None
    remark: str = ""

    @property
    def held(self) -> bool | None:
        """Whether the reach was held; `None` where there is none."""
        if self.reach is None:
            return None
        return self.ours <= self.reach if self.at_most else self.ours >= self.reach

    def line(self) -> str:
        """Return the figure for people."""
        parts = [f"{self.work}: {number(self.ours)} {self.unit}"]
        if self.reach is not None:
            kind = "at most" if self.at_most else "at least"
            parts.append(f"{'held' if self.held else 'MISSED'}, {kind} {number(self.reach)}")
        if self.peer is not None:
            parts.append(f"peer {number(self.peer)}")
        if self.limit is not None:
            parts.append(f"limit {number(self.limit)}")
        if self.share is not None:
            parts.append(f"ratio {self.share:.2f}")
        return "; ".join(parts) + (f"  ({self.remark})" if self.remark else "")


def number(value: float) -> str:
    """Return a number with as many digits as it deserves."""
    if abs(value) >= 100:  # noqa: PLR2004  # three figures are enough
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"  # noqa: PLR2004  # as above


def share(runs: Sequence[tuple[float, float]], *, at_most: bool) -> float:
    """Return the median share of the limit over (ours, limit) of interleaved runs."""
    return statistics.median(bound / ours if at_most else ours / bound for ours, bound in runs)


def show(figures: Iterable[Figure], *, as_json: bool) -> None:
    """Print the figures, and for the collecting script a line of JSON."""
    found = list(figures)
    for figure in found:
        print(figure.line(), flush=True)
    if as_json:
        print(json.dumps([{**asdict(figure), "held": figure.held} for figure in found]), flush=True)


def arguments(what: str | None, more: Callable[[argparse.ArgumentParser], object] | None = None) -> argparse.Namespace:
    """Read the options that every script has."""
    parser = argparse.ArgumentParser(description=what, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a smaller run, for those who work on the code")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    if more is not None:
        more(parser)
    return parser.parse_args()
