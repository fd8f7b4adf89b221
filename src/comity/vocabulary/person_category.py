"""Which part a person plays: each has its own legal treatment."""

from enum import StrEnum


class PersonCategory(StrEnum):
    """Categories of data subject (Directive (EU) 2016/680, Art. 6)."""

    SUSPECT = "suspect"
    CONVICT = "convict"
    WITNESS = "witness"
    VICTIM = "victim"
    CONTACT = "contact"
    MISSING = "missing"
    OTHER = "other"
