"""Receipts: given only after the database has synced, and settled when a partner gives them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from comity.delivery import (
    Parcel,
    Proved,
    ReceiptKind,
    ReceiptLeaf,
    Statement,
    settle,
)
from comity.merkle import Kind
from comity.messages.note import parse_note
from comity.node.exchange import heads, models, proofs
from comity.node.ledger import actions as ledger
from comity.node.ledger.sequencer import sequence
from comity.node.partners import keyring, pairs
from comity.node.partners.models import Lane, Pair
from comity.vocabulary.authority import AuthorityId

KINDS: Final = {ReceiptKind.STORED: Kind.RECEIPT, ReceiptKind.READ: Kind.READ, ReceiptKind.REFUSED: Kind.REFUSAL}
RECEIPTS_AT_ONCE: Final = 200
GAPS_AT_ONCE: Final = 20


def issue(
    runs: Iterable[tuple[ReceiptKind, str, int, int, int, bytes]], pair: Pair, at: datetime, *, owed: bool = False
) -> None:
    """Append one receipt leaf for each run of a partner's notes, in the transaction that stores them.

    Args:
        runs: (kind, code, lane, first seq, last seq, hash of the last note).
        pair: whose notes they are.
        at: now, UTC.
        owed: whether they go out with a parcel of ours; else they are given in the answer that the partner waits for.
    """
    own, partner = AuthorityId.parse(pair.own), AuthorityId.parse(pair.partner)
    log = ledger.exchange_log(pair.own)
    for kind, code, lane, first, last, last_hash in runs:
        statement = Statement(kind, own, partner, lane, first, last, last_hash, int(at.timestamp()), code).to_bytes()
        entry = ledger.append(log, KINDS[kind], statement, at)
        models.Receipt.objects.create(
            pair=pair,
            ours=True,
            lane=lane,
            kind=kind,
            code=code,
            first=first,
            last=last,
            statement=statement,
            salt=entry.salt,
            entry=entry,
            told=not owed,
            at=at,
        )


def take(parcel: Parcel, proved: Proved, pair: Pair, proof: models.Proof, at: datetime) -> None:
    """Settle the receipts that a partner gives: its notes of ours are acknowledged, or refused with a code.

    Raises:
        NotProvedError: a receipt is for another pair, or for a note that we never sent.
    """
    own, partner = AuthorityId.parse(pair.own), AuthorityId.parse(pair.partner)
    for leaf, statement in zip(parcel.receipts, proved.statements, strict=True):
        settle(statement, own=own, partner=partner, sent_hash=lambda lane, seq: _sent_hash(pair, lane, seq))
        if _is_known(pair, statement):
            continue
        models.Receipt.objects.create(
            pair=pair,
            ours=False,
            lane=statement.lane,
            kind=statement.kind,
            code=statement.code,
            first=statement.first,
            last=statement.last,
            statement=leaf.statement,
            salt=leaf.salt,
            index=leaf.index,
            proof=proof,
            at=at,
        )
        _settle_notes(pair, statement)


def _sent_hash(pair: Pair, lane: int, seq: int) -> bytes | None:
    found = models.Note.objects.filter(pair=pair, out=True, lane=lane, seq=seq).values_list("hash", flat=True).first()
    return None if found is None else bytes(found)


def _is_known(pair: Pair, statement: Statement) -> bool:
    return models.Receipt.objects.filter(
        pair=pair,
        ours=False,
        lane=statement.lane,
        kind=statement.kind,
        first=statement.first,
        last=statement.last,
    ).exists()


def _settle_notes(pair: Pair, statement: Statement) -> None:
    if statement.kind is ReceiptKind.READ:
        return
    refused = statement.kind is ReceiptKind.REFUSED
    models.Note.objects.filter(
        pair=pair,
        out=True,
        lane=statement.lane,
        seq__gte=statement.first,
        seq__lte=statement.last,
        state=models.NoteState.WAITING,
    ).update(state=models.NoteState.REFUSED if refused else models.NoteState.STORED, code=statement.code)
    lane = Lane.objects.select_for_update().get(pair=pair, number=statement.lane)
    first_waiting = (
        models.Note.objects.filter(pair=pair, out=True, lane=statement.lane, state=models.NoteState.WAITING)
        .order_by("seq")
        .values_list("seq", flat=True)
        .first()
    )
    lane.out_acked = (lane.out_next if first_waiting is None else first_waiting) - 1
    lane.save(update_fields=["out_acked"])


def answer(parcel: Parcel, at: datetime) -> Parcel:
    """Return the parcel that answers one which was kept: receipts with proof, cosignature, heads, gaps.

    Step 8: the receipts are numbered, synced, signed and synced before a byte of this leaves.
    """
    pair = pairs.pair(parcel.recipient, parcel.sender)
    log = ledger.exchange_log(pair.own)
    sequence(log.name, at)
    log.refresh_from_db()
    given = leaves(_covering(parcel, pair))
    checkpoint = proofs.newest(log)
    proof = None
    if given and checkpoint is not None and parcel.have <= log.size:  # what tells only that a note was read gets none
        proof = proofs.make(log, checkpoint, parcel.have, [leaf.index for leaf in given])
    lane = Lane.objects.get(pair=pair, number=parcel.lane)
    return Parcel(
        sender=parcel.recipient,
        recipient=parcel.sender,
        lane=parcel.lane,
        proof=proof,
        receipts=given if proof is not None else (),
        have=heads.size_of(parcel.sender),
        cosignatures=()
        if parcel.proof is None
        else (keyring.cosign_checkpoint(parcel.recipient, parcel.proof.checkpoint, at),),
        heads=heads.news_for(pair, at),
        want=gaps(pair, lane),
        next_seq=lane.in_next,
    )


def _covering(parcel: Parcel, pair: Pair) -> QuerySet[models.Receipt]:
    """Return our receipts for the notes of a parcel, also where they were given before and got lost on the way."""
    if not parcel.notes:
        return models.Receipt.objects.none()
    first, last = parse_note(parcel.notes[0]).seq, parse_note(parcel.notes[-1]).seq
    return models.Receipt.objects.filter(
        pair=pair, ours=True, lane=parcel.lane, kind__in=(ReceiptKind.STORED, ReceiptKind.REFUSED)
    ).filter(first__lte=last, last__gte=first)


def untold(pair: Pair) -> QuerySet[models.Receipt]:
    """Return our receipts that the partner has not heard of: those that say "read", and those for what we pulled."""
    return models.Receipt.objects.filter(pair=pair, ours=True, told=False)


def leaves(rows: QuerySet[models.Receipt]) -> tuple[ReceiptLeaf, ...]:
    """Return receipts as they stand in the log, by their place; what has no place yet is left for later."""
    found = rows.filter(entry__index__isnull=False).order_by("entry__index")[:RECEIPTS_AT_ONCE]
    return tuple(
        ReceiptLeaf(bytes(statement), bytes(salt), index or 0)
        for statement, salt, index in found.values_list("statement", "salt", "entry__index")
    )


def gaps(pair: Pair, lane: Lane) -> tuple[tuple[int, int], ...]:
    """Return (first, last) of what is missing before notes that came ahead."""
    if not lane.in_ahead:
        return ()
    held = models.Note.objects.filter(pair=pair, out=False, lane=lane.number, seq__gt=lane.in_next)
    found, expected = [], lane.in_next
    for seq in held.order_by("seq").values_list("seq", flat=True).iterator():
        if seq > expected:
            found.append((expected, seq - 1))
        expected = seq + 1
        if len(found) == GAPS_AT_ONCE:
            break
    return tuple(found)
