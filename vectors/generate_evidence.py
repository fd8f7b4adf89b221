"""Write the golden vectors of docs/protocol/evidence.md: one evidence file, and one small file for each fault in it.

Run `python vectors/generate_evidence.py`. `whole.evidence.json` is made once, since ML-DSA signatures and the wrap are
random by design; delete it to make another. Each vector names the changes to be made to it, as (path, value) pairs, and
the claims that must then fail. Everything but the first file is computed from it.
"""
# a script beside the files that it writes

import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from comity.merkle import SignedCheckpoint

FOLDER: Final = Path(__file__).parent / "evidence"
WHOLE: Final = "whole.evidence.json"
ROOT: Final = "root.txt"

type Path_ = list[str | int]
type Change = list[Any]


def make_whole() -> None:
    """Make the one evidence file and the fingerprint of its root."""
    sys.path.insert(0, str(Path(__file__).parent))
    import evidence_world  # noqa: PLC0415  # a script beside this one, needed only where there is no file yet

    evidence, fingerprint = evidence_world.evidence()
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / WHOLE).write_bytes(evidence.to_bytes())
    (FOLDER / ROOT).write_text(f"{fingerprint.hex()}\n")


def at(value: Any, path: Path_) -> Any:  # noqa: ANN401  # JSON
    """Return what stands at a path."""
    for step in path:
        value = value[step]
    return value


def flipped(text: str) -> str:
    """Return base64 of the same bytes with one bit changed, in their middle."""
    data = bytearray(b64decode(text))
    data[len(data) // 2] ^= 1
    return b64encode(bytes(data)).decode()


def with_lines(text: str, *keep: int) -> str:
    """Return a signed checkpoint with some of its lines."""
    signed = SignedCheckpoint.parse(text.encode())
    return SignedCheckpoint(signed.checkpoint, tuple(signed.lines[line] for line in keep)).to_bytes().decode()


def file_of(whole: Any, kind: str, version: int) -> int:  # noqa: ANN401  # JSON
    """Return the place of a directory file."""
    for place, text in enumerate(whole["files"]):
        signed = json.loads(text).get("signed", {})
        if (signed.get("_type"), signed.get("version")) == (kind, version):
            return place
    raise LookupError(f"no {kind} file of version {version}")


def sound(whole: Any) -> Iterator[tuple[str, str, list[Change]]]:  # noqa: ANN401  # JSON
    """Yield what may be left out or erased."""
    yield "whole", "everything is given", []
    withheld, erased = {"state": "withheld", "data": ""}, {"state": "erased", "data": ""}
    yield (
        "content-withheld",
        "two items are shown, the rest is kept back",
        [[["content_key"], withheld], [["body"], withheld]],
    )
    yield (
        "content-erased",
        "body, key and two more items were erased: erased is not broken",
        [[["content_key"], erased], [["body"], erased], [["items", "state"], "erased"]],
    )
    yield "no-items-shown", "nothing but the envelope", [[["items", "given"], []], [["content_key"], withheld]]
    yield "no-receipt", "the recipient has not answered", [[["receipts"], []]]
    yield "no-witnesses", "the time rests on the recipient alone", [[["proof", "witnesses"], []]]
    yield (
        "renewed-witness-only",
        "the only witness that is shown saw the log a year later, under another root and with other keys",
        [[["proof", "witnesses"], whole["proof"]["witnesses"][3:]]],
    )
    later = whole["files"][file_of(whole, "timestamp", 2)]
    yield (
        "view-of-the-next-year",
        "a later directory still names the former keys, for checkpoints up to their handover",
        [[["proof", "view"], sha256(later.encode()).hexdigest()]],
    )


def faults(whole: Any) -> Iterator[tuple[str, str, list[str], list[Change]]]:  # noqa: ANN401  # JSON
    """Yield each fault with the rules that fail."""

    def one(path: Path_, value: object) -> list[Change]:
        return [[path, value]]

    def flip(*path: str | int) -> list[Change]:
        return one(list(path), flipped(at(whole, list(path))))

    checkpoint: Path_ = ["proof", "checkpoint"]
    receipt: Path_ = ["receipts", 0]
    text = at(whole, checkpoint)
    yield "note-cut", "the last byte is missing", ["note.form"], one(["note"], _cut(whole["note"]))
    yield "note-changed", "one bit of the wrap", ["log.inclusion", "receipt.statement"], flip("note")
    yield "index-wrong", "the place beside it", ["log.inclusion"], one(["proof", "index"], whole["proof"]["index"] - 1)
    yield "path-changed", "one bit of a sibling", ["log.inclusion"], flip("proof", "path", 2)
    yield (
        "path-short",
        "the last sibling is missing",
        ["log.inclusion"],
        one(["proof", "path"], whole["proof"]["path"][:-1]),
    )
    yield "without-ed25519", "both signatures are required", ["log.checkpoint"], one(checkpoint, with_lines(text, 1))
    yield "without-ml-dsa-65", "both signatures are required", ["log.checkpoint"], one(checkpoint, with_lines(text, 0))
    yield (
        "signatures-of-another-checkpoint",
        "the lines of the receipt's checkpoint under this text",
        ["log.checkpoint"],
        one(checkpoint, text.split("\n\n")[0] + "\n\n" + at(whole, [*receipt, "proof", "checkpoint"]).split("\n\n")[1]),
    )
    yield (
        "log-of-another",
        "the recipient's log in place of the sender's",
        ["log.keys", "log.checkpoint"],
        one(["proof"], whole["receipts"][0]["proof"]),
    )
    yield (
        "view-unknown",
        "no such directory version",
        ["log.keys", "log.checkpoint", "directory.in-force"],
        one(["proof", "view"], "0" * 64),
    )
    yield "root-missing", "the trusted root is not in the file", _ALL_KEYS, _without(file_of(whole, "root", 1))
    yield "snapshot-missing", "a file on the way is missing", _ALL_KEYS, _without(file_of(whole, "snapshot", 1))
    yield (
        "timestamp-changed",
        "it is another file then",
        _ALL_KEYS,
        _edited(whole, "timestamp", '"version":1', '"version":3'),
    )
    yield (
        "member-changed",
        "XA's document was altered",
        ["log.keys", "log.checkpoint", "directory.in-force"],
        _member(whole),
    )
    yield "witness-path-changed", "no extension of the proof", ["log.witness"], flip("proof", "witnesses", 1, "path", 0)
    yield (
        "witness-time-changed",
        "the time is signed",
        ["log.witness"],
        one(["proof", "witnesses", 1, "cosigned"], _later(whole["proof"]["witnesses"][1]["cosigned"])),
    )
    yield (
        "witness-with-one-signature",
        "both are required",
        ["log.witness"],
        one(["proof", "witnesses", 2, "cosigned"], with_lines(whole["proof"]["witnesses"][2]["cosigned"], 0)),
    )
    yield (
        "witness-under-another-name",
        "XD's cosignature as XC's",
        ["log.witness"],
        one(["proof", "witnesses", 2, "log"], "xc.ncb/x1"),
    )
    yield "body-changed", "one bit", ["body.hash", "body.opened"], flip("body", "data")
    yield "content-key-changed", "one bit", ["body.opened"], flip("content_key", "data")
    yield "item-changed", "one bit of the subject", ["message.item"], flip("items", "given", 1, "item")
    yield "item-moved", "the subject at another place", ["message.item"], one(["items", "given", 1, "index"], 2)
    yield "item-count-wrong", "one item more than there are", ["message.root"], one(["items", "count"], 6)
    yield "receipt-changed", "one bit of the statement", ["receipt.statement"], flip(*receipt, "statement")
    yield "receipt-salt-changed", "one bit", ["receipt.inclusion"], flip(*receipt, "salt")
    yield (
        "receipt-index-wrong",
        "another place in the recipient's log",
        ["receipt.inclusion"],
        one([*receipt, "proof", "index"], 3),
    )
    yield (
        "receipt-in-the-senders-log",
        "the sender cannot receipt itself",
        ["receipt.keys", "receipt.checkpoint"],
        one([*receipt, "proof"], whole["proof"] | {"witnesses": []}),
    )


_ALL_KEYS: Final = [
    "directory.chain",
    "log.keys",
    "log.checkpoint",
    "receipt.keys",
    "receipt.checkpoint",
    "directory.in-force",
]


def _cut(text: str) -> str:
    return b64encode(b64decode(text)[:-1]).decode()


def _without(place: int) -> list[Change]:
    return [[["files", place], "{}"]]


def _edited(whole: Any, kind: str, old: str, new: str) -> list[Change]:  # noqa: ANN401  # JSON
    place = file_of(whole, kind, 1)
    return [[["files", place], whole["files"][place].replace(old, new)]]


def _member(whole: Any) -> list[Change]:  # noqa: ANN401  # JSON
    places = [
        place for place, text in enumerate(whole["files"]) if '"authority":"xa.ncb"' in text and '"former":[]' in text
    ]
    return [[["files", places[0]], whole["files"][places[0]].replace("Invented", "Renamed")]]


def _later(text: str) -> str:
    signed = SignedCheckpoint.parse(text.encode())
    lines = tuple(
        type(line)(line.name, line.key_id, (int.from_bytes(line.signature[:8]) - 3600).to_bytes(8) + line.signature[8:])
        for line in signed.lines
    )
    return SignedCheckpoint(signed.checkpoint, lines).to_bytes().decode()


def revocations(whole: Any) -> Iterator[tuple[str, str, list[str], list[Any]]]:  # noqa: ANN401  # JSON
    """Yield what the verifier may know of stolen keys."""
    seen = int.from_bytes(
        SignedCheckpoint.parse(whole["proof"]["witnesses"][1]["cosigned"].encode()).lines[0].signature[:8]
    )
    yield "keys-stolen-later", "uninvolved members had seen the note before", [], [["xa.ncb/x1", seen + 1]]
    yield "keys-stolen-before", "nobody else had seen it", ["log.before-theft"], [["xa.ncb/x1", seen]]
    yield "witness-keys-stolen", "XC's word counts no longer; the rest stands", [], [["xc.ncb/x1", seen]]


def generate() -> dict[str, str]:
    """Return each vector by its file name."""
    if not (FOLDER / WHOLE).exists():
        make_whole()
    whole = json.loads((FOLDER / WHOLE).read_text())
    root = (FOLDER / ROOT).read_text().strip()
    vectors: dict[str, Any] = {}
    for name, comment, changes in sound(whole):
        vectors[name] = {"comment": comment, "changes": changes, "revoked": [], "fails": []}
    for name, comment, fails, changes in faults(whole):
        vectors[name] = {"comment": comment, "changes": changes, "revoked": [], "fails": fails}
    for name, comment, fails, revoked in revocations(whole):
        vectors[name] = {"comment": comment, "changes": [], "revoked": revoked, "fails": fails}
    return {
        f"{name}.json": json.dumps({"of": WHOLE, "root": root} | vector, indent=1, ensure_ascii=False) + "\n"
        for name, vector in vectors.items()
    }


def main() -> int:
    """Write the folder, and remove what is no longer generated."""
    files = generate()
    for stale in {path.name for path in FOLDER.glob("*.json")} - set(files) - {WHOLE}:
        (FOLDER / stale).unlink()
    for name, text in files.items():
        (FOLDER / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
