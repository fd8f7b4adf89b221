"""What a member may fetch: sealed bodies addressed to it, checkpoints and tiles of exchange logs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db.models import QuerySet

from comity.delivery import MalformedError
from comity.merkle import ProofError, parse_tile_path
from comity.messages import canonical
from comity.node import places
from comity.node.exchange import mirror
from comity.node.exchange.models import Body, Chunk, Note, NoteState
from comity.node.ledger import tree
from comity.node.ledger.models import Checkpoint, Log, Tile
from comity.node.partners.models import Head as HeadRow
from comity.vocabulary.authority import AuthorityId, LogName
from comity.vocabulary.errors import VocabularyError

NOTES_AT_ONCE: Final = 500
BLOCK_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed body, or a chunk on the disk, on its way to a partner.

    Attributes:
        size: bytes.
        source: the bytes, or the file that has them.
    """

    size: int
    source: bytes | Path

    def blocks(self, first: int) -> Iterator[bytes]:
        """Yield what follows the first so many bytes, a file block by block: whole chunks would grow every thread."""
        if isinstance(self.source, bytes):
            yield self.source[first:]
            return
        with self.source.open("rb") as file:
            file.seek(first)
            while block := file.read(BLOCK_BYTES):
                yield block


def body(digest: bytes, peer: Iterable[AuthorityId]) -> Sealed | None:
    """Return a sealed body or chunk for which a note to one of these authorities exists, else `None`.

    "Unknown" and "not yours" are the same answer.
    """
    partners = [str(authority) for authority in peer]
    for row in Body.objects.filter(sha256=digest, sealed__isnull=False):
        if _in_force(partners).filter(body=row).exists():
            sealed = bytes(row.sealed or b"")
            return Sealed(len(sealed), sealed)
    for chunk in Chunk.objects.filter(sha256=digest, here=True):
        if _in_force(partners).filter(msg=bytes(chunk.msg)).exists():
            path = chunk_path(digest)
            return Sealed(path.stat().st_size, path) if path.exists() else None
    return None


def _in_force(partners: list[str]) -> QuerySet[Note]:
    """Return our notes to some partners that were neither refused nor replaced, and whose message was not erased."""
    return Note.objects.filter(
        out=True,
        state__in=(NoteState.WAITING, NoteState.STORED),
        pair__partner__in=partners,
        body__sealed__isnull=False,
    )


def chunk_path(digest: bytes) -> Path:
    """Return where a sealed chunk lies."""
    name = digest.hex()
    return places.bodies() / name[:2] / name


def read_chunk(digest: bytes) -> bytes | None:
    """Return a sealed chunk, `None` where it is not on this disk."""
    try:
        return chunk_path(digest).read_bytes()
    except FileNotFoundError:
        return None


def checkpoint(log_name: str) -> bytes | None:
    """Return the newest signed checkpoint of an exchange log of ours."""
    text = (
        Checkpoint.objects.filter(log__name=log_name, text__isnull=False)
        .order_by("-size")
        .values_list("text", flat=True)
        .first()
    )
    return None if text is None else bytes(text)


def tile(log_name: str, path: str) -> bytes | None:
    """Return a full or partial tile by its C2SP path, as far as a signed checkpoint covers it."""
    place = _place(path)
    log = Log.objects.filter(name=log_name).first()
    if place is None or log is None:
        return None
    level, index, width = place
    held = log.signed_size >> (8 * level)
    if index * tree.WIDTH + width > held:
        return None
    row = Tile.objects.filter(log=log, level=level, index=index).values_list("hashes", flat=True).first()
    return None if row is None or len(row) < width * tree.HASH else bytes(row[: width * tree.HASH])


def _place(path: str) -> tuple[int, int, int] | None:
    try:
        level, index, width = parse_tile_path(path)
    except ProofError:
        return None
    return None if level is None else (level, index, width)


def mirrored_checkpoint(log_name: str, peer: Iterable[AuthorityId]) -> bytes | None:
    """Return the newest checkpoint that we verified of a log, to its owner."""
    if LogName.parse(log_name).authority not in set(peer):
        return None
    held = mirror.mirrored_size(log_name)
    row = HeadRow.objects.filter(log=log_name, size__lte=held).first()
    return None if row is None or not row.text else bytes(row.text)


def verified_head(log_name: str, peer: Iterable[AuthorityId]) -> bytes | None:
    """Return the newest checkpoint of a log that we verified, to its owner, whether or not its leaves are mirrored.

    Under keys that were stolen it is one that the owner never signed, and shows the owner the theft.
    """
    if LogName.parse(log_name).authority not in set(peer):
        return None
    text = HeadRow.objects.filter(log=log_name).values_list("text", flat=True).first()
    return None if not text else bytes(text)


def mirrored_tile(log_name: str, path: str, peer: Iterable[AuthorityId]) -> bytes | None:
    """Return a mirrored tile of a log, to its owner."""
    place = _place(path)
    if place is None or LogName.parse(log_name).authority not in set(peer):
        return None
    return mirror.tile(log_name, *place)


def mirrored_notes(query: dict[str, str], peer: Iterable[AuthorityId]) -> bytes:
    """Return the notes that a connected authority once sent to one of ours, after a seq.

    Raises:
        MalformedError: a parameter is missing or no count, or ``from`` is not behind this connection.
    """
    try:
        theirs, own = AuthorityId.parse(query["from"]), AuthorityId.parse(query["to"])
        lane, after = int(query["lane"]), int(query["after"])
    except (KeyError, ValueError, VocabularyError) as error:
        raise MalformedError("a mirror request names from, to, lane and after", "mirror.malformed") from error
    if theirs not in set(peer):
        raise MalformedError("a mirror request is for one's own notes", "mirror.misaddressed")
    rows = Note.objects.filter(
        pair__own=str(own), pair__partner=str(theirs), out=False, lane=lane, seq__gt=after
    ).order_by("seq")[:NOTES_AT_ONCE]
    return canonical.encode([bytes(raw) for raw in rows.values_list("raw", flat=True)])
