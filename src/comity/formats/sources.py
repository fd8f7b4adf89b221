"""Open a list file, packed or not, and give its text in bounded pieces."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from comity.formats.errors import BrokenFileError

GZIP_MAGIC = b"\x1f\x8b"
MAX_UNPACKED_BYTES = 4 << 30  # above any list we know (the EU list has 20 MB); a zip bomb stops here
MAX_LINE_BYTES = 4 << 20
SNIFF_BYTES = 64 << 10
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class BoundedReader(io.RawIOBase):
    """A binary stream that stops an unpacked flood and turns a damaged archive into our error.

    `allow()` is called by a consumer whenever it finished an entry; more than `entry_limit` bytes between two calls
    mean that one entry is larger than any honest one, and reading stops before it fills the memory.
    """

    def __init__(self, raw: BinaryIO, inner: BinaryIO, entry_limit: int | None = None) -> None:
        self._raw = raw
        self._inner = inner
        self._total = 0
        self._since = 0
        self._entry_limit = entry_limit

    def allow(self) -> None:
        """Say that an entry ended here."""
        self._since = 0

    def readable(self) -> bool:
        """Return True: this stream is read."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """Read at most 64 KiB, whatever was asked.

        Raises:
            BrokenFileError: the archive is damaged or ends early, or a limit is passed.
        """
        wanted = SNIFF_BYTES if size is None or size < 0 else min(size, SNIFF_BYTES)
        try:
            piece = self._inner.read(wanted)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BrokenFileError("file.archive-damaged", "the archive ends early or is damaged") from error
        self._total += len(piece)
        self._since += len(piece)
        if self._total > MAX_UNPACKED_BYTES:
            raise BrokenFileError("file.too-large", f"the file unpacks to more than {MAX_UNPACKED_BYTES} bytes")
        if self._entry_limit is not None and self._since > self._entry_limit:
            raise BrokenFileError("file.entry-too-large", f"one entry has more than {self._entry_limit} bytes")
        return piece

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # typeshed's Buffer has no slice assignment
        """Fill `buffer` from `read`, for buffered readers on top."""
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Close the file below as well."""
        if not self.closed:
            self._inner.close()
            self._raw.close()  # GzipFile leaves a file that it was given open
        super().close()


def open_bytes(path: Path, entry_limit: int | None = None) -> BoundedReader:
    """Open `path`, unpacking gzip when its first bytes say so (not when its name does)."""
    raw = path.open("rb")
    magic = raw.read(2)
    raw.seek(0)
    inner = cast("BinaryIO", gzip.GzipFile(fileobj=raw, mode="rb")) if magic == GZIP_MAGIC else raw
    return BoundedReader(raw, inner, entry_limit)


def head(path: Path, size_bytes: int = SNIFF_BYTES) -> bytes:
    """Return the first bytes of the unpacked content (raises `BrokenFileError` when the archive is damaged)."""
    with open_bytes(path) as stream:
        pieces = bytearray()
        while len(pieces) < size_bytes and (piece := stream.read(size_bytes - len(pieces))):
            pieces += piece
        return bytes(pieces)


def sniff_encoding(path: Path) -> str:
    """Return the encoding of a text file after reading all of it once, in constant memory.

    A byte order mark decides; else UTF-8 when every byte fits; else Windows-1252, which old exports of the lists use.
    Other legacy encodings cannot be told apart safely: a mapping names them.
    """
    start = head(path, 4)
    for mark, name in BOMS:
        if start.startswith(mark):
            return name
    decoder = codecs.getincrementaldecoder("utf-8")()
    with open_bytes(path) as stream:
        try:
            while piece := stream.read(SNIFF_BYTES):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def lines(path: Path, encoding: str) -> Iterator[tuple[int, str | None]]:
    """Yield (line number from 1, text with its line end) of a text file.

    A line that is too long or not in the encoding comes as None, and reading goes on with the next. With UTF-16
    a bad byte ends the reading, because line ends cannot be found any more.

    Raises:
        BrokenFileError: the archive is damaged, or UTF-16 text is.
    """
    stream = open_bytes(path)
    with stream:
        if encoding.startswith("utf-16"):
            yield from _wide_lines(stream, encoding)
            return
        buffered = io.BufferedReader(cast("io.RawIOBase", stream), SNIFF_BYTES)
        skip = encoding == "utf-8-sig"
        number = 0
        while raw := buffered.readline(MAX_LINE_BYTES):
            number += 1
            if len(raw) == MAX_LINE_BYTES and not raw.endswith(b"\n"):
                while (rest := buffered.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                    pass
                yield number, None
                continue
            if skip and number == 1:
                raw = raw.removeprefix(codecs.BOM_UTF8)
            try:
                yield number, raw.decode("utf-8" if skip else encoding)
            except UnicodeDecodeError:
                yield number, None


def _wide_lines(stream: BoundedReader, encoding: str) -> Iterator[tuple[int, str | None]]:
    text = io.TextIOWrapper(io.BufferedReader(cast("io.RawIOBase", stream)), encoding=encoding, newline="")
    number = 0
    try:
        while line := text.readline(MAX_LINE_BYTES):
            number += 1
            yield number, line
    except UnicodeDecodeError as error:
        raise BrokenFileError("text.encoding", "the text is not in the encoding it claims") from error
