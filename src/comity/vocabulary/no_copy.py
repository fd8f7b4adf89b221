"""Why no copy goes to the contact point of one's own state."""

from enum import StrEnum


class NoCopy(StrEnum):
    """Grounds on which a copy that is owed is left out (Directive (EU) 2023/977, Art. 4 and 7)."""

    SENSITIVE_INVESTIGATION = "sensitive-investigation"  # highly sensitive, and needs more confidentiality
    TERRORISM = "terrorism"  # a case that is no emergency and no crisis
    SAFETY = "safety"  # somebody would be in danger
