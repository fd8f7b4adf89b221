"""`comity verify` on the golden evidence: what it says, and how it ends."""

import copy
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from comity.cli import main
from comity.cli.verify_words import FAULTS, fault_in_words, told
from comity.verify import Claim, Fault, Verdict

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "evidence"
WHOLE = json.loads((VECTORS / "whole.evidence.json").read_text(encoding="utf-8"))
SAMPLES = tuple(
    sample | {"name": path.stem}
    for path in sorted(VECTORS.glob("*.json"))
    if "fails" in (sample := json.loads(path.read_text(encoding="utf-8")))
)
ROOT = SAMPLES[0]["root"]


def verify(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["verify", *arguments], env={"LANGUAGE": "en"})


def written(sample: dict, folder: Path) -> Path:
    """Write the whole evidence with the sample's changes: each a path into it, and what stands there instead."""
    evidence = copy.deepcopy(WHOLE)
    for path, value in sample["changes"]:
        holder = evidence
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = value
    file = folder / "file.evidence"
    file.write_text(json.dumps(evidence), encoding="utf-8")
    return file


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["name"])
def test_the_exit_code_says_whether_every_claim_holds(sample: dict, tmp_path: Path) -> None:
    stolen = [
        f"--compromised={log}@{datetime.fromtimestamp(since, UTC).isoformat()}" for log, since in sample["revoked"]
    ]
    result = verify("--fingerprint", sample["root"], *stolen, str(written(sample, tmp_path)))
    assert (result.exit_code == 0) is (not sample["fails"]), result.output
    assert result.output.count("FAILS: ") == len(sample["fails"])
    assert ("Every claim holds." in result.output) is (not sample["fails"])


@pytest.mark.parametrize("sample", [one for one in SAMPLES if not one["fails"]], ids=lambda sample: sample["name"])
def test_what_holds_is_said_in_a_sentence_and_not_as_a_rule(sample: dict, tmp_path: Path) -> None:
    result = verify("--fingerprint", sample["root"], str(written(sample, tmp_path)))
    assert not re.search(r": (note|directory|log|receipt|time|body|message)\.[a-z]", result.output), result.output


def test_a_file_is_not_believed_without_a_fingerprint(tmp_path: Path) -> None:
    result = verify(str(written(SAMPLES[0], tmp_path)))
    assert result.exit_code == 2
    assert "a file cannot vouch for itself" in result.output


def test_another_roots_fingerprint_makes_the_file_fail(tmp_path: Path) -> None:
    sound = next(sample for sample in SAMPLES if not sample["fails"])
    result = verify("--fingerprint", "ab" * 32, str(written(sound, tmp_path)))
    assert result.exit_code == 1
    assert "FAILS" in result.output


@pytest.mark.parametrize("text", ["12", "xyz", "ab" * 33])
def test_a_fingerprint_that_is_none_is_told_so(text: str, tmp_path: Path) -> None:
    result = verify("--fingerprint", text, str(written(SAMPLES[0], tmp_path)))
    assert result.exit_code == 1
    assert "64 hexadecimal digits" in result.output


def test_something_else_than_evidence_is_told_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear judge,")
    result = verify("--fingerprint", "ab" * 32, str(path))
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize("text", ["xa.ncb/x1", "xa.ncb/x1@yesterday"])
def test_a_theft_without_a_time_is_told_so(text: str, tmp_path: Path) -> None:
    result = verify("--fingerprint", ROOT, "--compromised", text, str(written(SAMPLES[0], tmp_path)))
    assert result.exit_code == 1
    assert "names no log and time" in result.output


def test_nothing_to_verify_is_a_usage_error() -> None:
    assert verify().exit_code == 2


def test_a_claim_that_lacks_a_detail_is_still_told() -> None:
    claim = Claim("log.checkpoint", Verdict.FAILS, ("xa.ncb",), (("log", "xa.ncb/x1"), ("found", "no signature")))
    assert told(claim) == "FAILS: log.checkpoint, log xa.ncb/x1, found no signature (rests on xa.ncb)"


def test_every_fault_of_a_log_has_words() -> None:
    assert all(fault_in_words(Fault(rule, 7)).startswith("at entry 7: ") for rule in FAULTS)
