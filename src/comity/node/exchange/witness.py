"""Cosign a partner's log at most once a second, and leave none of its newest checkpoints without for long.

One cosignature covers all that stands before it, and the newest of each hour is kept: one for each of many parcels
would cost both nodes more than all else that signs them. What is owed is in memory only; after a crash, the next
exchange with the partner covers it.

Source: docs/protocol/delivery.md, section 7.
"""

from datetime import datetime, timedelta
from typing import Final

from comity.merkle import SignedCheckpoint
from comity.node.partners import keyring
from comity.node.partners.models import Pair
from comity.vocabulary.authority import AuthorityId

EVERY: Final = timedelta(seconds=1)
_GIVEN: Final[dict[tuple[str, str], datetime]] = {}
_OWED: Final[dict[tuple[str, str], int]] = {}


def answered(own: AuthorityId, partner: AuthorityId, text: bytes, at: datetime) -> tuple[bytes, ...]:
    """Return the cosignature that an answer carries; none where one was given less than a second ago, but owe it.

    Args:
        own: who witnesses.
        partner: whose log it is.
        text: a checkpoint of it that was verified.
        at: now, UTC.
    """
    pair, size = (str(own), str(partner)), SignedCheckpoint.parse(text).checkpoint.size
    if not _is_time(pair, at):
        _OWED[pair] = max(size, _OWED.get(pair, 0))
        return ()
    made = keyring.cosign_checkpoint(own, text, at)
    given(*pair, size, at)
    return (made,)


def is_owed(pair: Pair) -> bool:
    """Say whether a checkpoint of the partner's log waits for our cosignature."""
    return (pair.own, pair.partner) in _OWED


def given(own: str, partner: str, size: int, at: datetime) -> None:
    """Remember that a partner got a cosignature of its log at some size: nothing below it is owed any more."""
    _GIVEN[own, partner] = at
    if _OWED.get((own, partner), size + 1) <= size:
        _OWED.pop((own, partner), None)


def due(at: datetime) -> frozenset[tuple[str, str]]:
    """Return (own, partner) of the cosignatures that are owed and need not wait any longer."""
    return frozenset(pair for pair in tuple(_OWED) if _is_time(pair, at))


def forget() -> None:
    """Forget what was given and what is owed: between tests."""
    _GIVEN.clear()
    _OWED.clear()


def _is_time(pair: tuple[str, str], at: datetime) -> bool:
    last = _GIVEN.get(pair)
    return last is None or not last <= at < last + EVERY  # a clock that was put back holds nothing up
