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
from comity.node import rows
from comity.node.exchange import heads, models, proofs, witness
from comity.node.ledger import actions as ledger
from comity.node.ledger.models import Log
from comity.node.ledger.sequencer import sequence
from comity.node.partners import pairs
from comity.node.partners.models import Lane, Pair
from comity.node.writing import writing
from comity.vocabulary.authority import AuthorityId

KINDS: Final = {ReceiptKind.STORED: Kind.RECEIPT, ReceiptKind.READ: Kind.READ, ReceiptKind.REFUSED: Kind.REFUSAL}
RECEIPTS_AT_ONCE: Final = 200
TOLD_AT_ONCE: Final = 50
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
        salt = bytes(entry.salt or b"")
        _keep((pair.id, True, lane, kind.value, code, first, last, statement, salt, None, entry.id, None,
               not owed, rows.moment(at)))  # fmt: skip


def _keep(values: tuple[rows.Value, ...]) -> None:
    rows.insert(models.Receipt, _COLUMNS, [values])


_COLUMNS: Final = (
    "pair_id", "ours", "lane", "kind", "code", "first", "last", "statement", "salt", "index", "entry_id", "proof_id",
    "told", "at",
)  # fmt: skip


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
        _keep((pair.id, False, statement.lane, statement.kind.value, statement.code, statement.first, statement.last,
               leaf.statement, leaf.salt, leaf.index, None, proof.id, False, rows.moment(at)))  # fmt: skip
        _settle_notes(pair, statement)


def _sent_hash(pair: Pair, lane: int, seq: int) -> bytes | None:
    found = rows.one(
        'SELECT hash FROM exchange_note WHERE pair_id = %s AND "out" = TRUE AND lane = %s AND seq = %s',
        pair.id,
        lane,
        seq,
    )
    return None if found is None else bytes(found[0])


def _is_known(pair: Pair, statement: Statement) -> bool:
    found = rows.one(
        "SELECT 1 FROM exchange_receipt"
        " WHERE pair_id = %s AND ours = FALSE AND lane = %s AND last = %s AND first = %s AND kind = %s",
        pair.id,
        statement.lane,
        statement.last,
        statement.first,
        statement.kind.value,
    )
    return found is not None


def _settle_notes(pair: Pair, statement: Statement) -> None:
    if statement.kind is ReceiptKind.READ:
        return
    refused = statement.kind is ReceiptKind.REFUSED
    rows.run(
        """UPDATE exchange_note SET state = %s, code = %s
        WHERE pair_id = %s AND "out" = TRUE AND lane = %s AND seq BETWEEN %s AND %s AND state = 'w'""",
        (models.NoteState.REFUSED if refused else models.NoteState.STORED).value,
        statement.code,
        pair.id,
        statement.lane,
        statement.first,
        statement.last,
    )
    count_acknowledged(pair, statement.lane, statement.first)


def count_acknowledged(pair: Pair, lane: int, first: int) -> None:
    """Keep how far a lane is acknowledged without a gap, after something changed from seq `first` on.

    The row is locked by a statement of its own: what was queued until then is seen by the next one.
    """
    held = rows.one(
        f"SELECT out_acked, out_next FROM partners_lane WHERE pair_id = %s AND number = %s{rows.locked()}",  # noqa: S608  # our own
        pair.id,
        lane,
    )
    if held is None:
        return
    acked, following = held
    waiting = rows.one(
        """SELECT seq FROM exchange_note WHERE pair_id = %s AND "out" = TRUE AND lane = %s AND seq > %s
        AND state = 'w' ORDER BY seq LIMIT 1""",
        pair.id,
        lane,
        min(acked, first - 1),
    )
    rows.run(
        "UPDATE partners_lane SET out_acked = %s WHERE pair_id = %s AND number = %s",
        (following if waiting is None else waiting[0]) - 1,
        pair.id,
        lane,
    )


def answer(parcel: Parcel, at: datetime) -> Parcel:
    """Return the parcel that answers one which was kept: receipts with proof, cosignature, heads, gaps.

    Step 8: the receipts are numbered, synced, signed and synced before a byte of this leaves.
    """
    pair = pairs.pair(parcel.recipient, parcel.sender)
    log = ledger.exchange_log(pair.own)
    if parcel.notes and not log.name.endswith("/x1"):  # some may stand in a log that was closed
        _issue_anew(parcel, pair, log, at)
    checkpoint = sequence(log.name, at)
    given = _covering(parcel, pair)
    proof = None
    if given and checkpoint is not None and parcel.have <= checkpoint.size:  # none for what tells only of reading
        proof = proofs.make(log, checkpoint, parcel.have, [leaf.index for leaf in given])
    lane = pairs.lane(pair, parcel.lane)
    news = heads.news_for(pair, answering=True)
    if news.texts:
        with writing():
            heads.mark_told(pair, news)
    return Parcel(
        sender=parcel.recipient,
        recipient=parcel.sender,
        lane=parcel.lane,
        proof=proof,
        receipts=given if proof is not None else (),
        have=heads.size_of(parcel.sender),
        cosignatures=()
        if parcel.proof is None
        else witness.answered(parcel.recipient, parcel.sender, parcel.proof.checkpoint, at),
        heads=news.texts,
        want=gaps(pair, lane),
        next_seq=lane.in_next,
    )


_LEAVES: Final = (
    'SELECT receipt.statement, receipt.salt, entry."index", receipt.id FROM exchange_receipt AS receipt'
    " CROSS JOIN ledger_entry AS entry WHERE entry.id = receipt.entry_id AND receipt.pair_id = %s"
)


def _covering(parcel: Parcel, pair: Pair) -> tuple[ReceiptLeaf, ...]:
    """Return our receipts for the notes of a parcel, also where they were given before and got lost on the way."""
    if not parcel.notes:
        return ()
    first, last = parse_note(parcel.notes[0]).seq, parse_note(parcel.notes[-1]).seq
    found = rows.every(
        f"""{_LEAVES} AND receipt.ours = TRUE AND receipt.lane = %s AND receipt.last >= %s AND receipt.first <= %s
        AND receipt.kind IN ('stored', 'refused') AND entry."index" IS NOT NULL ORDER BY entry."index" LIMIT %s""",
        pair.id,
        parcel.lane,
        first,
        last,
        RECEIPTS_AT_ONCE,
    )
    return tuple(ReceiptLeaf(bytes(statement), bytes(salt), index) for statement, salt, index, _ in found)


def _issue_anew(parcel: Parcel, pair: Pair, log: Log, at: datetime) -> None:
    first, last = parse_note(parcel.notes[0]).seq, parse_note(parcel.notes[-1]).seq
    covering = models.Receipt.objects.filter(pair=pair, lane=parcel.lane, first__lte=last, last__gte=first)
    move(covering, log, at)


def move(given: QuerySet[models.Receipt], log: Log, at: datetime) -> None:
    """Give receipts of ours that stand in a log which was closed again, in the log that followed it."""
    with writing():
        for row in given.filter(ours=True).exclude(entry__log_id=log.id):
            made = ledger.append(log, KINDS[ReceiptKind(row.kind)], bytes(row.statement), at)
            models.Receipt.objects.filter(id=row.id).update(entry=made, salt=made.salt)


def to_tell(pair: Pair, size: int) -> tuple[tuple[int, ...], tuple[ReceiptLeaf, ...]]:
    """Return those of our receipts below a size that the partner has not heard of, as (ids, leaves).

    They say that a note was read, or are for what we pulled: nothing else is left untold.
    """
    found = rows.every(
        f"""{_LEAVES} AND receipt.ours = TRUE AND receipt.told = FALSE AND entry."index" < %s
        ORDER BY receipt.id LIMIT %s""",
        pair.id,
        size,
        TOLD_AT_ONCE,
    )
    found.sort(key=lambda row: row[2])
    told = tuple(key for _, _, _, key in found)
    return told, tuple(ReceiptLeaf(bytes(statement), bytes(salt), index) for statement, salt, index, _ in found)


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
