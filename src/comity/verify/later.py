"""What a later directory says of keys that were stolen since (docs/protocol/evidence.md, section 4).

A file of evidence is as old as its making. Whoever judges it in ten years brings the directory of that time along: it
must hang on the same root, so that nobody can discredit a log by a directory of his own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from comity.verify.claims import REGISTRAR
from comity.verify.proving import RevokedLog
from comity.verify.versions import Versions


@dataclass(frozen=True, slots=True)
class Later:
    """A directory that was read for the thefts that it reports.

    Attributes:
        number: of its timestamp; whoever is handed an old one sees it by this.
        revoked: logs that were closed, each with the time since when, sorted by name.
    """

    number: int
    revoked: tuple[RevokedLog, ...]


def read_later(files: Iterable[bytes], fingerprint: bytes) -> Later:
    """Read the newest version of a directory that a pool of files holds.

    Args:
        files: in any order; what is no file of the directory is ignored.
        fingerprint: SHA-256 of the root file by which the evidence is judged.

    Raises:
        ArchiveError: no version among the files hangs on that root.
    """
    view = Versions(files, fingerprint).newest()
    closed = sorted(view.closed_logs().items())
    return Later(view.number, tuple(RevokedLog(log, since, REGISTRAR) for log, since in closed))
