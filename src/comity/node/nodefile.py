"""What the node's settings file says, for the packages below `comity.config`."""

from django.conf import settings


def authorities() -> frozenset[str]:
    """Return the ids of the authorities that this node serves."""
    return frozenset(one.id for one in settings.NODE.authorities)
