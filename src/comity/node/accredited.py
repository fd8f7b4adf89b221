"""How high a classification this node is accredited for: what is above it is neither written here nor taken in."""

from django.conf import settings

from comity.vocabulary.classification import Classification, is_above

RULE = "classification.above"
"""Why a message does not pass, as the ledger and a partner are told."""


def highest() -> Classification | None:
    """Return the highest classification that this node may hold; `None` where it may hold none that is classified."""
    code = settings.NODE.classification
    return None if code == "none" else Classification(code)


def is_too_high(level: Classification | None) -> bool:
    """Whether something so classified must not be on this node."""
    return is_above(level, highest())
