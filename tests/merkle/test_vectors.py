"""The golden vectors are what the generator writes, and are judged as they say."""

import importlib.util
import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

from comity.merkle import (
    ED25519,
    Frontier,
    Kind,
    ProofError,
    Tree,
    entry,
    leaf_hash,
    node_hash,
    note_h,
    padding_h,
    parse_tile_path,
    salted_h,
    tile_path,
    tile_width,
    tiles_between,
    verify,
    verify_consistency,
    verify_cosignature,
    verify_inclusion,
    verify_runs,
)

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
JUDGED = sorted(path for path in (VECTORS / "merkle").glob("*.json") if '"expect"' in path.read_text())


@dataclass(frozen=True, slots=True)
class PublicKey:
    name: str
    algorithm: bytes
    public: bytes

    def verify(self, signature: bytes, message: bytes, /) -> bool:
        loader = Ed25519PublicKey if self.algorithm == ED25519 else MLDSA65PublicKey
        try:
            loader.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def read(name):
    return json.loads((VECTORS / "merkle" / f"{name}.json").read_text())


def unhex(values):
    return [bytes.fromhex(value) for value in values]


def judge(vector):
    path, root = unhex(vector.get("path", [])), bytes.fromhex(vector.get("root", ""))
    match vector["function"]:
        case "verify_inclusion":
            verify_inclusion(bytes.fromhex(vector["leaf_hash"]), vector["index"], vector["size"], path, root)
        case "verify_consistency":
            old, new = bytes.fromhex(vector["old_root"]), bytes.fromhex(vector["new_root"])
            verify_consistency(vector["old_size"], old, vector["new_size"], new, path)
        case "verify_runs":
            runs = [(first, count) for first, count in vector["runs"]]
            verify_runs(runs, unhex(vector["leaf_hashes"]), vector["size"], path, root)
        case "verify_checkpoint":
            verify(vector["note"].encode(), keys(vector))
        case "verify_cosignature":
            seen = verify_cosignature(vector["note"].encode(), keys(vector))
            assert seen.time == vector["time"]


def keys(vector):
    return [
        PublicKey(key["name"], bytes.fromhex(key["algorithm"]), bytes.fromhex(key["public"])) for key in vector["keys"]
    ]


@pytest.mark.parametrize("path", JUDGED, ids=lambda path: path.stem)
def test_a_vector_is_judged_as_it_says(path):
    vector = json.loads(path.read_text())
    if vector["expect"] == "ok":
        judge(vector)
    else:
        with pytest.raises(ProofError):
            judge(vector)


def test_there_are_vectors_for_every_function():
    functions = {json.loads(path.read_text())["function"] for path in JUDGED}
    assert len(functions) == 5
    assert len(JUDGED) > 60


def test_the_generator_writes_what_is_committed():
    spec = importlib.util.spec_from_file_location("generate_merkle", VECTORS / "generate_merkle.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    committed = {path.name: path.read_text() for path in (VECTORS / "merkle").glob("*.json")}
    assert module.generate() == committed


def test_entries_are_as_the_vectors_say():
    vector = read("entry-of-each-kind")
    h = bytes.fromhex(vector["h"])
    assert {kind.name: entry(kind, h).hex() for kind in Kind} == vector["entries"]
    assert {kind.name: leaf_hash(entry(kind, h)).hex() for kind in Kind} == vector["leaf_hashes"]
    vector = read("entry-openings")
    data, salt = bytes.fromhex(vector["bytes"]), bytes.fromhex(vector["salt"])
    assert note_h(data).hex() == vector["note_h"]
    assert salted_h(salt, data).hex() == vector["salted_h"]
    assert padding_h(salt, vector["padding_index"]).hex() == vector["padding_h"]


def test_trees_are_as_the_vectors_say():
    vector = read("tree-roots")
    tree = Tree(map(leaf_hash, unhex(vector["entries"])))
    assert [tree.root(size).hex() for size in range(tree.size + 1)] == vector["roots"]
    vector = read("tree-frontier")
    frontier = Frontier.from_bytes(bytes.fromhex(vector["frontier"]))
    assert (frontier.size, frontier.root().hex()) == (vector["size"], vector["root"])
    vector = read("inner-node")
    assert leaf_hash(bytes.fromhex(vector["entry"])).hex() == vector["leaf_hash"]
    assert node_hash(bytes.fromhex(vector["left"]), bytes.fromhex(vector["right"])).hex() == vector["node_hash"]


def test_tiles_are_as_the_vectors_say():
    vector = read("tree-tiles")
    tree = Tree(leaf_hash(sha256(b"comity vector %d" % i).digest()) for i in range(vector["size"]))
    tiles = {
        tile_path(level, index, width): sha256(
            b"".join(tree.node(8 * level, 256 * index + i) for i in range(width))
        ).hexdigest()
        for level, index, width in tiles_between(0, vector["size"])
    }
    assert tiles == vector["tiles"]
    assert tile_width(0, 1, vector["size"]) == 44
    for path, (level, index, width) in vector["addresses"].items():
        assert parse_tile_path(path) == (None if level == "entries" else level, index, width)
