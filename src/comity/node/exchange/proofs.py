"""Proofs as they came, and proofs that we make of our own log."""

from collections.abc import Iterable
from datetime import datetime

from comity.delivery import Parcel, Proof, Proved
from comity.merkle import consistency_path, runs_of, runs_path
from comity.messages import canonical
from comity.node import rows
from comity.node.exchange.models import Proof as ProofRow
from comity.node.ledger import tree
from comity.node.ledger.models import Checkpoint, Log
from comity.vocabulary.authority import LogName


def keep(parcel: Parcel, proved: Proved, at: datetime) -> ProofRow:
    """Store what came with a parcel, so that a path can be made for each of its leaves later."""
    if parcel.proof is None:
        raise ValueError("the parcel carries no proof")
    name, size, text = str(parcel.proof.log), proved.checkpoint.size, parcel.proof.checkpoint
    leaves = canonical.encode(
        {
            "runs": [list(run) for run in parcel.proof.runs],
            "path": list(parcel.proof.path),
            "leaves": list(proved.leaf_hashes),
        }
    )
    columns = ("log", "size", "checkpoint", "leaves", "at")
    (key,) = rows.insert(ProofRow, columns, [(name, size, text, leaves, rows.moment(at))])
    return ProofRow(id=key, log=name, size=size, checkpoint=text, leaves=leaves, at=at)


def make(log: Log, checkpoint: Checkpoint, base: int, indices: Iterable[int]) -> Proof:
    """Prove leaves of our log under one of our checkpoints, and that it extends (or is a prefix of) `base`.

    Args:
        log: ours.
        checkpoint: signed.
        base: size of the head that the other side holds; at most the size of our log.
        indices: of the leaves, each below the checkpoint's size.
    """
    nodes = tree.nodes(log, max(base, checkpoint.size))
    runs = runs_of(sorted(set(indices)))
    smaller, larger = sorted((base, checkpoint.size))
    return Proof(
        log=LogName.parse(log.name),
        base=base,
        checkpoint=bytes(checkpoint.text or b""),
        consistency=tuple(consistency_path(nodes, smaller, larger)) if 0 < smaller < larger else (),
        runs=runs,
        path=tuple(runs_path(nodes, runs, checkpoint.size)),
    )


def newest(log: Log) -> Checkpoint | None:
    """Return the newest signed checkpoint of our log."""
    return Checkpoint.objects.filter(log=log, text__isnull=False).order_by("-size").first()
