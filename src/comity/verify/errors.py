"""Why something could not even be judged; a judgement, good or bad, is a value and never raised.

* VerifyError
  + EvidenceError       the file is no evidence file, or lacks what every one must hold
  + ExportError         the folder is no exported log
"""


class VerifyError(Exception):
    """Something could not be judged at all."""


class EvidenceError(VerifyError):
    """The file is no evidence file, or lacks what every one must hold."""


class ExportError(VerifyError):
    """The folder is no exported log, or a file of it cannot be read as what its name says."""
