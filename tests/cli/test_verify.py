"""`comity verify` on the golden evidence: what it says, and how it ends."""

import copy
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from comity.cli import main
from comity.cli.verify_words import CLAIMS, FAULTS, FOUND, RESTS_ON, fault_in_words, remedy_in_words, told
from comity.verify import Claim, Fault, Verdict, claims

ROOT_FOLDER = Path(__file__).resolve().parents[2]
SOURCE = ROOT_FOLDER / "src" / "comity"
PROTOCOL = (ROOT_FOLDER / "docs" / "protocol" / "evidence.md").read_text(encoding="utf-8")
ALWAYS_DETAILED = {"log.witnesses", "log.before-theft", "message.item", "message.items", "fork.thief"}
VECTORS = ROOT_FOLDER / "vectors" / "evidence"
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
    assert bool(re.search(r"^(Every claim holds|Nothing fails; )", result.output, re.MULTILINE)) is (
        not sample["fails"]
    )


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["name"])
def test_what_is_judged_is_said_in_a_sentence_and_not_as_a_rule(sample: dict, tmp_path: Path) -> None:
    result = verify("--root", sample["root"], str(written(sample, tmp_path)))
    assert not re.search(r": (note|directory|log|receipt|time|body|message|fork)\.[a-z]", result.output), result.output


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
    said = "FAILS: both signatures on the checkpoint of the sender's log (no signature) (rests on xa.ncb)"
    assert told(claim) == said


def test_every_fault_of_a_log_has_words_and_a_remedy() -> None:
    assert all(fault_in_words(Fault(rule, 7)).startswith("at entry 7: ") for rule in FAULTS)
    assert all(remedy_in_words(Fault(rule, 7)) for rule in FAULTS)


def test_every_claim_of_the_protocol_has_words_with_and_without_its_details() -> None:
    rules = set(re.findall(r"`((?:note|directory|log|time|body|message|receipt|fork)\.[a-z-]+)`", PROTOCOL))
    assert rules - set(FOUND) == set(CLAIMS)
    for rule in set(CLAIMS) - ALWAYS_DETAILED:
        assert rule not in told(Claim(rule, Verdict.FAILS, (), (("log", "xc.ncb/x1"), ("found", "it"))))


def test_every_rule_and_every_name_that_the_verifier_uses_has_words() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (SOURCE / "verify").glob("*.py"))
    names = {value for name, value in vars(claims).items() if name.isupper() and isinstance(value, str)}
    assert names == set(RESTS_ON)
    assert set(re.findall(r'Fault\("([a-z.-]+)"', source)) <= set(FAULTS)
    assert set(re.findall(r'_UnseenError\("([a-z.-]+)"\)', source)) <= set(FOUND)
    assert set(re.findall(r'"(fork\.[a-z-]+)"', source)) <= {*FOUND, *CLAIMS}
    assert set(re.findall(r'"(receipt\.(?:mis|mal|other|chain)[a-z-]*)"', source)) <= set(FOUND)


def test_json_says_the_same_as_the_text(tmp_path: Path) -> None:
    sample = next(sample for sample in SAMPLES if sample["name"] == "note-changed")
    result = verify("--root", sample["root"], "--json", str(written(sample, tmp_path)))
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert not found["sound"]
    assert [one["rule"] for one in found["claims"] if one["verdict"] == "fails"] == sample["fails"]
    assert all(one["text"] for one in found["claims"])
