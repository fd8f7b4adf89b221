"""How urgent a request is, and on which legal ground."""

from enum import StrEnum


class Urgency(StrEnum):
    """How soon an answer is needed; everything but `NORMAL` needs a ground."""

    NORMAL = "normal"
    URGENT = "urgent"
    LIFE_AT_RISK = "life-at-risk"


class UrgencyGround(StrEnum):
    """Why a request is urgent: the closed list of Directive (EU) 2023/977, Art. 4."""

    A = "a"  # immediate and serious threat to public security
    B = "b"  # imminent danger to life or limb
    C = "c"  # a decision on maintaining a restriction up to deprivation of liberty
    D = "d"  # the information will soon lose its relevance
