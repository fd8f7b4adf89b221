"""The one thing that travels between nodes: notes and receipts with the proof that the sender's log holds them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from comity.delivery.errors import MalformedError
from comity.messages import canonical
from comity.vocabulary.authority import AuthorityId, LogName
from comity.vocabulary.errors import VocabularyError

VERSION: Final = 1
MAX_PARCEL_BYTES: Final = 16 * 1024 * 1024  # one batch of bodies and notes; attachments travel by themselves
MAX_NOTES: Final = 1000
MAX_HEADS: Final = 256
HASH: Final = 32


@dataclass(frozen=True, slots=True)
class Proof:
    """That leaves are in a log, and that the log extends what the other side saw.

    Attributes:
        log: the prover's exchange log.
        base: size of the head from which consistency is proved; 0 if the other side has none.
        checkpoint: signed checkpoint, C2SP text with both signatures.
        consistency: path between `base` and the checkpoint's size, whichever is smaller first.
        runs: (first index, count) of the leaves, ascending and disjoint.
        path: what is missing to compute the root from these leaves.
    """

    log: LogName
    base: int
    checkpoint: bytes
    consistency: tuple[bytes, ...] = ()
    runs: tuple[tuple[int, int], ...] = ()
    path: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiptLeaf:
    """One receipt as its issuer's log holds it: the statement, its salt and its place."""

    statement: bytes
    salt: bytes
    index: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one authority hands to another in a request or in the answer to one.

    Attributes:
        sender: who proves.
        recipient: to whom.
        lane: 0 urgent, 1 ordinary: the lane of `notes`, `want` and `next_seq`.
        proof: `None` only where neither notes nor receipts are given.
        notes: whole notes as logged, ascending by seq.
        bodies: sealed bodies of these notes, each once, in any order.
        receipts: receipts for the other side's notes, of any lane.
        have: size of the head of the recipient's exchange log that the sender holds.
        cosignatures: the sender's cosignatures of the recipient's checkpoints.
        heads: signed checkpoints of other members' logs, verified by the sender.
        want: gaps (first seq, last seq) in what arrived from the recipient in this lane.
        next_seq: the seq that the sender expects next from the recipient in this lane.
    """

    sender: AuthorityId
    recipient: AuthorityId
    lane: int
    proof: Proof | None = None
    notes: tuple[bytes, ...] = ()
    bodies: tuple[bytes, ...] = ()
    receipts: tuple[ReceiptLeaf, ...] = ()
    have: int = 0
    cosignatures: tuple[bytes, ...] = ()
    heads: tuple[bytes, ...] = ()
    want: tuple[tuple[int, int], ...] = ()
    next_seq: int = 0

    def to_bytes(self) -> bytes:
        """Return the canonical bytes (docs/protocol/delivery.md, section 2)."""
        value: dict[str, object] = {
            "v": VERSION,
            "from": str(self.sender),
            "to": str(self.recipient),
            "lane": self.lane,
            "notes": list(self.notes),
            "bodies": list(self.bodies),
            "receipts": [[r.statement, r.salt, r.index] for r in self.receipts],
            "have": self.have,
            "cosigs": list(self.cosignatures),
            "heads": list(self.heads),
            "want": [list(gap) for gap in self.want],
            "next": self.next_seq,
        }
        if self.proof is not None:
            value["proof"] = {
                "log": str(self.proof.log),
                "base": self.proof.base,
                "checkpoint": self.proof.checkpoint,
                "consistency": list(self.proof.consistency),
                "runs": [list(run) for run in self.proof.runs],
                "path": list(self.proof.path),
            }
        return canonical.encode(value)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Parcel":
        """Read a partner's parcel.

        Raises:
            MalformedError: not canonical, too large, a field missing, unknown or of the wrong type.
        """
        if len(data) > MAX_PARCEL_BYTES:
            raise MalformedError(f"parcel of {len(data)} bytes, at most {MAX_PARCEL_BYTES}", "parcel.oversized")
        try:
            value = canonical.decode(data, max_size=MAX_PARCEL_BYTES)
        except canonical.CanonicalError as error:
            raise MalformedError("parcel is not canonical CBOR", "parcel.noncanonical") from error
        if not isinstance(value, dict):
            raise MalformedError("parcel is not a map")
        return _Reader(value).parcel()


_CODE: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is answered instead of a parcel: a code, and the head to prove from where that was the fault."""

    code: str
    head: int | None = None

    def to_bytes(self) -> bytes:
        """Return the canonical bytes."""
        value: dict[str, object] = {"v": VERSION, "code": self.code}
        if self.head is not None:
            value["head"] = self.head
        return canonical.encode(value)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Fault":
        """Read a partner's fault; whatever is no fault reads as ``fault.unreadable``."""
        try:
            value = canonical.decode(data, max_size=4096)
        except canonical.CanonicalError:
            return cls("fault.unreadable")
        if not isinstance(value, dict) or not isinstance(value.get("code"), str):
            return cls("fault.unreadable")
        code, head = str(value["code"]), value.get("head")
        if not _CODE.fullmatch(code):  # officers read it, and databases keep it
            return cls("fault.unreadable")
        return cls(code, head if type(head) is int and 0 <= head < 2**63 else None)


_FIELDS: Final = frozenset(
    {"v", "from", "to", "lane", "notes", "bodies", "receipts", "have", "cosigs", "heads", "want", "next", "proof"}
)
_PROOF_FIELDS: Final = frozenset({"log", "base", "checkpoint", "consistency", "runs", "path"})


@dataclass(frozen=True, slots=True)
class _Reader:
    """Typed access to a decoded map; every fault is a MalformedError that names the field."""

    value: Mapping[str, object]
    place: str = field(default="parcel")

    def parcel(self) -> Parcel:
        if set(self.value) - _FIELDS:
            raise MalformedError("parcel has an unknown field")
        if self.value.get("v") != VERSION:
            raise MalformedError("parcel is of a version that we do not speak", "parcel.version")
        receipts = tuple(self._receipt(item) for item in self._list("receipts", MAX_NOTES))
        return Parcel(
            sender=self._authority("from"),
            recipient=self._authority("to"),
            lane=self._lane(),
            proof=self._proof(),
            notes=self._bytes_list("notes", MAX_NOTES),
            bodies=self._bytes_list("bodies", MAX_NOTES),
            receipts=receipts,
            have=self._int("have"),
            cosignatures=self._bytes_list("cosigs", MAX_HEADS),
            heads=self._bytes_list("heads", MAX_HEADS),
            want=self._pairs("want"),
            next_seq=self._int("next"),
        )

    def _proof(self) -> Proof | None:
        raw = self.value.get("proof")
        if raw is None:
            return None
        if not isinstance(raw, dict) or set(raw) != _PROOF_FIELDS:
            raise MalformedError("proof has a missing or unknown field")
        inner = _Reader(raw, "proof")
        try:
            log = LogName.parse(inner._text("log"))
        except VocabularyError as error:
            raise MalformedError("proof names no log") from error
        checkpoint = raw["checkpoint"]
        if not isinstance(checkpoint, bytes):
            raise MalformedError("proof.checkpoint is no byte string")
        return Proof(
            log=log,
            base=inner._int("base"),
            checkpoint=checkpoint,
            consistency=inner._hashes("consistency"),
            runs=inner._pairs("runs"),
            path=inner._hashes("path"),
        )

    def _lane(self) -> int:
        lane = self._int("lane")
        if lane not in {0, 1}:
            raise MalformedError(f"lane {lane} is neither 0 nor 1")
        return lane

    def _text(self, name: str) -> str:
        found = self.value.get(name)
        if not isinstance(found, str):
            raise MalformedError(f"{self.place}.{name} is no text")
        return found

    def _int(self, name: str) -> int:
        found = self.value.get(name)
        if type(found) is not int or not 0 <= found < 2**63:
            raise MalformedError(f"{self.place}.{name} is no count")
        return found

    def _authority(self, name: str) -> AuthorityId:
        try:
            return AuthorityId.parse(self._text(name))
        except VocabularyError as error:
            raise MalformedError(f"{self.place}.{name} is no authority") from error

    def _list(self, name: str, most: int) -> list[object]:
        found = self.value.get(name)
        if not isinstance(found, list | tuple) or len(found) > most:
            raise MalformedError(f"{self.place}.{name} is no list of at most {most}")
        return list(found)

    def _bytes_list(self, name: str, most: int) -> tuple[bytes, ...]:
        found = self._list(name, most)
        if not all(isinstance(item, bytes) for item in found):
            raise MalformedError(f"{self.place}.{name} holds something else than byte strings")
        return tuple(found)  # type: ignore[arg-type]  # every item was just checked

    def _hashes(self, name: str) -> tuple[bytes, ...]:
        found = self._bytes_list(name, 4096)
        if any(len(item) != HASH for item in found):
            raise MalformedError(f"{self.place}.{name} holds something else than hashes")
        return found

    def _pairs(self, name: str) -> tuple[tuple[int, int], ...]:
        pairs = []
        for item in self._list(name, 4096):
            if not isinstance(item, list | tuple) or len(item) != 2:  # noqa: PLR2004  # a pair
                raise MalformedError(f"{self.place}.{name} holds something else than pairs")
            first, second = item
            if type(first) is not int or type(second) is not int or not 0 <= first < 2**63 or not 0 <= second < 2**63:
                raise MalformedError(f"{self.place}.{name} holds something else than counts")
            pairs.append((first, second))
        return tuple(pairs)

    def _receipt(self, item: object) -> ReceiptLeaf:
        match item:
            case [bytes() as statement, bytes() as salt, int() as index] if len(salt) == HASH and index >= 0:
                return ReceiptLeaf(statement, salt, index)
        raise MalformedError("a receipt is not [statement, salt, index]")
