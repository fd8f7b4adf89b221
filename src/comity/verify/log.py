"""Recompute a whole log from its entries and hold every signed checkpoint against it (docs/protocol/ledger.md, 11).

Memory does not grow with the log: what is kept is the frontier, a batch of leaves, and the last place of each lane.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from comity.merkle import (
    Checkpoint,
    Frontier,
    Kind,
    ProofError,
    SignatureError,
    SignedCheckpoint,
    Verifier,
    entry,
    leaf_hash,
    note_h,
    padding_h,
    salted_h,
    verify,
)
from comity.verify.chains import LaneChains

ENTRY_SIZE: Final = 32
_BATCH: Final = 4096
_MOST_FAULTS: Final = 100  # who has seen so many need not see the rest, and a hostile log shall not fill the memory

type KeysAt = Callable[[int], Sequence[Sequence[Verifier]]]
"""Returns each pair of keys (Ed25519, ML-DSA-65) under which a checkpoint of this size may stand."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What an entry commits to.

    Attributes:
        kind: byte of the entry.
        data: the whole note, the salted bytes, or for padding the index in eight bytes.
        salt: 32 bytes; the seed for padding; empty for a note.
    """

    kind: int
    data: bytes
    salt: bytes = b""


@dataclass(frozen=True, slots=True)
class Stored:
    """One entry as somebody keeps it.

    Attributes:
        index: place in the log.
        entry: 32 bytes; empty where only its leaf hash came back from a partner's mirror.
        leaf: leaf hash as a tile holds it; empty where there is no tile. Where both are given they are compared.
        opening: what it commits to; `None` where the keeper has none.
        erased: whether the keeper says that it had one and erased it.
    """

    index: int
    entry: bytes
    leaf: bytes = b""
    opening: Opening | None = None
    erased: bool = False


class LogSource(Protocol):
    """A log as somebody keeps it: a node's database, or an exported folder."""

    @property
    def name(self) -> str:
        """Name of the log."""
        ...

    def entries(self) -> Iterable[Stored]:
        """Yield the entries in ascending order of index."""
        ...

    def checkpoints(self) -> Iterable[bytes]:
        """Yield every signed checkpoint in ascending order of size."""
        ...


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a log.

    Attributes:
        rule: such as ``log.root``; pages and the command line translate it.
        index: first entry concerned; for a checkpoint, its size.
        since: for ``log.root``, the size at which the log was last known to be right.
        found: what was seen, without contents.
    """

    rule: str
    index: int
    since: int = 0
    found: str = ""


@dataclass(frozen=True, slots=True)
class LogReport:
    """What came of verifying a log.

    Attributes:
        name: of the log.
        size: number of entries read.
        signed_size: size of the last checkpoint that holds; entries above it are not signed yet.
        root: at `size`.
        checkpoints: how many hold.
        opened: how many entries were shown to commit to what the keeper has.
        erased: how many of which the keeper erased the opening.
        hash_only: how many of which only the leaf hash came back after a restore.
        faults: what is wrong, in the order in which it was met; empty if nothing.
    """

    name: str
    size: int
    signed_size: int
    root: bytes
    checkpoints: int
    opened: int
    erased: int
    hash_only: int
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    @property
    def first_broken(self) -> int | None:
        """The lowest index that a fault names; `None` if nothing is wrong."""
        return min((fault.index for fault in self.faults), default=None)


def verify_log(source: LogSource, keys_at: KeysAt) -> LogReport:
    """Verify a log from its first entry to its last.

    Verification of the tree ends at the first checkpoint whose root differs, since all later ones must differ too.

    Args:
        source: entries and signed checkpoints.
        keys_at: the keys that the directory names, by size.

    Source: docs/protocol/ledger.md, section 11.
    """
    return _Run(source, keys_at).report()


class _Run:
    """The state of one verification."""

    def __init__(self, source: LogSource, keys_at: KeysAt) -> None:
        self._source = source
        self._keys_at = keys_at
        self._frontier = Frontier()
        self._pending: list[bytes] = []
        self._chains = LaneChains()
        self._faults: list[Fault] = []
        self._opened = self._erased = self._hash_only = 0
        self._unseen = self._held = self._signed_size = 0
        self._broken = False

    def report(self) -> LogReport:
        checkpoints = self._read_checkpoints()
        awaited = next(checkpoints, None)
        while awaited is not None and awaited.size == 0:
            self._compare(awaited)
            awaited = next(checkpoints, None)
        for size, stored in enumerate(self._source.entries(), start=1):
            if not self._take(stored, size - 1):
                break
            while awaited is not None and awaited.size == size:
                self._compare(awaited)
                awaited = next(checkpoints, None)
            if self._broken or len(self._faults) >= _MOST_FAULTS:
                self._broken = True
                break
        self._flush()
        if not self._broken:
            for rest in (awaited, *checkpoints) if awaited is not None else ():
                # (5) a checkpoint above the last entry: the log was cut after it was signed.
                self._faults.append(Fault("log.truncated", self._frontier.size, found=str(rest.size)))
        return LogReport(
            name=self._source.name,
            size=self._frontier.size,
            signed_size=self._signed_size,
            root=self._frontier.root(),
            checkpoints=self._held,
            opened=self._opened,
            erased=self._erased,
            hash_only=self._hash_only,
            faults=tuple(self._faults),
        )

    def _take(self, stored: Stored, expected: int) -> bool:
        """Check one entry and add its leaf; return whether the numbering still holds."""
        if stored.index != expected:  # (1)
            rule = "log.gap" if stored.index > expected else "log.order"
            self._faults.append(Fault(rule, expected, found=str(stored.index)))
            self._broken = True
            return False
        leaf = self._leaf(stored)
        self._pending.append(leaf)
        if len(self._pending) >= _BATCH:
            self._flush()
        if stored.opening is not None:
            self._open(stored, stored.opening)
        else:
            self._unseen += 1
            self._erased += stored.erased
        return True

    def _leaf(self, stored: Stored) -> bytes:
        """Return the leaf hash, computed wherever the entry is there; step (2)."""
        if not stored.entry and len(stored.leaf) == ENTRY_SIZE:
            self._hash_only += 1
            return stored.leaf
        if len(stored.entry) != ENTRY_SIZE:
            self._faults.append(Fault("log.entry", stored.index, found=str(len(stored.entry))))
        computed = leaf_hash(stored.entry)
        if stored.leaf and stored.leaf != computed:
            self._faults.append(Fault("log.leaf", stored.index))
        return computed

    def _open(self, stored: Stored, opening: Opening) -> None:
        """Compare an entry with what it is said to commit to; step (6)."""
        if not stored.entry:
            return
        if _entry_of(opening) != stored.entry:
            self._faults.append(Fault("log.opening", stored.index))
            return
        self._opened += 1
        if opening.kind == Kind.NOTE:
            rule = self._chains.follow(opening.data, self._unseen)
            if rule:
                self._faults.append(Fault(rule, stored.index))

    def _flush(self) -> None:
        self._frontier = self._frontier.extend(self._pending)
        self._pending.clear()

    def _read_checkpoints(self) -> Iterator[Checkpoint]:
        """Yield what the signed texts say, ascending, each with its signatures judged; steps (3) and (4)."""
        before = -1
        for text in self._source.checkpoints():
            try:
                checkpoint = SignedCheckpoint.parse(text).checkpoint
            except ProofError:
                self._faults.append(Fault("log.checkpoint", max(before, 0), found="malformed"))
                continue
            if checkpoint.origin != self._source.name:
                self._faults.append(Fault("log.origin", checkpoint.size, found=checkpoint.origin))
                continue
            if checkpoint.size < before:
                self._faults.append(Fault("log.checkpoints", checkpoint.size, found=str(before)))
                continue
            if not self._signed(text, checkpoint.size):
                self._faults.append(Fault("log.signature", checkpoint.size))
            before = checkpoint.size
            yield checkpoint

    def _signed(self, text: bytes, size: int) -> bool:
        for pair in self._keys_at(size):
            try:
                verify(text, pair)
            except SignatureError:
                continue
            return True
        return False

    def _compare(self, checkpoint: Checkpoint) -> None:
        """Hold a signed root against the entries; equality at each makes each extend the one before; step (3)."""
        self._flush()
        if self._broken:
            return
        if self._frontier.root() != checkpoint.root:
            self._faults.append(Fault("log.root", checkpoint.size, since=self._signed_size))
            self._broken = True
            return
        self._held += 1
        self._signed_size = checkpoint.size


def _entry_of(opening: Opening) -> bytes | None:
    """Return the entry that commits to an opening; `None` if its kind or salt cannot be."""
    try:
        kind = Kind(opening.kind)
        if kind is Kind.NOTE:
            return entry(kind, note_h(opening.data))
        if kind is Kind.PADDING:
            return entry(kind, padding_h(opening.salt, int.from_bytes(opening.data)))
        return entry(kind, salted_h(opening.salt, opening.data))
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class MemoryLog:
    """A log in memory, for tests and small logs."""

    name: str
    stored: tuple[Stored, ...]
    signed: tuple[bytes, ...]

    def entries(self) -> Iterable[Stored]:
        """Yield the entries."""
        return self.stored

    def checkpoints(self) -> Iterable[bytes]:
        """Yield the signed checkpoints."""
        return self.signed
