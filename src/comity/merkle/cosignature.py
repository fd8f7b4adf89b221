"""What a witness signs: that at a time it had seen a log up to a checkpoint, unforked (C2SP tlog-cosignature)."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from comity.merkle.checkpoint import Checkpoint, SignedCheckpoint
from comity.merkle.errors import SignatureError
from comity.merkle.signing import (
    ED25519,
    ED25519_COSIGNATURE,
    ML_DSA_65,
    ML_DSA_65_COSIGNATURE,
    SignatureLine,
    Signer,
    Verifier,
    find_line,
    key_id,
    required_pair,
)

_TIME: Final = struct.Struct(">Q")
_LAST_TIME: Final = (1 << 63) - 1
# The same key signs checkpoints of its own log and cosignatures of others'; the first line of the signed text and the
# algorithm in the key id keep the two apart.
_ROLE: Final = {ED25519: ED25519_COSIGNATURE, ML_DSA_65: ML_DSA_65_COSIGNATURE}


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A witness's word on a checkpoint.

    Attributes:
        checkpoint: the largest of its log that the witness had verified at `time`.
        witness: key name, which is the name of the witness's own log.
        time: seconds since 1970, UTC, by the witness's clock.
    """

    checkpoint: Checkpoint
    witness: str
    time: int


def cosigned_message(checkpoint: Checkpoint, time: int) -> bytes:
    """Return what a witness signs: two lines of its own, then the checkpoint's three."""
    return f"cosignature/v1\ntime {time}\n".encode() + checkpoint.body()


def cosign_lines(checkpoint: Checkpoint, signers: Sequence[Signer], time: int) -> tuple[SignatureLine, ...]:
    """Return both cosignature lines of a witness, which must have verified the checkpoint first.

    Args:
        checkpoint: of another member's log.
        signers: the witness's own Ed25519 and ML-DSA-65 log key.
        time: now, in seconds since 1970, UTC.

    Raises:
        ValueError: a key is missing, or the time is out of range.
    """
    if not 0 <= time <= _LAST_TIME:
        raise ValueError("the time is out of range")
    message = cosigned_message(checkpoint, time)
    return tuple(
        SignatureLine(
            key.name, key_id(key.name, _ROLE[key.algorithm], key.public), _TIME.pack(time) + key.sign(message)
        )
        for key in required_pair(signers)
    )


def cosign(checkpoint: Checkpoint, signers: Sequence[Signer], time: int) -> bytes:
    """Return the checkpoint as a note that carries the witness's two lines; arguments as for `cosign_lines`."""
    return SignedCheckpoint(checkpoint, cosign_lines(checkpoint, signers, time)).to_bytes()


def verify_cosignature(data: bytes, verifiers: Sequence[Verifier]) -> Cosignature:
    """Believe that a witness cosigned a checkpoint with both of its keys, or raise.

    Args:
        data: a checkpoint's note; lines of others are ignored, the log's own need not be there.
        verifiers: the witness's Ed25519 and ML-DSA-65 key, both under the name of its own log.

    Raises:
        CheckpointError: the bytes are no checkpoint.
        SignatureError: one of the two is missing or wrong, or they name different times.
        ValueError: the caller does not ask for both signatures.

    Source: docs/protocol/ledger.md, section 6.
    """
    pair = required_pair(verifiers)
    signed = SignedCheckpoint.parse(data)
    times = {_check(signed, key) for key in pair}
    if len(times) != 1:
        raise SignatureError(f"the two cosignatures of `{pair[0].name}` name different times")
    return Cosignature(signed.checkpoint, pair[0].name, times.pop())


def _check(signed: SignedCheckpoint, key: Verifier) -> int:
    """Return the time in a cosignature that holds."""
    stamped = find_line(signed.lines, key, _ROLE[key.algorithm]).signature
    if len(stamped) <= _TIME.size:
        raise SignatureError(f"a cosignature of `{key.name}` is too short")
    (time,) = _TIME.unpack_from(stamped)
    if time > _LAST_TIME or not key.verify(stamped[_TIME.size :], cosigned_message(signed.checkpoint, time)):
        raise SignatureError(f"a cosignature of `{key.name}` is wrong")
    return int(time)
