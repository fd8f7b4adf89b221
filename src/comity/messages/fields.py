"""How single fields are read and written: pairs of functions, strict on both sides, for the tables of `Shape`.

Each reader takes what was decoded and returns the value, or raises a `MessageError` with a code and no place; each
writer takes the value and returns its canonical bytes.
"""

import unicodedata
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import Final

from comity.messages import canonical
from comity.messages.errors import MessageError
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.errors import VocabularyError
from comity.vocabulary.partial_date import PartialDate

MAX_TEXT: Final = 64 * 1024
MAX_LIST: Final = 4096
HASH: Final = 32
_LIMIT: Final = 2**63

type Reader[Value] = Callable[[object], Value]


def fault(code: str) -> MessageError:
    """Return an error of a field whose place is named by who knows it."""
    return MessageError(f"message.field.{code}")


def is_composed(text: str) -> bool:
    """Say whether a text is in Unicode's normal form C, the only one in which it may be hashed."""
    return text.isascii() or unicodedata.is_normalized("NFC", text)


def text(found: object) -> str:
    """Read a text that is not empty."""
    if type(found) is str and 0 < len(found) <= MAX_TEXT and (found.isascii() or is_composed(found)):
        return found
    raise _text_fault(found)


def text_or_empty(found: object) -> str:
    """Read a text."""
    return "" if type(found) is str and not found else text(found)


def _text_fault(found: object) -> MessageError:
    if found is None or found == "":
        return fault("missing")
    if type(found) is not str or len(found) > MAX_TEXT:
        return fault("type")
    return fault("form")


def write_text(value: str) -> bytes:
    """Write a text that is not empty."""
    if type(value) is str and 0 < len(value) <= MAX_TEXT and value.isascii():
        return canonical.text(value)
    text(value)
    try:
        return canonical.text(value)
    except UnicodeEncodeError:
        raise fault("form") from None


# The same few words stand in every message: codes of the vocabulary, names of properties, authorities.
write_word: Final = lru_cache(maxsize=4096)(write_text)


def is_day(value: str) -> bool:
    """Tell whether a text is a whole day, such as ``2026-11-22``."""
    try:
        return PartialDate.parse(value).day is not None
    except VocabularyError:
        return False


def count(found: object) -> int:
    """Read an integer from 0."""
    if type(found) is int and 0 <= found < _LIMIT:
        return found
    raise fault("missing" if found is None else "type")


def write_count(value: int) -> bytes:
    """Write an integer from 0."""
    return canonical.integer(count(value))


def digest(found: object) -> bytes:
    """Read a hash, 32 bytes."""
    if type(found) is bytes and len(found) == HASH:
        return found
    raise fault("missing" if found is None else "type")


def write_digest(value: bytes) -> bytes:
    """Write a hash."""
    return canonical.blob(digest(value))


def choice[Code: StrEnum](codes: type[Code]) -> Reader[Code]:
    """Return a reader of a code of a closed list."""
    table: dict[object, Code] = {code.value: code for code in codes}

    def read(found: object) -> Code:
        if type(found) is str and (code := table.get(found)) is not None:
            return code
        text(found)
        raise fault("code")

    return read


def parsed[Value](parse: Callable[[str], Value]) -> Reader[Value]:
    """Return a reader of a text that is a value of the vocabulary."""

    def read(found: object) -> Value:
        try:
            return parse(text(found))
        except VocabularyError:
            raise fault("code") from None

    return read


authority: Final[Reader[AuthorityId]] = parsed(AuthorityId.parse)


def write_authority(value: AuthorityId) -> bytes:
    """Write an authority."""
    return write_word(value.text)


def items(found: object) -> list[object]:
    """Read a list of anything."""
    if type(found) is list and len(found) <= MAX_LIST:
        return found
    raise fault("type")


def codes[Value](read: Reader[Value], *, needed: bool = False) -> Reader[tuple[Value, ...]]:
    """Return a reader of a list of different values."""

    def read_all(found: object) -> tuple[Value, ...]:
        listed = items(found)
        if needed and not listed:
            raise fault("missing")
        try:
            values = tuple([read(item) for item in listed])
        except MessageError:
            texts = all(type(item) is str and is_composed(item) for item in listed)
            raise fault("code" if texts else "type") from None
        if len(values) > 1 and len(set(values)) != len(values):
            raise fault("repeated")
        return values

    return read_all


def write_list[Value](write: Callable[[Value], bytes], *, needed: bool = False) -> Callable[[tuple[Value, ...]], bytes]:
    """Return a writer of a list."""

    def write_all(values: tuple[Value, ...]) -> bytes:
        if needed and not values:
            raise fault("missing")
        return canonical.array(len(values)) + b"".join([write(value) for value in values])

    return write_all
