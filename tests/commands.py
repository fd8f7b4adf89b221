"""The command line, as an administrator runs it."""

from tests import federation


def comity(*arguments: object, code: int = 0) -> str:
    """Run a verb in a process of its own, expect its exit code, and return what it said."""
    done = federation.processes.run(["-m", "comity", *map(str, arguments)])
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr
