"""Which answers a request expects."""

from enum import StrEnum


class Expects(StrEnum):
    """Which answers a request expects; where it says nothing, every recipient owes one."""

    POSITIVE_ONLY = "positive-only"  # of those who have something; no time limit runs
