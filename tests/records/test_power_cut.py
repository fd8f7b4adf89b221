"""A real process, a real database file, and kill -9 in the middle of an import."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from comity.config import nodefile

ROWS = 6_000
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


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "COMITY_NODE": str(folder),
        "DJANGO_SETTINGS_MODULE": "comity.config.settings",
        "LANGUAGE": "en",
    }


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "list.ftm.jsonl"
    with path.open("w") as file:
        for number in range(ROWS):
            name = f"Ann{number * 7919 % 10_007} Harbour{number * 104_729 % 20_011}"
            entity = {"id": f"p{number}", "schema": "Person", "properties": {"name": [name], "birthDate": ["1974-03"]}}
            file.write(json.dumps(entity) + "\n")
    return path


def query(node: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(node / "db.sqlite3")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def start(node: Path, listed: Path) -> subprocess.Popen[str]:
    command = python(IMPORT, str(node), str(listed))
    return subprocess.Popen(command, env=environment(node), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def position(node: Path) -> int:
    rows = query(node, "SELECT position FROM records_importrun WHERE state = 'staging'")
    return int(str(rows[0][0])) if rows else 0


def test_a_killed_import_resumes_and_ends_with_every_row_once(node: Path, listed: Path):
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
    last = start(node, listed)
    output, _ = last.communicate(timeout=120)
    assert last.returncode == 0, output
    assert killed_at[0] < killed_at[1] < ROWS
    assert f"going on after row {killed_at[1]}" in output
    assert f"{ROWS} new" in output
    assert query(node, "SELECT count(*), count(DISTINCT reference) FROM records_record") == [(ROWS, ROWS)]
    assert query(node, "SELECT count(*) FROM ledger_entry") == [(1,)]
    assert query(node, "PRAGMA integrity_check") == [("ok",)]
