"""The contradiction file: two signed statements that cannot both be honest (docs/protocol/evidence.md, section 8).

JSON like the evidence of a message, and judged offline as that is: a log that was shown in two versions, or a directory
of which two were signed under one number.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

import msgspec

from comity.verify.errors import EvidenceError
from comity.verify.evidence import MAX_BYTES, LeafProof

FORMAT: Final = "comity-contradiction/v1"
_MOST: Final = 4096  # directory files; far above what two statements need
_TWO: Final = 2


class Contradicted(StrEnum):
    """What the two statements are about."""

    LOG = "log"  # two signed checkpoints of one log
    DIRECTORY = "directory"  # two signed timestamp or snapshot files of one version
    UNSHOWN = "unshown"  # a signed timestamp, and a note that names another of the same version


@dataclass(frozen=True, slots=True)
class Statement:
    """One signed text.

    Attributes:
        text: as it was signed.
        view: SHA-256 (hexadecimal) of the timestamp file of the directory version that names a log's keys; empty for
            files of the directory itself.
    """

    text: str
    view: str = ""


@dataclass(frozen=True, slots=True)
class Prefix:
    """What the log of the larger checkpoint looked like at the size of the smaller.

    Attributes:
        root: 32 bytes.
        path: consistency from that root to the larger checkpoint.
    """

    root: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A whole note, and that it stands in its sender's log."""

    note: bytes
    proof: LeafProof


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two statements of the same keys that cannot both be true.

    Attributes:
        format: of this file.
        about: what they are about.
        statements: signed texts: two for a log or a directory, one beside a note that names another.
        prefix: for checkpoints of two sizes.
        notes: one where a note names a directory that its sender does not show, else none.
        files: every directory file that is needed, in any order.
    """

    format: Literal["comity-contradiction/v1"] = FORMAT
    about: Contradicted
    statements: tuple[Statement, ...] = ()
    prefix: Prefix | None = None
    notes: tuple[Placed, ...] = ()
    files: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """Return the file."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> "Contradiction":
        """Read a file.

        Raises:
            EvidenceError: too large, no such JSON, or not the two statements that it says it holds.
        """
        if len(data) > MAX_BYTES:
            raise EvidenceError(f"an evidence file of {len(data)} bytes is too large, at most {MAX_BYTES} are read")
        try:
            found = msgspec.json.decode(data, type=cls)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise EvidenceError(
                "this is no file about a contradiction: a part is missing or of the wrong kind"
            ) from error
        if len(found.files) > _MOST:
            raise EvidenceError(f"the file has more than {_MOST} parts of one kind")
        if (len(found.statements), len(found.notes)) != _PARTS[found.about]:
            raise EvidenceError("the file does not hold the two statements that it says it holds")
        return found


_PARTS: Final = {
    Contradicted.LOG: (_TWO, 0),
    Contradicted.DIRECTORY: (_TWO, 0),
    Contradicted.UNSHOWN: (1, 1),
}


class _Format(msgspec.Struct):
    format: str = ""


def is_contradiction(data: bytes) -> bool:
    """Tell whether a file says that it is about a contradiction; nothing else of it is believed yet."""
    if len(data) > MAX_BYTES:
        return False
    try:
        return msgspec.json.decode(data, type=_Format).format == FORMAT
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
