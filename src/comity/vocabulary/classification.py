# ruff: noqa: S105  the word `secret` is a level here and no password
"""How secret a message is, apart from handling codes and retention: the classification that its originator gave it."""

from enum import StrEnum


class Classification(StrEnum):
    """Classification of a message, lowest first; what has none is for official use and no more.

    From `CONFIDENTIAL` on the law asks for accredited systems and cleared people.
    """

    RESTRICTED = "restricted"  # RESTREINT UE/EU RESTRICTED, INTERPOL RESTRICTED
    CONFIDENTIAL = "confidential"  # CONFIDENTIEL UE/EU CONFIDENTIAL, INTERPOL CONFIDENTIAL
    SECRET = "secret"  # SECRET UE/EU SECRET
    TOP_SECRET = "top-secret"  # TRES SECRET UE/EU TOP SECRET


def rank(level: Classification | None) -> int:
    """Return how high a classification is; 0 where there is none."""
    return 0 if level is None else list(Classification).index(level) + 1


def is_above(level: Classification | None, most: Classification | None) -> bool:
    """Whether a classification is higher than the highest that is allowed; `None` is the lowest of all."""
    return rank(level) > rank(most)


def highest(*levels: Classification | None) -> Classification | None:
    """Return the highest of several: a whole is classified at least as its highest part."""
    return max(levels, key=rank, default=None)
