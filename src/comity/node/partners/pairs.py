"""Pairs and lanes, created when first needed."""

from typing import Final

from django.db import DEFAULT_DB_ALIAS

from comity.node import rows
from comity.node.partners.models import Head, Lane, Pair
from comity.node.writing import writing
from comity.vocabulary.authority import AuthorityId

NO_NOTE = bytes(32)
_PROGRESS: Final = ("id", "pair_id", "number", "out_next", "out_acked", "in_next", "in_ahead")
_READ: Final = ("id", "own", "partner", "failures", "partner_has")  # the rest is read where it is asked for


def pair(own: AuthorityId, partner: AuthorityId) -> Pair:
    """Return the pair, with both of its lanes, as a row."""
    held = rows.one(
        f"SELECT {', '.join(_READ)} FROM partners_pair WHERE own = %s AND partner = %s",  # noqa: S608  # our own names
        str(own),
        str(partner),
    )
    if held is not None:
        return Pair.from_db(DEFAULT_DB_ALIAS, _READ, held)
    with writing():  # together, or a crash between them would leave a pair without lanes for ever
        found, created = Pair.objects.get_or_create(own=str(own), partner=str(partner))
        if created:
            Lane.objects.bulk_create(
                [Lane(pair=found, number=number, out_prev=NO_NOTE, in_last=NO_NOTE) for number in (0, 1)]
            )
    return found


def lane(pair: Pair, number: int) -> Lane:
    """Return how far a lane of a pair has come.

    Raises:
        LookupError: there is no such lane.
    """
    found = rows.one(
        f"SELECT {', '.join(_PROGRESS)} FROM partners_lane WHERE pair_id = %s AND number = %s",  # noqa: S608  # our own
        pair.id,
        number,
    )
    if found is None:
        raise LookupError(f"{pair} has no lane {number}")
    return Lane.from_db(DEFAULT_DB_ALIAS, _PROGRESS, found)


def lane_for_update(own: AuthorityId, partner: AuthorityId, number: int) -> Lane:
    """Return a lane, locked until the end of the transaction."""
    pair(own, partner)
    return Lane.objects.select_for_update().get(pair__own=str(own), pair__partner=str(partner), number=number)


def head(log: str) -> Head | None:
    """Return what we verified of another member's log."""
    return Head.objects.filter(log=log).first()
