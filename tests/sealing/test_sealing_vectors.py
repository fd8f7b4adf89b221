"""The golden vectors are what the generator writes, and are judged as they say."""

import hashlib
import importlib.util
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity.sealing import SUITE, KemKey, OpenError, SigningPair, open_body, open_chunk, seal_body, seal_chunk

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
FILES = sorted((VECTORS / "sealing").glob("*.json"))
WEEK = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)


def of(function: str, expect: str):
    found = [
        path
        for path in FILES
        if (vector := json.loads(path.read_text())).get("function") == function and vector.get("expect") == expect
    ]
    assert found
    return pytest.mark.parametrize("path", found, ids=lambda path: path.stem)


def attempt(path: Path) -> bytes:
    vector = json.loads(path.read_text())
    raw = {
        name: bytes.fromhex(vector[name])
        for name in ("cek", "key", "body", "sealed", "seed", "core", "wrap")
        if name in vector
    }
    match vector["function"]:
        case "open_body":
            return open_body(raw["cek"], raw["body"])
        case "open_chunk":
            return open_chunk(raw["key"], vector["index"], raw["sealed"], last=vector["last"])
        case _:
            return SUITE.unwrap(KemKey.from_seed(raw["seed"], *WEEK), raw["wrap"], raw["core"])


@of("open_body", "refused")
def test_a_body_that_is_to_be_refused_is_refused(path):
    with pytest.raises(OpenError):
        attempt(path)


@of("open_chunk", "refused")
def test_a_chunk_that_is_to_be_refused_is_refused(path):
    with pytest.raises(OpenError):
        attempt(path)


@of("unwrap", "refused")
def test_a_wrap_that_is_to_be_refused_is_refused(path):
    with pytest.raises(OpenError):
        attempt(path)


@of("open_body", "opened")
def test_a_body_opens_and_is_sealed_to_the_same_bytes(path):
    vector = json.loads(path.read_text())
    assert attempt(path).hex() == vector["payload"]
    assert seal_body(bytes.fromhex(vector["cek"]), bytes.fromhex(vector["payload"])).hex() == vector["body"]


@of("open_chunk", "opened")
def test_a_chunk_opens_and_is_sealed_to_the_same_bytes(path):
    vector = json.loads(path.read_text())
    assert attempt(path).hex() == vector["payload"]
    sealed = seal_chunk(
        bytes.fromhex(vector["key"]), vector["index"], bytes.fromhex(vector["payload"]), last=vector["last"]
    )
    assert sealed.hex() == vector["sealed"]


@of("unwrap", "opened")
def test_a_wrap_opens(path):
    assert attempt(path).hex() == json.loads(path.read_text())["cek"]


def test_a_whole_chunk_is_sealed_to_the_bytes_of_the_vector():
    vector = json.loads((VECTORS / "sealing" / "chunk-whole.json").read_text())
    sealed = seal_chunk(bytes.fromhex(vector["key"]), vector["index"], bytes(vector["zeros"]), last=vector["last"])
    assert hashlib.sha256(sealed).hexdigest() == vector["sha256"]


def test_keys_are_derived_as_the_vectors_say():
    kem = json.loads((VECTORS / "sealing" / "kem-key.json").read_text())
    key = KemKey.from_seed(bytes.fromhex(kem["seed"]), *WEEK)
    assert (key.public.raw.hex(), key.id) == (kem["public"], kem["id"])
    pair = json.loads((VECTORS / "sealing" / "signing-pair.json").read_text())
    public = SigningPair.from_seed(bytes.fromhex(pair["seed"])).public
    assert (public.ed25519.hex(), public.ml_dsa_65.hex()) == (pair["ed25519"], pair["ml_dsa_65"])
    assert public.fingerprint.hex() == pair["fingerprint"]


def test_the_files_are_those_that_the_generator_writes():
    spec = importlib.util.spec_from_file_location("generate_sealing", VECTORS / "generate_sealing.py")
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    assert {path.stem: json.loads(path.read_text()) for path in FILES} == generator.vectors()
