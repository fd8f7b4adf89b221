"""Items: a message as a list of separately salted leaves, of which some can be shown, forwarded or erased.

Source: docs/protocol/messages.md, section 3.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from comity.merkle import Tree, leaf_hash, verify_inclusion
from comity.merkle.errors import ProofError
from comity.merkle.hashing import pair_up
from comity.messages import canonical
from comity.messages.errors import CanonicalError, MessageError

VERSION: Final = 1
SALT_SIZE: Final = 16
HASH: Final = 32
MAX_ITEMS: Final = 2048

Salts = Callable[[], bytes]
"""Draws 16 random bytes."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item.

    Attributes:
        salt: 16 random bytes: without them a short item could be guessed from its hash.
        name: kind of item.
        value: its map.
    """

    salt: bytes
    name: str
    value: object

    def to_bytes(self) -> bytes:
        """Return the bytes of the leaf."""
        return canonical.encode([self.salt, self.name, self.value])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Item":
        """Read an item.

        Raises:
            MessageError: the bytes are no item.
        """
        salt, name, value = _open(data)
        return cls(salt, name, value)


type Opened = tuple[bytes, str, dict[str, object]]
"""Salt, name and map of an item."""


def open_items(elements: list[bytes | tuple[bytes]]) -> list[Opened | None]:
    """Return the items of a payload; an erased item is `None`.

    All are decoded in one call. That they begin and end where the payload says, and have no other form, is shown by
    encoding each by itself; where it is not so, they are read one by one to name the fault.

    Raises:
        MessageError: an element is no item.
    """
    kept = [element for element in elements if type(element) is bytes]
    if len(kept) == len(elements):
        with suppress(CanonicalError):
            found = canonical.load(canonical.prefix(4, len(kept)) + b"".join(kept))
            if canonical.are_forms(found, kept):
                return [_opened(value) for value in found]
    return [_open(element) if isinstance(element, bytes) else None for element in elements]


def _open(data: bytes) -> Opened:
    return _opened(canonical.decode_typed(data))


def _opened(found: object) -> Opened:
    if type(found) is list and len(found) == 3:  # noqa: PLR2004  # salt, name, map
        salt, name, value = found
        if type(salt) is bytes and len(salt) == SALT_SIZE and type(name) is str and type(value) is dict:
            return salt, name, value
    raise MessageError("message.item")


def close_item(salt: bytes, name: bytes, value: bytes) -> bytes:
    """Return the bytes of an item of a salt, an encoded name and an encoded map."""
    return _ITEM + salt + name + value


_ITEM: Final = canonical.prefix(4, 3) + canonical.prefix(2, SALT_SIZE)


def write_payload(items: Iterable[tuple[str, object]], salts: Salts) -> tuple[bytes, bytes]:
    """Return the payload and the root over its items.

    Args:
        items: (name, map), in order.
        salts: draws the salts.
    """
    return join_items([Item(salts(), name, value).to_bytes() for name, value in items])


def join_items(encoded: list[bytes]) -> tuple[bytes, bytes]:
    """Return the payload of encoded items, and the root over them."""
    return _wrapped([canonical.blob(item) for item in encoded]), root_of(encoded)


def _wrapped(elements: list[bytes]) -> bytes:
    return b"".join((_PAYLOAD, canonical.prefix(4, len(elements)), *elements))


_PAYLOAD: Final = canonical.prefix(5, 2) + canonical.text("v") + canonical.integer(VERSION) + canonical.text("items")


def root_of(encoded: Iterable[bytes]) -> bytes:
    """Return `msg`, the root over encoded items."""
    return _root([leaf_hash(item) for item in encoded])


def _root(level: list[bytes]) -> bytes:
    """Return the root over leaf hashes (RFC 9162, 2.1.1), by levels; a hash without neighbour moves up."""
    while len(level) > 1:
        even = len(level) & ~1
        level = pair_up(level[:even]) + level[even:]
    return level[0]


def read_payload(payload: bytes) -> tuple[tuple[Item | None, ...], bytes]:
    """Return the items and the root of a payload; an erased item is `None` and counts by its hash.

    Raises:
        MessageError: the payload is malformed.
    """
    kept = elements_of(payload)
    items = tuple(Item.from_bytes(element) if isinstance(element, bytes) else None for element in kept)
    return items, root_of_elements(kept)


def root_of_elements(elements: list[bytes | tuple[bytes]]) -> bytes:
    """Return `msg`, the root over the items of a payload, erased or not."""
    return _root([_hash(element) for element in elements])


def elements_of(payload: bytes) -> list[bytes | tuple[bytes]]:
    """Return the encoded items of a payload; an erased one is a tuple of its hash.

    Raises:
        MessageError: the payload is malformed.
    """
    if len(payload) > canonical.MAX_SIZE:
        raise CanonicalError("canonical.oversized")
    found = canonical.load(payload)
    kept = _read_elements(found)
    again = _wrapped([canonical.blob(one) if isinstance(one, bytes) else _ERASED + one[0] for one in kept])
    if again != payload:
        raise CanonicalError("canonical.other-form")
    return kept


_ERASED: Final = canonical.prefix(4, 1) + canonical.prefix(2, HASH)


def _read_elements(found: object) -> list[bytes | tuple[bytes]]:
    if type(found) is not dict or tuple(found) != ("v", "items"):
        raise MessageError("message.payload")
    if type(found["v"]) is not int or found["v"] != VERSION:
        raise MessageError("message.payload")
    items = found["items"]
    if type(items) is not list or not 0 < len(items) <= MAX_ITEMS:
        raise MessageError("message.payload", "items")
    kept: list[bytes | tuple[bytes]] = []
    for item in items:
        match item:
            case bytes():
                kept.append(item)
            case [bytes() as digest] if len(digest) == HASH:
                kept.append((digest,))
            case _:
                raise MessageError("message.payload", "items")
    return kept


def _hash(element: bytes | tuple[bytes]) -> bytes:
    return leaf_hash(element) if isinstance(element, bytes) else element[0]


def erase(payload: bytes, indices: Iterable[int]) -> bytes:
    """Return the payload with some items reduced to their hashes: `msg` still verifies, what they said is gone.

    Raises:
        MessageError: the payload is malformed, or has no such item.
    """
    gone, kept = set(indices), elements_of(payload)
    if not gone <= set(range(len(kept))):
        raise MessageError("message.item.unknown")
    elements = [[_hash(element)] if place in gone else _listed(element) for place, element in enumerate(kept)]
    return canonical.encode({"v": VERSION, "items": elements})


def _listed(element: bytes | tuple[bytes]) -> bytes | list[bytes]:
    return element if isinstance(element, bytes) else list(element)


@dataclass(frozen=True, slots=True)
class Revealed:
    """One item shown without the rest.

    Attributes:
        index: its place.
        count: number of items in the message.
        data: the encoded item with its salt.
        path: hashes from the leaf to the root.
    """

    index: int
    count: int
    data: bytes
    path: tuple[bytes, ...]


def reveal(payload: bytes, indices: Sequence[int]) -> tuple[Revealed, ...]:
    """Return chosen items with their paths.

    Raises:
        MessageError: the payload is malformed, has no such item, or the item was erased.
    """
    kept = elements_of(payload)
    tree = Tree(_hash(element) for element in kept)
    found = []
    for index in indices:
        if not 0 <= index < len(kept) or not isinstance(data := kept[index], bytes):
            raise MessageError("message.item.unknown")
        found.append(Revealed(index, len(kept), data, tree.inclusion(index)))
    return tuple(found)


def verify_revealed(revealed: Revealed, msg: bytes) -> Item:
    """Return an item that belongs to the message with this root.

    Raises:
        MessageError: it does not.
    """
    try:
        verify_inclusion(leaf_hash(revealed.data), revealed.index, revealed.count, revealed.path, msg)
    except ProofError as error:
        raise MessageError("message.item.not-proved") from error
    return Item.from_bytes(revealed.data)
