"""A real process, a real database file, and kill -9 in the middle of an import."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain
from pathlib import Path

import pytest

from comity.config import nodefile

ROWS = 3_000
SETUP = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, skip_checks=True)
from comity.node.ledger.actions import open_log
open_log("xa.ncb/a1")
"""
IMPORT = """
import sys
from comity.cli import run
run(["import", sys.argv[1], sys.argv[2], "--source", "harbour-list"])
"""


def python(program: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", program, *arguments]


@pytest.fixture
def node(tmp_path: Path) -> Path:
    folder = tmp_path / "xa"
    (folder / "keys").mkdir(parents=True)
    nodefile.save(nodefile.NodeFile(folder=folder))
    command = python(SETUP)
    subprocess.run(command, env=environment(folder), check=True, capture_output=True)
    return folder


@pytest.fixture
def undisturbed(node: Path, tmp_path: Path) -> Path:
    """The same node again, on which nothing is ever killed."""
    return shutil.copytree(node, tmp_path / "undisturbed")


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "COMITY_NODE": str(folder),
        "DJANGO_SETTINGS_MODULE": "comity.config.settings",
        "LANGUAGE": "en",
    }


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    return written(tmp_path / "list.ftm.jsonl", range(ROWS))


def written(path: Path, numbers: Iterable[int], changed: int = 0) -> Path:
    """Write a list of invented people; every so many of them was born in another month."""
    with path.open("w") as file:
        for number in numbers:
            name = f"Ann{number * 7919 % 10_007} Harbour{number * 104_729 % 20_011}"
            birth = "1974-04" if changed and number % changed == 0 else "1974-03"
            entity = {"id": f"p{number}", "schema": "Person", "properties": {"name": [name], "birthDate": [birth]}}
            file.write(json.dumps(entity) + "\n")
    return path


def query(node: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(node / "db.sqlite3")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def table(node: Path) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Return the records as officers see them, and the index by which they are found, without numbers of rows."""
    live = "SELECT id, reference, schema, caption, subject, content, digest, purpose FROM records_record r WHERE"
    shown = " EXISTS (SELECT 1 FROM records_importrun i WHERE i.id = r.since_id AND i.state = 'applied')"
    gone = " AND NOT EXISTS (SELECT 1 FROM records_importrun i WHERE i.id = r.until_id AND i.state = 'applied')"
    records = query(node, live + shown + gone)
    references = {row[0]: row[1] for row in query(node, "SELECT id, reference FROM records_record")}
    entries = [int(str(row[0])) for row in query(node, "SELECT id FROM records_recordtoken")]
    index = [(entry >> 27, references.get(entry & (1 << 27) - 1)) for entry in entries]
    return sorted(row[1:] for row in records), sorted(index, key=str)


def finished(node: Path, listed: Path) -> str:
    """Import to the end and return what was said."""
    process = start(node, listed)
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 0, output
    return output


def start(node: Path, listed: Path) -> subprocess.Popen[str]:
    command = python(IMPORT, str(node), str(listed))
    return subprocess.Popen(command, env=environment(node), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def position(node: Path) -> int:
    rows = query(node, "SELECT position FROM records_importrun WHERE state = 'staging'")
    return int(str(rows[0][0])) if rows else 0


def test_a_killed_import_resumes_and_ends_with_every_row_once(node: Path, undisturbed: Path, listed: Path):
    killed_at = []
    for wanted in (1, ROWS // 2):
        process = start(node, listed)
        deadline = time.monotonic() + 60
        while position(node) < wanted and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed_at.append(position(node))
    shown = query(node, "SELECT count(*) FROM records_importrun WHERE state = 'applied'")
    assert shown == [(0,)], "the machine was too fast to be killed in time"
    output = finished(node, listed)
    finished(undisturbed, listed)
    assert table(node) == table(undisturbed)
    assert killed_at[0] < killed_at[1] < ROWS
    assert f"going on after row {killed_at[1]}" in output
    assert f"{ROWS} new" in output
    assert query(node, "SELECT count(*), count(DISTINCT reference) FROM records_record") == [(ROWS, ROWS)]
    assert query(node, "SELECT count(*) FROM ledger_entry") == [(1,)]
    assert query(node, "PRAGMA integrity_check") == [("ok",)]


def acts_of(node: Path) -> int:
    return int(query(node, "SELECT count(*) FROM ledger_entry")[0][0])


def test_a_newer_list_killed_at_any_moment_ends_with_the_same_table(
    node: Path, undisturbed: Path, tmp_path: Path, sampled
):
    """Staging, marking, applying and erasing are struck alike: the moments are drawn over the whole run."""
    few = 1_000
    first = written(tmp_path / "first.ftm.jsonl", range(few))
    newer = written(tmp_path / "newer.ftm.jsonl", chain(range(200, few), range(few, few + 150)), changed=7)
    for folder in (node, undisturbed):
        finished(folder, first)
    before = table(node)
    begun = time.monotonic()
    finished(undisturbed, newer)
    lasted = time.monotonic() - begun
    chance, acts = random.Random(7), acts_of(node)
    for _ in range(sampled(3, 100)):
        shown = table(node)[0] == table(undisturbed)[0]
        process = start(node, newer)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=chance.uniform(0.3, 1.0) * lasted)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        records, _ = table(node)
        assert records in (before[0], table(undisturbed)[0]), "an officer saw half of a list"
        now = acts_of(node)
        # Showing a list is an act, and importing the same one again is another; what was struck before left none.
        assert now - acts in ((0, 1) if shown or records == table(undisturbed)[0] else (0,))
        acts = now
    finished(node, newer)
    assert table(node) == table(undisturbed)
    assert acts_of(node) == acts + 1
    assert query(node, "PRAGMA integrity_check") == [("ok",)]
