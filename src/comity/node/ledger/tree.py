"""The tree of a log as its tiles hold it."""

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Final

from comity.merkle import Frontier, TileNodes, split_hashes
from comity.merkle.tiles import Levels, Memory
from comity.node import rows
from comity.node.ledger.models import Log

WIDTH: Final = 256
HASH: Final = 32
TILES_REMEMBERED: Final = 8
LEVELS: Final = 8  # 256 ** 8 leaves


def read_tile(log: Log, level: int, index: int, width: int) -> bytes:
    """Return the first `width` hashes of a tile.

    Raises:
        LookupError: the tile is not there or shorter; the database has lost what was signed.
    """
    found = rows.one(
        'SELECT hashes FROM ledger_tile WHERE log_id = %s AND level = %s AND "index" = %s', log.id, level, index
    )
    if found is None or len(found[0]) < width * HASH:
        raise LookupError(f"tile {level}/{index} of {log.name} holds less than {width} hashes")
    return bytes(found[0][: width * HASH])


def nodes(log: Log, size: int | None = None) -> TileNodes:
    """Return a source of complete subtree hashes, for paths.

    Args:
        log: ours.
        size: of the tree that is asked about; the log's size as it was loaded, if not given.
    """
    return TileNodes(
        lambda level, index, width: read_tile(log, level, index, width),
        log.size if size is None else size,
        _memory(log.name),
    )


@lru_cache(maxsize=512)
def _memory(_log: str) -> Memory:
    return _Edge()


class _Edge(OrderedDict[tuple[int, int], tuple[bytes, Levels]]):
    """The tiles of a log that were computed last: those at its right edge, where it grows and nearly all is proved."""

    def __setitem__(self, key: tuple[int, int], value: tuple[bytes, Levels]) -> None:
        super().__setitem__(key, value)
        with suppress(KeyError):  # another thread may have made room at the same time
            while len(self) > TILES_REMEMBERED:
                self.popitem(last=False)


def grow(log: Log, start: int, leaves: Sequence[bytes]) -> None:
    """Append leaf hashes to the tiles, and the roots of tiles that became full to the level above.

    Args:
        log: whose tiles.
        start: size before; the caller holds the sequencer's lock.
        leaves: leaf hashes, 32 bytes each.
    """
    level, size, hashes = 0, start, list(leaves)
    while hashes:
        full = _grow_level(log, level, size, hashes)
        level, size, hashes = level + 1, size // WIDTH, full


def _grow_level(log: Log, level: int, size: int, hashes: list[bytes]) -> list[bytes]:
    """Append to one level and return the roots of the tiles that became full."""
    full: list[bytes] = []
    position, index = size % WIDTH, size // WIDTH
    taken = 0
    while taken < len(hashes):
        part = hashes[taken : taken + WIDTH - position]
        taken += len(part)
        data = b"".join(part)
        if position:
            data = read_tile(log, level, index, position) + data
        rows.run(
            'INSERT INTO ledger_tile (log_id, level, "index", hashes) VALUES (%s, %s, %s, %s)'
            ' ON CONFLICT (log_id, level, "index") DO UPDATE SET hashes = excluded.hashes',
            log.id,
            level,
            index,
            data,
        )
        if len(data) == WIDTH * HASH:
            full.append(Frontier().extend(split_hashes(data)).root())
        position, index = 0, index + 1
    return full
