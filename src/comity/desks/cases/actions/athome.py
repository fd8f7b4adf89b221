"""Keeping beside a message what no partner gets of it; called inside the transaction of the act itself."""

from collections.abc import Iterable
from dataclasses import asdict

from comity.desks.cases.athome import LeftOut, PickedFrom
from comity.desks.cases.copying import Copy
from comity.desks.cases.models import CaseMessage
from comity.desks.cases.passages import Passages


def keep_passages(message: CaseMessage, passages: Passages) -> None:
    """Keep from which passages of a pasted text the values of a message came; nothing where none did."""
    if passages.groups:
        values = [asdict(one) for one in passages.values]
        PickedFrom.objects.create(message=message, text=passages.text, values=values)


def keep_left_out(message: CaseMessage, copies: Iterable[Copy], ground: str) -> None:
    """Keep which copies that were owed were left out, and on which ground."""
    LeftOut.objects.bulk_create(
        LeftOut(message=message, authority=one.to, clause=one.clause, ground=ground) for one in copies
    )
