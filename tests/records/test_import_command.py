"""`comity import` says what came of a file, row by row where it must."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from comity.cli import main
from comity.config import nodefile
from comity.node.ledger.actions import open_log
from comity.node.ledger.models import Entry
from comity.node.records.models import ImportRun, Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("COMITY_NODE", "DJANGO_SETTINGS_MODULE", "LANGUAGE"):
        monkeypatch.setenv(name, "")  # so that what the command sets is taken back
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "comity.config.settings")
    folder = tmp_path / "xa"
    (folder / "keys").mkdir(parents=True)
    nodefile.save(nodefile.NodeFile(folder=folder))
    open_log("xa.ncb/a1")
    return folder


def written(folder: Path, *lines: str) -> Path:
    path = folder / "harbour-list.ftm.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def ann(reference: str) -> str:
    return json.dumps({"id": reference, "schema": "Person", "properties": {"name": ["Ann Harbour"]}})


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["import", *map(str, arguments)])


def test_a_file_is_imported_under_its_own_name_and_recorded_once(node: Path) -> None:
    result = run(node, written(node, ann("a"), ann("b")), "--officer", "hale", "--handling", "H1", "--handling", "H0")
    assert result.exit_code == 0, result.output
    assert "harbour-list: 2 new, 0 changed, 0 as before, 0 withdrawn" in result.output
    assert set(Record.objects.live().values_list("source", "handling")) == {("harbour-list", "H0 H1")}
    assert Entry.objects.count() == 1
    assert b"records.imported" in bytes(Entry.objects.get().opening)


def test_each_row_that_was_left_out_is_named_with_its_reason(node: Path) -> None:
    result = run(node, written(node, ann("a"), "{broken", ann("a")))
    assert result.exit_code == 0
    assert "2 rows were left out:" in result.output
    assert "line 2: the line is no JSON" in result.output
    assert "entry a: its reference stands twice in the file" in result.output


def test_a_broken_file_ends_with_one_sentence_and_a_remedy(node: Path) -> None:
    path = node / "un.xml"
    path.write_text("<CONSOLIDATED_LIST><INDIVIDUALS>")
    result = run(node, path)
    assert result.exit_code == 1
    assert result.output.strip().splitlines()[-1] == (
        "comity: not well-formed or cut off at line 1, column 32. nothing was imported: get the file again, whole."
    )
    assert not ImportRun.objects.exists()


def test_a_file_of_no_known_format_is_refused(node: Path) -> None:
    path = node / "picture.png"
    path.write_bytes(b"\x89PNG")
    assert run(node, path).exit_code == 1


def test_a_csv_file_needs_its_mapping_and_is_imported_with_it(node: Path) -> None:
    table, mapping = node / "people.csv", node / "people.toml"
    table.write_text("No;Name\n1;Ann Harbour\n")
    mapping.write_text('schema = "Person"\nreference = "No"\n[columns]\nName = "name"\n')
    assert run(node, table).exit_code == 1
    assert run(node, table, "--mapping", mapping).exit_code == 0
    assert Record.objects.live().get().reference == "1"


def test_a_day_that_has_passed_is_refused_as_last_day(node: Path) -> None:
    result = run(node, written(node, ann("a")), "--retain-until", "2020-01-01")
    assert result.exit_code == 1
    assert "a day that has passed" in result.output


def test_where_a_node_serves_several_authorities_one_must_be_named(node: Path) -> None:
    two = (nodefile.Authority("xa.ncb"), nodefile.Authority("xa.piu"))
    nodefile.save(nodefile.NodeFile(folder=node, authorities=two))
    assert "--authority" in run(node, written(node, ann("a"))).output
    assert run(node, written(node, ann("a")), "--authority", "xa.ncb").exit_code == 0
