"""Catch up: ask partners for what waits for us, instead of waiting to be called.

A partner that cannot reach us backs off for minutes, or cannot call us at all. We ask it when we start, when it can be
reached again, while a gap stands in one of its lanes, and once in a while.

Source: docs/protocol/delivery.md, section 10.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from comity.delivery import BaseMismatchError, DeliveryError, MisaddressedError, Parcel
from comity.node.exchange import heads, inbox, rejections
from comity.node.partners.models import Lane, Pair
from comity.vocabulary.authority import AuthorityId

log = logging.getLogger(__name__)

Get = Callable[[AuthorityId, str], tuple[int, bytes]]
"""Gets a path from a member and returns (HTTP status, body); raises OSError where it cannot be reached."""

OK: Final = 200
NOTES: Final = "/federation/v1/notes"
SELDOM: Final = timedelta(hours=1)
AFTER_NOTES: Final = timedelta(minutes=1)  # where there was something, the partner may be unable to call us
WITH_A_GAP: Final = timedelta(minutes=2)
IN_VAIN: Final = timedelta(seconds=5)  # twice as long after each time that the partner did not answer
TRIES: Final = 3  # a parcel that is pushed meanwhile moves the head from which the pulled one was proved


class Schedule:
    """Of which pairs the partner is to be asked now."""

    def __init__(self) -> None:
        self._due: dict[int, datetime] = {}
        self._away: set[int] = set()
        self._returned: set[int] = set()
        self._in_vain: dict[int, int] = {}
        self._started = False

    def due(self, at: datetime) -> tuple[Pair, ...]:
        """Return the pairs to ask about; each is then not due again before its time.

        Args:
            at: now, UTC.
        """
        failures = dict(Pair.objects.values_list("id", "failures"))
        gaps = set(Lane.objects.filter(in_ahead__gt=0).values_list("pair_id", flat=True))
        away = {key for key, number in failures.items() if number}
        back = (self._away - away) | self._returned
        self._returned -= back
        found = []
        for key in failures:
            # The first look is the start of this process: whatever happened before, each partner is asked once.
            when = self._due.setdefault(key, at + SELDOM if self._started else at)
            if key in back or when <= at:
                found.append(key)
                self._due[key] = at + (WITH_A_GAP if key in gaps else SELDOM)
            elif key in gaps:
                self._due[key] = min(when, at + WITH_A_GAP)
        self._away, self._started = away, True
        return tuple(Pair.objects.filter(id__in=found).order_by("id")) if found else ()

    def found(self, pair: Pair, at: datetime) -> None:
        """Ask a partner again soon, for it had something."""
        self._sooner(pair, at + AFTER_NOTES)

    def returned(self, pair: Pair) -> None:
        """Ask a partner at once that took a parcel after one that failed: two looks may not have seen it away."""
        self._returned.add(pair.id)

    def answered(self, pair: Pair) -> None:
        """Forget how often a partner was asked in vain."""
        self._in_vain.pop(pair.id, None)

    def in_vain(self, pair: Pair, at: datetime) -> None:
        """Ask a partner that did not answer again, later each time: one that only starts is ready in a moment."""
        times = self._in_vain.get(pair.id, 0)
        self._in_vain[pair.id] = times + 1
        self._sooner(pair, at + min(SELDOM, IN_VAIN * 2 ** min(times, 16)))

    def _sooner(self, pair: Pair, when: datetime) -> None:
        self._due[pair.id] = min(self._due.get(pair.id, when), when)


def fetch(pair: Pair, get: Get, clock: Callable[[], datetime]) -> int:
    """Fetch what waits for us in both lanes of a partner, the urgent one first, and return how many notes it brought.

    Args:
        pair: between whom.
        get: how to reach the partner.
        clock: returns the time, UTC.

    Raises:
        OSError: the partner cannot be reached.
    """
    return sum(_lane(pair, number, get, clock) for number in (0, 1))


def _lane(pair: Pair, number: int, get: Get, clock: Callable[[], datetime]) -> int:
    brought, tries = 0, 0
    while tries < TRIES:
        before = Lane.objects.get(pair=pair, number=number).in_next
        try:
            more = _ask(pair, number, before - 1, get, clock())
        except BaseMismatchError:
            tries += 1
            continue
        except DeliveryError as error:
            rejections.count((AuthorityId.parse(pair.partner),), error.code, clock())
            return brought
        brought += more
        # Elsewhere than the answer leads: it held nothing, closed a gap, or the partner pushes by itself by now, and
        # two that carry the same notes would only do the work twice.
        if not more or Lane.objects.get(pair=pair, number=number).in_next != before + more:
            return brought
    return brought


def _ask(pair: Pair, number: int, after: int, get: Get, at: datetime) -> int:
    """Ask once and keep what comes, which is judged as a parcel that was pushed; returns how many notes it holds.

    Where the lane has moved on meanwhile, the partner calls us by itself again, which settles notes in one exchange
    instead of two: what was pulled is then let go, or both would carry the whole backlog.

    Raises:
        DeliveryError: the parcel is not believed; evidence of a fork is kept.
        OSError: the partner cannot be reached or does not answer with a parcel.
    """
    own, partner = AuthorityId.parse(pair.own), AuthorityId.parse(pair.partner)
    query = {"from": partner, "to": own, "lane": number, "after": after, "have": heads.size_of(partner)}
    status, data = get(partner, f"{NOTES}?{urlencode(query)}")
    if status != OK:
        raise OSError(f"{partner} answers a pull with {status}")
    parcel = Parcel.from_bytes(data)
    if (parcel.sender, parcel.recipient, parcel.lane) != (partner, own, number):
        raise MisaddressedError("the answer to a pull is from somebody else")
    with inbox.one_at_a_time(pair.own, pair.partner):
        if Lane.objects.get(pair=pair, number=number).in_next != after + 1:
            return 0
        inbox.absorb(parcel, at, owed=True)
    return len(parcel.notes)
