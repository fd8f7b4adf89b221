"""A member's logs as the directory knows them: keys, first checkpoint, yearly change of keys, and closing."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from comity.directory.documents import Fields, base64, seconds
from comity.directory.errors import DocumentError
from comity.merkle import EMPTY_ROOT, HASH_SIZE, Checkpoint, ProofError, SignedCheckpoint, verify
from comity.sealing import KeyFormatError, LogVerifier, PublicPair, log_verifiers
from comity.vocabulary.authority import AuthorityId, LogName

MAX_FORMER_KEYS = 20


@dataclass(frozen=True, slots=True)
class Closing:
    """Why nothing of a log is believed any more from some size on.

    Attributes:
        size: last trusted size; leaves below it stay proved.
        root: at that size.
        revoked_from: since when the keys are not ours alone, UTC.
    """

    size: int
    root: bytes
    revoked_from: datetime

    @classmethod
    def from_json(cls, value: object) -> "Closing":
        """Read a closing, or raise `DocumentError`."""
        fields = Fields(value, "a closing")
        found = cls(fields.number("size"), fields.hexadecimal("root", HASH_SIZE), fields.time("revoked_from"))
        fields.done()
        return found

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return {"size": self.size, "root": self.root.hex(), "revoked_from": seconds(self.revoked_from)}


@dataclass(frozen=True, slots=True)
class FormerKeys:
    """Keys of a log before a yearly change.

    Attributes:
        keys: the old keys.
        handover: a checkpoint signed by these keys and by those that followed; up to its size these are believed.
    """

    keys: PublicPair
    handover: bytes

    @property
    def size(self) -> int:
        """Up to which size checkpoints of the old keys are believed."""
        return SignedCheckpoint.parse(self.handover).checkpoint.size


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A log of a member.

    Attributes:
        name: such as `xa.ncb/x1`.
        keys: its present keys.
        start: from which a new partner proves on; the empty tree for a log that began with its directory entry.
        former: earlier keys, the oldest first.
        closed: set after a compromise.
    """

    name: LogName
    keys: PublicPair
    start: Checkpoint
    former: tuple[FormerKeys, ...] = ()
    closed: Closing | None = None

    @property
    def verifiers(self) -> tuple[LogVerifier, LogVerifier]:
        """What `comity.merkle.verify` takes for a checkpoint of today."""
        return log_verifiers(str(self.name), self.keys)

    def verifiers_at(self, size: int) -> tuple[LogVerifier, LogVerifier]:
        """Return what verifies a checkpoint of some size, which may be older than the last change of keys.

        At the very size of a handover both keys have signed; the newer are returned.
        """
        for former in self.former:
            if size < former.size:
                return log_verifiers(str(self.name), former.keys)
        return self.verifiers

    def pairs_at(self, size: int) -> tuple[tuple[LogVerifier, LogVerifier], ...]:
        """Return each pair under which a checkpoint of some size may stand: one, and at a handover both."""
        handed_over = (log_verifiers(str(self.name), old.keys) for old in self.former if old.size == size)
        return (self.verifiers_at(size), *handed_over)

    @property
    def pairs(self) -> tuple[tuple[LogVerifier, LogVerifier], ...]:
        """Every pair that the log ever had, the present one first: cosignatures name no size of their own log."""
        return (self.verifiers, *(log_verifiers(str(self.name), old.keys) for old in reversed(self.former)))

    def believes(self, checkpoint: Checkpoint) -> bool:
        """Say whether a verified checkpoint may be acted on: nothing above the size at which the log was closed."""
        if self.closed is None or checkpoint.size < self.closed.size:
            return True
        return (checkpoint.size, checkpoint.root) == (self.closed.size, self.closed.root)

    def closed_by(self, closing: Closing) -> "LogEntry":
        """Return the entry with a closing that the registrar published; of two, the smaller size counts."""
        if self.closed is not None and self.closed.size <= closing.size:
            return self
        return replace(self, closed=closing)

    @classmethod
    def from_json(cls, value: object, owner: AuthorityId) -> "LogEntry":
        """Read an entry and check that every change of keys was signed by both sides.

        Raises:
            DocumentError: it is malformed, of another authority, or a handover does not hold.
        """
        fields = Fields(value, "a log")
        name = _log_name(fields.text("name"), owner)
        keys, start = pair_from_json(fields.raw("keys")), fields.raw("start", None)
        former = tuple(_former(item) for item in fields.items("former", limit=MAX_FORMER_KEYS, default=[]))
        closed = fields.raw("closed", None)
        fields.done()
        _check_handovers(name, keys, former)
        return cls(
            name,
            keys,
            _start(name, start),
            former,
            None if closed is None else Closing.from_json(closed),
        )

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        found: dict[str, Any] = {
            "name": str(self.name),
            "keys": pair_to_json(self.keys),
            "start": {"size": self.start.size, "root": self.start.root.hex()},
            "former": [{"keys": pair_to_json(old.keys), "handover": base64(old.handover)} for old in self.former],
        }
        if self.closed is not None:
            found["closed"] = self.closed.to_json()
        return found


def new_log(name: LogName, keys: PublicPair) -> LogEntry:
    """Return the entry of a log that is still empty."""
    return LogEntry(name, keys, Checkpoint(str(name), 0, EMPTY_ROOT))


def with_new_keys(entry: LogEntry, keys: PublicPair, handover: bytes) -> LogEntry:
    """Return an entry after the yearly change of keys.

    Args:
        entry: before the change.
        keys: the new ones.
        handover: one checkpoint of the log with the signature lines of the old and of the new keys.

    Raises:
        DocumentError: one of the four signatures is missing.
    """
    former = (*entry.former, FormerKeys(entry.keys, handover))
    _check_handovers(entry.name, keys, former)
    return replace(entry, keys=keys, former=former)


def _check_handovers(name: LogName, keys: PublicPair, former: tuple[FormerKeys, ...]) -> None:
    successors = (*(old.keys for old in former), keys)[1:]
    last = 0
    for old, new in zip(former, successors, strict=True):
        try:
            checkpoint = verify(old.handover, log_verifiers(str(name), old.keys))
            verify(old.handover, log_verifiers(str(name), new))
        except ProofError:
            raise DocumentError(f"new keys of `{name}` are not signed for by the old ones") from None
        if checkpoint.size < last:
            raise DocumentError(f"the changes of keys of `{name}` are out of order")
        last = checkpoint.size


def _log_name(text: str, owner: AuthorityId) -> LogName:
    try:
        name = LogName.parse(text)
    except ValueError:
        raise DocumentError("a log has no valid name") from None
    if name.authority != owner:
        raise DocumentError(f"`{owner}` cannot enter a log of another authority")
    return name


def _start(name: LogName, value: object) -> Checkpoint:
    if value is None:
        return Checkpoint(str(name), 0, EMPTY_ROOT)
    fields = Fields(value, "the start of a log")
    size, root = fields.number("size"), fields.hexadecimal("root", HASH_SIZE)
    fields.done()
    return Checkpoint(str(name), size, root)


def _former(value: object) -> FormerKeys:
    fields = Fields(value, "former keys of a log")
    found = FormerKeys(pair_from_json(fields.raw("keys")), fields.base64("handover"))
    fields.done()
    return found


def pair_from_json(value: object) -> PublicPair:
    """Read two public keys, or raise `DocumentError`."""
    fields = Fields(value, "a pair of keys")
    ed25519, ml_dsa_65 = fields.base64("ed25519"), fields.base64("ml_dsa_65")
    fields.done()
    try:
        return PublicPair(ed25519, ml_dsa_65)
    except KeyFormatError:
        raise DocumentError("a pair of keys has keys of another length") from None


def pair_to_json(pair: PublicPair) -> dict[str, Any]:
    """Return what `pair_from_json` reads."""
    return {"ed25519": base64(pair.ed25519), "ml_dsa_65": base64(pair.ml_dsa_65)}
