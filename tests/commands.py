"""The command line, as an administrator runs it."""

import subprocess
import sys


def comity(*arguments: object, code: int = 0) -> str:
    """Run a verb, expect its exit code, and return what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "comity", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr
