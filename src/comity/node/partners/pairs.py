"""Pairs and lanes, created when first needed."""

from comity.node.partners.models import Head, Lane, Pair
from comity.vocabulary.authority import AuthorityId

NO_NOTE = bytes(32)


def pair(own: AuthorityId, partner: AuthorityId) -> Pair:
    """Return the pair, with both of its lanes, as a row."""
    found, created = Pair.objects.get_or_create(own=str(own), partner=str(partner))
    if created:
        Lane.objects.bulk_create(
            [Lane(pair=found, number=number, out_prev=NO_NOTE, in_last=NO_NOTE) for number in (0, 1)]
        )
    return found


def lane_for_update(own: AuthorityId, partner: AuthorityId, number: int) -> Lane:
    """Return a lane, locked until the end of the transaction."""
    pair(own, partner)
    return Lane.objects.select_for_update().get(pair__own=str(own), pair__partner=str(partner), number=number)


def head(log: str) -> Head | None:
    """Return what we verified of another member's log."""
    return Head.objects.filter(log=log).first()
