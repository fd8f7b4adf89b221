"""Why an answer may take longer than the time limit."""

from enum import StrEnum


class Delay(StrEnum):
    """The closed list of Directive (EU) 2023/977, Art. 5: one reason, which the asker is told at once."""

    JUDICIAL_AUTHORISATION = "judicial-authorisation"  # a court or prosecutor has to allow it first
