"""Write the golden vectors of docs/protocol/ledger.md: one file, one fault, named by it.

Run `python vectors/generate_merkle.py`. Everything is computed from fixed inputs; ML-DSA signatures, which are random
by design, are kept in `signatures.json` and made anew only where the signed bytes changed.
"""
# a script beside the files that it writes

import json
import sys
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from comity.merkle import (
    ED25519,
    EMPTY_ROOT,
    ML_DSA_65,
    Checkpoint,
    Frontier,
    Kind,
    SignatureLine,
    SignedCheckpoint,
    Tree,
    cosign,
    cosign_lines,
    cosigned_message,
    entries_path,
    entry,
    leaf_hash,
    node_hash,
    note_h,
    padding_h,
    runs_path,
    salted_h,
    sign,
    sign_lines,
    tile_path,
)

FOLDER: Final = Path(__file__).parent / "merkle"
SIZE: Final = 23
ENTRIES: Final = [sha256(b"comity vector %d" % i).digest() for i in range(300)]
LEAVES: Final = [leaf_hash(value) for value in ENTRIES]
TREE: Final = Tree(LEAVES)

type Vector = dict[str, Any]


@dataclass
class Signatures:
    """Random signatures by the hash of key and message, so that a second run gives the same files."""

    path: Path
    known: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.path.exists():
            self.known = json.loads(self.path.read_text())

    def sign(self, key: MLDSA65PrivateKey, message: bytes) -> bytes:
        """Return the kept signature of a message, or a new one."""
        name = sha256(key.public_key().public_bytes_raw() + message).hexdigest()
        if name not in self.known:
            self.known[name] = key.sign(message).hex()
        return bytes.fromhex(self.known[name])

    def text(self) -> str:
        """Return the file as it should be."""
        return json.dumps(self.known, indent=1, sort_keys=True) + "\n"


@dataclass(frozen=True)
class Key:
    """One of a log's two keys, from a seed that is printed into the vectors."""

    name: str
    algorithm: bytes
    public: bytes
    signing: Callable[[bytes], bytes]

    def sign(self, message: bytes, /) -> bytes:
        """Sign."""
        return self.signing(message)


def keys(name: str, signatures: Signatures) -> tuple[Key, Key]:
    """Return the pair of a log; the seeds are SHA-256 of its name and the algorithm's."""
    edwards = Ed25519PrivateKey.from_private_bytes(sha256(f"{name} ed25519".encode()).digest())
    lattice = MLDSA65PrivateKey.from_seed_bytes(sha256(f"{name} ml-dsa-65".encode()).digest())
    return (
        Key(name, ED25519, edwards.public_key().public_bytes_raw(), edwards.sign),
        Key(name, ML_DSA_65, lattice.public_key().public_bytes_raw(), lambda m: signatures.sign(lattice, m)),
    )


def flip(value: bytes, bit: int = 0) -> bytes:
    """Return bytes with one bit changed, counted from the last."""
    return (int.from_bytes(value) ^ (1 << bit)).to_bytes(len(value))


def hexes(values: Iterable[bytes]) -> list[str]:
    """Return hashes in hexadecimal."""
    return [value.hex() for value in values]


def hashing() -> Iterator[tuple[str, Vector]]:
    """Hashes, entries of each kind, roots, frontiers, tiles: values to reproduce."""
    h, salt, data = bytes(range(32)), bytes(range(32, 64)), b"what the entry commits to"
    yield (
        "entry-of-each-kind",
        {
            "comment": "section 2: the entry and its leaf hash for each kind, over one h",
            "h": h.hex(),
            "entries": {kind.name: entry(kind, h).hex() for kind in Kind},
            "leaf_hashes": {kind.name: leaf_hash(entry(kind, h)).hex() for kind in Kind},
        },
    )
    yield (
        "entry-openings",
        {
            "comment": "section 2: h of a note, of salted bytes, and of the third dummy of a checkpoint",
            "bytes": data.hex(),
            "salt": salt.hex(),
            "note_h": note_h(data).hex(),
            "salted_h": salted_h(salt, data).hex(),
            "padding_index": 2,
            "padding_h": padding_h(salt, 2).hex(),
        },
    )
    yield (
        "tree-roots",
        {
            "comment": "section 3: entry i is SHA-256 of `comity vector <i>`; the root at each size from 0",
            "entries": hexes(ENTRIES[:SIZE]),
            "roots": [TREE.root(size).hex() for size in range(SIZE + 1)],
        },
    )
    yield (
        "tree-frontier",
        {
            "comment": "section 4: the frontier of the first 23 leaves as bytes",
            "size": SIZE,
            "frontier": Frontier.at(TREE.node, SIZE).to_bytes().hex(),
            "root": TREE.root(SIZE).hex(),
        },
    )
    yield (
        "tree-tiles",
        {
            "comment": "section 7: the tiles of the first 300 entries, by address; each value is SHA-256 of the tile",
            "size": 300,
            "tiles": {
                tile_path(0, 0): sha256(b"".join(LEAVES[:256])).hexdigest(),
                tile_path(0, 1, 44): sha256(b"".join(LEAVES[256:])).hexdigest(),
                tile_path(1, 0, 1): sha256(TREE.node(8, 0)).hexdigest(),
            },
            "addresses": {tile_path(0, 1234067): [0, 1234067, 256], entries_path(1000, 5): ["entries", 1000, 5]},
        },
    )


def inclusion() -> Iterator[tuple[str, Vector]]:
    """Inclusion of leaf 13 among 23, and each way to lie about it."""
    good: Vector = {
        "function": "verify_inclusion",
        "leaf_hash": LEAVES[13].hex(),
        "index": 13,
        "size": SIZE,
        "path": hexes(TREE.inclusion(13, SIZE)),
        "root": TREE.root(SIZE).hex(),
    }
    path = list(TREE.inclusion(13, SIZE))
    single = LEAVES[0].hex()
    last = {"leaf_hash": LEAVES[22].hex(), "index": 22, "path": hexes(TREE.inclusion(22, SIZE))}
    yield "inclusion", good | {"comment": "leaf 13 of 23", "expect": "ok"}
    yield "inclusion-of-the-last-leaf", good | last | {"comment": "the last leaf has no right siblings", "expect": "ok"}
    yield (
        "inclusion-in-a-tree-of-one",
        good
        | {"leaf_hash": single, "index": 0, "size": 1, "path": [], "root": single}
        | {"comment": "a tree of one leaf has that leaf as root", "expect": "ok"},
    )
    faults: dict[str, tuple[str, Vector]] = {
        "wrong-leaf": ("the leaf beside it", {"leaf_hash": LEAVES[12].hex()}),
        "wrong-index": ("the index beside it", {"index": 12}),
        "wrong-size": ("a tree of four leaves less has another shape", {"size": SIZE - 8}),
        "index-beyond-size": ("there is no such leaf", {"index": SIZE}),
        "one-bit-of-the-second-sibling": ("one bit is flipped", {"path": hexes([path[0], flip(path[1]), *path[2:]])}),
        "siblings-in-reverse": ("the path from above", {"path": hexes(path[::-1])}),
        "path-too-short": ("the last sibling is missing", {"path": hexes(path[:-1])}),
        "path-too-long": ("a sibling too many", {"path": hexes([*path, LEAVES[0]])}),
        "sibling-of-31-bytes": ("a hash lacks a byte", {"path": hexes([path[0][:-1], *path[1:]])}),
        "wrong-root": ("one bit of the root is flipped", {"root": flip(TREE.root(SIZE)).hex()}),
        "inner-node-as-leaf": (
            "a node of level 1 is passed off as the entry: leaf hashes must be computed by the verifier",
            {"leaf_hash": leaf_hash(LEAVES[12] + LEAVES[13]).hex(), "index": 6, "size": 12, "path": hexes(path[1:])},
        ),
    }
    for name, (comment, change) in faults.items():
        yield f"inclusion-{name}", good | change | {"comment": comment, "expect": "refused"}


def consistency() -> Iterator[tuple[str, Vector]]:
    """Consistency from 13 to 23 leaves, and each way to lie about it."""
    path = list(TREE.consistency(13, SIZE))
    good: Vector = {
        "function": "verify_consistency",
        "old_size": 13,
        "old_root": TREE.root(13).hex(),
        "new_size": SIZE,
        "new_root": TREE.root(SIZE).hex(),
        "path": hexes(path),
    }
    forked = Tree([*LEAVES[:5], LEAVES[100], *LEAVES[6:SIZE]])
    eight: Vector = {"old_size": 8, "old_root": TREE.root(8).hex(), "path": hexes(TREE.consistency(8, SIZE))}
    yield "consistency", good | {"comment": "from 13 to 23 leaves", "expect": "ok"}
    yield (
        "consistency-from-a-power-of-two",
        good | eight | {"comment": "the old root is itself the seed and not in the path", "expect": "ok"},
    )
    yield (
        "consistency-of-one-size",
        good
        | {"old_size": SIZE, "old_root": TREE.root(SIZE).hex(), "path": []}
        | {"comment": "equal sizes need no path", "expect": "ok"},
    )
    faults: dict[str, tuple[str, Vector]] = {
        "wrong-old-root": ("the old root is another", {"old_root": TREE.root(12).hex()}),
        "wrong-new-root": ("the new root is another", {"new_root": TREE.root(22).hex()}),
        "wrong-old-size": ("the old size is another", {"old_size": 12}),
        "one-bit-of-the-seed": ("one bit is flipped", {"path": hexes([flip(path[0]), *path[1:]])}),
        "path-too-short": ("the last hash is missing", {"path": hexes(path[:-1])}),
        "path-too-long": ("a hash too many", {"path": hexes([*path, LEAVES[0]])}),
        "path-empty": ("sizes differ, so a path is needed", {"path": []}),
        "from-an-empty-log": (
            "nothing is proved from an empty log",
            {"old_size": 0, "old_root": EMPTY_ROOT.hex(), "path": []},
        ),
        "shrinking": (
            "a log does not shrink",
            {"old_size": SIZE, "old_root": good["new_root"], "new_size": 13, "new_root": good["old_root"]},
        ),
        "changed-old-entry": (
            "entry 5 was replaced after 13 were signed",
            {"new_root": forked.root().hex(), "path": hexes(forked.consistency(13))},
        ),
        "path-at-equal-sizes": (
            "equal sizes need no path",
            {"old_size": SIZE, "old_root": good["new_root"], "path": [path[0].hex()]},
        ),
    }
    for name, (comment, change) in faults.items():
        yield f"consistency-{name}", good | change | {"comment": comment, "expect": "refused"}


def runs() -> Iterator[tuple[str, Vector]]:
    """Three runs among 23 leaves, and each way to lie about them."""
    chosen = ((2, 3), (9, 1), (20, 3))
    indices = [i for first, count in chosen for i in range(first, first + count)]
    path = list(runs_path(TREE.node, chosen, SIZE))
    good: Vector = {
        "function": "verify_runs",
        "runs": [list(run) for run in chosen],
        "leaf_hashes": hexes(LEAVES[i] for i in indices),
        "size": SIZE,
        "path": hexes(path),
        "root": TREE.root(SIZE).hex(),
    }
    yield "runs", good | {"comment": "leaves 2 to 4, 9, and 20 to 22 of 23", "expect": "ok"}
    yield (
        "runs-of-one-leaf",
        good
        | {"runs": [[13, 1]], "leaf_hashes": [LEAVES[13].hex()], "path": hexes(TREE.inclusion(13, SIZE))}
        | {"comment": "for one leaf the path is its inclusion path", "expect": "ok"},
    )
    yield (
        "runs-of-all-leaves",
        good
        | {"runs": [[0, SIZE]], "leaf_hashes": hexes(LEAVES[:SIZE]), "path": []}
        | {"comment": "all leaves need no path", "expect": "ok"},
    )
    faults: dict[str, tuple[str, Vector]] = {
        "two-leaves-swapped": (
            "leaves 2 and 3 changed places",
            {"leaf_hashes": [good["leaf_hashes"][i] for i in (1, 0, 2, 3, 4, 5, 6)]},
        ),
        "a-leaf-missing": ("fewer leaves than the runs say", {"leaf_hashes": good["leaf_hashes"][:-1]}),
        "path-too-short": ("the last hash is missing", {"path": hexes(path[:-1])}),
        "path-too-long": ("a hash too many", {"path": hexes([*path, LEAVES[0]])}),
        "path-from-above": ("the levels in reverse", {"path": hexes(path[::-1])}),
        "path-right-before-left": ("within a level from right to left", {"path": hexes([path[1], path[0], *path[2:]])}),
        "one-bit-of-the-path": ("one bit is flipped", {"path": hexes([flip(path[0]), *path[1:]])}),
        "touching-runs": (
            "one run written as two: a selection has one proof",
            {"runs": [[2, 2], [4, 1], [9, 1], [20, 3]]},
        ),
        "overlapping-runs": ("leaf 4 is claimed twice", {"runs": [[2, 3], [4, 1], [20, 3]]}),
        "runs-in-reverse": ("runs do not ascend", {"runs": [[20, 3], [9, 1], [2, 3]]}),
        "an-empty-run": ("a run of no leaves", {"runs": [[2, 3], [7, 0], [9, 1], [20, 3]]}),
        "no-runs": ("nothing is proved of nothing", {"runs": [], "leaf_hashes": [], "path": [good["root"]]}),
        "a-run-beyond-the-size": ("the last run ends behind the tree", {"runs": [[2, 3], [9, 1], [21, 3]]}),
        "wrong-size": ("a tree of another shape", {"size": SIZE + 10}),
    }
    for name, (comment, change) in faults.items():
        yield f"runs-{name}", good | change | {"comment": comment, "expect": "refused"}


def described(pair: tuple[Key, Key]) -> list[Vector]:
    """Return public keys as a verifier is given them."""
    return [{"name": key.name, "algorithm": key.algorithm.hex(), "public": key.public.hex()} for key in pair]


def checkpoints(signatures: Signatures) -> Iterator[tuple[str, Vector]]:
    """Signed checkpoints, and each way to forge one."""
    xa, xb = keys("xa.ncb/x1", signatures), keys("xb.ncb/x1", signatures)
    head = Checkpoint("xa.ncb/x1", SIZE, TREE.root(SIZE))
    signed = SignedCheckpoint.parse(sign(head, xa))
    edwards, lattice = signed.lines
    good: Vector = {"function": "verify_checkpoint", "note": signed.to_bytes().decode(), "keys": described(xa)}
    text, rest = head.body().decode(), good["note"].removeprefix(head.body().decode())
    root = b64encode(head.root).decode()
    longer = head.body() + b"extension\n"
    other = Checkpoint("xa.ncb/x1", SIZE, TREE.root(22))

    def with_lines(*lines: SignatureLine) -> Vector:
        return {"note": SignedCheckpoint(head, lines).to_bytes().decode()}

    yield "checkpoint", good | {"comment": "23 leaves, signed by both keys", "expect": "ok"}
    witnessed = with_lines(*cosign_lines(head, xb, 1_800_000_000), edwards, lattice)
    yield "checkpoint-with-a-witness", good | witnessed | {"comment": "lines of others are ignored", "expect": "ok"}
    faults: dict[str, tuple[str, Vector]] = {
        "without-ed25519": ("both are required by name", with_lines(lattice)),
        "without-ml-dsa-65": ("both are required by name", with_lines(edwards)),
        "ed25519-twice": ("two lines of one algorithm are not two", with_lines(edwards, edwards)),
        "all-three-lines": ("a doubled line is refused", with_lines(edwards, edwards, lattice)),
        "wrong-ed25519": (
            "signed by the witness's key under our key id",
            with_lines(_moved(edwards, xb[0], head), lattice),
        ),
        "wrong-ml-dsa-65": ("signed over another root", with_lines(edwards, sign_lines(other, xa)[1])),
        "cosignature-as-signature": ("the other role of the same keys", with_lines(*cosign_lines(head, xa, 0))),
        "of-another-log": ("the name is not that of the keys", {"note": sign(_renamed(head), xb).decode()}),
        "extension-line": ("a fourth line", {"note": longer.decode() + rest}),
        "size-with-a-zero": ("a second spelling of the size", {"note": text.replace("\n23\n", "\n023\n") + rest}),
        "root-unpadded": ("base64 without padding", {"note": text.replace(root, root.rstrip("=")) + rest}),
        "carriage-return": ("a control character", {"note": text.replace("\n", "\r\n") + rest}),
        "no-empty-line": ("text and lines run together", {"note": text + rest.lstrip("\n")}),
        "hyphen-for-dash": ("a signature line begins with U+2014", {"note": good["note"].replace("—", "-")}),
    }
    for name, (comment, change) in faults.items():
        yield f"checkpoint-{name}", good | change | {"comment": comment, "expect": "refused"}
    yield from cosignatures(head, xa, xb)


def _moved(line: SignatureLine, key: Key, head: Checkpoint) -> SignatureLine:
    return type(line)(line.name, line.key_id, key.sign(head.body()))


def _renamed(head: Checkpoint) -> Checkpoint:
    return Checkpoint("xb.ncb/x1", head.size, head.root)


def cosignatures(head: Checkpoint, xa: tuple[Key, Key], xb: tuple[Key, Key]) -> Iterator[tuple[str, Vector]]:
    """Cosignatures, and each way to forge one."""
    at = 1_800_000_000
    lines = cosign_lines(head, xb, at)
    good: Vector = {
        "function": "verify_cosignature",
        "note": cosign(head, xb, at).decode(),
        "keys": described(xb),
        "time": at,
        "message": cosigned_message(head, at).decode(),
    }
    later = [type(line)(line.name, line.key_id, (at + 1).to_bytes(8) + line.signature[8:]) for line in lines]
    other = cosign_lines(head, xb, at + 60)
    yield "cosignature", good | {"comment": "xb.ncb saw 23 leaves of xa.ncb/x1", "expect": "ok"}
    faults: dict[str, tuple[str, tuple[Any, ...]]] = {
        "without-ml-dsa-65": ("both are required", lines[:1]),
        "without-ed25519": ("both are required", lines[1:]),
        "another-time": ("the time is signed", tuple(later)),
        "two-times": ("both lines must name one time", (lines[0], other[1])),
        "signature-as-cosignature": ("the other role", sign_lines(head, xa)),
    }
    for name, (comment, changed) in faults.items():
        note = {"note": SignedCheckpoint(head, changed).to_bytes().decode()}
        yield f"cosignature-{name}", good | note | {"comment": comment, "expect": "refused"}


def generate() -> dict[str, str]:
    """Return each file of the folder by its name."""
    signatures = Signatures(FOLDER / "signatures.json")
    vectors = [*hashing(), *inclusion(), *consistency(), *runs(), *checkpoints(signatures)]
    files = {f"{name}.json": json.dumps(vector, indent=1, ensure_ascii=False) + "\n" for name, vector in vectors}
    files["inner-node.json"] = (
        json.dumps(
            {
                "comment": "section 3: leaf and node hash of known inputs",
                "entry": ENTRIES[0].hex(),
                "leaf_hash": LEAVES[0].hex(),
                "left": LEAVES[0].hex(),
                "right": LEAVES[1].hex(),
                "node_hash": node_hash(LEAVES[0], LEAVES[1]).hex(),
            },
            indent=1,
        )
        + "\n"
    )
    return files | {"signatures.json": signatures.text()}


def main() -> int:
    """Write the folder, and remove what is no longer generated."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    files = generate()
    for stale in {path.name for path in FOLDER.glob("*.json")} - set(files):
        (FOLDER / stale).unlink()
    for name, text in files.items():
        (FOLDER / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
