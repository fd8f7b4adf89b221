"""A small federation's worth of logs from which evidence is made, with a directory that tests can bend."""

from dataclasses import dataclass, field
from hashlib import sha256

from tests.merkle.toykeys import toy_pair

from comity.delivery.receipts import ReceiptKind, Statement
from comity.merkle import (
    Checkpoint,
    Frontier,
    Kind,
    Tree,
    cosign,
    entry,
    inclusion_path,
    leaf_hash,
    note_h,
    salted_h,
    sign,
)
from comity.messages import canonical
from comity.messages.note import Note
from comity.sealing import seal_body
from comity.verify import (
    ArchiveError,
    Evidence,
    ItemProof,
    Items,
    LeafProof,
    Part,
    Receipt,
    State,
    Witness,
)
from comity.vocabulary.authority import AuthorityId, LogName

XA, XB, XC, XD = (AuthorityId.parse(text) for text in ("xa.ncb", "xb.ncb", "xc.ncb", "xd.ncb"))
SENT = 1_800_000_000
DAY = 86_400
VIEW = sha256(b"timestamp.json").hexdigest()
KEY = b"k" * 32
SALT = b"s" * 32


@dataclass
class FakeView:
    """A directory version in which every member's first log has its toy keys."""

    version: tuple[int, int, str] = (1, 7, VIEW)
    runs_out: int = SENT + 90 * DAY
    logs: dict[str, tuple] = field(default_factory=dict)
    members: dict[AuthorityId, int] = field(default_factory=dict)
    stolen: dict[str, int] = field(default_factory=dict)

    def fits(self, root, timestamp):
        return (root, timestamp) == self.version[:2]

    def revoked_since(self, log: LogName):
        return self.stolen.get(str(log))

    def pairs(self, log: LogName, size=None):
        del size
        return self.logs.get(str(log), (toy_pair(str(log)),))

    def expires(self, member: AuthorityId) -> int:
        return self.members.get(member, self.runs_out)


def views_of(*views: FakeView):
    by_digest = {view.version[2]: view for view in views}

    def find(digest: str):
        if digest not in by_digest:
            raise ArchiveError("there is no such version", "directory.missing")
        return by_digest[digest]

    return find


def items_of(texts):
    return tuple(canonical.encode([b"%016d" % i, name, text]) for i, (name, text) in enumerate(texts))


ITEMS = items_of(
    [
        ("head", {"from": "xa.ncb", "to": ["xb.ncb", "xc.ncb"]}),
        ("question", {"asks": "where"}),
        ("subject", {"is": "whom"}),
        ("text", {"says": "why"}),
    ]
)
PAYLOAD = canonical.encode({"v": 1, "items": list(ITEMS)})
BODY = seal_body(KEY, PAYLOAD)


def note_of(seq: int = 1, prev: bytes = bytes(32), **changes) -> bytes:
    fields = {
        "v": 1,
        "suite": 1,
        "from_": XA,
        "to": XB,
        "lane": 1,
        "seq": seq,
        "prev": prev,
        "msg": Frontier().extend(leaf_hash(item) for item in ITEMS).root(),
        "body": sha256(BODY).digest(),
        "size": len(BODY),
        "dir": (1, 7, bytes.fromhex(VIEW)),
        "sent": SENT,
        "exp": SENT + 7 * DAY,
        "wrap": bytes(1168),
    }
    return Note(**(fields | changes)).to_bytes()


def log_with(name: str, leaf: bytes, *, index: int = 5, size: int = 16):
    """Return a tree of `size` leaves that holds one leaf at its index, and the proof of it."""
    leaves = [leaf_hash(f"{name} {i}".encode()) for i in range(size + 20)]
    leaves[index] = leaf
    tree = Tree(leaves)
    checkpoint = Checkpoint(name, size, tree.root(size))
    text = sign(checkpoint, toy_pair(name)).decode()
    return tree, LeafProof(name, index, text, inclusion_path(tree.node, index, size), VIEW)


def witness(tree: Tree, log: str, by: str, at: int, *, old: int = 16, size: int = 20) -> Witness:
    """Return the cosignature of a later checkpoint of a log, and how it follows from the one proved."""
    checkpoint = Checkpoint(log, size, tree.root(size))
    return Witness(by, cosign(checkpoint, toy_pair(by), at).decode(), tree.consistency(old, size), VIEW)


def receipt_of(note: bytes, *, kind=ReceiptKind.STORED, log_kind=Kind.RECEIPT, chain=(), **changes) -> Receipt:
    fields = {
        "kind": kind,
        "issuer": XB,
        "sender": XA,
        "lane": 1,
        "first": 1,
        "last": 1 + len(chain),
        "last_hash": sha256(chain[-1] if chain else note).digest(),
        "at": SENT + 30,
    }
    statement = Statement(**(fields | changes)).to_bytes()
    _, proof = log_with("xb.ncb/x1", leaf_hash(entry(log_kind, salted_h(SALT, statement))), index=9)
    return Receipt(statement, SALT, proof, tuple(chain))


def evidence_of(note: bytes | None = None, **changes) -> Evidence:
    """Return evidence of a note that was sent, witnessed twice, received, and of which everything is shown."""
    note = note_of() if note is None else note
    tree, proof = log_with("xa.ncb/x1", leaf_hash(entry(Kind.NOTE, note_h(note))))
    witnesses = (
        witness(tree, "xa.ncb/x1", "xb.ncb/x1", SENT + 31),
        witness(tree, "xa.ncb/x1", "xc.ncb/x1", SENT + 3600),
        witness(tree, "xa.ncb/x1", "xd.ncb/x1", SENT + 7200, size=36),
    )
    message = Tree(leaf_hash(item) for item in ITEMS)
    shown = tuple(ItemProof(i, ITEMS[i], message.inclusion(i)) for i in (0, 2))
    fields = {
        "note": note,
        "proof": LeafProof(proof.log, proof.index, proof.checkpoint, proof.path, VIEW, witnesses),
        "body": Part(State.GIVEN, BODY),
        "content_key": Part(State.GIVEN, KEY),
        "items": Items(len(ITEMS), State.WITHHELD, shown),
        "receipts": (receipt_of(note),),
        "files": (),
    }
    return Evidence(**(fields | changes))
