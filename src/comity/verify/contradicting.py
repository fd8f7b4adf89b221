"""Judge whether two signed statements contradict each other (docs/protocol/evidence.md, section 8).

A pair that does not is as important: it must clear whoever it seems to accuse. So a file fails not only where a
signature does not hold, but also where both statements can be true at once.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256

from tuf.api.metadata import Root, Snapshot, Timestamp

from comity.directory.errors import DirectoryError
from comity.directory.profile import SNAPSHOT, TIMESTAMP, check_signatures, read
from comity.merkle import (
    Checkpoint,
    Kind,
    ProofError,
    SignedCheckpoint,
    entry,
    leaf_hash,
    note_h,
    verify_consistency,
)
from comity.messages.errors import NoteError
from comity.messages.note import Note, parse_note
from comity.verify.claims import MATHEMATICS, REGISTRAR, ROOT, Claim, Report, Verdict
from comity.verify.contradiction import Contradicted, Contradiction, Placed, Statement
from comity.verify.errors import ArchiveError
from comity.verify.proving import RevokedLog, Views, prove_leaf, signed_by_one_of
from comity.verify.versions import Versions
from comity.vocabulary.authority import LogName
from comity.vocabulary.errors import VocabularyError

type Roots = Callable[[], Sequence[Root]]
"""Returns the roots from the trusted one on, or raises `ArchiveError`."""


def verify_contradiction(data: bytes, fingerprint: bytes, revoked: Sequence[RevokedLog] = ()) -> Report:
    """Judge a contradiction file against the root of the directory alone.

    Args:
        data: the file.
        fingerprint: SHA-256 of a root file of the directory, 32 bytes, had by another way than the file.
        revoked: logs that the verifier knows to be compromised.

    Raises:
        EvidenceError: it is no such file.
    """
    found = Contradiction.from_bytes(data)
    versions = Versions((text.encode() for text in found.files), fingerprint)
    return judge_contradiction(found, versions.view, versions.roots, revoked)


def judge_contradiction(found: Contradiction, views: Views, roots: Roots, revoked: Sequence[RevokedLog] = ()) -> Report:
    """Return every claim of the file; it is sound only if the last one, the contradiction, holds.

    Args:
        found: as read.
        views: directory versions.
        roots: of the directory.
        revoked: logs that the verifier knows to be compromised: a thief may then have made one of the two.
    """
    judge = _Judge(found, views, roots, tuple(revoked))
    {
        Contradicted.LOG: judge.log,
        Contradicted.DIRECTORY: judge.directory,
        Contradicted.UNSHOWN: judge.unshown,
    }[found.about]()
    return Report(tuple(judge.claims), None)


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the directory whose signatures hold.

    Attributes:
        role: timestamp or snapshot.
        signed: what the signatures cover.
        roots: versions of the roots whose keys signed it.
    """

    role: str
    signed: Timestamp | Snapshot
    roots: frozenset[int]


@dataclass(slots=True)
class _Judge:
    found: Contradiction
    views: Views
    roots: Roots
    revoked: tuple[RevokedLog, ...]
    claims: list[Claim] = field(default_factory=list)

    def _say(self, rule: str, verdict: Verdict, rests_on: tuple[str, ...], **details: object) -> None:
        self.claims.append(Claim(rule, verdict, rests_on, tuple((key, str(value)) for key, value in details.items())))

    # Section 8.1: a log

    def log(self) -> None:
        first, second = (self._checkpoint(statement) for statement in self.found.statements)  # (1) and (2)
        if first is None or second is None:
            return
        if first.origin != second.origin:
            self._say("fork.log", Verdict.FAILS, (MATHEMATICS,), log=first.origin, found="fork.other-log")
            return
        smaller, larger = sorted((first, second), key=lambda checkpoint: checkpoint.size)
        root = larger.root if smaller.size == larger.size else self._prefix(smaller.size, larger)  # (3)
        if root is None:
            return
        owner = LogName.parse(larger.origin).authority
        if root == smaller.root:  # (4)
            fault = "fork.same" if smaller.size == larger.size else "fork.connected"
            self._say("fork.log", Verdict.FAILS, (MATHEMATICS,), log=larger.origin, found=fault)
            return
        self._say(
            "fork.log",
            Verdict.HOLDS,
            (MATHEMATICS,),
            log=larger.origin,
            member=owner,
            size=smaller.size,
            one=smaller.root.hex(),
            other=root.hex(),
        )
        self._thief(larger.origin)

    def _checkpoint(self, statement: Statement) -> Checkpoint | None:
        """Return a checkpoint that both keys of its log signed; steps (1) and (2)."""
        text = statement.text.encode()
        try:
            claimed = SignedCheckpoint.parse(text).checkpoint
            name = LogName.parse(claimed.origin)
            pairs = self.views(statement.view).pairs(name, claimed.size)
        except (ProofError, VocabularyError) as error:
            self._say("fork.keys", Verdict.FAILS, (ROOT, REGISTRAR), found=error)
            return None
        except ArchiveError as error:
            self._say("fork.keys", Verdict.FAILS, (ROOT, REGISTRAR), log=claimed.origin, found=error.rule)
            return None
        rests_on = (ROOT, REGISTRAR, str(name.authority))
        if not pairs:
            self._say("fork.keys", Verdict.FAILS, rests_on, log=claimed.origin, found="log.unknown")
            return None
        self._say("fork.keys", Verdict.HOLDS, rests_on, log=claimed.origin)
        try:
            checkpoint = signed_by_one_of(text, pairs)
        except ProofError:
            self._say(
                "fork.checkpoint", Verdict.FAILS, (MATHEMATICS,), log=name, size=claimed.size, found="fork.signature"
            )
            return None
        said = {"log": name, "size": checkpoint.size, "root": checkpoint.root.hex()}
        self._say("fork.checkpoint", Verdict.HOLDS, (MATHEMATICS,), **said)
        return checkpoint

    def _prefix(self, size: int, larger: Checkpoint) -> bytes | None:
        """Return the root which the log of the larger checkpoint had at a size; step (3)."""
        said = {"log": larger.origin, "size": size, "larger": larger.size}
        prefix = self.found.prefix
        if prefix is None:
            self._say("fork.prefix", Verdict.FAILS, (MATHEMATICS,), **said, found="fork.no-prefix")
            return None
        try:
            verify_consistency(size, prefix.root, larger.size, larger.root, prefix.path)
        except (ProofError, ValueError):
            self._say("fork.prefix", Verdict.FAILS, (MATHEMATICS,), **said, found="fork.path")
            return None
        self._say("fork.prefix", Verdict.HOLDS, (MATHEMATICS,), **said, root=prefix.root.hex())
        return prefix.root

    def _thief(self, log: str) -> None:
        """Say so where the keys are known to be stolen: then the contradiction accuses the thief."""
        stolen = min((one for one in self.revoked if one.log == log), key=lambda one: one.since, default=None)
        if stolen is not None:
            self._say("fork.thief", Verdict.HOLDS, (stolen.by,), log=log, since=stolen.since)

    # Section 8.2: a directory

    def directory(self) -> None:
        first, second = (self._file(statement) for statement in self.found.statements)  # (1)
        if first is None or second is None:
            return
        self._differ(first, second)

    def _differ(self, first: _File, second: _File) -> None:
        """Compare two files of the directory; step (2)."""
        fault = ""
        if (first.role, first.signed.version) != (second.role, second.signed.version):
            fault = "fork.other-version"
        elif not first.roots & second.roots:
            fault = "fork.other-root"
        elif first.signed == second.signed:
            fault = "fork.same"
        said = {"role": first.role, "version": first.signed.version}
        if fault:
            self._say("fork.directory", Verdict.FAILS, (MATHEMATICS,), **said, found=fault)
        else:
            self._say("fork.directory", Verdict.HOLDS, (MATHEMATICS,), **said)

    def _file(self, statement: Statement) -> _File | None:
        data = statement.text.encode()
        try:
            roots = self.roots()
        except ArchiveError as error:
            self._say("fork.file", Verdict.FAILS, (ROOT,), found=error.rule)
            return None
        found = _read(TIMESTAMP, Timestamp, data, roots) or _read(SNAPSHOT, Snapshot, data, roots)
        if found is None:
            self._say("fork.file", Verdict.FAILS, (MATHEMATICS,), found="fork.no-file")
            return None
        said = {"role": found.role, "version": found.signed.version}
        if not found.roots:
            self._say("fork.file", Verdict.FAILS, (ROOT,), **said, found="directory.threshold")
            return None
        self._say("fork.file", Verdict.HOLDS, (ROOT,), **said)
        return found

    # Section 8.3: a directory that was not shown

    def _note(self, placed: Placed) -> Note | None:
        """Return a note that stands in its sender's log."""
        try:
            note = parse_note(placed.note)
        except NoteError as error:
            self._say("note.form", Verdict.FAILS, (MATHEMATICS,), found=error.code)
            return None
        leaf = leaf_hash(entry(Kind.NOTE, note_h(placed.note)))
        proven = prove_leaf("log", placed.proof, leaf, note.from_, self.views, revoked=self.revoked)
        self.claims += proven.claims
        return note if proven.holds else None

    def unshown(self) -> None:
        (statement,), (placed,) = self.found.statements, self.found.notes
        file, note = self._file(statement), self._note(placed)  # (1)
        if file is None or note is None:
            return
        _root, version, digest = note.dir
        fault = ""
        if file.role != TIMESTAMP or file.signed.version != version or not file.roots & {note.dir[0]}:
            fault = "fork.other-version"
        elif digest == _sha256(statement.text):
            fault = "fork.same"
        said = {"sender": note.from_, "version": version, "digest": digest.hex()}
        if fault:
            self._say("fork.unshown", Verdict.FAILS, (MATHEMATICS,), **said, found=fault)
        else:
            self._say("fork.unshown", Verdict.HOLDS, (MATHEMATICS, str(note.from_)), **said)  # (2)


def _sha256(text: str) -> bytes:
    return sha256(text.encode()).digest()


def _read[T: (Timestamp, Snapshot)](role: str, kind: type[T], data: bytes, roots: Sequence[Root]) -> _File | None:
    """Return a file of the directory with the roots whose keys signed it; `None` if it is no file of this role."""
    try:
        metadata = read(kind, data)
    except DirectoryError:
        return None
    vouching = set()
    for root in roots:
        with suppress(DirectoryError):
            check_signatures(root, role, metadata)
            vouching.add(root.version)
    return _File(role, metadata.signed, frozenset(vouching))
