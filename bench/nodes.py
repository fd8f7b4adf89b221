"""Two real nodes for a benchmark: folders, keys, databases and worker processes, and code that runs inside a node."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

PASSPHRASE = "the lighthouse keeper sleeps"  # noqa: S105  # of nodes that live for a minute
OURS, THEIRS = "xa.ncb", "xb.spoc"


@contextmanager
def two_nodes() -> Iterator[Any]:
    """Build XA and XB in a folder of their own, and end what was started in them; yields the federation."""
    import federation

    with tempfile.TemporaryDirectory(prefix="comity-bench-") as folder:
        nodes = federation.build(Path(folder), {"XA": (OURS,), "XB": (THEIRS,)})
        try:
            yield nodes
        except Exception:
            for state in ("XA", "XB"):
                print(f"{state}: {nodes[state].call('state')}\n{nodes[state].log()[-3000:]}", file=sys.stderr)
            raise
        finally:
            nodes.stop()


def inside(node: Any, script: str, *arguments: str) -> "subprocess.Popen[str]":  # noqa: ANN401  # of the untyped tests
    """Run a part of a benchmark script in a process of a node, as its console is one."""
    return subprocess.Popen(
        [sys.executable, script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**node.environment(), "DJANGO_SETTINGS_MODULE": "comity.config.settings"},
    )


def told(process: "subprocess.Popen[str]") -> Any:  # noqa: ANN401  # whatever the part prints
    """Return the next line that a part prints, as JSON.

    Raises:
        RuntimeError: it ended instead.
    """
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"a part of the benchmark ended with {process.wait(10)}")
    return json.loads(line)


def ask(process: "subprocess.Popen[str]", question: str = "") -> Any:  # noqa: ANN401  # as above
    """Send a line to a part, and return what it answers."""
    assert process.stdin is not None
    process.stdin.write(question + "\n")
    process.stdin.flush()
    return told(process)


def tell(answer: object) -> None:
    """Answer from inside a part."""
    print(json.dumps(answer), flush=True)


def resident(pid: int) -> dict[str, int]:
    """Return the kilobytes that a process has resident (Rss), at its peak (VmHWM), and as its fair share (Pss)."""
    found = {}
    for name, path in (("VmHWM", "status"), ("VmRSS", "status"), ("Pss", "smaps_rollup")):
        for line in Path(f"/proc/{pid}/{path}").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith(f"{name}:"):
                found[name] = int(line.split()[1])
    return found


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
