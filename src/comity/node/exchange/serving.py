"""What a member may fetch: sealed bodies addressed to it, checkpoints and tiles of exchange logs."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from comity.delivery import MalformedError
from comity.merkle import ProofError, parse_tile_path
from comity.messages import canonical
from comity.node import places
from comity.node.exchange import mirror
from comity.node.exchange.models import Body, Chunk, Note
from comity.node.ledger import tree
from comity.node.ledger.models import Checkpoint, Log, Tile
from comity.node.partners.models import Head as HeadRow
from comity.vocabulary.authority import AuthorityId, LogName
from comity.vocabulary.errors import VocabularyError

NOTES_AT_ONCE: Final = 500


def body(digest: bytes, peer: Iterable[AuthorityId]) -> bytes | None:
    """Return a sealed body or chunk for which a note to one of these authorities exists, else `None`.

    "Unknown" and "not yours" are the same answer.
    """
    partners = [str(authority) for authority in peer]
    for row in Body.objects.filter(sha256=digest, sealed__isnull=False):
        if Note.objects.filter(out=True, body=row, pair__partner__in=partners).exists():
            return bytes(row.sealed or b"")
    for chunk in Chunk.objects.filter(sha256=digest, here=True):
        if Note.objects.filter(out=True, msg=bytes(chunk.msg), pair__partner__in=partners).exists():
            return read_chunk(digest)
    return None


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
