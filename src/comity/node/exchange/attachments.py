"""Attachments: sealed chunks of 4 MiB, written and fetched one at a time, so that memory stays flat."""

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from comity.messages import Message
from comity.node.exchange import serving, transport
from comity.node.exchange.models import Chunk
from comity.node.partners.models import Pair
from comity.sealing import CHUNK_SIZE, open_chunk, seal_chunk
from comity.vocabulary.authority import AuthorityId

OK: Final = 200
FETCH_AT_ONCE: Final = 4


def store(data: bytes) -> bytes:
    """Write a sealed chunk durably under its hash, and return the hash.

    Raises:
        OSError: the disk is full or failing; nothing half-written stays under the name.
    """
    digest = hashlib.sha256(data).digest()
    path = serving.chunk_path(digest)
    if path.exists():
        return digest
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    try:
        with temporary.open("wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return digest


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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


def announce(message: Message, msg: bytes, pair: Pair | None) -> None:
    """Remember the chunks of a message: ours are here, a partner's are fetched from it."""
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


def fetch_missing(_at: datetime) -> None:
    """Fetch chunks that notes announced and that are not here; what was fetched before a crash stays."""
    for chunk in (
        Chunk.objects.filter(here=False, pair__isnull=False).order_by("id").select_related("pair")[:FETCH_AT_ONCE]
    ):
        if not fetch(chunk):
            return


def fetch(chunk: Chunk) -> bool:
    """Fetch one chunk from the partner; tells whether it is here now."""
    if not isinstance(chunk.pair, Pair):
        return False
    digest = bytes(chunk.sha256)
    if serving.read_chunk(digest) is None:
        try:
            status, data = transport.get(AuthorityId.parse(chunk.pair.partner), f"/federation/v1/bodies/{digest.hex()}")
        except OSError:
            return False
        if status != OK or hashlib.sha256(data).digest() != digest:
            return False
        store(data)
    Chunk.objects.filter(id=chunk.id).update(here=True)
    return True
