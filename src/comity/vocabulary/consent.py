"""For what the owner of information is asked, and what it says."""

from enum import StrEnum


class Use(StrEnum):
    """A use of what was supplied that needs the consent of the authority that supplied it."""

    DISSEMINATE = "disseminate"  # pass it on to another authority
    COURT = "court"  # use it before a court
    HANDLING = "handling"  # treat it under other handling codes


class Consent(StrEnum):
    """What the owner says to it."""

    GRANTED = "granted"
    CONDITIONAL = "granted-with-conditions"
    REFUSED = "refused"
