"""Connect heads that others showed us with what we verified ourselves, from the owner's own tiles.

Two heads of one log that its owner cannot connect within 24 hours are an incident.

Source: docs/protocol/delivery.md, section 7.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from comity.delivery import Head
from comity.merkle import ProofError, TileNodes, root_at, tile_path
from comity.node.exchange import transport
from comity.node.exchange.heads import hear, keep, known
from comity.node.ledger import actions as ledger
from comity.node.partners import incidents
from comity.node.partners.models import Claim, Pair
from comity.vocabulary.authority import AuthorityId, LogName

log = logging.getLogger(__name__)
PATIENCE: Final = timedelta(hours=24)
DOUBTS: Final = ("head.mismatch", "proof.consistency", "log.forked")
"""What a partner answers that holds a head of our log which our log does not reach or contradicts."""
OK: Final = 200
HASH: Final = 32
_AWAY_SINCE: Final[dict[int, datetime]] = {}
"""When this process first found the owner away, by the claim's key."""


def owners() -> tuple[AuthorityId, ...]:
    """Return the members whose logs claims are open about."""
    logs = Claim.objects.order_by().values_list("log", flat=True).distinct()
    return tuple(sorted({LogName.parse(name).authority for name in logs}))


def connect(owner: AuthorityId, at: datetime) -> None:
    """Try to connect the open claims about a member's logs; report those that stayed open too long."""
    for claim in Claim.objects.filter(log__startswith=f"{owner}/").order_by("id")[:100]:
        _connect(claim, at)


def doubted() -> tuple[Pair, ...]:
    """Return the pairs in which the partner does not believe our log: it may have been shown another under our key."""
    return tuple(Pair.objects.filter(last_code__in=DOUBTS))


def ask(pair: Pair, at: datetime) -> None:
    """Ask a partner what it holds of our exchange log; what we never signed means that our key was stolen.

    Raises:
        OSError: the partner cannot be reached.
    """
    name, partner = ledger.exchange_log(pair.own).name, AuthorityId.parse(pair.partner)
    status, text = transport.get(partner, f"/federation/v1/mirror/{name}/head")
    if status == OK:
        hear(text, shown_by=partner, at=at)


def _connect(claim: Claim, at: datetime) -> None:
    name = LogName.parse(claim.log)
    mine = known(name, name.authority)
    waits_since = claim.shown_at
    try:
        connected = _consistent(name, mine, claim)
    except OSError:  # nobody is accused because we were off ourselves, or the owner not up yet
        connected = None
        waits_since = max(waits_since, _AWAY_SINCE.setdefault(claim.id, at))
    if connected is None and at - waits_since < PATIENCE:
        return
    _AWAY_SINCE.pop(claim.id, None)
    if connected:
        if claim.size > mine.size:
            keep(Head(name, claim.size, bytes(claim.root), bytes(claim.text)), at)
    else:
        code = "log.forked" if connected is False else "log.unconnected"
        incidents.keep(code, claim.log, (mine.text, bytes(claim.text)), shown_by=claim.shown_by, at=at)
    claim.delete()


def _consistent(name: LogName, mine: Head, claim: Claim) -> bool | None:
    """Recompute both roots from the owner's tiles; `None` where the owner does not give what that needs.

    Tiles are not signed, but both roots are: one set of leaves cannot give both unless one extends the other.

    Raises:
        OSError: the owner cannot be reached.
    """
    larger = max(mine.size, claim.size)

    def read(level: int, index: int, width: int) -> bytes:
        status, data = transport.get(name.authority, f"/ledger/{name}/{tile_path(level, index, width)}")
        if status != OK or len(data) != width * HASH:
            raise ProofError(f"the owner of {name} does not serve a tile")
        return data

    nodes = TileNodes(read, size=larger)
    try:
        if root_at(nodes, larger) != (mine.root if mine.size == larger else bytes(claim.root)):
            return None
        smaller = min(mine.size, claim.size)
        return root_at(nodes, smaller) == (mine.root if mine.size == smaller else bytes(claim.root))
    except ProofError:
        return None
