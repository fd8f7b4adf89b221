"""`python -m bench`: every benchmark, one after the other, and at the end one table of all figures.

Each script runs in a process of its own and can be run by itself. The table goes into docs/reference/performance.md by
hand, with the machine, the commit and what else the machine did: a benchmark cannot know the last.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from figure import number  # noqa: E402  # a script's neighbour, found only now

SCRIPTS = (
    "merkle", "messages", "directory", "decide", "matching", "exchange", "broadcast", "latency", "rest", "verify",
    "attachment", "backlog", "desk", "officers",
)  # fmt: skip
HEADINGS = ("figure", "reach", "ours", "peer", "limit", "ratio", "")


def run(name: str, *, quick: bool) -> tuple[list[dict[str, Any]], bool]:
    """Run a script, showing what it prints; returns its figures, and whether it ended well."""
    command = [sys.executable, str(HERE / f"{name}.py"), "--json", *(["--quick"] if quick else [])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    figures: list[dict[str, Any]] = []
    for line in process.stdout:
        if line.startswith("["):
            figures = json.loads(line)
        else:
            print(line, end="", file=sys.stderr, flush=True)
    return figures, process.wait() == 0


def table(figures: Iterable[dict[str, Any]]) -> str:
    """Return figures as the rows of a Markdown table."""
    rows = [HEADINGS, tuple("---" for _ in HEADINGS)]
    for one in figures:
        unit = f" {one['unit']}" if one["unit"] else ""
        sign = "≤" if one["at_most"] else "≥"
        reach = "" if one["reach"] is None else f"{sign} {number(one['reach'])}{unit}"
        cells = [number(one[name]) if one[name] is not None else "" for name in ("peer", "limit", "share")]
        held = {True: "held", False: "**missed**", None: ""}[one["held"]]
        rows.append((one["work"], reach, f"{number(one['ours'])}{unit}", *cells, held))
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def machine() -> str:
    """Say where and when this was measured."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    head = subprocess.run(
        ["git", "-C", str(HERE), "describe", "--always", "--dirty"],  # noqa: S607  # the git of whoever measures
        capture_output=True,
        text=True,
        check=False,
    )
    commit = head.stdout.strip() or "unknown"
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores of {model}, "
        f"Python {platform.python_version()}, commit {commit}, load {os.getloadavg()[0]:.1f} at the end"
    )


def main() -> int:
    """Run what is asked for; returns 1 where a script failed. A missed figure is told, and no failure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scripts", nargs="*", metavar="SCRIPT", help=f"of {', '.join(SCRIPTS)}; all, if none is named")
    parser.add_argument("--quick", action="store_true", help="smaller runs, for those who work on the code")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON instead of a table")
    chosen = parser.parse_args()
    if unknown := set(chosen.scripts) - set(SCRIPTS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    figures: list[dict[str, Any]] = []
    failed = []
    for name in chosen.scripts or SCRIPTS:
        if not (HERE / f"{name}.py").exists():
            continue
        print(f"== {name}", file=sys.stderr, flush=True)
        found, well = run(name, quick=chosen.quick)
        figures += [{"script": name, **one} for one in found]
        failed += [] if well else [name]
    print(json.dumps(figures, indent=1) if chosen.json else f"\n{table(figures)}\n\n{machine()}")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
