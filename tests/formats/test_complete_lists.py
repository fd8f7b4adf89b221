"""Every published list is read to its last entry, as counted by something that knows nothing of our readers."""

import csv
import gzip
import json
import re
from pathlib import Path

import pytest
from tests.shared_data import shared

from comity import formats
from comity.formats import Good

FOLDER = "watchlists"
NO_LISTS = {"interpol_api_openapi.yaml"}


def tags(path: Path, *names: str) -> int:
    """Count the opening tags of some names in the text of a document."""
    text = gzip.decompress(path.read_bytes()).decode()
    return sum(len(re.findall(rf"<(?:\w+:)?{name}[\s>]", text)) for name in names)


def lines(path: Path) -> int:
    """Count the lines of a table that begin an entry, as the csv module splits it."""
    with gzip.open(path / "sdn.csv.gz", "rt", newline="", encoding="cp1252") as file:
        return sum(len(row) > 1 for row in csv.reader(file))


def documents(path: Path) -> int:
    """Count the lines that hold a JSON document."""
    return sum(isinstance(json.loads(line), dict) for line in path.read_text().splitlines() if line.strip())


COUNTS = {
    "un_consolidated_2024-05-15.xml.gz": lambda path: tags(path, "INDIVIDUAL", "ENTITY"),
    "ofac_consolidated_nonsdn_2024-05.xml.gz": lambda path: tags(path, "sdnEntry"),
    "eu_fsf_2024-05-13_partA.xml.gz": lambda path: tags(path, "sanctionEntity"),
    "ofac_sdn_2019": lines,
    "ofac_sdn_2021-07": lines,
    "ftm/t1_entities.ftm.json": documents,
    "ftm/donations.ijson": documents,
    "ftm/t2_20240527194702-wnk_entities.delta.json": documents,
    "ftm/t2_20240528014702-pfh_entities.delta.json": documents,
    "ftm/parteispenden_entities.ftm.json": documents,
    "ftm/zala_entities.ftm.json": documents,
}


@pytest.mark.parametrize("name", COUNTS)
def test_a_list_has_as_many_rows_as_entries(name):
    path = shared(f"{FOLDER}/{name}")
    rows = list(formats.read(path))
    assert len(rows) == COUNTS[name](path) > 0
    assert all(isinstance(row, Good) for row in rows)
    assert len({row.reference for row in rows}) == len(rows)


def test_no_list_that_developers_hold_is_left_out():
    folder = shared(FOLDER)
    held = {path.name for path in folder.iterdir()} | {f"ftm/{path.name}" for path in (folder / "ftm").iterdir()}
    assert held - {"ftm"} - NO_LISTS <= COUNTS.keys()


def test_a_subject_that_the_eu_lists_twice_is_two_rows():
    rows = [
        row for row in formats.read(shared(f"{FOLDER}/eu_fsf_2024-05-13_partA.xml.gz")) if "EU.334.4" in row.reference
    ]
    assert [row.reference for row in rows] == ["EU.334.4", "EU.334.4 (2)"]
