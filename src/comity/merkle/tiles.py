"""The tree as files that never change: tiles of 256 hashes, eight levels each (C2SP tlog-tiles)."""

import re
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from typing import Final

from comity.merkle.errors import ProofError
from comity.merkle.hashing import HASH_SIZE, pair_up

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
MAX_TILE_LEVEL: Final = 63
_PATH: Final = re.compile(
    r"tile/(?P<level>0|[1-9][0-9]?|entries)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
_MOST_CACHED: Final = 64

type Levels = list[list[bytes]]
"""The eight levels of a tile: its hashes, and what follows from them."""

type Memory = MutableMapping[tuple[int, int], tuple[bytes, Levels]]
"""Tiles (tile level, index) as they were last read, with what was computed from them."""

type ReadTile = Callable[[int, int, int], bytes]
"""Returns the first `width` hashes of the tile (tile level, index, width), 32 bytes each."""


def _number(index: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Return the relative address of a tile: `tile/0/x001/234`, and `tile/0/x001/234.p/5` where it is partial.

    Args:
        level: of the tile, 0 to 63; each spans eight levels of the tree.
        index: from 0.
        width: number of hashes, 1 to 256.
    """
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{_number(index)}{partial}"


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """Return the relative address of the bundle of entries below the level 0 tile of that index."""
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/entries/{_number(index)}{partial}"


def parse_tile_path(path: str) -> tuple[int | None, int, int]:
    """Return (tile level, index, width) of an address; level `None` is a bundle of entries.

    Raises:
        ProofError: it is no such address, or not written in the only allowed way.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise ProofError("the path names no tile")
    level = None if match["level"] == "entries" else int(match["level"])
    index = int(match["index"].replace("/", "").replace("x", ""))
    width = int(match["width"] or TILE_WIDTH)
    again = entries_path(index, width) if level is None else tile_path(level, index, width)
    if again != path or (level or 0) > MAX_TILE_LEVEL or width > TILE_WIDTH:
        raise ProofError("the path names no tile")
    return level, index, width


def tile_width(level: int, index: int, size: int) -> int:
    """Return how many hashes a tile holds in a tree of `size` leaves; 0 where it does not exist."""
    return max(0, min(TILE_WIDTH, (size >> TILE_HEIGHT * level) - index * TILE_WIDTH))


def tiles_between(old_size: int, new_size: int) -> Iterator[tuple[int, int, int]]:
    """Yield (tile level, index, width) of each tile that is new or wider at `new_size`, level by level."""
    level = 0
    while new_size >> TILE_HEIGHT * level:
        held, holds = old_size >> TILE_HEIGHT * level, new_size >> TILE_HEIGHT * level
        for index in range(held >> TILE_HEIGHT, -(-holds >> TILE_HEIGHT)):
            if held < min(holds, (index + 1) << TILE_HEIGHT):
                yield level, index, tile_width(level, index, new_size)
        level += 1


def split_hashes(data: bytes) -> list[bytes]:
    """Return the hashes of a tile.

    Raises:
        ProofError: it does not hold 1 to 256 whole hashes.
    """
    count, rest = divmod(len(data), HASH_SIZE)
    if rest or not 1 <= count <= TILE_WIDTH:
        raise ProofError(f"{len(data)} bytes are no tile")
    return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]


def pack_entries(entries: Sequence[bytes]) -> bytes:
    """Return a bundle: each entry after its length in two bytes, big-endian."""
    return b"".join(len(value).to_bytes(2, "big") + value for value in entries)


def unpack_entries(data: bytes) -> tuple[bytes, ...]:
    """Return the entries of a bundle.

    Raises:
        ProofError: it ends within an entry, or holds more than 256.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data) or at + 2 > len(data) or len(entries) == TILE_WIDTH:
            raise ProofError("the bytes are no bundle of entries")
        entries.append(data[at + 2 : end])
        at = end
    return tuple(entries)


class TileNodes:
    """A source of nodes that reads tiles and remembers the last ones.

    Make a new one after the log has grown: a wider tile is read again only where its narrower form does not suffice.
    """

    def __init__(self, read: ReadTile, size: int | None = None, memory: Memory | None = None) -> None:
        """Read tiles through `read`.

        Args:
            read: returns the hashes of a tile.
            size: of the tree; with it tiles are asked for in the widths that a checkpoint of this size has, as servers
                publish them. Without it only as many hashes are asked for as are needed.
            memory: what sources made before have computed. Tiles are read again all the same; where one begins with
                what was read then, only what is new is hashed.
        """
        self._read = read
        self._size = size
        self._memory = memory
        self._levels: dict[tuple[int, int], Levels] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """Return the hash of the complete subtree (level, index).

        Raises:
            ProofError: the tile that was read is not of the width that was asked for.
        """
        tile_level, height = divmod(level, TILE_HEIGHT)
        tile, place = divmod(index << height, TILE_WIDTH)
        place >>= height
        levels = self._levels.get((tile_level, tile))
        if levels is None or len(levels[height]) <= place:
            levels = self._load(tile_level, tile, (place + 1) << height)
        return levels[height][place]

    def _load(self, level: int, index: int, needed: int) -> Levels:
        width = needed if self._size is None else tile_width(level, index, self._size)
        data = self._read(level, index, width)
        hashes = split_hashes(data)
        if len(hashes) != width or width < needed:
            raise ProofError(f"tile {level}/{index} holds {len(hashes)} hashes, expected {max(width, needed)}")
        read, known = (b"", []) if self._memory is None else self._memory.get((level, index), (b"", []))
        levels = _levels(hashes, known if data.startswith(read) or read.startswith(data) else [])
        if self._memory is not None:
            self._memory[level, index] = data, levels
        if len(self._levels) >= _MOST_CACHED:
            self._levels.pop(next(iter(self._levels)))
        self._levels[level, index] = levels
        return levels


def _levels(hashes: list[bytes], known: Levels) -> Levels:
    """Return all eight levels at once, 255 hashes, of which those that are known are not computed again.

    Args:
        hashes: of the tile.
        known: levels of a tile that began with fewer of the same hashes; empty if there are none.
    """
    levels = [hashes]
    for height in range(1, TILE_HEIGHT):
        below = levels[-1]
        held = known[height][: len(below) // 2] if known else []
        levels.append(held + pair_up(below[2 * len(held) : len(below) & ~1]))
    return levels
