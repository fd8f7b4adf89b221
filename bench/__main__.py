"""`python -m bench`: every benchmark, one after the other; the figures of docs/reference/performance.md."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPTS = ("merkle", "exchange", "matching", "decide", "directory", "verify", "broadcast", "single")


def main() -> int:
    """Run each script that exists in a process of its own; returns how many failed."""
    failed = 0
    for name in SCRIPTS:
        script = HERE / f"{name}.py"
        if not script.exists():
            continue
        print(f"== {name}", flush=True)
        failed += bool(subprocess.run([sys.executable, str(script)], check=False).returncode)
    return failed


if __name__ == "__main__":
    sys.exit(main())
