"""The golden vectors of delivery are what the generator writes, and are judged as they say."""

import importlib.util
import json
from pathlib import Path

import pytest

from comity.delivery import BaseMismatchError, DeliveryError, Head, InLane, Parcel, Statement, judge, prove, settle
from comity.merkle import verify
from comity.messages.note import note_hash, parse_note
from comity.sealing import PublicPair, log_verifiers
from comity.vocabulary.authority import AuthorityId, LogName

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
FOLDER = VECTORS / "delivery"
FILES = sorted(path for path in FOLDER.glob("*.json") if path.stem not in {"keys", "signatures"})


def verifier(log: LogName):
    keys = json.loads((FOLDER / "keys.json").read_text())[str(log)]
    public = PublicPair(bytes.fromhex(keys["ed25519"]), bytes.fromhex(keys["ml-dsa-65"]))
    return lambda text: verify(text, log_verifiers(str(log), public))


def of_form(vector):
    data = bytes.fromhex(vector["parcel"])
    assert Parcel.from_bytes(data).to_bytes() == data


def of_proof(vector):
    parcel = Parcel.from_bytes(bytes.fromhex(vector["parcel"]))
    log, held = parcel.proof.log, vector["head"]
    head = Head(log, held["size"], bytes.fromhex(held["root"]), held["checkpoint"].encode())
    try:
        prove(parcel, head, verifier(log))
    except BaseMismatchError as error:
        return f"{error.code} {error.head}"


def of_judge(vector):
    lane, raws = vector["lane"], [bytes.fromhex(raw) for raw in vector["notes"]]
    held = {int(seq): bytes.fromhex(raw) for seq, raw in lane["held"].items()}
    verdicts = judge(
        [(raw, note_hash(raw), parse_note(raw)) for raw in raws],
        InLane(lane["next"], bytes.fromhex(lane["last"]), lane["ahead"]),
        sender=AuthorityId.parse("xa.ncb"),
        recipient=AuthorityId.parse("xb.spoc"),
        lane_number=1,
        stored=lambda seq: (note_hash(held[seq]), held[seq]) if seq in held else None,
        wrap_size=1168,
        now=vector["now"],
    )
    return [[verdict.note.seq, verdict.standing.value, verdict.refusal] for verdict in verdicts]


def of_receipt(vector):
    statement = Statement.from_bytes(bytes.fromhex(vector["statement"]))
    assert statement.to_bytes().hex() == vector["statement"]
    settle(
        statement,
        own=AuthorityId.parse(vector["own"]),
        partner=AuthorityId.parse(vector["partner"]),
        sent_hash=lambda lane, seq: bytes.fromhex(vector["sent"].get(f"{lane}/{seq}", "")) or None,
    )


READERS = {"form": of_form, "proof": of_proof, "judge": of_judge, "receipt": of_receipt}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_vector_is_judged_as_it_says(path):
    vector = json.loads(path.read_text())
    read = READERS[path.stem.partition("-")[0]]
    try:
        found = read(vector) or "ok"
    except DeliveryError as error:
        found = error.code
    assert found == vector["expect"]


def test_the_files_are_those_that_the_generator_writes():
    spec = importlib.util.spec_from_file_location("generate_delivery", VECTORS / "generate_delivery.py")
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    written = generator.vectors(generator.kept())
    assert written == {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
