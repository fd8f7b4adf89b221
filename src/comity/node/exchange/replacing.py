"""Go on after a stolen log key: the next log begins, and what the closed one cannot prove is sent again.

Source: docs/protocol/ledger.md, section 10, step 2.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from comity.directory.logs import Closing
from comity.node.exchange import outbox, receipts
from comity.node.exchange.models import Note, NoteState, Receipt
from comity.node.ledger import actions as ledger
from comity.node.ledger import rotating
from comity.node.ledger.models import Log
from comity.node.partners import keyring, members, renewing
from comity.node.partners.errors import ChangeError
from comity.node.partners.models import Lane, Pair
from comity.node.writing import writing
from comity.vocabulary.authority import AuthorityId, LogName

FAR_AHEAD: Final = 2**32
RANDOM_BITS: Final = 40
"""A seq is below 2^63; a lane lives through thousands of thefts."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """What came of it.

    Attributes:
        logs: (closed, following) names.
        notes: how many were sent again.
    """

    logs: tuple[tuple[str, str], ...]
    notes: int


def replace_logs(authority: AuthorityId, at: datetime) -> Replaced:
    """Begin the log that follows each one which the directory closed, and send again what it cannot prove.

    In one transaction: the old log ends, the new one opens with what is trusted of the old one, and every note that
    waits, or that stood above the trusted size, becomes a new note that supersedes it. Then the stolen keys are
    destroyed and a newer card is written.

    Raises:
        ChangeError: the directory closed no log that is in use.
    """
    closings = rotating.closings(authority, members.member(authority).logs)
    if not closings:
        raise ChangeError(f"the directory has closed no log of `{authority}` that is in use: tell the registrar first")
    count, pairs = 0, []
    with writing():
        for closed, closing in closings:
            following = rotating.open_next(closed, closing, at)
            pairs.append((closed.name, following.name))
        keyring.look()
        _leave_taken_places(authority)
        for closed, closing in closings:
            count += outbox.send_anew(_unproved(closed, closing), at)
            if LogName.parse(closed.name).kind == "x":
                untold = Receipt.objects.filter(ours=True, told=False, entry__log=closed)
                receipts.move(untold, ledger.exchange_log(str(authority)), at)
        Pair.objects.filter(own=str(authority)).update(partner_has=0, failures=0, retry_at=None)
        facts = ledger.facts({"notes": count, **dict(pairs)})
        ledger.record(ledger.Act("log.replaced", str(authority), "", at, facts=facts))
    for closed, _closing in closings:
        rotating.forget_keys(closed.name)
    keyring.look()
    renewing.renew(authority, at)
    return Replaced(tuple(pairs), count)


def _leave_taken_places(authority: AuthorityId) -> None:
    """Go on far ahead in every lane, at a place that a thief who wrote in our name cannot have taken."""
    for lane in Lane.objects.select_for_update().filter(pair__own=str(authority)).order_by("id"):
        lane.out_next += FAR_AHEAD + secrets.randbits(RANDOM_BITS)
        lane.save(update_fields=["out_next"])


def _unproved(log: Log, closing: Closing) -> QuerySet[Note]:
    """Return our notes that wait, and those that were delivered under what is no longer believed, in their order."""
    above = Q(entry__index__isnull=True) | Q(entry__index__gte=closing.size)
    told = Q(state=NoteState.STORED) & above
    rows = Note.objects.filter(Q(state=NoteState.WAITING) | told, out=True, entry__log=log, body__cek__isnull=False)
    return rows.select_related("body", "pair").order_by("pair_id", "lane", "seq")
