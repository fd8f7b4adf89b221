"""Why two things could not be compared.

* MatchingError
  + VersionError  a digest was made by another version of the algorithm; make it again from the subject
"""


class MatchingError(Exception):
    """Base of all errors of this package."""


class VersionError(MatchingError):
    """Raised when a stored digest is not of this version."""
