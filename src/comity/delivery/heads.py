"""Heads: the highest checkpoint of each log that we verified, and what two of them say of one another."""

from dataclasses import dataclass
from enum import StrEnum

from comity.vocabulary.authority import LogName


@dataclass(frozen=True, slots=True)
class Head:
    """A verified checkpoint of a log.

    Attributes:
        log: whose log.
        size: leaves.
        root: 32 bytes.
        text: the signed checkpoint as it came; empty for the starting point in a directory entry.
    """

    log: LogName
    size: int
    root: bytes
    text: bytes = b""


class Relation(StrEnum):
    """How a head that came from elsewhere stands to ours, as far as sizes and roots alone can tell."""

    SAME = "same"
    FORKED = "forked"  # two roots for one size: an incident with portable proof
    NEWER = "newer"  # must be connected by a consistency proof within 24 hours
    OLDER = "older"


def relate(mine: Head, theirs: Head) -> Relation:
    """Compare two heads of one log (docs/protocol/delivery.md, section 7).

    Raises:
        ValueError: they are heads of two logs.
    """
    if mine.log != theirs.log:
        raise ValueError("heads of two logs cannot be compared")
    if mine.size == theirs.size:
        return Relation.SAME if mine.root == theirs.root else Relation.FORKED
    return Relation.NEWER if theirs.size > mine.size else Relation.OLDER
