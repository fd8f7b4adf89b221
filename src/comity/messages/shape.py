"""The fields of a map as one table, compiled once: which keys there are, and how each is read and written.

Reading is strict: what is missing, unknown, out of order or of the wrong type is named with its place. Writing refuses
what reading would refuse. Both run for every item of every message, so that a table is made into tuples beforehand and
each item costs one look-up of its keys and one call a field.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

import cbor2

from comity.messages import canonical
from comity.messages.errors import MessageError

MAX_FIELDS: Final = 23  # a map of more has a longer head
_MAP: Final = 0xA0


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a map.

    Attributes:
        key: as it stands in the map.
        read: returns the attribute's value for what was decoded, or raises `MessageError` with a code and no place.
        write: returns the canonical bytes of an attribute's value, or raises `MessageError`.
        attribute: where the written object holds it; the key where empty. Dots lead into its own attributes.
        argument: what the reader's result is called when the object is made; the attribute where empty.
        optional: whether it may be missing; then an attribute that says nothing (empty, 0, `None`) is not written.
        zero: whether 0 says something in an optional field.
    """

    key: str
    read: Callable[[Any], object]
    write: Callable[[Any], bytes]
    attribute: str = ""
    argument: str = ""
    optional: bool = False
    zero: bool = False

    @property
    def _order(self) -> tuple[int, bytes]:
        return len(self.key), self.key.encode()


class Shape[Value]:
    """The fields of one kind of map.

    Args:
        place: its name, for errors.
        make: makes the object from the arguments that were there.
        fields: its fields, in any order.
    """

    def __init__(self, place: str, make: Callable[..., Value], *fields: Field) -> None:
        self.place = place
        self._make = make
        # Canonical order: the shorter keys first, then by bytes (RFC 8949, 4.2.1 on text keys below 24 bytes).
        self._fields = {field.key: field for field in sorted(fields, key=lambda field: field._order)}  # noqa: SLF001  # ours
        self._needed = frozenset(field.key for field in fields if not field.optional)
        self._known: dict[tuple[object, ...], tuple[tuple[str, Callable[[Any], object]], ...]] = {}
        self._writers = tuple(
            (
                attrgetter(field.attribute or field.key),
                canonical.text(field.key),
                field.write,
                field.optional,
                field.zero,
            )
            for field in self._fields.values()
        )
        self._head = canonical.text(place)

    def read(self, value: object) -> Value:
        """Return the object of a decoded map.

        Raises:
            MessageError: ``message.field.missing``, ``.unknown``, ``.order``, ``.type`` and so on, with the place.
        """
        if type(value) is not dict:
            raise MessageError("message.field.type", self.place)
        plan = self._known.get(keys := tuple(value)) or self._learn(keys)
        try:
            return self._make(**{name: read(found) for (name, read), found in zip(plan, value.values(), strict=True)})
        except MessageError as error:
            raise self._named(value) or error from None

    def _learn(self, keys: tuple[object, ...]) -> tuple[tuple[str, Callable[[Any], object]], ...]:
        """Return how a map with these keys is read; the ways in which keys may stand are few, for all must be known."""
        if not self._fields.keys() >= set(keys):
            raise MessageError("message.field.unknown", self.place)
        for name in self._fields:
            if name in self._needed and name not in keys:
                raise MessageError("message.field.missing", f"{self.place}.{name}")
        if keys != tuple(name for name in self._fields if name in keys):
            raise MessageError("message.field.order", self.place)
        fields = (self._fields[str(key)] for key in keys)
        plan = tuple((field.argument or field.attribute or field.key, field.read) for field in fields)
        self._known[keys] = plan
        return plan

    def _named(self, value: Mapping[str, object]) -> MessageError | None:
        """Read field by field and return the first fault with its place."""
        for key, found in value.items():
            try:
                self._fields[key].read(found)
            except MessageError as error:
                return MessageError(error.code, error.place or f"{self.place}.{key}")
        return None

    def write(self, value: Value) -> bytes:
        """Return the canonical bytes of the map of an object.

        Raises:
            MessageError: a field holds what reading would refuse.
        """
        parts = [b""]
        for get, key, write, optional, zero in self._writers:
            found = get(value)
            if optional and not found and not (zero and found == 0 and found is not None):
                continue
            try:
                parts += (key, write(found))
            except MessageError as error:
                place = key[1:].decode()
                raise MessageError(error.code, error.place or f"{self.place}.{place}") from None
        parts[0] = bytes((_MAP | (len(parts) // 2),))
        return b"".join(parts)

    def value(self, value: Value) -> object:
        """Return the map of an object, decoded: for those who look at it or change it."""
        return cbor2.loads(self.write(value))
