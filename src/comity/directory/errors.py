"""Why the directory, or a part of it, was not believed.

* DirectoryError
  + MetadataError        the bytes are no metadata of our profile
  + ThresholdError       too few of the required keys have signed
  + RollbackError        older than what we have seen already
  + ExpiredError         valid no longer: somebody holds the newer one back, or nobody signed it
  + MismatchError        not the bytes that the file above it names: an old mirror, or a dishonest one
  + UnreachableError     a file is missing, or the mirror cannot be reached
  + OversizeError        longer than a file of its kind may be
  + DirectoryForkError   two truths of one version were signed; carries both as evidence
  + DocumentError        a member's document or card is malformed
"""


class DirectoryError(Exception):
    """Base class of this package's errors.

    Attributes:
        code: for tables and translations, such as `directory.rollback`.
    """

    code = "directory.fault"


class MetadataError(DirectoryError):
    """The bytes are no metadata, or break a rule of the profile."""

    code = "directory.malformed"


class ThresholdError(DirectoryError):
    """Too few of the required keys have signed, with one of the two algorithms or with both."""

    code = "directory.threshold"


class RollbackError(DirectoryError):
    """Older than what this node has seen already."""

    code = "directory.rollback"


class ExpiredError(DirectoryError):
    """Valid no longer, or valid for longer than the profile allows."""

    code = "directory.expired"


class MismatchError(DirectoryError):
    """Length or hash is not the one that the signed file above it names."""

    code = "directory.mismatch"


class UnreachableError(DirectoryError):
    """A file is missing at the mirror, or the mirror does not answer."""

    code = "directory.unreachable"


class OversizeError(DirectoryError):
    """The mirror sends more than a file of this kind may hold."""

    code = "directory.oversize"


class DirectoryForkError(DirectoryError):
    """Two different files of one version were signed by the same role.

    Attributes:
        version: of the two files.
        ours: the timestamp or snapshot file that this node believed first.
        theirs: the other one, which the same keys have signed as well; both together are portable proof.
    """

    code = "directory.fork"

    def __init__(self, version: int, ours: bytes, theirs: bytes) -> None:
        super().__init__(f"there are two signed directory files of version {version}")
        self.version, self.ours, self.theirs = version, ours, theirs


class DocumentError(DirectoryError, ValueError):
    """A member's document, card or list is malformed."""

    code = "directory.document"
