"""Why records could not be imported.

* RecordError
  + TermsError       the terms of an import say something that cannot be
  + BusyError        another process works on the same import
"""


class RecordError(Exception):
    """Base of all errors of this package."""


class TermsError(RecordError):
    """Raised when the terms under which records are to be held are incomplete or name an unknown code."""


class BusyError(RecordError):
    """Raised when another process has taken the same import further; nothing of this process's batch was kept."""
