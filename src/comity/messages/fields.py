"""Typed, strict access to the fields of a decoded map: whatever is missing, unknown or of the wrong type is named."""

import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from comity.messages import canonical
from comity.messages.errors import MessageError
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.errors import VocabularyError

MAX_TEXT: Final = 64 * 1024
MAX_LIST: Final = 4096
HASH: Final = 32


class Fields:
    """The fields of one map.

    Args:
        value: what was decoded.
        place: its name, for errors.
        known: every key that it may have.
    """

    def __init__(self, value: object, place: str, known: frozenset[str]) -> None:
        if type(value) is not dict:
            raise MessageError("message.field.type", place)
        if not known.issuperset(value):
            raise MessageError("message.field.unknown", place)
        if not canonical.in_order(value):
            raise MessageError("message.field.order", place)
        self._value: Mapping[str, object] = value
        self._place = place

    def _fail(self, code: str, name: str) -> MessageError:
        return MessageError(f"message.field.{code}", f"{self._place}.{name}")

    def has(self, name: str) -> bool:
        """Say whether the field is there."""
        return name in self._value

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; without a default it must be there and not be empty."""
        found = self._value.get(name, default)
        if found is None:
            raise self._fail("missing", name)
        if type(found) is not str or len(found) > MAX_TEXT:
            raise self._fail("type", name)
        if not is_composed(found):
            raise self._fail("form", name)
        if default is None and not found:
            raise self._fail("missing", name)
        return found

    def count(self, name: str, default: int | None = None) -> int:
        """Return an integer from 0."""
        found = self._value.get(name, default)
        if found is None:
            raise self._fail("missing", name)
        if type(found) is not int or not 0 <= found < 2**63:
            raise self._fail("type", name)
        return found

    def digest(self, name: str) -> bytes:
        """Return a hash, 32 bytes."""
        found = self._value.get(name)
        if type(found) is not bytes or len(found) != HASH:
            raise self._fail("type" if found is not None else "missing", name)
        return found

    def raw(self, name: str) -> object:
        """Return whatever stands there."""
        if name not in self._value:
            raise self._fail("missing", name)
        return self._value[name]

    def choice[Code: StrEnum](self, name: str, codes: type[Code], default: Code | None = None) -> Code:
        """Return a code of a closed list."""
        if name not in self._value and default is not None:
            return default
        try:
            return codes(self.text(name))
        except ValueError as error:
            if isinstance(error, MessageError):
                raise
            raise self._fail("code", name) from None

    def parsed[Value](self, name: str, parse: Callable[[str], Value]) -> Value:
        """Return a text as a value of the vocabulary."""
        try:
            return parse(self.text(name))
        except VocabularyError:
            raise self._fail("code", name) from None

    def authority(self, name: str) -> AuthorityId:
        """Return an authority."""
        return self.parsed(name, AuthorityId.parse)

    def items(self, name: str) -> tuple[object, ...]:
        """Return a list, empty where the field is missing."""
        found = self._value.get(name, [])
        if not isinstance(found, list | tuple) or len(found) > MAX_LIST:
            raise self._fail("type", name)
        return tuple(found)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        found = self.items(name)
        texts = tuple(item for item in found if type(item) is str and is_composed(item))
        if len(texts) != len(found):
            raise self._fail("type", name)
        return texts

    def codes[Value](self, name: str, parse: Callable[[str], Value]) -> tuple[Value, ...]:
        """Return a list of values of the vocabulary, without repetitions."""
        try:
            found = tuple(parse(item) for item in self.texts(name))
        except MessageError:
            raise
        except ValueError:
            raise self._fail("code", name) from None
        if len(set(found)) != len(found):
            raise self._fail("repeated", name)
        return found


def is_composed(text: str) -> bool:
    """Say whether a text is in Unicode's normal form C, the only one in which it may be hashed."""
    return text.isascii() or unicodedata.is_normalized("NFC", text)


def without_empty(values: Mapping[str, object]) -> dict[str, object]:
    """Return a map without what says nothing: absent and empty have one form, absent."""
    return {name: value for name, value in values.items() if value not in ("", [], None)}
