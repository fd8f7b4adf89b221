"""Run the command line as a test wants it: with a clock that is ahead, or telling everything it does.

`COMITY_TEST_AHEAD_S` moves the clock; `COMITY_TEST_LOUD` lets every logger speak at the lowest level.
"""

import os
import runpy
import sys
from datetime import timedelta

from django.utils import timezone


def shift() -> None:
    ahead = timedelta(seconds=float(os.environ.get("COMITY_TEST_AHEAD_S", "0")))
    if ahead:
        now = timezone.now
        timezone.now = lambda: now() + ahead


def loud() -> None:
    if os.environ.get("COMITY_TEST_LOUD"):
        from comity.config import settings

        for logger in (settings.LOGGING["root"], *settings.LOGGING["loggers"].values()):
            logger["level"] = "DEBUG"


if __name__ == "__main__":
    shift()
    loud()
    sys.argv[0] = "comity"
    runpy.run_module("comity", run_name="__main__")
