"""Count what was refused without a trace in the chain.

The first refusal of a kind is written at once, further ones within the same second together: a partner that sends
nonsense two hundred times a second must not keep the disk busy for the others.
"""

import threading
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db.models import F

from comity.node.partners.models import Rejection
from comity.node.writing import writing
from comity.vocabulary.authority import AuthorityId

EVERY_S: Final = 1.0
_GUARD: Final = threading.Lock()
_PENDING: Final[dict[tuple[str, str], int]] = {}
_WRITTEN: Final[dict[tuple[str, str], float]] = {}


def count(peer: Iterable[AuthorityId], code: str, at: datetime) -> None:
    """Add one to the rejections of a connected node, under the first of its authorities."""
    key = count_later(peer, code, at)
    with _GUARD:
        due = time.monotonic() - _WRITTEN.get(key, 0.0) >= EVERY_S
    if due:
        _write(key, at)


def count_later(peer: Iterable[AuthorityId], code: str, _at: datetime) -> tuple[str, str]:
    """Add one where nothing may wait for the disk; `flush` writes it. Returns under what it is counted."""
    key = str(min(peer, default="")), code
    with _GUARD:
        _PENDING[key] = _PENDING.get(key, 0) + 1
    return key


def flush(at: datetime) -> None:
    """Write what was counted since."""
    with _GUARD:
        keys = [key for key, number in _PENDING.items() if number]
    for key in keys:
        _write(key, at)


def _write(key: tuple[str, str], at: datetime) -> None:
    with _GUARD:
        number = _PENDING.pop(key, 0)
        _WRITTEN[key] = time.monotonic()
    if not number:
        return
    try:
        with writing():
            row, created = Rejection.objects.get_or_create(
                partner=key[0], code=key[1], defaults={"count": number, "last_at": at}
            )
            if not created:
                Rejection.objects.filter(id=row.id).update(count=F("count") + number, last_at=at)
    except BaseException:
        with _GUARD:
            _PENDING[key] = _PENDING.get(key, 0) + number
        raise
