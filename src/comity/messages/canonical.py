"""The one form of every value: deterministic CBOR (RFC 8949, 4.2.1), narrowed to what the protocol needs.

Integers below 2^64 in size, byte strings, NFC text, true, false, null, arrays, and maps with text keys. No tags,
floats, undefined, indefinite lengths, duplicate keys or trailing bytes. Decoding re-encodes and compares, so that a
value has one form only; the raw bytes are what is hashed and stored.
"""

import unicodedata
from typing import Final

import cbor2

from comity.messages.errors import CanonicalError

MAX_DEPTH: Final = 16
MAX_SIZE: Final = 4 * 1024 * 1024
_PLAIN: Final = frozenset({bytes, bool, type(None)})

__all__ = ["CanonicalError", "decode", "decode_typed", "encode", "in_order", "sorted_map"]


def encode(value: object) -> bytes:
    """Return the canonical bytes of a value.

    Raises:
        CanonicalError: the value holds something that has no canonical form.
    """
    _check(value, MAX_DEPTH)
    return cbor2.dumps(value, canonical=True)


def decode_typed(data: bytes, max_size: int = MAX_SIZE) -> object:
    """Return the value of canonical bytes whose every part the caller reads by its type.

    As `decode`, but leaves types and text to the caller's typed reading, which costs half: what is no text, count, hash
    or list of these is refused there. Maps must be in order here, so that the form is still the only one.

    Raises:
        CanonicalError: they are too large, no CBOR, or not the canonical form.
    """
    if len(data) > max_size:
        raise CanonicalError("canonical.oversized")
    try:
        value = cbor2.loads(data)
        again = cbor2.dumps(value)
    except (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError, MemoryError) as error:
        raise CanonicalError("canonical.malformed") from error
    if again != data:
        raise CanonicalError("canonical.other-form")
    return value


def in_order(value: dict[str, object]) -> bool:
    """Say whether the keys of a map stand in canonical order: the shorter first, then by bytes."""
    last = (0, b"")
    for key in value:
        if type(key) is not str:
            return False
        data = key.encode()
        here = (len(data), data)
        if here <= last:
            return False
        last = here
    return True


def sorted_map(value: dict[str, object]) -> dict[str, object]:
    """Return a map with its keys in canonical order, so that a plain dump of it is canonical."""
    return dict(sorted(value.items(), key=lambda item: (len(item[0].encode()), item[0].encode())))


def decode(data: bytes, *, max_size: int = MAX_SIZE) -> object:
    """Return the value of canonical bytes; arrays come back as lists.

    Args:
        data: the bytes.
        max_size: above which they are not even looked at.

    Raises:
        CanonicalError: they are too large, no CBOR, or not the canonical form.
    """
    if len(data) > max_size:
        raise CanonicalError("canonical.oversized")
    try:
        value = cbor2.loads(data)
        _check(value, MAX_DEPTH)
        again = cbor2.dumps(value, canonical=True)
    except CanonicalError:
        raise
    except (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError, MemoryError) as error:
        raise CanonicalError("canonical.malformed") from error
    if again != data:
        raise CanonicalError("canonical.other-form")
    return value


def _check(value: object, depth: int) -> None:  # noqa: C901  # one branch a type, read side by side
    kind = type(value)
    if kind in _PLAIN:
        return
    if kind is str:
        _check_text(str(value))
    elif kind is int:
        if not -(2**64) <= value < 2**64:  # type: ignore[operator]  # its type was just compared
            raise CanonicalError("canonical.integer")
    elif depth == 0:
        raise CanonicalError("canonical.depth")
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item, depth - 1)
    elif kind is dict and isinstance(value, dict):
        for key, item in value.items():
            if type(key) is not str:
                raise CanonicalError("canonical.key")
            _check_text(key)
            _check(item, depth - 1)
    else:
        raise CanonicalError("canonical.type")


def _check_text(text: str) -> None:
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        raise CanonicalError("canonical.text")
