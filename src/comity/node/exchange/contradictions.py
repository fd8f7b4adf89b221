"""The file about an incident that others can check without this node (docs/protocol/evidence.md, section 8)."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

from comity.merkle import (
    Checkpoint,
    ProofError,
    SignedCheckpoint,
    TileNodes,
    consistency_path,
    root_at,
    verify,
)
from comity.messages.errors import CanonicalError, NoteError
from comity.messages.note import parse_note
from comity.node.exchange import evidence
from comity.node.exchange.mirror import mirrored_size, tile
from comity.node.exchange.models import Note
from comity.node.ledger import tree
from comity.node.ledger.models import Checkpoint as SignedByUs
from comity.node.ledger.models import Log
from comity.node.partners import members, mirrored
from comity.node.partners.incidents import texts_of
from comity.node.partners.models import Head, Incident
from comity.verify import Assembler, Contradicted, Contradiction, EvidenceError, Placed, Prefix, Statement

LOGS: Final = frozenset({"log.forked", "log.unconnected", "key.stolen"})


def make(incident: Incident) -> Contradiction | None:
    """Return what shows an incident to others; `None` where what is kept does not, or not yet.

    Two heads of different sizes need a log that we hold up to the larger one: a partner's that is mirrored, or our own
    once it has grown so far.
    """
    try:
        texts = texts_of(bytes(incident.evidence))
    except CanonicalError:
        return None
    if incident.code in LOGS:
        return _of_log(texts)
    if incident.code == "directory.forked":
        return _of_directory(texts)
    return _of_unshown(texts) if incident.code == "directory.unshown" else None


# A log


def _of_log(texts: tuple[bytes, ...]) -> Contradiction | None:
    signed = []
    for text in texts:
        with suppress(ProofError):
            signed.append((SignedCheckpoint.parse(text).checkpoint, text))
    for one, text in signed:
        for other, against in (*signed, *_ours(one.origin)):
            prefix = _prefix(one, other)
            if prefix is not None and prefix.root != one.root:
                return _about_log((text, against), None if one.size == other.size else prefix)
    return None


def _ours(log: str) -> Iterator[tuple[Checkpoint, bytes]]:
    """Yield heads of a log that we believe: what we verified last, or signed ourselves."""
    believed = list(Head.objects.filter(log=log).exclude(text=b"").values_list("text", flat=True))
    own = SignedByUs.objects.filter(log__name=log, text__isnull=False).order_by("-size").values_list("text", flat=True)
    for text in (*believed, *own[:1]):
        yield SignedCheckpoint.parse(bytes(text or b"")).checkpoint, bytes(text or b"")


def _prefix(smaller: Checkpoint, larger: Checkpoint) -> Prefix | None:
    """Return the root that the log of the larger head had at the size of the smaller; `None` where we cannot tell."""
    if smaller.origin != larger.origin or not 0 < smaller.size <= larger.size:
        return None
    if smaller.size == larger.size:
        return Prefix(larger.root, ())
    nodes = _nodes(larger)
    try:
        if nodes is None or root_at(nodes, larger.size) != larger.root:
            return None
        return Prefix(root_at(nodes, smaller.size), tuple(consistency_path(nodes, smaller.size, larger.size)))
    except (ProofError, LookupError):
        return None


def _nodes(head: Checkpoint) -> TileNodes | None:
    own = Log.objects.filter(name=head.origin).first()
    if own is not None:
        return tree.nodes(own) if own.size >= head.size else None
    if mirrored_size(head.origin) < head.size:
        return None

    def read(level: int, index: int, width: int) -> bytes:
        found = tile(head.origin, level, index, width)
        if found is None:
            raise LookupError(f"the mirror of {head.origin} lacks tile {level}/{index}")
        return found

    return TileNodes(read, head.size)


def _about_log(texts: tuple[bytes, bytes], prefix: Prefix | None) -> Contradiction | None:
    mirror = mirrored.mirror()
    if mirror is None:  # no directory yet: nothing vouches for anybody's keys
        return None
    assembler = Assembler(mirror.evidence, (members.directory().version,))
    statements = []
    for text in texts:
        checkpoint = SignedCheckpoint.parse(text).checkpoint
        view = assembler.vouching(checkpoint.origin, checkpoint.size, lambda pair, text=text: verify(text, pair))  # type: ignore[misc]  # the text of this turn
        if view is None:
            return None
        statements.append(Statement(text.decode(), view))
    return Contradiction(
        about=Contradicted.LOG, statements=tuple(statements), prefix=prefix, files=_sorted(assembler.files.values())
    )


# A directory


def _of_directory(texts: tuple[bytes, ...]) -> Contradiction | None:
    statements = tuple(Statement(text.decode(errors="replace")) for text in texts if text)
    if len(statements) != 2:  # noqa: PLR2004  # a contradiction has two sides
        return None
    return Contradiction(about=Contradicted.DIRECTORY, statements=statements, files=_sorted(_roots()))


def _roots() -> Iterator[bytes]:
    """Yield the roots that this node has followed, from its first on."""
    for number in range(1, members.directory().version[0] + 1):
        found = mirrored.served(f"{number}.root.json")
        if found is not None:
            yield found


def _of_unshown(texts: tuple[bytes, ...]) -> Contradiction | None:
    """Put our directory beside the partner's note, which names another and stands in the partner's log."""
    if len(texts) != 2 or not texts[0]:  # noqa: PLR2004  # as above
        return None
    ours, raw = texts
    try:
        named = parse_note(raw)
        note = Note.objects.get(
            pair__own=str(named.to), pair__partner=str(named.from_), out=False, lane=named.lane, seq=named.seq
        )
        proved = evidence.make(note, content=False)
    except (NoteError, Note.DoesNotExist, EvidenceError):
        return None
    if proved is None or proved.note != raw:
        return None
    files = (*(text.encode() for text in proved.files), *_roots())
    return Contradiction(
        about=Contradicted.UNSHOWN,
        statements=(Statement(ours.decode(errors="replace")),),
        notes=(Placed(raw, proved.proof),),
        files=_sorted(files),
    )


def _sorted(files: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(sorted({data.decode() for data in files}))
