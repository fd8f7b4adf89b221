"""What information is asked for, and used, for."""

from enum import StrEnum


class Purpose(StrEnum):
    """Purposes that an agreement can allow."""

    CRIMINAL_INVESTIGATION = "criminal-investigation"
    PREVENTION = "prevention"
    MISSING_PERSON = "missing-person"
    BORDER_CHECK = "border-check"
