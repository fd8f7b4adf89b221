"""Judge every log of a node: entries, signed checkpoints, and what its witnesses saw (docs/protocol/ledger.md, 11)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from comity.cli.errors import Failure
from comity.cli.verify_database import Database, DatabaseLog, LogRow, checkpoint_at, connect, cosignatures, logs
from comity.cli.words import _
from comity.directory.logs import LogEntry
from comity.directory.member import Member
from comity.directory.mirror import Mirror
from comity.directory.store import FolderStore
from comity.merkle import Cosignature, ProofError, SignedCheckpoint, verify_cosignature
from comity.sealing import log_verifiers
from comity.verify import Fault, LogReport, Versions, keys_at, root_fingerprint, verify_log
from comity.vocabulary.authority import AuthorityId, LogName
from comity.vocabulary.errors import VocabularyError

MOST_FAULTS: Final = 100

type Progress = Callable[[LogRow], Callable[[int], object]]
"""Called before a log is read; returns what is told how many entries were read since."""


@dataclass(frozen=True, slots=True)
class Saw:
    """The largest size of a log that a witness signed to have seen unforked, and when (Unix seconds, UTC)."""

    member: str
    size: int
    time: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one log.

    Attributes:
        name: of the log.
        report: on its entries and checkpoints; `None` where the directory names no keys for it.
        saw: its witnesses, by name.
        faults: everything that is wrong, the lowest index first.
    """

    name: str
    report: LogReport | None
    saw: tuple[Saw, ...]
    faults: tuple[Fault, ...]


def judge_node(folder: Path, fingerprint: bytes | None, progress: Progress) -> Iterator[Judged]:
    """Judge the logs of a node from its files alone.

    Args:
        folder: of the node, or of a copy.
        fingerprint: of the directory's first root; without it the root in the folder is believed.
        progress: for a bar.

    Raises:
        Failure: the folder holds no node, no log or no directory.
        DirectoryError: its copy of the directory does not hold.
    """
    database = connect(folder)
    found = logs(database)
    if not found:
        raise Failure(_("the node in `{folder}` has no logs").format(folder=folder))
    members = _Members(folder, fingerprint)
    for log in found:
        yield _judge(database, log, members, progress(log))


def _judge(database: Database, log: LogRow, members: "_Members", progress: Callable[[int], object]) -> Judged:
    entry = members.log(log.name)
    if entry is None:
        return Judged(log.name, None, (), (Fault("log.unknown", 0),))
    source = DatabaseLog(database, log, progress)
    report = verify_log(source, keys_at(entry))
    faults = [*report.faults, *source.faults]
    if report.sound and (report.size, report.root) != (log.size, log.root):
        faults.append(Fault("log.head", min(report.size, log.size), found=str(log.size)))
    saw, contradictions = _witnesses(database, log, members)
    faults += contradictions
    return Judged(log.name, report, saw, tuple(sorted(faults, key=lambda fault: fault.index)[:MOST_FAULTS]))


def _witnesses(database: Database, log: LogRow, members: "_Members") -> tuple[tuple[Saw, ...], list[Fault]]:
    """Return who saw how much of a log, and where a cosignature contradicts it.

    A cosignature over another root than the log's own is the strongest fault of all: two parties signed for entries
    that are no longer there.
    """
    saw: dict[str, Saw] = {}
    faults: list[Fault] = []
    for witness, text in cosignatures(database, log):
        seen = members.cosignature(witness, text)
        if seen is None or seen.checkpoint.origin != log.name:
            faults.append(Fault("witness.signature", 0, found=witness))
            continue
        ours = checkpoint_at(database, log, seen.checkpoint.size)
        if ours is None or _root(ours) != seen.checkpoint.root:
            faults.append(Fault("witness.contradicts", seen.checkpoint.size, found=witness))
            continue
        if witness not in saw or saw[witness].size <= seen.checkpoint.size:
            saw[witness] = Saw(witness, seen.checkpoint.size, seen.time)
    return tuple(saw.values()), faults


def _root(text: bytes) -> bytes:
    try:
        return SignedCheckpoint.parse(text).checkpoint.root
    except ProofError:
        return b""


class _Members:
    """Members of the directory as the node mirrors it, each followed from the root once."""

    def __init__(self, folder: Path, fingerprint: bytes | None) -> None:
        place = folder / "directory"
        if not (place / "state.json").exists():
            raise Failure(_("this node has no directory yet"), _("fetch it with `comity directory refresh`"))
        self._mirror = Mirror(FolderStore(place))
        self._fingerprint = fingerprint
        self._known: dict[AuthorityId, Member | None] = {}

    def log(self, text: str) -> LogEntry | None:
        """Return what the directory says of a log, `None` where it does not know it."""
        try:
            name = LogName.parse(text)
        except VocabularyError:
            return None
        member = self._member(name.authority)
        return None if member is None else member.log(name)

    def cosignature(self, witness: str, text: bytes) -> Cosignature | None:
        """Return a cosignature that holds under keys of a witness, present or former, else `None`."""
        try:
            member = self._member(AuthorityId.parse(witness))
        except VocabularyError:
            return None
        entries = () if member is None else tuple(entry for name, entry in member.logs.items() if name.kind == "x")
        for entry in entries:
            for keys in (entry.keys, *(old.keys for old in entry.former)):
                try:
                    return verify_cosignature(text, log_verifiers(str(entry.name), keys))
                except ProofError:
                    continue
        return None

    def _member(self, authority: AuthorityId) -> Member | None:
        if authority not in self._known:
            directory = self._mirror.directory
            if authority not in directory.authorities:
                self._known[authority] = None
            else:
                files = self._mirror.evidence(authority)
                versions = Versions(files.values(), self._fingerprint or root_fingerprint(files))
                self._known[authority] = versions.view(directory.version[2].hex()).member(authority)
        return self._known[authority]
