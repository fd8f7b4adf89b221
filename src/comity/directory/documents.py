"""Strict JSON: what is not asked for is refused, and nothing stands twice."""

import binascii
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from comity.directory.errors import DocumentError

MAX_DOCUMENT_BYTES: Final = 256 * 1024
_LANGUAGE: Final = re.compile("[a-z]{2}")
_LAST_TIME: Final = 253402300799  # 9999-12-31


def read_json(data: bytes, limit: int = MAX_DOCUMENT_BYTES) -> Any:  # noqa: ANN401  # JSON
    """Return a JSON value.

    Raises:
        DocumentError: it is too long, no JSON, or a name stands twice in one object.
    """
    if len(data) > limit:
        raise DocumentError(f"a document of {len(data)} bytes is too long")
    try:
        return json.loads(data.decode(), object_pairs_hook=_once, parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError("the bytes are no JSON") from None


def write_json(value: object) -> bytes:
    """Return the one spelling of a value: compact, sorted, UTF-8."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DocumentError("a name stands twice in one object")
    return found


def _refuse(text: str) -> Any:  # noqa: ANN401  # JSON
    raise DocumentError(f"numbers are whole, found `{text[:20]}`")


def _is_translation(item: tuple[str, object]) -> bool:
    return bool(_LANGUAGE.fullmatch(item[0])) and isinstance(item[1], str) and bool(item[1])


class Fields:
    """An object's fields, each taken once and checked; what is left over is refused."""

    def __init__(self, value: object, what: str) -> None:
        if not isinstance(value, dict):
            raise DocumentError(f"{what} must be an object")
        self._left: dict[str, Any] = dict(value)
        self._what = what

    def done(self) -> None:
        """Refuse what nobody asked for: an older node must not act on half of what was meant."""
        if self._left:
            raise DocumentError(f"{self._what} has an unknown field `{min(self._left)[:40]}`")

    def raw(self, name: str, default: object = ...) -> Any:  # noqa: ANN401  # JSON
        """Return a field as it is."""
        if name in self._left:
            return self._left.pop(name)
        if default is ...:
            raise DocumentError(f"{self._what} has no `{name}`")
        return default

    def text(self, name: str, *, limit: int = 2000, default: str | None = None) -> str:
        """Return a text."""
        found = self.raw(name, ... if default is None else default)
        if not isinstance(found, str) or len(found) > limit:
            raise self._wrong(name, "a text")
        return found

    def number(self, name: str) -> int:
        """Return a whole number from 0 to 2^63 - 1."""
        found = self.raw(name)
        if type(found) is not int or not 0 <= found < 1 << 63:
            raise self._wrong(name, "a whole number")
        return found

    def time(self, name: str) -> datetime:
        """Return a time given in seconds since 1970, UTC."""
        found = self.number(name)
        if found > _LAST_TIME:
            raise self._wrong(name, "a time")
        return datetime.fromtimestamp(found, UTC)

    def items(self, name: str, *, limit: int, default: object = ...) -> list[Any]:
        """Return a list."""
        found = self.raw(name, default)
        if not isinstance(found, list) or len(found) > limit:
            raise self._wrong(name, f"a list of at most {limit}")
        return found

    def texts(self, name: str, *, limit: int = 20) -> tuple[str, ...]:
        """Return a list of texts."""
        found = self.items(name, limit=limit)
        if not all(isinstance(item, str) and len(item) <= 2000 for item in found):  # noqa: PLR2004  # as in text()
            raise self._wrong(name, "a list of texts")
        return tuple(found)

    def translations(self, name: str) -> Mapping[str, str]:
        """Return texts by language (ISO 639-1)."""
        found = self.raw(name)
        if not isinstance(found, dict) or not found or not all(map(_is_translation, found.items())):
            raise self._wrong(name, "texts by language")
        return found

    def hexadecimal(self, name: str, size: int) -> bytes:
        """Return bytes of a fixed length written in lower-case hex."""
        found = self.text(name)
        try:
            raw = bytes.fromhex(found)
        except ValueError:
            raise self._wrong(name, "hex") from None
        if len(raw) != size or raw.hex() != found:
            raise self._wrong(name, f"{size} bytes in hex")
        return raw

    def base64(self, name: str, *, limit: int = 64 * 1024) -> bytes:
        """Return bytes written in base64."""
        found = self.text(name, limit=limit)
        try:
            raw = b64decode(found, validate=True)
        except (binascii.Error, ValueError):
            raise self._wrong(name, "base64") from None
        if b64encode(raw).decode() != found:
            raise self._wrong(name, "base64")
        return raw

    def _wrong(self, name: str, expected: str) -> DocumentError:
        return DocumentError(f"`{name}` of {self._what} must be {expected}")


def base64(data: bytes) -> str:
    """Return base64 text."""
    return b64encode(data).decode()


def seconds(time: datetime) -> int:
    """Return seconds since 1970, UTC."""
    return int(time.timestamp())
