"""Attachments: sealed chunks of 4 MiB, written and fetched one at a time, so that memory stays flat."""

import hashlib
import logging
import os
import random
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from comity.delivery import wait_s
from comity.messages import Attachment, Message
from comity.messages.parts import MAX_ATTACHMENT_BYTES
from comity.node.exchange import rejections, serving, transport
from comity.node.exchange.models import Chunk
from comity.node.partners.models import Pair
from comity.node.writing import writing
from comity.sealing import CHUNK_SIZE, open_chunk, seal_chunk
from comity.sealing.body import CEK_SIZE, OVERHEAD
from comity.sealing.disk import sync_folder
from comity.vocabulary.authority import AuthorityId

log = logging.getLogger(__name__)
OK, PARTIAL = 200, 206
READ_BYTES: Final = 1024 * 1024
SLICE_S: Final = 2.0  # after which other errands of the same partner have their turn


def store(data: bytes) -> bytes:
    """Write a sealed chunk durably under its hash, and return the hash.

    Raises:
        OSError: the disk is full or failing; nothing half-written stays under the name.
    """
    digest = hashlib.sha256(data).digest()
    path = serving.chunk_path(digest)
    if path.exists():
        return digest
    _make_folder(path.parent)
    temporary = path.with_suffix(".part")
    try:
        temporary.write_bytes(data)
        _settle(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return digest


def _settle(temporary: Path, path: Path) -> None:
    """Give a file that is whole its name, durably."""
    with temporary.open("rb+") as handle:
        os.fsync(handle.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def _make_folder(folder: Path) -> None:
    """Make the folder of a chunk so that a power cut does not take it back with what will lie in it."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)


def seal(source: BinaryIO, key: bytes) -> Iterator[tuple[bytes, int]]:
    """Seal a file chunk by chunk and yield (hash, sealed size) of each.

    Args:
        source: read to its end; an empty file gives one empty chunk.
        key: 32 bytes, drawn for this attachment alone.
    """
    number, current = 0, source.read(CHUNK_SIZE)
    while True:
        following = source.read(CHUNK_SIZE)
        sealed = seal_chunk(key, number, current, last=not following)
        yield store(sealed), len(sealed)
        if not following:
            return
        number, current = number + 1, following


class OversizedError(Exception):
    """The file is larger than what a message may carry."""


class Sealing:
    """Seals a file while it is being read, so that no plain byte of it touches the disk.

    Chunks that no message announces within a week are swept away.

    Args:
        title: file name as its author gave it.
        media_type: such as ``image/jpeg``.
    """

    def __init__(self, title: str, media_type: str) -> None:
        self._title, self._media_type = title, media_type
        self._key, self._hash, self._size = secrets.token_bytes(CEK_SIZE), hashlib.sha256(), 0
        self._rest = bytearray()
        self._chunks: list[tuple[bytes, int]] = []

    def write(self, data: bytes) -> None:
        """Take the next bytes of the file.

        Raises:
            OversizedError: it has more than 2 GiB.
            OSError: the disk is full or failing.
        """
        self._size += len(data)
        if self._size > MAX_ATTACHMENT_BYTES:
            raise OversizedError(f"a file may have {MAX_ATTACHMENT_BYTES} bytes")
        self._hash.update(data)
        self._rest += data
        while len(self._rest) > CHUNK_SIZE:  # a full chunk may be the last one, which is sealed otherwise
            self._seal(bytes(memoryview(self._rest)[:CHUNK_SIZE]), last=False)
            del self._rest[:CHUNK_SIZE]

    def finish(self) -> Attachment:
        """Seal the end and return the item that a message carries; it holds the key, so it is personal data."""
        self._seal(bytes(self._rest), last=True)
        self._rest.clear()
        chunks = tuple(self._chunks)
        return Attachment(self._title, self._media_type, self._size, self._hash.digest(), self._key, chunks)

    def _seal(self, data: bytes, *, last: bool) -> None:
        sealed = seal_chunk(self._key, len(self._chunks), data, last=last)
        self._chunks.append((store(sealed), len(sealed)))


def store_file(source: BinaryIO, *, title: str, media_type: str) -> Attachment:
    """Seal a file and return the item that a message carries, as `Sealing` does."""
    sealing = Sealing(title, media_type)
    while data := source.read(READ_BYTES):
        sealing.write(data)
    return sealing.finish()


def is_possible(attachment: Attachment) -> bool:
    """Tell whether an attachment's chunks are as many and as long as its size asks for.

    Else a partner could announce a short text and fill our disk.
    """
    whole, rest = divmod(attachment.size, CHUNK_SIZE)
    lengths = [CHUNK_SIZE] * whole + ([rest] if rest or not whole else [])
    return [size for _, size in attachment.chunks] == [length + OVERHEAD for length in lengths]


def announce(message: Message, msg: bytes, pair: Pair | None) -> None:
    """Remember the chunks of a message: ours are here, a partner's are fetched from it.

    Raises:
        FileNotFoundError: a chunk of ours is not on the disk, so that nobody could ever fetch it.
    """
    if pair is None:
        for attachment in message.attachments:
            for number, (digest, _) in enumerate(attachment.chunks):
                if not serving.chunk_path(digest).exists():
                    raise FileNotFoundError(f"chunk {number} of an attachment is not here")
    Chunk.objects.bulk_create(
        [
            Chunk(
                sha256=digest,
                attachment=attachment.sha256,
                msg=msg,
                number=number,
                size=size,
                pair=pair,
                here=pair is None,
            )
            for attachment in message.attachments
            for number, (digest, size) in enumerate(attachment.chunks)
        ],
        ignore_conflicts=True,
    )


def open_file(key: bytes, digests: list[bytes]) -> Iterator[bytes]:
    """Yield the plain chunks of an attachment, in order.

    Raises:
        FileNotFoundError: a chunk has not arrived.
        SealingError: a chunk was altered or is out of place.
    """
    for number, digest in enumerate(digests):
        sealed = serving.read_chunk(digest)
        if sealed is None:
            raise FileNotFoundError(f"chunk {number} has not arrived")
        yield open_chunk(key, number, sealed, last=number == len(digests) - 1)


def awaited(at: datetime) -> list[Pair]:
    """Return the pairs whose partner announced chunks that are not here and may be asked for."""
    return list(Pair.objects.filter(id__in=_missing(at).values("pair")))


def _missing(at: datetime) -> QuerySet[Chunk]:
    due = Q(retry_at__isnull=True) | Q(retry_at__lte=at)
    return Chunk.objects.filter(due, here=False, pair__isnull=False)


def fetch_from(pair: Pair, at: datetime, seconds: float = SLICE_S) -> bool:
    """Fetch chunks that a partner announced, one after the other; what was fetched before a crash stays.

    A chunk that the partner does not give, for instance since it was withdrawn, does not hold up other attachments: it
    is tried again later, the longer after the more attempts.

    Args:
        pair: between whom.
        at: now, UTC.
        seconds: after which the other errands of this partner have their turn.

    Returns:
        whether more is to be fetched at once: time ran out, the partner did not.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        missing = _missing(at).filter(pair=pair).order_by("id").first()
        if missing is None:
            return False
        try:
            code = fetch(missing, pair)
        except OSError as error:
            if error.errno is not None:
                log.warning("a chunk of an attachment cannot be kept: %s", error.strerror)
            return False  # the disk, or the partner is away; the next round tries again
        if code:
            _put_off(missing, code, at)
            rejections.count((AuthorityId.parse(pair.partner),), code, at)
    return True


def _put_off(chunk: Chunk, code: str, at: datetime) -> None:
    """Leave the whole attachment for later: one chunk that is not given is seldom the only one."""
    failures = chunk.failures + 1
    later = at + timedelta(seconds=max(SLICE_S, wait_s(failures, random.random())))  # noqa: S311  # spreads load only
    with writing():
        Chunk.objects.filter(msg=chunk.msg, attachment=chunk.attachment, here=False).update(retry_at=later)
        Chunk.objects.filter(id=chunk.id).update(code=code, failures=failures)


def fetch(chunk: Chunk, pair: Pair) -> str:
    """Fetch one chunk from the partner, going on where an earlier attempt broke off.

    Returns:
        an empty text where the chunk is here now, else the code of why not.

    Raises:
        OSError: the partner cannot be reached, or this disk does not take the chunk.
    """
    digest = bytes(chunk.sha256)
    if not serving.chunk_path(digest).exists():  # it has its name only once it is whole and synced
        partial = serving.chunk_path(digest).with_suffix(f".{pair.id}")  # another partner may be giving the same file
        _make_folder(partial.parent)
        path = f"/federation/v1/bodies/{digest.hex()}"
        status = transport.get_into(partial, AuthorityId.parse(pair.partner), path, most_bytes=chunk.size)
        if status not in {OK, PARTIAL}:
            partial.unlink(missing_ok=True)
            return "chunk.not-given"
        with partial.open("rb") as handle:
            found = hashlib.file_digest(handle, "sha256").digest()
        if found != digest:
            partial.unlink()
            return "chunk.wrong"
        _settle(partial, serving.chunk_path(digest))
    with writing():
        Chunk.objects.filter(id=chunk.id).update(here=True, code="")
    return ""


@dataclass(frozen=True, slots=True)
class Held:
    """How much of an attachment is here.

    Attributes:
        sha256: of the plain file, by which the message names it.
        chunks: how many it has.
        chunks_here: how many have arrived.
        size_bytes: sealed, of all chunks.
        bytes_here: sealed, of those that have arrived.
        code: why the partner's chunks are not taken, such as ``chunk.wrong``; empty while nothing is wrong.
    """

    sha256: bytes
    chunks: int
    chunks_here: int
    size_bytes: int
    bytes_here: int
    code: str = ""

    @property
    def complete(self) -> bool:
        """Whether it can be read."""
        return self.chunks == self.chunks_here


def state(msg: bytes) -> tuple[Held, ...]:
    """Return how much is here of each attachment of a message, in no particular order."""
    rows = (
        Chunk.objects.filter(msg=msg)
        .values_list("attachment")
        .annotate(
            chunks=Count("id"),
            chunks_here=Count("id", filter=Q(here=True)),
            size_bytes=Sum("size"),
            bytes_here=Coalesce(Sum("size", filter=Q(here=True)), 0),
            why=Max("code"),
        )
    )
    return tuple(Held(bytes(digest), *counts) for digest, *counts in rows)
