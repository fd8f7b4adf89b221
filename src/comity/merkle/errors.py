"""Why a proof was not believed.

* ProofError            a path does not lead to the root, or does not fit index and size
  + CheckpointError     the bytes are no checkpoint, or no signed note
  + SignatureError      a signature that is required by name is missing or wrong
"""


class ProofError(Exception):
    """A path does not lead to the root that it claims, or does not fit index and size."""


class CheckpointError(ProofError):
    """The bytes are no checkpoint, or not a signed note as docs/protocol/ledger.md, section 5 lays it out."""


class SignatureError(ProofError):
    """A signature that is required by name and algorithm is missing or wrong."""
