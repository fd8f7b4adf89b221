"""Push: hand waiting notes to their recipient, lane 0 first, and settle what it answers.

Source: docs/protocol/delivery.md, section 3 (steps 5 to 9).
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from comity.delivery import (
    DeliveryError,
    Fault,
    ForkError,
    Head,
    Parcel,
    Proof,
    ReceiptKind,
    ReceiptLeaf,
    prove,
    wait_s,
)
from comity.node import rows
from comity.node.exchange import heads, inbox, models, proofs, receipts, witness
from comity.node.ledger import actions as ledger
from comity.node.ledger.models import Checkpoint, Log
from comity.node.ledger.sequencer import sequence
from comity.node.partners import incidents, keyring, members
from comity.node.partners.models import Lane, Pair
from comity.node.writing import writing
from comity.vocabulary.authority import AuthorityId

BATCH_NOTES: Final = 100
BATCH_BYTES: Final = 8 * 1024 * 1024

PROOFS_AT_ONCE: Final = 5  # a partner that wants another proof each time waits like one that fails
OK, CONFLICT = 200, 409
Post = Callable[[AuthorityId, bytes], tuple[int, bytes]]
"""Posts a parcel to a member and returns (HTTP status, body); raises OSError where it cannot be reached."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt achieved.

    Attributes:
        notes: how many were acknowledged or refused by the partner, with proof.
        more: whether further notes wait and nothing stands against sending them at once.
        code: why it failed; empty if it did not.
    """

    notes: int = 0
    more: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class _Batch:
    """A parcel on its way, with its own state: nothing is shared with the thread that seals."""

    parcel: Parcel
    head: Head
    told: tuple[int, ...]
    news: heads.News
    wanted: int  # from where the partner wants our log proved, as far as we know


def deliver(pair: Pair, lane: int, post: Post, at: datetime) -> Outcome:
    """Make one attempt to deliver what waits in a lane.

    Args:
        pair: between whom.
        lane: 0 or 1.
        post: how to reach the partner.
        at: now, UTC.
    """
    standing = members.standing(AuthorityId.parse(pair.partner), at)
    if standing in members.BARRED:
        return put_off(pair, f"member.{standing}", at)
    for _ in range(PROOFS_AT_ONCE):
        batch = _batch(pair, lane, at)
        if batch is None:
            return Outcome()
        outcome = _hand_over(pair, batch, post, at)
        if outcome is not None:
            return outcome
    return put_off(pair, "head.mismatch", at)


def _hand_over(pair: Pair, batch: _Batch, post: Post, at: datetime) -> Outcome | None:
    """Post a parcel and settle what is answered; `None` if the partner wants it proved from another head."""
    partner = batch.parcel.recipient
    try:
        status, body = post(partner, batch.parcel.to_bytes())
        if status == CONFLICT and _prove_from(pair, batch, Fault.from_bytes(body)):
            return None
        if status != OK:
            return put_off(pair, Fault.from_bytes(body).code, at)
        outcome = _settle(pair, batch, Parcel.from_bytes(body), at)
    except OSError:
        return put_off(pair, "partner.unreachable", at)
    except DeliveryError as error:
        if isinstance(error, ForkError):
            incidents.keep(error.code, pair.partner, error.evidence, shown_by=pair.partner, at=at)
        return put_off(pair, f"answer.{error.code}", at)
    if batch.parcel.notes and not outcome.notes:  # withheld: what is not acknowledged goes on waiting
        return put_off(pair, "answer.receipts-missing", at)
    return outcome


def _batch(pair: Pair, lane: int, at: datetime) -> _Batch | None:
    """Compose the next parcel of a lane, `None` if nothing waits."""
    owed = witness.is_owed(pair)
    if not owed and not _waits(pair, lane):
        return None
    log = ledger.exchange_log(pair.own)
    checkpoint = sequence(log.name, at, first=_urgent_entries(pair) if lane == 0 else ())
    state = _state(pair, lane)
    partner = AuthorityId.parse(pair.partner)
    theirs = members.exchange_log_of(partner)
    if checkpoint is None or state is None or theirs is None:
        return None
    waiting = _waiting(pair, lane, checkpoint.size)
    told, given = receipts.to_tell(pair, checkpoint.size) if lane == 1 or not waiting else ((), ())
    if not waiting and not given and not owed:
        return None
    head, news = heads.known(theirs, partner), heads.news_for(pair, answering=False)
    wanted = heads.held_by(AuthorityId.parse(pair.own), partner, pair.partner_has)
    parcel = Parcel(
        sender=AuthorityId.parse(pair.own),
        recipient=partner,
        lane=lane,
        proof=_proof(log, checkpoint, wanted, waiting, given),
        notes=tuple(raw for _, _, raw, _ in waiting),
        bodies=tuple({body_id: sealed for body_id, _, _, sealed in waiting}.values()),
        receipts=given,
        have=head.size,
        cosignatures=_cosignatures(pair, head, at) if told or owed else (),
        heads=news.texts,
        want=receipts.gaps(pair, state),
        next_seq=state.in_next,
    )
    return _Batch(parcel, head, told, news, wanted)


def _state(pair: Pair, lane: int) -> Lane | None:
    """Return what arrived in a lane, and bring the pair up to date: other threads deliver its other lane."""
    found = rows.one(
        "SELECT lane.id, lane.in_next, lane.in_ahead, pair.partner_has, pair.failures FROM partners_lane AS lane"
        " JOIN partners_pair AS pair ON pair.id = lane.pair_id WHERE lane.pair_id = %s AND lane.number = %s",
        pair.id,
        lane,
    )
    if found is None:
        return None
    key, in_next, in_ahead, pair.partner_has, pair.failures = found
    return Lane(id=key, pair=pair, number=lane, in_next=in_next, in_ahead=in_ahead)


def _proof(
    log: Log,
    checkpoint: Checkpoint,
    wanted: int,
    waiting: Sequence[tuple[int, int, bytes, bytes]],
    given: Sequence[ReceiptLeaf],
) -> Proof | None:
    """Prove what a parcel brings; one that brings a cosignature alone needs none."""
    indices = [index for _, index, _, _ in waiting] + [leaf.index for leaf in given]
    return proofs.make(log, checkpoint, min(wanted, checkpoint.size), indices) if indices else None


def _cosignatures(pair: Pair, head: Head, at: datetime) -> tuple[bytes, ...]:
    """Witness the log of a partner from which we pulled, or to which an answer went without a cosignature."""
    return (keyring.cosign_checkpoint(AuthorityId.parse(pair.own), head.text, at),) if head.text else ()


def _waits(pair: Pair, lane: int) -> bool:
    found = rows.one(
        """SELECT 1 WHERE EXISTS (SELECT 1 FROM partners_lane
        WHERE pair_id = %s AND number = %s AND out_acked < out_next - 1)
        OR EXISTS (SELECT 1 FROM exchange_receipt WHERE pair_id = %s AND ours = TRUE AND told = FALSE)""",
        pair.id,
        lane,
        pair.id,
    )
    return found is not None


def _urgent_entries(pair: Pair) -> tuple[int, ...]:
    """Return the log entries of urgent notes that have no number yet: they do not wait for a backlog's numbering."""
    found = rows.every(
        """SELECT entry.id FROM exchange_note AS note CROSS JOIN ledger_entry AS entry
        WHERE note.pair_id = %s AND note."out" = TRUE AND note.lane = 0
        AND note.seq > (SELECT out_acked FROM partners_lane WHERE pair_id = %s AND number = 0) AND note.state = 'w'
        AND entry.id = note.entry_id AND entry."index" IS NULL ORDER BY note.seq LIMIT %s""",
        pair.id,
        pair.id,
        BATCH_NOTES,
    )
    return tuple(key for (key,) in found)


def _waiting(pair: Pair, lane: int, size: int) -> list[tuple[int, int, bytes, bytes]]:
    """Return (body id, log index, note, sealed body) of the next notes that the checkpoint covers, in order.

    Nothing waits before the first that was not acknowledged, so that the lane's own index finds the next ones.
    What was erased before it could be delivered stays away: the withdrawal follows in the same lane.
    """
    found = rows.every(
        """SELECT note.body_id, entry."index", note.raw, body.sealed FROM exchange_note AS note
        CROSS JOIN ledger_entry AS entry CROSS JOIN exchange_body AS body
        WHERE note.pair_id = %s AND note."out" = TRUE AND note.lane = %s
        AND note.seq > (SELECT out_acked FROM partners_lane WHERE pair_id = %s AND number = %s) AND note.state = 'w'
        AND entry.id = note.entry_id AND entry."index" < %s AND body.id = note.body_id AND body.sealed IS NOT NULL
        ORDER BY note.seq LIMIT %s""",
        pair.id,
        lane,
        pair.id,
        lane,
        size,
        BATCH_NOTES,
    )
    waiting: list[tuple[int, int, bytes, bytes]] = []
    total = 0
    for body_id, index, raw, sealed in found:
        total += len(raw) + len(sealed)
        if waiting and total > BATCH_BYTES:
            break
        waiting.append((body_id, index, bytes(raw), bytes(sealed)))
    return waiting


def _prove_from(pair: Pair, batch: _Batch, fault: Fault) -> bool:
    """Remember from where the partner wants consistency proved; tells whether that is news.

    A head that our log has not reached cannot be proved from: we ask what it is (`claims.ask`).
    """
    if fault.head is None or fault.head == batch.wanted:
        return False
    Pair.objects.filter(id=pair.id).update(partner_has=fault.head)
    heads.note_held(batch.parcel.sender, batch.parcel.recipient, fault.head)
    return True


def put_off(pair: Pair, code: str, at: datetime) -> Outcome:
    """Count a failure, with its code, and wait longer after each."""
    failures = pair.failures + 1
    wait = timedelta(seconds=wait_s(failures, random.random()))  # noqa: S311  # spreads load, protects nothing
    with writing():
        Pair.objects.filter(id=pair.id).update(failures=failures, retry_at=at + wait, last_code=code[:100])
    return Outcome(code=code)


def _settle(pair: Pair, batch: _Batch, reply: Parcel, at: datetime) -> Outcome:
    """Believe the answer, settle its receipts, and queue again what the partner says it lacks.

    Raises:
        DeliveryError: the answer is not proved; the notes keep waiting.
    """
    if (reply.sender, reply.recipient) != (batch.parcel.recipient, batch.parcel.sender):
        raise DeliveryError("the answer is from somebody else", "answer.misaddressed")
    with inbox.one_at_a_time(pair.own, pair.partner):
        proved = None
        if reply.proof is not None:
            proved = prove(reply, batch.head, members.checkpoint_verifier(reply.proof.log))
        with writing():
            if reply.proof is not None and proved is not None:
                proof = proofs.keep(reply, proved, at) if reply.receipts else None
                if proof is not None:
                    receipts.take(reply, proved, pair, proof, at)
                heads.take_reached(reply, proved.head, batch.head, at)
            else:
                heads.take(reply, at)
            if batch.told:
                models.Receipt.objects.filter(id__in=batch.told).update(told=True)
            heads.mark_told(pair, batch.news)
            _requeue(pair, reply)
        if batch.parcel.cosignatures:
            witness.given(pair.own, pair.partner, batch.head.size, at)
    settled = sum(
        statement.last - statement.first + 1
        for statement in (proved.statements if proved is not None else ())
        if statement.kind is not ReceiptKind.READ
    )
    return Outcome(notes=settled, more=settled > 0 or bool(batch.told))


def _requeue(pair: Pair, reply: Parcel) -> None:
    """Send again what the partner acknowledged and lacks now: it was restored from a backup."""
    missing = list(reply.want[: receipts.GAPS_AT_ONCE])
    if not missing:
        acked = rows.one(
            "SELECT out_acked FROM partners_lane WHERE pair_id = %s AND number = %s AND out_acked >= %s",
            pair.id,
            reply.lane,
            reply.next_seq,
        )
        missing = [] if acked is None else [(reply.next_seq, acked[0])]
    for first, last in missing:
        again = models.Note.objects.filter(
            pair=pair, out=True, lane=reply.lane, seq__gte=first, seq__lte=last, state=models.NoteState.STORED
        ).filter(entry__log__closed_at__isnull=True)
        if again.update(state=models.NoteState.WAITING):
            receipts.count_acknowledged(pair, reply.lane, first)
