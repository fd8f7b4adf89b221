"""`python -m tools.vectors`: write every golden vector and generated page anew; git shows what changed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run each generator in a process of its own; returns how many failed."""
    scripts = [*sorted((ROOT / "vectors").glob("generate_*.py")), *sorted((ROOT / "tools").glob("reference_*.py"))]
    return sum(
        bool(subprocess.run([sys.executable, str(script)], check=False, cwd=ROOT).returncode)  # noqa: S603 - our own scripts
        for script in scripts
    )


if __name__ == "__main__":
    sys.exit(main())
