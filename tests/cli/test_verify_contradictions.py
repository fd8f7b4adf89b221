"""`comity verify` on a contradiction: whom it names, why, and that it clears the innocent."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from comity.cli import main

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "contradictions"
SAMPLES = tuple(
    sample | {"name": path.stem}
    for path in sorted(FOLDER.glob("*.json"))
    if "fails" in (sample := json.loads(path.read_text(encoding="utf-8")))
)


def verify(sample: dict, folder: Path, *more: str) -> Result:
    found = json.loads((FOLDER / sample["of"]).read_text(encoding="utf-8"))
    for path, value in sample["changes"]:
        holder = found
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = value
    (folder / "file.json").write_text(json.dumps(found), encoding="utf-8")
    arguments = ["verify", str(folder / "file.json"), "--fingerprint", sample["root"], *more]
    return CliRunner().invoke(main, arguments, env={"LANGUAGE": "en"})


def named(name: str) -> dict:
    return next(sample for sample in SAMPLES if sample["name"] == name)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["name"])
def test_only_a_pair_that_cannot_be_honest_ends_well_and_every_line_is_a_sentence(sample: dict, tmp_path: Path) -> None:
    result = verify(sample, tmp_path)
    assert (result.exit_code == 0) is (not sample["fails"]), result.output
    assert ("both cannot be honest" in result.output) is (not sample["fails"])
    assert not re.search(r"fork\.[a-z]", result.output), result.output


def test_a_forked_log_is_named_with_both_roots_and_whoever_holds_its_keys(tmp_path: Path) -> None:
    said = verify(named("log"), tmp_path).output
    assert "the keys of xa.ncb/x1 signed two histories" in said
    assert "so xa.ncb showed two logs, or somebody else has its keys" in said
    assert said.splitlines()[-1] == "Every claim holds: the two statements contradict each other."


def test_a_theft_that_is_known_is_told_beside_the_contradiction(tmp_path: Path) -> None:
    said = verify(named("log"), tmp_path, "--compromised", "xa.ncb/x1@2026-11-23T10:00:00Z").output
    assert "a thief may have made one of the two" in said


def test_two_directories_are_laid_to_those_who_hold_the_keys(tmp_path: Path) -> None:
    assert "those who hold the timestamp keys signed two directories" in verify(named("directory"), tmp_path).output


def test_an_innocent_pair_is_not_worded_as_an_accusation(tmp_path: Path) -> None:
    said = verify(named("log-same-twice"), tmp_path).output
    assert "FAILS: two histories of the log xa.ncb/x1 (the two say the same, and can both be honest)" in said
    assert "showed two logs" not in said


def test_a_file_without_two_statements_is_none(tmp_path: Path) -> None:
    sample = named("log") | {"changes": [[["statements"], []]]}
    result = verify(sample, tmp_path)
    assert result.exit_code == 1
    assert "does not hold the two statements" in str(result.output) + str(result.exception)


def test_a_later_directory_must_hang_on_the_root_of_the_evidence(tmp_path: Path) -> None:
    other = tmp_path / "directory"
    other.mkdir()
    (other / "1.root.json").write_text("{}")
    result = verify(named("log"), tmp_path, "--directory", str(other))
    assert result.exit_code == 1
    assert "holds no directory that hangs on this root" in str(result.exception) + result.output
