"""Why something could not even be judged; a judgement, good or bad, is a value and never raised.

* VerifyError
  + EvidenceError       the file is no evidence file, or lacks what every one must hold
  + ExportError         the folder is no exported log
  + ArchiveError        the directory files do not lead from the root to the keys; becomes a claim
"""


class VerifyError(Exception):
    """Something could not be judged at all."""


class EvidenceError(VerifyError):
    """The file is no evidence file, or lacks what every one must hold."""


class ExportError(VerifyError):
    """The folder is no exported log, or a file of it cannot be read as what its name says."""


class ArchiveError(VerifyError):
    """The directory files do not lead from the trusted root to the keys that are asked for.

    Attributes:
        rule: such as ``directory.threshold``.
    """

    def __init__(self, text: str, rule: str) -> None:
        super().__init__(text)
        self.rule = rule
