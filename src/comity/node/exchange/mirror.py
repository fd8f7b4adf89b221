"""Mirror partners' exchange logs: 32 bytes a leaf, so that a node that lost its disk goes on with the same log."""

import logging
from collections.abc import Iterable
from typing import Final

from comity.merkle import TileNodes, root_at, tile_path, tiles_between
from comity.node.exchange import transport
from comity.node.exchange.models import MirrorTile
from comity.node.partners.models import Head
from comity.node.writing import writing
from comity.vocabulary.authority import LogName

log = logging.getLogger(__name__)
OK: Final = 200
HASH: Final = 32
TILES_AT_ONCE: Final = 64


def behind() -> tuple[Head, ...]:
    """Return our heads of partners' logs that have grown since they were mirrored."""
    return tuple(head for head in Head.objects.exclude(text=b"") if mirrored_size(head.log) < head.size)


def follow_each(found: Iterable[Head]) -> None:
    """Fetch what logs have grown by since the last time.

    Raises:
        OSError: an owner is away; the next round fetches the rest.
    """
    for head in found:
        follow(head)


def follow(head: Head) -> int:
    """Bring the mirror of one log up to our head of it, and return the number of tiles fetched.

    A tile is kept only if the mirrored tree then gives the root that the partner signed.

    Raises:
        OSError: the partner cannot be reached or does not serve a tile.
    """
    name = LogName.parse(head.log)
    held = mirrored_size(head.log)
    if held >= head.size:
        return 0
    fetched: dict[tuple[int, int], bytes] = {}
    for level, index, width in tiles_between(held, head.size):
        status, data = transport.get(name.authority, f"/ledger/{name}/{tile_path(level, index, width)}")
        if status != OK or len(data) != width * HASH:
            raise OSError(f"{name} does not serve tile {level}/{index}")
        fetched[level, index] = data

    def read(level: int, index: int, width: int) -> bytes:
        data = fetched.get((level, index))
        return _read(head.log, level, index, width) if data is None else data[: width * HASH]

    if root_at(TileNodes(read, head.size), head.size) != bytes(head.root):
        log.error("the tiles of %s do not give the root that it signed; the mirror is left as it was", head.log)
        return 0
    with writing():
        for (level, index), data in fetched.items():
            MirrorTile.objects.update_or_create(log=head.log, level=level, index=index, defaults={"hashes": data})
    return len(fetched)


def _read(log_name: str, level: int, index: int, width: int) -> bytes:
    row = MirrorTile.objects.filter(log=log_name, level=level, index=index).values_list("hashes", flat=True).first()
    if row is None or len(row) < width * HASH:
        raise LookupError(f"the mirror of {log_name} lacks tile {level}/{index}")
    return bytes(row[: width * HASH])


def mirrored_size(log_name: str) -> int:
    """Return how many leaves of a log are mirrored."""
    last = MirrorTile.objects.filter(log=log_name, level=0).order_by("-index").values_list("index", "hashes").first()
    return 0 if last is None else last[0] * 256 + len(last[1]) // HASH


def tile(log_name: str, path_level: int, index: int, width: int) -> bytes | None:
    """Return a mirrored tile for its owner, `None` where it is not mirrored."""
    try:
        return _read(log_name, path_level, index, width)
    except LookupError:
        return None
