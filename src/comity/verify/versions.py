"""Follow directory files from a root's fingerprint to the keys of a log, long after they ran out.

Files stand in a pool by SHA-256, since each names the next by hash; names and order mean nothing. The rules are those
of the directory itself, except that no clock is read: when files were in force is for the caller to judge.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from tuf.api.metadata import Metadata, Root, Snapshot, Timestamp

from comity.directory.archive import Archive
from comity.directory.errors import DirectoryError
from comity.directory.logs import LogEntry
from comity.directory.member import Member
from comity.directory.profile import ROOT, SNAPSHOT, TIMESTAMP, check_pinned, check_signatures, read, sha256_of
from comity.directory.revocations import Revoked
from comity.directory.store import MemoryStore
from comity.directory.view import Directory, Entry
from comity.merkle import Verifier
from comity.verify.errors import ArchiveError
from comity.verify.log import KeysAt
from comity.vocabulary.authority import AuthorityId, LogName

_MOST_ROOTS: Final = 1024


class Versions:
    """The directory versions that a pool of files holds, as far as they hang on the trusted root."""

    def __init__(self, files: Iterable[bytes], fingerprint: bytes) -> None:
        """Index a pool.

        Args:
            files: root, timestamp, snapshot and targets files and documents, in any order.
            fingerprint: SHA-256 of a root file, from somebody whom the verifier believes.
        """
        self._archive = Archive(MemoryStore())
        self._digests = tuple(dict.fromkeys(self._archive.keep(data) for data in files))
        self._fingerprint = fingerprint.hex()
        self._roots: tuple[Root, ...] | None = None
        self._views: dict[str, View] = {}

    def view(self, digest: str) -> "View":
        """Return the version whose timestamp file has this SHA-256 (hexadecimal).

        Raises:
            ArchiveError: the files do not lead there from the root.
        """
        if digest not in self._views:
            with _translated():
                self._views[digest] = self._follow(digest)
        return self._views[digest]

    def newest(self) -> "View":
        """Return the version with the highest number that hangs on the trusted root.

        Raises:
            ArchiveError: there is none.
        """
        fault = ArchiveError("there is no timestamp file", "directory.missing")
        for digest in self._timestamps():
            try:
                return self.view(digest)
            except ArchiveError as error:
                fault = error
        raise fault

    def _timestamps(self) -> tuple[str, ...]:
        """Return the SHA-256 of each file that looks like a timestamp, the highest version first."""
        found = []
        for digest in self._digests:
            data = self._archive.blob(digest)
            if b'"_type":"timestamp"' in data.replace(b" ", b""):
                with suppress(DirectoryError):
                    found.append((read(Timestamp, data).signed.version, digest))
        return tuple(digest for _, digest in sorted(found, reverse=True))

    def roots(self) -> tuple[Root, ...]:
        """Return the roots from the trusted one on, ascending, each signed by the one before and by itself.

        Raises:
            ArchiveError: the root with the trusted fingerprint is missing, or not signed by its own keys.
        """
        if self._roots is None:
            with _translated():
                self._roots = self._chain()
        return self._roots

    def _chain(self) -> tuple[Root, ...]:
        trusted = read(Root, self._get(self._fingerprint, ROOT))
        check_signatures(trusted.signed, ROOT, trusted)
        chain, candidates = [trusted.signed], self._root_files()
        while len(chain) < _MOST_ROOTS:
            later = next((root for root in candidates if _succeeds(root, chain[-1])), None)
            if later is None:
                break
            chain.append(later.signed)
        return tuple(chain)

    def _root_files(self) -> list[Metadata[Root]]:
        found = []
        for data in map(self._archive.blob, self._digests):
            if b'"_type":"root"' in data.replace(b" ", b""):  # most files are none, and need not be parsed to know
                try:
                    found.append(read(Root, data))
                except DirectoryError:
                    continue
        return found

    def _get(self, digest: str, name: str) -> bytes:
        data = self._archive.find(digest)
        if data is None:
            raise ArchiveError(f"the file `{name}` of the directory is missing", "directory.missing")
        return data

    def _follow(self, digest: str) -> "View":
        data = self._get(digest, TIMESTAMP)
        timestamp = read(Timestamp, data)
        pinned = timestamp.signed.snapshot_meta
        below = self._get(sha256_of(pinned), SNAPSHOT)
        check_pinned(pinned, below, SNAPSHOT)
        snapshot = read(Snapshot, below)
        found = tuple(
            Directory(self._archive, root, data)
            for root in self.roots()
            if _signed(root, TIMESTAMP, timestamp) and _signed(root, SNAPSHOT, snapshot)
        )
        vouched = tuple(directory for directory in found if _has_targets(directory))
        if not vouched:
            raise ArchiveError("no root vouches for these files", "directory.threshold")
        return View(vouched)


@dataclass(frozen=True, slots=True)
class View:
    """One version of the directory.

    Attributes:
        directories: the same version under each root that vouches for it, ascending; more than one where a root changed
            keys that do not matter here.
    """

    directories: tuple[Directory, ...]

    def fits(self, root: int, timestamp: int) -> bool:
        """Say whether a note could name this version by these numbers."""
        return any(directory.version[:2] == (root, timestamp) for directory in self.directories)

    def pairs(self, log: LogName, size: int | None = None) -> Sequence[Sequence[Verifier]]:
        """Return each pair of keys under which a checkpoint of some size may stand; all that it had without a size."""
        entry = self._log(log)
        if entry is None:
            return ()
        return entry.pairs if size is None else entry.pairs_at(size)

    def expires(self, member: AuthorityId) -> int:
        """Return when the first of root, targets and the files down to a member's document runs out, Unix seconds.

        Timestamp and snapshot do not count: a node that cannot refresh works on with the members that it knows.
        """
        entry = self._entry(member)
        if entry is None:
            return 0
        root = max(directory.root.expires for directory in self.directories)
        return int(min(entry.expires, root).timestamp())

    def revoked_since(self, log: LogName) -> int | None:
        """Return since when this version says that a log's keys were stolen; `None` if it does not."""
        entry = self._log(log)
        return None if entry is None or entry.closed is None else int(entry.closed.revoked_from.timestamp())

    @property
    def number(self) -> int:
        """The number of its timestamp."""
        return self._directory.version[1]

    def closed_logs(self) -> Mapping[str, int]:
        """Return each log that this version closes after a theft, and since when, in Unix seconds, UTC."""
        with _translated():
            said = [
                (found.id, found.revoked_from) for found in self._directory.revocations if found.kind is Revoked.LOG
            ]
            for member in self._directory.members():
                said += [
                    (str(name), log.closed.revoked_from) for name, log in member.logs.items() if log.closed is not None
                ]
        found: dict[str, int] = {}
        for log, at in said:
            since = int(at.timestamp())
            found[log] = min(since, found.get(log, since))
        return found

    def member(self, authority: AuthorityId) -> Member | None:
        """Return a member, less what this version revokes; `None` if it is none.

        Raises:
            ArchiveError: a file on the way is missing, or not signed as the one above it asks.
        """
        return self._directory.member(authority) if self._entry(authority) is not None else None

    @property
    def _directory(self) -> Directory:
        return self.directories[-1]

    def _entry(self, authority: AuthorityId) -> Entry | None:
        with _translated():
            entry = self._directory.entry(authority)
            fault = self._directory.fault(authority)
        if fault:
            raise ArchiveError(f"the files of `{authority}` do not hold", fault)
        return entry

    def _log(self, log: LogName) -> LogEntry | None:
        member = self.member(log.authority)
        return None if member is None else member.log(log)


def keys_at(entry: LogEntry) -> KeysAt:
    """Return which pairs of keys a log had, by size: what `verify_log` takes; at a handover both pairs have signed."""
    return entry.pairs_at


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what the directory raises into an error of ours, which becomes a claim."""
    try:
        yield
    except DirectoryError as error:
        raise ArchiveError(str(error), error.code) from error


def _has_targets(directory: Directory) -> bool:
    try:
        directory.documents()
    except DirectoryError:
        return False
    return True


def _signed(root: Root, role: str, metadata: Metadata[Timestamp] | Metadata[Snapshot]) -> bool:
    try:
        check_signatures(root, role, metadata)
    except DirectoryError:
        return False
    return True


def _succeeds(later: Metadata[Root], before: Root) -> bool:
    """Whether a root is the next one: signed by the thresholds of both."""
    if later.signed.version != before.version + 1:
        return False
    try:
        check_signatures(before, ROOT, later)
        check_signatures(later.signed, ROOT, later)
    except DirectoryError:
        return False
    return True
