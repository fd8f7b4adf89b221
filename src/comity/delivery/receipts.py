"""Receipts: one statement for a run of notes, a leaf in the recipient's own exchange log."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from comity.delivery.errors import MalformedError, NotProvedError
from comity.messages import canonical
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.errors import VocabularyError

VERSION: Final = 1
_FIELDS: Final = frozenset({"v", "kind", "from", "to", "lane", "first", "last", "hash", "at"})


class ReceiptKind(StrEnum):
    """What the recipient says of a run."""

    STORED = "stored"
    READ = "read"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a receipt says.

    Attributes:
        kind: stored durably, read by a person, or authentic but refused.
        issuer: the recipient of the notes, in whose log the receipt stands.
        sender: whose notes they were.
        lane: 0 or 1.
        first: seq of the first note of the run.
        last: seq of the last note, inclusive.
        last_hash: SHA-256 of the last whole note; the chain covers the others.
        at: Unix seconds, UTC, at the recipient.
        code: why it was refused; empty otherwise.
    """

    kind: ReceiptKind
    issuer: AuthorityId
    sender: AuthorityId
    lane: int
    first: int
    last: int
    last_hash: bytes
    at: int
    code: str = ""

    def to_bytes(self) -> bytes:
        """Return the canonical bytes that the leaf commits to."""
        value: dict[str, object] = {
            "v": VERSION,
            "kind": self.kind.value,
            "from": str(self.issuer),
            "to": str(self.sender),
            "lane": self.lane,
            "first": self.first,
            "last": self.last,
            "hash": self.last_hash,
            "at": self.at,
        }
        if self.code:
            value["code"] = self.code
        return canonical.encode(value)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Statement":
        """Read a statement.

        Raises:
            MalformedError: the bytes are no receipt statement.
        """
        try:
            value = canonical.decode(data, max_size=4096)
        except canonical.CanonicalError as error:
            raise MalformedError("receipt is not canonical CBOR", "receipt.malformed") from error
        if not isinstance(value, dict) or not _FIELDS <= set(value) <= _FIELDS | {"code"} or value["v"] != VERSION:
            raise MalformedError("receipt has a missing or unknown field", "receipt.malformed")
        return _statement(value)


def _statement(value: dict[str, object]) -> Statement:
    numbers = [value[name] for name in ("lane", "first", "last", "at")]
    if any(type(number) is not int or not 0 <= number < 2**63 for number in numbers):
        raise MalformedError("receipt has a count that is none", "receipt.malformed")
    lane, first, last, at = (int(str(number)) for number in numbers)
    last_hash, code = value["hash"], value.get("code", "")
    if not isinstance(last_hash, bytes) or len(last_hash) != 32 or not isinstance(code, str):  # noqa: PLR2004  # SHA-256
        raise MalformedError("receipt names no note", "receipt.malformed")
    if lane not in {0, 1} or last < first:
        raise MalformedError("receipt names no run", "receipt.malformed")
    try:
        kind = ReceiptKind(str(value["kind"]))
        issuer, sender = AuthorityId.parse(str(value["from"])), AuthorityId.parse(str(value["to"]))
    except (ValueError, VocabularyError) as error:
        raise MalformedError("receipt is of an unknown kind or authority", "receipt.malformed") from error
    return Statement(kind, issuer, sender, lane, first, last, last_hash, at, code)


def settle(
    statement: Statement, *, own: AuthorityId, partner: AuthorityId, sent_hash: Callable[[int, int], bytes | None]
) -> Statement:
    """Accept a proved receipt for notes of ours (docs/protocol/delivery.md, section 6).

    Args:
        statement: what the receipt says; its proof has been checked.
        own: whose notes it must be for.
        partner: who must have issued it.
        sent_hash: hash of our note with (lane, seq); `None` if we never sent one.

    Raises:
        NotProvedError: it is for another pair, or for a note that we did not send.
    """
    if statement.issuer != partner or statement.sender != own:
        raise NotProvedError("receipt is for another pair", "receipt.misaddressed")
    if sent_hash(statement.lane, statement.last) != statement.last_hash:
        raise NotProvedError("receipt is for a note that was never sent", "receipt.foreign")
    return statement
