"""Matching loads quickly and without the heavy peers, since each web process and command line loads it."""

import subprocess
import sys

PROGRAM = """
import sys, time
started = time.process_time()
import comity.matching
print(time.process_time() - started)
heavy = {"followthemoney", "rigour", "nomenklatura", "django", "normality", "sqlite3", "socket"}
print(sorted(heavy & set(sys.modules)))
"""


def test_matching_is_imported_in_half_a_second_without_heavy_company():
    command = [sys.executable, "-c", PROGRAM]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, heavy = result.stdout.split("\n")[:2]
    assert float(seconds) < 0.5
    assert heavy == "[]"
