"""The note: the envelope of a sealed body, one for each recipient, and the leaf that proves it.

Source: docs/protocol/messages.md, section 5.

A note is deterministic CBOR with a fixed order of fields, so that writing is one plain dump, and reading is a load, a
dump and a comparison. It holds no personal data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import cbor2

from comity.messages import canonical
from comity.messages.errors import CanonicalError, NoteError
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.errors import VocabularyError

VERSION: Final = 1
SUITE: Final = 1
MAX_NOTE_BYTES: Final = 8192
HASH: Final = 32
_LIMIT: Final = 2**63
# Canonical order: shorter keys first, then by bytes (RFC 8949, 4.2.1 on text keys below 24 bytes).
_KEYS: Final = ("v", "to", "dir", "exp", "msg", "seq", "body", "from", "lane", "prev", "sent", "size", "wrap", "suite")
_ALL: Final = (*_KEYS, "supersedes")
_ORDERS: Final = (_KEYS, _ALL)
_SETS: Final = (frozenset(_KEYS), frozenset(_ALL))
_INTEGERS: Final = ("v", "exp", "seq", "lane", "sent", "size", "suite")
_HASHES: Final = ("msg", "body", "prev")


@dataclass(frozen=True, slots=True)
class Note:
    """One note.

    Attributes:
        v: version of the protocol.
        suite: how body and wrap are sealed.
        from_: who sends.
        to: for whom this note, and its wrap, is.
        lane: 0 urgent, 1 ordinary.
        seq: place in the lane, from 1.
        prev: SHA-256 of the whole note before it; zeros for the first.
        msg: root over the items of the message, the same for every recipient.
        body: SHA-256 of the sealed body.
        size: of the sealed body, bytes.
        dir: (root version, timestamp version, SHA-256 of timestamp.json) of the sender's directory.
        sent: Unix seconds, UTC.
        exp: first second at which it is no longer accepted.
        wrap: the content key, sealed to the recipient and bound to the core.
        supersedes: hash of the note that this one replaces, or `None`.
    """

    v: int
    suite: int
    from_: AuthorityId
    to: AuthorityId
    lane: int
    seq: int
    prev: bytes
    msg: bytes
    body: bytes
    size: int
    dir: tuple[int, int, bytes]
    sent: int
    exp: int
    wrap: bytes = b""
    supersedes: bytes | None = None

    def core_bytes(self) -> bytes:
        """Return the note without its wrap: what the wrap is bound to."""
        core = self._core()
        if self.supersedes is not None:
            core["supersedes"] = self.supersedes
        return cbor2.dumps(core)

    def to_bytes(self) -> bytes:
        """Return the whole note, as it is logged, sent and hashed."""
        whole = self._core()
        # "wrap" sorts among the keys of four letters, before "suite".
        suite = whole.pop("suite")
        whole["wrap"], whole["suite"] = self.wrap, suite
        if self.supersedes is not None:
            whole["supersedes"] = self.supersedes
        return cbor2.dumps(whole)

    def _core(self) -> dict[str, object]:
        return {
            "v": self.v,
            "to": self.to.text,
            "dir": list(self.dir),
            "exp": self.exp,
            "msg": self.msg,
            "seq": self.seq,
            "body": self.body,
            "from": self.from_.text,
            "lane": self.lane,
            "prev": self.prev,
            "sent": self.sent,
            "size": self.size,
            "suite": self.suite,
        }


def parse_note(data: bytes) -> Note:
    """Read a note.

    Raises:
        NoteError: ``note.oversized``, ``note.malformed`` (no CBOR map), ``note.field`` (missing, unknown or of the
            wrong type) or ``note.noncanonical``. A version or suite that we do not speak is no error here: the note
            still takes its place in the lane.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise NoteError("note.oversized")
    try:
        found = canonical.load(data)
    except CanonicalError as error:
        raise NoteError("note.malformed") from error
    if type(found) is not dict:
        raise NoteError("note.malformed")
    note = _note(found)
    # With its keys in order, the one form of what was decoded is a plain dump of it.
    if tuple(found) not in _ORDERS or not canonical.is_form(found, data):
        raise NoteError("note.noncanonical")
    return note


def _note(found: Mapping[str, Any]) -> Note:
    if found.keys() not in _SETS:
        raise NoteError("note.field", "keys")
    for name in _INTEGERS:
        value = found[name]
        if type(value) is not int or not 0 <= value < _LIMIT:
            raise NoteError("note.field", name)
    for name in _HASHES:
        value = found[name]
        if type(value) is not bytes or len(value) != HASH:
            raise NoteError("note.field", name)
    supersedes = found.get("supersedes")
    if len(found) > len(_KEYS) and (type(supersedes) is not bytes or len(supersedes) != HASH):
        raise NoteError("note.field", "supersedes")
    if type(found["wrap"]) is not bytes:
        raise NoteError("note.field", "wrap")
    if found["lane"] > 1 or found["seq"] == 0:
        raise NoteError("note.field", "lane")
    return Note(
        found["v"],
        found["suite"],
        _authority(found, "from"),
        _authority(found, "to"),
        found["lane"],
        found["seq"],
        found["prev"],
        found["msg"],
        found["body"],
        found["size"],
        _directory(found["dir"]),
        found["sent"],
        found["exp"],
        found["wrap"],
        supersedes,
    )


def _authority(found: Mapping[str, object], name: str) -> AuthorityId:
    value = found[name]
    if type(value) is not str:
        raise NoteError("note.field", name)
    try:
        return AuthorityId.parse(value)
    except VocabularyError as error:
        raise NoteError("note.field", name) from error


def _directory(value: object) -> tuple[int, int, bytes]:
    if type(value) is list and len(value) == 3:  # noqa: PLR2004  # two versions and a hash
        root, timestamp, digest = value
        counts = type(root) is int and 0 <= root < _LIMIT and type(timestamp) is int and 0 <= timestamp < _LIMIT
        if counts and type(digest) is bytes and len(digest) == HASH:
            return root, timestamp, digest
    raise NoteError("note.field", "dir")


def note_hash(data: bytes) -> bytes:
    """Return the SHA-256 of a whole note: the next note's `prev`, and the leaf's content."""
    return sha256(data).digest()
