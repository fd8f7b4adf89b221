"""Earlier messages from which a request can be started."""

from typing import Final

from comity.desks.cases import searching
from comity.desks.cases.filters import Filter
from comity.desks.cases.models import CaseMessage
from comity.desks.cases.reads import visible_to
from comity.node.officers.models import Officer

SHOWN: Final = 25
_KINDS: Final = frozenset({"request", "assistance", "information", "supplement", "correction", "answer", "hit"})
"""Kinds of message that tell of subjects or facts."""


def fits(message: CaseMessage) -> bool:
    """Whether a request can be started from a message: it says something, and nobody has withdrawn it."""
    return message.kind in _KINDS and not message.erased and message.standing != "withdrawn"


def newest(officer: Officer) -> list[CaseMessage]:
    """Return the newest messages that this officer may see and start from."""
    found = visible_to(officer).filter(kind__in=_KINDS, erased=False).exclude(standing="withdrawn")
    return list(found.select_related("case").prefetch_related("addressees").order_by("-id")[:SHOWN])


def found(officer: Officer, text: str) -> list[CaseMessage]:
    """Return those of the newest messages found that one can start from."""
    hits = searching.search(officer, text, Filter()).hits
    return [hit.message for hit in hits if fits(hit.message)]
