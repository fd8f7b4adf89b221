"""Believe a parcel's proof: both signatures, no fork, every leaf in the log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from comity.delivery.errors import BaseMismatchError, ForkError, MalformedError, NotProvedError
from comity.delivery.heads import Head
from comity.delivery.parcel import Parcel, Proof
from comity.delivery.receipts import ReceiptKind, Statement
from comity.merkle import (
    Checkpoint,
    Kind,
    ProofError,
    entry,
    leaf_hash,
    note_h,
    salted_h,
    verify_consistency,
    verify_runs,
)

_KIND = {ReceiptKind.STORED: Kind.RECEIPT, ReceiptKind.READ: Kind.READ, ReceiptKind.REFUSED: Kind.REFUSAL}


@dataclass(frozen=True, slots=True)
class Proved:
    """A parcel whose proof holds.

    Attributes:
        checkpoint: what the sender signed.
        head: our head of its log from now on; the old one where the checkpoint was smaller.
        note_hashes: SHA-256 of each note, in the parcel's order.
        note_indices: the place of each note in the sender's log.
        statements: of each receipt, in the parcel's order.
        leaf_hashes: of all leaves, by their places.
    """

    checkpoint: Checkpoint
    head: Head
    note_hashes: tuple[bytes, ...]
    note_indices: tuple[int, ...]
    statements: tuple[Statement, ...]
    leaf_hashes: tuple[bytes, ...]


def prove(parcel: Parcel, head: Head, verify: Callable[[bytes], Checkpoint]) -> Proved:
    """Check what a parcel claims of its sender's log (docs/protocol/delivery.md, section 4).

    Args:
        parcel: as parsed; it must carry a proof.
        head: what we hold of the sender's log; size 0 if nothing.
        verify: checks both signatures on a checkpoint's text and returns it; raises ProofError.

    Raises:
        BaseMismatchError: consistency is proved from elsewhere.
        ForkError: the checkpoint contradicts our head.
        NotProvedError: signatures, consistency or inclusion do not hold.
        MalformedError: the leaves do not fit the runs.
    """
    proof = parcel.proof
    if proof is None:
        raise NotProvedError("the parcel carries no proof", "proof.missing")
    checkpoint = _signed(proof, verify)
    reached = _extended(proof, checkpoint, head)
    statements = tuple(Statement.from_bytes(receipt.statement) for receipt in parcel.receipts)
    hashes = tuple(note_h(note) for note in parcel.notes)
    indices = _note_indices(proof, [receipt.index for receipt in parcel.receipts], len(hashes))
    leaves = dict(zip(indices, (leaf_hash(entry(Kind.NOTE, h)) for h in hashes), strict=True))
    for receipt, statement in zip(parcel.receipts, statements, strict=True):
        leaves[receipt.index] = leaf_hash(entry(_KIND[statement.kind], salted_h(receipt.salt, receipt.statement)))
    ordered = tuple(leaves[index] for index in sorted(leaves))
    try:
        verify_runs(proof.runs, ordered, checkpoint.size, proof.path, checkpoint.root)
    except ProofError as error:
        raise NotProvedError("a leaf is not in the sender's log", "proof.inclusion") from error
    return Proved(checkpoint, reached, hashes, indices, statements, ordered)


def _signed(proof: Proof, verify: Callable[[bytes], Checkpoint]) -> Checkpoint:
    try:
        checkpoint = verify(proof.checkpoint)
    except ProofError as error:
        raise NotProvedError("the checkpoint lacks a valid signature of each kind", "proof.signature") from error
    if checkpoint.origin != str(proof.log):
        raise NotProvedError("the checkpoint is of another log", "proof.origin")
    return checkpoint


def _extended(proof: Proof, checkpoint: Checkpoint, head: Head) -> Head:
    """Connect the checkpoint with our head, whichever is larger."""
    if proof.base != head.size:
        raise BaseMismatchError(head.size)
    if checkpoint.size == head.size:
        if checkpoint.root != head.root:
            raise ForkError("two roots for one size", (head.text, proof.checkpoint))
        return head if head.text else Head(head.log, head.size, head.root, proof.checkpoint)
    new = Head(head.log, checkpoint.size, checkpoint.root, proof.checkpoint)
    smaller, larger = (head, new) if head.size < new.size else (new, head)
    if smaller.size == 0:  # anything extends the empty log, and nothing needs to be shown for it
        if proof.consistency:
            raise NotProvedError("a path from the empty log proves nothing", "proof.consistency")
        return larger
    try:
        verify_consistency(smaller.size, smaller.root, larger.size, larger.root, proof.consistency)
    except ProofError as error:
        raise NotProvedError("the checkpoint does not extend what we saw before", "proof.consistency") from error
    return larger


def _note_indices(proof: Proof, receipt_indices: Sequence[int], notes: int) -> tuple[int, ...]:
    """Return the places that are not receipts: the notes', ascending."""
    total = sum(count for _, count in proof.runs)
    if total != notes + len(receipt_indices) or len(set(receipt_indices)) != len(receipt_indices):
        raise MalformedError("the runs do not fit the leaves", "proof.runs")
    places = [index for first, count in proof.runs for index in range(first, first + count)]
    taken = set(receipt_indices)
    if not taken <= set(places):
        raise MalformedError("a receipt lies outside the runs", "proof.runs")
    return tuple(index for index in places if index not in taken)
