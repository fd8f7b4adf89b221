"""Why a request may be refused."""

from enum import StrEnum


class RefusalGround(StrEnum):
    """The closed list of Directive (EU) 2023/977, Art. 6."""

    A = "a"  # not held
    B = "b"  # the request lacks what it must contain
    C = "c"  # judicial authorisation refused
    D = "d"  # personal data outside the permitted categories
    E = "e"  # inaccurate, incomplete or outdated
    F = "f"  # harm to national security, an investigation, a person or a legal person's interests
    G = "g"  # punishable by one year or less, or no offence
    H = "h"  # from another state that did not consent
