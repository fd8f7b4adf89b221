"""Why a file could not be read as a list.

* FormatError
  + UnknownFormatError  the content is none of the formats we read
  + BrokenFileError     the file ends early, is unsafe, or is not what it says; nothing of it may be applied
  + MappingError        the description of a CSV file is incomplete or contradicts itself

A single bad row is no error: it is a `Rejected` value in the stream, and reading goes on.
"""


class FormatError(Exception):
    """Base of all errors of this package; `rule` is the key that pages translate."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


class UnknownFormatError(FormatError):
    """Raised when the first bytes match no format we know."""


class BrokenFileError(FormatError):
    """Raised when reading cannot go on; what was read until then is not the whole list."""


class MappingError(FormatError):
    """Raised when a CSV mapping names an unknown key or lacks a needed one."""
