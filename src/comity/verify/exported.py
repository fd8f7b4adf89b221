"""An exported log as a folder of files that any tiled-log tool reads (docs/protocol/ledger.md, section 11)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from comity.merkle import (
    ProofError,
    SignedCheckpoint,
    entries_path,
    leaf_hash,
    pack_entries,
    split_hashes,
    tile_path,
    tile_width,
    unpack_entries,
)
from comity.merkle.hashing import pair_up
from comity.merkle.tiles import TILE_WIDTH
from comity.verify.errors import ExportError
from comity.verify.log import Stored

_MOST_BYTES: Final = 256 * 1024  # nothing that an export holds is larger: 256 entries, or a signed note


def write_export(folder: Path, entries: Iterable[bytes], checkpoints: Iterable[bytes]) -> int:
    """Write a log as files, in constant memory, and return its size.

    Args:
        folder: new or empty.
        entries: 32 bytes each, from the first; at least one.
        checkpoints: signed, ascending; the last covers the last entry.

    Raises:
        ExportError: the last checkpoint does not cover just these entries.
    """
    levels: list[list[bytes]] = [[]]
    places = [0]
    size, bundle = 0, list[bytes]()
    for entry in entries:
        bundle.append(entry)
        levels[0].append(leaf_hash(entry))
        size += 1
        if len(bundle) == TILE_WIDTH:
            _write(folder / entries_path(places[0]), pack_entries(bundle))
            bundle.clear()
            _carry(folder, levels, places)
    if bundle:
        _write(folder / entries_path(places[0], len(bundle)), pack_entries(bundle))
    for level, hashes in enumerate(levels):
        if hashes:
            _write(folder / tile_path(level, places[level], len(hashes)), b"".join(hashes))
    last = None
    for text in checkpoints:
        last = SignedCheckpoint.parse(text).checkpoint.size
        _write(folder / "checkpoints" / str(last), text)
        _write(folder / "checkpoint", text)
    if last != size:
        raise ExportError(f"the last checkpoint covers {last} of {size} entries")
    return size


def _carry(folder: Path, levels: list[list[bytes]], places: list[int]) -> None:
    """Write each tile that is full, and put its root into the level above."""
    level = 0
    while len(levels[level]) == TILE_WIDTH:
        hashes = levels[level]
        _write(folder / tile_path(level, places[level]), b"".join(hashes))
        if level + 1 == len(levels):
            levels.append([])
            places.append(0)
        while len(hashes) > 1:
            hashes = pair_up(hashes)
        levels[level + 1].append(hashes[0])
        levels[level], places[level] = [], places[level] + 1
        level += 1


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@dataclass(frozen=True, slots=True)
class ExportedLog:
    """A log source over an exported folder.

    Attributes:
        folder: where it lies.
        name: of the log, from its newest checkpoint.
        size: that the newest checkpoint names.
    """

    folder: Path
    name: str
    size: int

    @classmethod
    def open(cls, folder: Path) -> "ExportedLog":
        """Return the log in a folder.

        Raises:
            ExportError: there is no readable checkpoint.
        """
        try:
            newest = SignedCheckpoint.parse(_read(folder / "checkpoint")).checkpoint
        except ProofError as error:
            raise ExportError("the file `checkpoint` is no signed checkpoint") from error
        return cls(folder, newest.origin, newest.size)

    def entries(self) -> Iterator[Stored]:
        """Yield the entries, each with the leaf hash of its tile.

        Raises:
            ExportError: a file is missing, too large, or not of the width that its name says.
        """
        for index in range(-(-self.size // TILE_WIDTH)):
            width = tile_width(0, index, self.size)
            bundle = self._bundle(index, width)
            leaves = self._tile(index, width)
            first = index * TILE_WIDTH
            for offset, (entry, leaf) in enumerate(zip(bundle, leaves, strict=True)):
                yield Stored(first + offset, entry, leaf)

    def checkpoints(self) -> Iterator[bytes]:
        """Yield each signed checkpoint, ascending by the size that its file is named after."""
        names = [path.name for path in (self.folder / "checkpoints").iterdir() if path.name.isdecimal()]
        for name in sorted(names, key=int):
            yield _read(self.folder / "checkpoints" / name)

    def _bundle(self, index: int, width: int) -> Sequence[bytes]:
        path = entries_path(index, width)
        try:
            return _just(unpack_entries(_read(self.folder / path)), width, path)
        except ProofError as error:
            raise ExportError(f"`{path}` is no bundle of entries") from error

    def _tile(self, index: int, width: int) -> Sequence[bytes]:
        path = tile_path(0, index, width)
        try:
            return _just(split_hashes(_read(self.folder / path)), width, path)
        except ProofError as error:
            raise ExportError(f"`{path}` is no tile") from error


def _just(values: Sequence[bytes], width: int, path: str) -> Sequence[bytes]:
    if len(values) != width:
        raise ExportError(f"`{path}` holds {len(values)} values, expected {width}")
    return values


def _read(path: Path) -> bytes:
    """Return a file, refusing one that is larger than it can be."""
    try:
        with path.open("rb") as handle:
            data = handle.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ExportError(f"`{path.name}` cannot be read") from error
    if len(data) > _MOST_BYTES:
        raise ExportError(f"`{path.name}` is too large")
    return data
