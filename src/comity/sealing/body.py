"""Seal a body once for any number of recipients, and attachments chunk by chunk (docs/protocol/sealing.md, 2 and 3).

AES-GCM alone commits to nothing: one ciphertext can be made to open under two keys, into two different texts. The first
32 bytes of a body are therefore derived from the content key and compared before anything is opened.
"""

import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from comity.sealing.errors import OpenError

VERSION: Final = 1
SUITE_ID: Final = 1
"""MLKEM768-X25519, HKDF-SHA256, AES-256-GCM; `suite` of a note. One suite a version, nothing is negotiated."""

CEK_SIZE: Final = 32
COMMIT_SIZE: Final = 32
TAG_SIZE: Final = 16
OVERHEAD: Final = COMMIT_SIZE + TAG_SIZE
CHUNK_SIZE: Final = 4 * 1024 * 1024
MAX_CHUNKS: Final = 512
"""2 GiB; design of the exchange."""

_BODY: Final = b"comity/body/v1"
_CHUNK: Final = b"comity/chunk/v1"
_AAD: Final = bytes((VERSION, SUITE_ID))
# The derived key is used for one body only, so that the nonce may be constant.
_NONCE: Final = bytes(12)


def seal_body(cek: bytes, payload: bytes) -> bytes:
    """Return `commit32 || AES-256-GCM(payload)`, 48 bytes longer than the payload.

    Args:
        cek: content key, 32 random bytes that are used for this payload alone.
        payload: what is sealed.

    Raises:
        ValueError: the key has another length.

    Source: docs/protocol/sealing.md, section 2.
    """
    return _seal(cek, _BODY, _AAD, payload)


def open_body(cek: bytes, body: bytes) -> bytes:
    """Return the payload of a body.

    Raises:
        OpenError: it was altered, or sealed with another key.
    """
    return _open(cek, _BODY, _AAD, body)


def seal_chunk(key: bytes, index: int, data: bytes, *, last: bool) -> bytes:
    """Return a sealed chunk of an attachment, 48 bytes longer than the chunk.

    Args:
        key: 32 random bytes that are used for this attachment alone, and for one content of it.
        index: place of the chunk, from 0.
        data: `CHUNK_SIZE` bytes; the last chunk may be shorter, and empty only where it is the only one.
        last: whether the attachment ends with it, so that a cut-off file cannot pass for a whole one.

    Raises:
        ValueError: the key, the index or the length is out of range.

    Source: docs/protocol/sealing.md, section 3.
    """
    if len(data) > CHUNK_SIZE or (not last and len(data) != CHUNK_SIZE) or (index and not data):
        raise ValueError(f"chunk {index} of {len(data)} bytes has no valid length")
    return _seal(key, *_place(index, last=last), data)


def open_chunk(key: bytes, index: int, sealed: bytes, *, last: bool) -> bytes:
    """Return the plain bytes of a chunk.

    Raises:
        OpenError: it was altered, stands at another place, or ends the attachment where it should not.
    """
    if not OVERHEAD <= len(sealed) <= CHUNK_SIZE + OVERHEAD:
        raise OpenError(f"a sealed chunk of {len(sealed)} bytes has no valid length")
    return _open(key, *_place(index, last=last), sealed)


def _place(index: int, *, last: bool) -> tuple[bytes, bytes]:
    """Return what binds a chunk to its place: the label of its key and its associated data."""
    if not 0 <= index < MAX_CHUNKS:
        raise ValueError(f"chunk {index} is out of range, at most {MAX_CHUNKS} are sealed")
    place = index.to_bytes(8) + bytes((last,))
    return _CHUNK + place, _AAD + place


def _derive(cek: bytes, label: bytes) -> tuple[bytes, bytes]:
    if len(cek) != CEK_SIZE:
        raise ValueError(f"a content key has {CEK_SIZE} bytes, found {len(cek)}")
    derived = HKDF(SHA256(), length=32 + COMMIT_SIZE, salt=None, info=label).derive(cek)
    return derived[:32], derived[32:]


def _seal(cek: bytes, label: bytes, aad: bytes, payload: bytes) -> bytes:
    key, commitment = _derive(cek, label)
    return commitment + AESGCM(key).encrypt(_NONCE, payload, aad)


def _open(cek: bytes, label: bytes, aad: bytes, body: bytes) -> bytes:
    if len(body) < OVERHEAD:
        raise OpenError(f"a body of {len(body)} bytes is too short")
    key, commitment = _derive(cek, label)
    if not hmac.compare_digest(commitment, body[:COMMIT_SIZE]):
        raise OpenError("the body was not sealed with this key")
    try:
        return AESGCM(key).decrypt(_NONCE, memoryview(body)[COMMIT_SIZE:], aad)
    except InvalidTag:
        raise OpenError("the body was altered") from None
