"""The evidence file: one message, and all that is needed to judge it without any node (docs/protocol/evidence.md).

JSON, so that a court's own expert can read it: bytes in base64, signed texts as text.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

import msgspec

from comity.verify.errors import EvidenceError

FORMAT: Final = "comity-evidence/v1"
MAX_BYTES: Final = 64 * 1024 * 1024
_MOST: Final = 4096  # parts of one kind; far above what one message can have


class State(StrEnum):
    """Whether a part is in the file."""

    GIVEN = "given"
    WITHHELD = "withheld"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Part:
    """A part that may have been erased or kept back; `data` is empty unless it is given."""

    state: State
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Witness:
    """A member's cosignature of the log's checkpoint, or of a later one.

    Attributes:
        log: name of the witness's own exchange log, under which it signs.
        cosigned: the cosigned checkpoint with the witness's two lines.
        path: consistency from the proof's checkpoint to the cosigned one; empty where they are the same.
        view: SHA-256 (hexadecimal) of the timestamp file of the directory version that names the witness's keys.
    """

    log: str
    cosigned: str
    path: tuple[bytes, ...]
    view: str


@dataclass(frozen=True, slots=True)
class LeafProof:
    """That a leaf stands in a log.

    Attributes:
        log: name of the log.
        index: place of the leaf.
        checkpoint: signed with both of the log's keys.
        path: inclusion path from below.
        view: SHA-256 (hexadecimal) of the timestamp file of the directory version that names the log's keys.
        witnesses: members that saw the log up to here.
    """

    log: str
    index: int
    checkpoint: str
    path: tuple[bytes, ...]
    view: str
    witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemProof:
    """One item of the message, as it was encoded, with its path to the message's root."""

    index: int
    item: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """The items that whoever made the file chose to show.

    Attributes:
        count: number of items of the whole message.
        state: what is to be said of the items that are not given.
        given: ascending by index.
    """

    count: int
    state: State
    given: tuple[ItemProof, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The recipient's receipt for a run of notes in which ours stands.

    Attributes:
        statement: what the recipient says (docs/protocol/delivery.md, section 2).
        salt: that its entry was made with, 32 bytes.
        proof: that it stands in the recipient's log.
        chain: the whole notes between ours and the last of the run, ascending; empty where ours is the last, or where
            they are kept back (then the receipt names ours by its place alone).
    """

    statement: bytes
    salt: bytes
    proof: LeafProof
    chain: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One message with its proofs.

    Attributes:
        format: of this file.
        note: whole, as it was logged.
        proof: that it stands in the sender's log.
        body: sealed body.
        content_key: opens the body, hence shows every item.
        items: chosen items.
        receipts: of the recipient.
        files: every directory file that is needed, in any order: they name each other by hash.
    """

    format: Literal["comity-evidence/v1"] = FORMAT
    note: bytes
    proof: LeafProof
    body: Part
    content_key: Part
    items: Items
    receipts: tuple[Receipt, ...]
    files: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """Return the file."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> "Evidence":
        """Read a file.

        Raises:
            EvidenceError: too large, no such JSON, or a part is missing.
        """
        if len(data) > MAX_BYTES:
            raise EvidenceError(f"an evidence file of {len(data)} bytes is too large, at most {MAX_BYTES} are read")
        try:
            evidence = msgspec.json.decode(data, type=cls)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise EvidenceError(f"this is no evidence file: {_reason(error)}") from error
        if max(map(len, (evidence.receipts, evidence.files, evidence.items.given))) > _MOST:
            raise EvidenceError(f"the file has more than {_MOST} parts of one kind")
        return evidence


def _reason(error: Exception) -> str:
    """Return where the file departs from its form, without any of its contents."""
    _, at, place = str(error).rpartition(" - at ")
    return f"{place} is missing or of the wrong kind" if at else "it is not JSON of this form"
