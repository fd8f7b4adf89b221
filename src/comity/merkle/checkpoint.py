"""What a log signs: its name, size and root (C2SP tlog-checkpoint; docs/protocol/ledger.md, section 5)."""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from comity.merkle.errors import CheckpointError, ProofError, SignatureError
from comity.merkle.hashing import EMPTY_ROOT, HASH_SIZE
from comity.merkle.paths import verify_consistency
from comity.merkle.runs import MAX_SIZE
from comity.merkle.signing import (
    SignatureLine,
    SignedNote,
    Signer,
    Verifier,
    find_line,
    is_key_name,
    key_id,
    parse_signed_note,
    required_pair,
)

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_LINES: Final = 3
REMEMBERED: Final = 32  # checkpoints, of at most `MAX_NOTE_BYTES` each


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log.

    Attributes:
        origin: name of the log, such as `xa.ncb/x1`.
        size: number of leaves.
        root: of the tree over them, 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not is_key_name(self.origin):
            raise CheckpointError("the origin is no name of a log")
        if not 0 <= self.size <= MAX_SIZE:
            raise CheckpointError("the size is no size of a log")
        if len(self.root) != HASH_SIZE:
            raise CheckpointError(f"the root has {len(self.root)} bytes, expected {HASH_SIZE}")

    def body(self) -> bytes:
        """Return the text that is signed: three lines, each with its newline."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n".encode()


def parse_body(text: bytes) -> Checkpoint:
    """Read the three lines of a checkpoint.

    Raises:
        CheckpointError: they are not exactly these three. Extension lines are refused: a cosigner would sign words that
            nobody reads.
    """
    try:
        lines = text.decode().split("\n")
    except UnicodeDecodeError:
        raise CheckpointError("a checkpoint must be UTF-8") from None
    if len(lines) != _LINES + 1 or lines[-1]:
        raise CheckpointError(f"a checkpoint has {len(lines) - 1} lines, expected {_LINES}")
    origin, size, root = lines[:_LINES]
    if not _SIZE.fullmatch(size):
        raise CheckpointError("the second line of a checkpoint is no size")
    try:
        decoded = b64decode(root, validate=True)
    except (binascii.Error, ValueError):
        raise CheckpointError("the third line of a checkpoint is not base64") from None
    checkpoint = Checkpoint(origin, int(size), decoded)
    if checkpoint.body() != text:
        raise CheckpointError("the checkpoint is not written in the only allowed way")
    return checkpoint


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with its signature lines, none of which is believed yet.

    Attributes:
        checkpoint: what the text says.
        lines: signatures and cosignatures in the order in which they stand.
    """

    checkpoint: Checkpoint
    lines: tuple[SignatureLine, ...]

    @classmethod
    def parse(cls, data: bytes) -> "SignedCheckpoint":
        """Read a checkpoint and its lines.

        Raises:
            CheckpointError: the bytes are not such a note.
        """
        return _parsed(bytes(data))

    def to_bytes(self) -> bytes:
        """Return the note as it is stored and sent."""
        return SignedNote(self.checkpoint.body(), self.lines).to_bytes()

    def joined(self, other: "SignedCheckpoint") -> "SignedCheckpoint":
        """Return one note with the lines of both, each line once.

        Raises:
            CheckpointError: they are not the same checkpoint.
        """
        if self.checkpoint != other.checkpoint:
            raise CheckpointError("lines of different checkpoints cannot stand under one text")
        return SignedCheckpoint(self.checkpoint, tuple(dict.fromkeys(self.lines + other.lines)))


@lru_cache(maxsize=REMEMBERED)
def _parsed(data: bytes) -> SignedCheckpoint:
    """Read what several steps of one exchange ask for; what does not parse is not remembered."""
    note = parse_signed_note(data)
    return SignedCheckpoint(parse_body(note.text), note.lines)


def sign(checkpoint: Checkpoint, signers: Sequence[Signer]) -> bytes:
    """Return the note with both signatures of the log.

    Args:
        checkpoint: never one that contradicts an earlier one: no signature can be taken back.
        signers: the log's Ed25519 and ML-DSA-65 key, both under the log's name.

    Raises:
        ValueError: a key is missing, or bears another name than the log.
    """
    return SignedCheckpoint(checkpoint, sign_lines(checkpoint, signers)).to_bytes()


def sign_lines(checkpoint: Checkpoint, signers: Sequence[Signer]) -> tuple[SignatureLine, ...]:
    """Return both signature lines; a note of the yearly key change carries those of the old and of the new keys.

    Raises:
        ValueError: as for `sign`.
    """
    pair = required_pair(signers)
    if pair[0].name != checkpoint.origin:
        raise ValueError("a log is signed by keys of its own name")
    body = checkpoint.body()
    return tuple(SignatureLine(key.name, key_id(key.name, key.algorithm, key.public), key.sign(body)) for key in pair)


def verify(data: bytes, verifiers: Sequence[Verifier]) -> Checkpoint:
    """Believe that a log signed a checkpoint with both of its keys, or raise.

    Args:
        data: the note. Lines of unknown keys are ignored (witnesses, keys before and after a rotation).
        verifiers: the log's Ed25519 and ML-DSA-65 key, both under the log's name.

    Raises:
        CheckpointError: the bytes are no checkpoint.
        SignatureError: one of the two signatures is missing or wrong, or the keys are another log's.
        ValueError: the caller does not ask for both signatures.

    Source: docs/protocol/ledger.md, section 5, steps 1 to 6.
    """
    pair = required_pair(verifiers)
    signed = SignedCheckpoint.parse(data)
    if signed.checkpoint.origin != pair[0].name:
        raise SignatureError("the checkpoint is of another log than the keys")
    body = signed.checkpoint.body()
    for key in pair:
        if not key.verify(find_line(signed.lines, key, key.algorithm).signature, body):
            raise SignatureError(f"a signature of `{key.name}` is wrong")
    return signed.checkpoint


def verify_extends(old: Checkpoint, new: Checkpoint, path: Sequence[bytes]) -> None:
    """Believe that the log at `new` begins with all that it held at `old`, or raise.

    Called with a received checkpoint as `old` and our head as `new` it shows that a smaller checkpoint is a prefix of
    what we know: late mail of an honest log, not a fork. Anything extends the empty log.

    Raises:
        ProofError: it does not, or they are different logs.
    """
    if old.origin != new.origin:
        raise ProofError("the checkpoints are of different logs")
    if old.size == 0 < new.size:
        if path or old.root != EMPTY_ROOT:
            raise ProofError("an empty log has one root, and no path leads from it")
        return
    verify_consistency(old.size, old.root, new.size, new.root, path)
