"""Items: a message as a list of separately salted leaves, of which some can be shown, forwarded or erased.

Source: docs/protocol/messages.md, section 3.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from comity.merkle import Tree, leaf_hash, verify_inclusion
from comity.merkle.errors import ProofError
from comity.messages import canonical
from comity.messages.errors import MessageError

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
        match canonical.decode_typed(data):
            case [bytes() as salt, str() as name, dict() as value] if len(salt) == SALT_SIZE:
                return cls(salt, name, value)
        raise MessageError("message.item")


def write_payload(items: Iterable[tuple[str, object]], salts: Salts) -> tuple[bytes, bytes]:
    """Return the payload and the root over its items.

    Args:
        items: (name, map), in order.
        salts: draws the salts.
    """
    encoded = [Item(salts(), name, value).to_bytes() for name, value in items]
    return canonical.encode({"v": VERSION, "items": encoded}), root_of(encoded)


def root_of(encoded: Iterable[bytes]) -> bytes:
    """Return `msg`, the root over encoded items."""
    return Tree(leaf_hash(item) for item in encoded).root()


def read_payload(payload: bytes) -> tuple[tuple[Item | None, ...], bytes]:
    """Return the items and the root of a payload; an erased item is `None` and counts by its hash.

    Raises:
        MessageError: the payload is malformed.
    """
    kept = _elements(payload)
    items = tuple(Item.from_bytes(element) if isinstance(element, bytes) else None for element in kept)
    return items, Tree(_hash(element) for element in kept).root()


def _elements(payload: bytes) -> list[bytes | tuple[bytes]]:
    found = canonical.decode_typed(payload)
    if type(found) is not dict or list(found) != ["v", "items"] or type(found["v"]) is not int or found["v"] != VERSION:
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
    gone, kept = set(indices), _elements(payload)
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
    kept = _elements(payload)
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
