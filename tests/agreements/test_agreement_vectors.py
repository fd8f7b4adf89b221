"""The golden vectors are what the generator writes; what a reader would mistrust is said here once more by hand."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from comity.agreements import DocumentError, parse_agreement

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "agreements"


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def test_the_files_are_what_the_generator_writes() -> None:
    spec = importlib.util.spec_from_file_location("generate_agreements", FOLDER.parent / "generate_agreements.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert written == generator.generate()


ALLOWED = {
    "a-request",
    "a-request-received",
    "a-victim-approved-by-one",
    "a-victim-received",
    "a-withdrawal-needs-no-purpose",
    "from-elsewhere-with-consent",
    "no-subject",
    "on-the-first-day",
    "on-the-last-day",
    "the-largest-number",
    "without-h0-approved-by-two",
}


def test_exactly_the_lawful_questions_are_answered_with_yes() -> None:
    decisions = {path.stem.removeprefix("decision-"): read(path.stem) for path in FOLDER.glob("decision-*.json")}
    assert {name for name, vector in decisions.items() if vector["expect"]["allowed"]} == ALLOWED
    assert all(vector["expect"]["reasons"] for name, vector in decisions.items() if name not in ALLOWED)


def test_a_victim_is_kept_for_the_shorter_time() -> None:
    duties = read("decision-a-victim-received")["expect"]["duties"]
    assert duties == [
        ["retain-days", "vector.4.1", 1095],
        ["retain-days", "vector.4.2", 365],
        ["mark", "vector.4.3", 0],
    ]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("document-*.json")), ids=lambda path: path.stem)
def test_each_broken_document_is_refused(path: Path) -> None:
    with pytest.raises(DocumentError):
        parse_agreement(json.dumps(read(path.stem)["document"]).encode())


def test_the_filter_for_records_reads_as_the_rules_do() -> None:
    assert read("filter-officer-records")["expect"] == [
        "AllOf",
        ["Is", "authority", "xa.ncb"],
        ["AnyOf", ["Is", "restricted", False], ["Is", "unit", "drugs"]],
        ["AtLeast", "retain_until", 739943],
    ]
    assert read("filter-auditor-records")["expect"] == ["Nothing"]
