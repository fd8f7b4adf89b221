"""Tell partners that a person has opened what they sent."""

from datetime import datetime
from typing import Final

from comity.delivery import ReceiptKind
from comity.node import rows
from comity.node.exchange import models, receipts


def mark_read(note: models.Note, at: datetime) -> None:
    """Issue a "read" receipt for a note, once, in the caller's transaction."""
    known = models.Receipt.objects.filter(
        pair=note.pair, ours=True, kind=ReceiptKind.READ, lane=note.lane, first__lte=note.seq, last__gte=note.seq
    )
    if note.out or known.exists():
        return
    receipts.issue([(ReceiptKind.READ, "", note.lane, note.seq, note.seq, bytes(note.hash))], note.pair, at, owed=True)


MOST_WAITING: Final = 1_000


def on_the_way(own: str) -> tuple[int, ...]:
    """Return the notes of ours that a partner has not acknowledged, the oldest first, at most a thousand.

    Lanes know up to where everything is acknowledged: only what lies above is looked at, however many notes there are.
    """
    found = rows.every(
        "SELECT note.id FROM partners_pair AS pair CROSS JOIN partners_lane AS lane CROSS JOIN exchange_note AS note"
        " WHERE pair.own = %s AND lane.pair_id = pair.id AND lane.out_acked < lane.out_next - 1"
        " AND note.pair_id = lane.pair_id AND note.out AND note.lane = lane.number AND note.seq > lane.out_acked"
        " AND note.state = 'w' ORDER BY note.id LIMIT %s",
        own,
        MOST_WAITING,
    )
    return tuple(row[0] for row in found)


def unacknowledged(own: str) -> dict[str, int]:
    """Return how many notes each partner has not acknowledged; partners that have all are not among them."""
    found = rows.every(
        "SELECT pair.partner, SUM(lane.out_next - 1 - lane.out_acked) FROM partners_pair AS pair"
        " JOIN partners_lane AS lane ON lane.pair_id = pair.id"
        " WHERE pair.own = %s AND lane.out_acked < lane.out_next - 1 GROUP BY pair.partner",
        own,
    )
    return {partner: int(count) for partner, count in found}
