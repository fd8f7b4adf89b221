"""Tell partners that a person has opened what they sent."""

from datetime import datetime

from comity.delivery import ReceiptKind
from comity.node.exchange import models, receipts


def mark_read(note: models.Note, at: datetime) -> None:
    """Issue a "read" receipt for a note, once, in the caller's transaction."""
    known = models.Receipt.objects.filter(
        pair=note.pair, ours=True, kind=ReceiptKind.READ, lane=note.lane, first__lte=note.seq, last__gte=note.seq
    )
    if note.out or known.exists():
        return
    receipts.issue([(ReceiptKind.READ, "", note.lane, note.seq, note.seq, bytes(note.hash))], note.pair, at, owed=True)
