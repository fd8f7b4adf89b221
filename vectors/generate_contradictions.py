"""Write the golden vectors of docs/protocol/evidence.md, section 8: contradictions, and one small file for each fault.

Run `python vectors/generate_contradictions.py`. `*.whole.json` are made once, since ML-DSA signatures are random by
design; delete them to make others. Each vector names the changes to be made to one of them, as (path, value) pairs, and
the claims that must then fail.
"""
# a script beside the files that it writes

import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from comity.merkle import SignedCheckpoint

FOLDER: Final = Path(__file__).parent / "contradictions"
WHOLE: Final = ("log", "log-of-two-sizes", "directory", "unshown")
ROOT: Final = "root.txt"

type Change = list[Any]
type Fault = tuple[str, str, list[str], list[Change]]


def make_whole() -> None:
    """Make the files that convict somebody, and the fingerprint of their root."""
    sys.path.insert(0, str(Path(__file__).parent))
    import contradiction_world  # noqa: PLC0415  # a script beside this one, needed only where there is no file yet

    found, fingerprint = contradiction_world.contradictions()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, contradiction in found.items():
        (FOLDER / f"{name}.whole.json").write_bytes(contradiction.to_bytes())
    (FOLDER / ROOT).write_text(f"{fingerprint.hex()}\n")


def flipped(text: str) -> str:
    """Return base64 of the same bytes with one bit changed, in their middle."""
    data = bytearray(b64decode(text))
    data[len(data) // 2] ^= 1
    return b64encode(bytes(data)).decode()


def one_line(text: str, line: int) -> str:
    """Return a signed checkpoint with one of its lines."""
    signed = SignedCheckpoint.parse(text.encode())
    return SignedCheckpoint(signed.checkpoint, (signed.lines[line],)).to_bytes().decode()


def of_log(whole: Any) -> Iterator[Fault]:  # noqa: ANN401  # JSON
    """Yield what may be wrong with two heads of one size."""
    first, second = (statement["text"] for statement in whole["statements"])
    last: list[Any] = ["statements", 1, "text"]
    yield "log", "XA's keys signed two roots for one size", [], []
    yield "log-same-twice", "one head is no contradiction", ["fork.log"], [[last, first]]
    yield "log-without-ed25519", "both signatures are required", ["fork.checkpoint"], [[last, one_line(second, 1)]]
    yield "log-without-ml-dsa-65", "both signatures are required", ["fork.checkpoint"], [[last, one_line(second, 0)]]
    other = "\n".join((*first.split("\n")[:3], *second.split("\n")[3:]))
    yield "log-signatures-moved", "the first text, signatures of the second", ["fork.checkpoint"], [[last, other]]
    renamed = second.replace("xa.ncb/x1", "xc.ncb/x1")
    yield "log-renamed", "XC is accused of what XA signed", ["fork.checkpoint"], [[last, renamed]]
    yield "log-view-unknown", "a version that is not there", ["fork.keys"], [[["statements", 0, "view"], "00" * 32]]


def of_two_sizes(whole: Any) -> Iterator[Fault]:  # noqa: ANN401  # JSON
    """Yield what may be wrong with two heads of different sizes."""
    yield "sizes", "the larger says another root for the size of the smaller", [], []
    yield "sizes-without-path", "two sizes alone contradict nothing", ["fork.prefix"], [[["prefix"], None]]
    yield "sizes-root-changed", "one bit", ["fork.prefix"], [[["prefix", "root"], flipped(whole["prefix"]["root"])]]
    yield "sizes-path-cut", "one hash is missing", ["fork.prefix"], [[["prefix", "path"], whole["prefix"]["path"][:-1]]]
    honest = SignedCheckpoint.parse(whole["statements"][0]["text"].encode()).checkpoint.root
    named = b64encode(honest).decode()
    yield "sizes-root-of-the-smaller", "the path does not lead from it", ["fork.prefix"], [[["prefix", "root"], named]]


def of_directory(whole: Any) -> Iterator[Fault]:  # noqa: ANN401  # JSON
    """Yield what may be wrong with two files of the directory."""
    first, second = (statement["text"] for statement in whole["statements"])
    last: list[Any] = ["statements", 1, "text"]
    yield "directory", "two timestamps of one version", [], []
    yield "directory-same-twice", "one file is no contradiction", ["fork.directory"], [[last, first]]
    reordered = json.loads(second)
    version = reordered["signed"]["version"]
    later = second.replace(f'"version":{version}', f'"version":{version + 1}')
    yield "directory-version-changed", "the version is signed", ["fork.file"], [[last, later]]
    fewer = json.loads(second)
    fewer["signatures"] = fewer["signatures"][:1]
    text = json.dumps(fewer, separators=(",", ":"))
    yield "directory-without-a-signature", "both signatures are required", ["fork.file"], [[last, text]]
    root = next(text for text in whole["files"] if '"_type":"root"' in text.replace(" ", ""))
    yield "directory-another-file", "a root is no timestamp", ["fork.file"], [[last, root]]
    yield "directory-no-root", "nothing leads to the keys", ["fork.file"], [[["files"], []]]


def of_unshown(whole: Any) -> Iterator[Fault]:  # noqa: ANN401  # JSON
    """Yield what may be wrong with a note that names another directory."""
    place: list[Any] = ["notes", 0]
    proved = whole["notes"][0]["proof"]
    other = json.loads((FOLDER / "directory.whole.json").read_text())["statements"][0]["text"]
    yield "unshown", "XA's log holds a note that names another directory of the version", [], []
    changed = flipped(whole["notes"][0]["note"])
    yield "unshown-note-changed", "one bit of the note", ["log.inclusion"], [[[*place, "note"], changed]]
    yield "unshown-not-in-the-log", "another place", ["log.inclusion"], [[[*place, "proof", "index"], 0]]
    alone = one_line(proved["checkpoint"], 0)
    yield "unshown-without-ml-dsa-65", "XA never signed", ["log.checkpoint"], [[[*place, "proof", "checkpoint"], alone]]
    later: list[Change] = [[["statements", 0, "text"], other]]
    yield "unshown-another-version", "a note may name the version before", ["fork.unshown"], later


def generate() -> dict[str, str]:
    """Return each vector by its file name."""
    if not (FOLDER / ROOT).exists():
        make_whole()
    root = (FOLDER / ROOT).read_text().strip()
    vectors: dict[str, Any] = {}
    for name, faults in zip(WHOLE, (of_log, of_two_sizes, of_directory, of_unshown), strict=True):
        of = f"{name}.whole.json"
        for vector, comment, fails, changes in faults(json.loads((FOLDER / of).read_text())):
            vectors[vector] = {"of": of, "root": root, "comment": comment, "changes": changes, "fails": fails}
    return {f"{name}.json": json.dumps(vector, indent=1, ensure_ascii=False) + "\n" for name, vector in vectors.items()}


def main() -> int:
    """Write the folder, and remove what is no longer generated."""
    files = generate()
    whole = {f"{name}.whole.json" for name in WHOLE}
    for stale in {path.name for path in FOLDER.glob("*.json")} - set(files) - whole:
        (FOLDER / stale).unlink()
    for name, text in files.items():
        (FOLDER / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
