"""The one form of every value: deterministic CBOR (RFC 8949, 4.2.1), narrowed to what the protocol needs.

Integers below 2^64 in size, byte strings, NFC text, true, false, null, arrays, and maps with text keys. No tags,
floats, undefined, indefinite lengths, duplicate keys or trailing bytes. Decoding re-encodes and compares, so that a
value has one form only; the raw bytes are what is hashed and stored.

Tags are refused before their content is looked at: shared values would let a few bytes stand for a tree of any size,
and others would have the decoder compile patterns or compute powers.
"""

import unicodedata
from types import MappingProxyType
from typing import Final, NoReturn, TypeGuard

import cbor2

from comity.messages.errors import CanonicalError

MAX_DEPTH: Final = 16
MAX_SIZE: Final = 4 * 1024 * 1024
MAX_VALUES: Final = 2**20
_SMALL: Final = 64 * 1024
_PLAIN: Final = frozenset({bytes, bool, type(None)})
_BAD: Final = (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError, MemoryError)

__all__ = [
    "CanonicalError", "are_forms", "array", "blob", "decode", "decode_typed", "encode", "integer", "is_form", "load",
    "prefix", "text",
]  # fmt: skip


def _no_tag(*_: object) -> NoReturn:
    raise CanonicalError("canonical.type")


# Every tag that the decoder knows by itself; `tag_hook` is asked about all others. A test tries them all.
_KNOWN_TAGS: Final = (
    0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43000, 55799,
)  # fmt: skip
_NO_TAGS: Final = MappingProxyType(dict.fromkeys(_KNOWN_TAGS, _no_tag))


def load(data: bytes) -> object:
    """Return the value of bytes that may still be in another form than the canonical one.

    Raises:
        CanonicalError: they are no CBOR, hold a tag, or hold more values than any message needs.
    """
    if len(data) > _SMALL:
        _count(data)
    try:
        return cbor2.loads(data, tag_hook=_no_tag, semantic_decoders=_NO_TAGS)
    except _BAD as error:
        raise CanonicalError("canonical.type" if _is_tag(error) else "canonical.malformed") from error


def _is_tag(error: BaseException | None) -> bool:
    """The decoder wraps what its hooks raise, once for each container around the tag."""
    while error is not None and not isinstance(error, CanonicalError):
        error = error.__cause__
    return error is not None


def _count(data: bytes) -> None:
    """Refuse bytes that would become far more memory than they are: a list in one byte takes eighty decoded."""
    place, end, left = 0, len(data), MAX_VALUES
    while place < end:
        left -= 1
        if left < 0:
            raise CanonicalError("canonical.oversized")
        head = data[place]
        major, size = head >> 5, head & 31
        place += 1
        if size > 27:  # noqa: PLR2004  # 28 to 30 mean nothing, 31 no length (RFC 8949, 3)
            raise CanonicalError("canonical.malformed" if size < 31 else "canonical.other-form")  # noqa: PLR2004  # as above
        if size > 23:  # noqa: PLR2004  # the size follows in 1, 2, 4 or 8 bytes
            length = 1 << (size - 24)
            size = int.from_bytes(data[place : place + length])
            place += length
        if major in {2, 3}:
            place += size


def encode(value: object) -> bytes:
    """Return the canonical bytes of a value.

    Raises:
        CanonicalError: the value holds something that has no canonical form.
    """
    _check(value, MAX_DEPTH)
    return cbor2.dumps(value, canonical=True)


def is_form(value: object, data: bytes) -> bool:
    """Say whether a value that was loaded from the bytes, with its keys in order, has no other form than these."""
    try:
        return cbor2.dumps(value) == data
    except _BAD:
        return False


def are_forms(values: object, encoded: list[bytes]) -> TypeGuard[list[object]]:
    """Say the same of a list of values and the bytes of each: `is_form`, without a call for each."""
    if type(values) is not list or len(values) != len(encoded):
        return False
    dumps = cbor2.dumps
    try:
        return [dumps(value) for value in values] == encoded
    except _BAD:
        return False


def decode_typed(data: bytes, max_size: int = MAX_SIZE) -> object:
    """Return the value of canonical bytes whose every part the caller reads by its type.

    As `decode`, but leaves types, text and the order of keys to the caller's typed reading, which costs half.

    Raises:
        CanonicalError: they are too large, no CBOR, or not the canonical form.
    """
    if len(data) > max_size:
        raise CanonicalError("canonical.oversized")
    value = load(data)
    if not is_form(value, data):
        raise CanonicalError("canonical.other-form")
    return value


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
    value = load(data)
    _check(value, MAX_DEPTH)
    if cbor2.dumps(value, canonical=True) != data:
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


# Heads of short strings, made once: most texts and hashes are shorter than this.
_SHORT: Final = 1024


def prefix(major: int, size: int) -> bytes:
    """Return the head of an item of a major type (RFC 8949, 3): its type and its size in the shortest form."""
    top = major << 5
    if size < 24:  # noqa: PLR2004  # these limits are the format's
        return bytes((top | size,))
    for extra, length in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if size < 1 << (8 * length):
            return bytes((top | extra,)) + size.to_bytes(length)
    raise CanonicalError("canonical.integer")


_ARRAYS: Final = tuple(prefix(4, size) for size in range(_SHORT))
_TEXTS: Final = tuple(prefix(3, size) for size in range(_SHORT))
_BLOBS: Final = tuple(prefix(2, size) for size in range(_SHORT))


def text(value: str) -> bytes:
    """Return the canonical bytes of a text that is known to be in form C."""
    data = value.encode()
    size = len(data)
    return (_TEXTS[size] if size < _SHORT else prefix(3, size)) + data


def blob(value: bytes) -> bytes:
    """Return the canonical bytes of a byte string."""
    size = len(value)
    return (_BLOBS[size] if size < _SHORT else prefix(2, size)) + value


def array(size: int) -> bytes:
    """Return the head of an array of so many elements, which follow it."""
    return _ARRAYS[size] if size < _SHORT else prefix(4, size)


def integer(value: int) -> bytes:
    """Return the canonical bytes of an integer from 0."""
    return prefix(0, value)
