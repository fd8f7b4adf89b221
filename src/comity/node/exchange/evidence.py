"""Evidence of one note: what a court or a partner's auditor needs to believe it without this node.

The verifying package puts the file together and picks the directory versions; here the node brings what it holds
(docs/protocol/evidence.md).
"""

from collections.abc import Iterable

from comity.merkle import consistency_path, inclusion_from_runs, inclusion_path
from comity.merkle.checkpoint import SignedCheckpoint
from comity.messages import canonical
from comity.messages.items import read_payload
from comity.messages.note import parse_note
from comity.node.exchange.models import Note, Proof, Receipt
from comity.node.ledger import tree
from comity.node.ledger.models import Checkpoint, Cosignature, Entry
from comity.node.partners import members, mirrored
from comity.sealing import open_body
from comity.verify import Cosigned, Evidence, Logged, Material, Part, Receipted, State, assemble
from comity.vocabulary.authority import AuthorityId


def make(note: Note, *, content: bool = True) -> Evidence | None:
    """Return the evidence of a note that was sent or received; `None` while its proof is not there.

    A note of ours is proved once its log was signed beyond it; receipts are taken along as far as they have come.

    Args:
        note: with `entry`, `proof` and `body`.
        content: whether the message itself is shown; without it the file proves that and when it was exchanged.

    Raises:
        EvidenceError: the archive of the directory lacks the version that vouches for it.
    """
    logged = _ours(note.entry) if note.out else _theirs(note.proof, note.index)
    mirror = mirrored.mirror()
    if logged is None or mirror is None:
        return None
    body, key, count = _content(note) if content else (Part(State.WITHHELD), Part(State.WITHHELD), 0)
    # The version the note names comes first; today's may be needed for a receipt or a witness that came later.
    return assemble(
        Material(
            note=bytes(note.raw),
            logged=logged,
            body=body,
            content_key=key,
            count=count,
            rest=State.ERASED if key.state is State.ERASED else State.WITHHELD,
            receipts=tuple(_receipts(note)),
        ),
        mirror.evidence,
        (members.directory().version,),
    )


def _content(note: Note) -> tuple[Part, Part, int]:
    """Return body and content key, and of how many items the message consists; 0 where erasure took them."""
    body = note.body
    if body is None or body.sealed is None or body.cek is None:
        return Part(State.ERASED), Part(State.ERASED), 0
    sealed, key = bytes(body.sealed), bytes(body.cek)
    items, _root = read_payload(open_body(key, sealed))
    return Part(State.GIVEN, sealed), Part(State.GIVEN, key), len(items)


def _ours(entry: Entry | None) -> Logged | None:
    """Prove a leaf of our own log under the first checkpoint that was signed beyond it, with those who saw it."""
    if entry is None or entry.index is None:
        return None
    signed = (
        Checkpoint.objects.filter(log=entry.log_id, size__gt=entry.index, text__isnull=False).order_by("size").first()
    )
    if signed is None:
        return None
    nodes = tree.nodes(entry.log, signed.size)  # the log may have grown since the entry was read
    return Logged(
        log=entry.log.name,
        index=entry.index,
        checkpoint=bytes(signed.text or b""),
        path=tuple(inclusion_path(nodes, entry.index, signed.size)),
        seen=tuple(_seen(signed)),
    )


def _seen(signed: Checkpoint) -> Iterable[Cosigned]:
    """Yield for each witness the earliest cosignature that covers the checkpoint."""
    known: set[str] = set()
    log = signed.log
    for one in Cosignature.objects.filter(log=log, size__gte=signed.size).order_by("size", "id"):
        witness = members.exchange_log_of(AuthorityId.parse(one.witness))
        if witness is None or one.witness in known:
            continue
        known.add(one.witness)
        path = consistency_path(tree.nodes(log, one.size), signed.size, one.size) if one.size > signed.size else ()
        yield Cosigned(str(witness), bytes(one.text), tuple(path))


def _theirs(proof: Proof | None, index: int | None) -> Logged | None:
    """Prove a leaf of a partner's log from the proof for many with which it came."""
    if proof is None or index is None:
        return None
    held = canonical.decode(bytes(proof.leaves))
    if not isinstance(held, dict):
        return None
    text = bytes(proof.checkpoint)
    (path,) = inclusion_from_runs(
        tuple((first, count) for first, count in held["runs"]),
        tuple(held["leaves"]),
        proof.size,
        tuple(held["path"]),
        SignedCheckpoint.parse(text).checkpoint.root,
        indices=(index,),
    )
    return Logged(log=proof.log, index=index, checkpoint=text, path=tuple(path))


def _receipts(note: Note) -> Iterable[Receipted]:
    """Yield what was acknowledged of a note, by the partner or by us, with the notes of the run that followed it."""
    covering = Receipt.objects.filter(
        pair=note.pair_id, ours=not note.out, lane=note.lane, first__lte=note.seq, last__gte=note.seq
    )
    for one in covering.select_related("proof", "entry__log").order_by("id"):
        logged = _ours(one.entry) if one.ours else _theirs(one.proof, one.index)
        if logged is None:
            continue
        later = Note.objects.filter(
            pair=note.pair_id, out=note.out, lane=note.lane, seq__gt=note.seq, seq__lte=one.last
        ).order_by("seq")
        chain = tuple(bytes(raw) for raw in later.values_list("raw", flat=True))
        yield Receipted(bytes(one.statement), bytes(one.salt), logged, chain)


def name_of(note: Note) -> str:
    """Return a file name that holds no personal data: sender, recipient, lane and number."""
    value = parse_note(bytes(note.raw))
    return f"comity-{value.from_}-{value.to}-{value.lane}-{value.seq}.json"
