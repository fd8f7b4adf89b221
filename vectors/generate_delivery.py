"""Golden vectors of delivery: parcels, what they prove, what becomes of their notes, receipts; most with one fault.

`python vectors/generate_delivery.py` writes them; a test judges each. Every key is made from words that stand here. A
vector, once released, never changes; ML-DSA signatures are random by design and kept in `signatures.json`.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from comity.delivery import Parcel, Proof, ReceiptKind, ReceiptLeaf, Statement
from comity.merkle import (
    Checkpoint,
    Kind,
    SignedCheckpoint,
    Tree,
    entry,
    leaf_hash,
    note_h,
    runs_of,
    runs_path,
    salted_h,
    sign,
)
from comity.messages import Note, canonical
from comity.messages.note import note_hash
from comity.sealing import LogKeys, seal_body
from comity.vocabulary.authority import AuthorityId, LogName

FOLDER: Final = Path(__file__).resolve().parent / "delivery"
XA, XB, XC = (AuthorityId.parse(text) for text in ("xa.ncb", "xb.spoc", "xc.ncb"))
SENT: Final = 1_795_305_600
NOW: Final = SENT + 60
DAY: Final = 86_400
SALT: Final = sha256(b"receipt salt").digest()
WRAP: Final = bytes(range(256)) * 4 + bytes(144)
Vector = dict[str, object]


@dataclass(frozen=True, slots=True)
class Kept:
    """A signer whose signatures are kept by the hash of what they sign."""

    name: str
    algorithm: bytes
    public: bytes
    signer: object
    known: dict[str, str]

    def sign(self, message: bytes, /) -> bytes:
        """Return the kept signature of a message, or a new one."""
        key = sha256(self.name.encode() + self.algorithm + message).hexdigest()
        if key not in self.known:
            self.known[key] = self.signer.sign(message).hex()  # type: ignore[attr-defined]  # a LogSigner
        return bytes.fromhex(self.known[key])


@dataclass
class Log:
    """An authority's exchange log with its keys."""

    authority: AuthorityId
    known: dict[str, str]
    tree: Tree = field(default_factory=Tree)

    @property
    def name(self) -> LogName:
        """Return the log's name."""
        return LogName.parse(f"{self.authority}/x1")

    def keys(self) -> LogKeys:
        """Return keys that anybody can make again: they protect nothing."""
        return LogKeys.from_seed(str(self.name), sha256(f"delivery vectors {self.name}".encode()).digest())

    def signers(self) -> list[Kept]:
        """Return both signers, with kept signatures."""
        return [Kept(one.name, one.algorithm, one.public, one, self.known) for one in self.keys().signers]

    def log(self, kind: Kind, h: bytes) -> int:
        """Append an entry and return its place."""
        return self.tree.append(leaf_hash(entry(kind, h)))

    def checkpoint(self, size: int | None = None) -> bytes:
        """Sign the log as it was at a size."""
        size = self.tree.size if size is None else size
        return sign(Checkpoint(str(self.name), size, self.tree.root(size)), self.signers())

    def proof(self, base: int, places: list[int]) -> Proof:
        """Prove places under the newest checkpoint, from a head of size `base`."""
        runs = runs_of(tuple(sorted(places)))
        consistency = self.tree.consistency(base) if base else ()
        path = runs_path(self.tree.node, runs, self.tree.size)
        return Proof(self.name, base, self.checkpoint(), consistency, runs, path)

    def head(self, size: int) -> Vector:
        """Describe what a partner holds that saw the log at a size."""
        if not size:
            return {"size": 0, "root": sha256(b"").hexdigest(), "checkpoint": ""}
        text = self.checkpoint(size).decode()
        return {"size": size, "root": self.tree.root(size).hex(), "checkpoint": text}


def note(seq: int, prev: bytes, **changed: object) -> Note:
    """Return XA's note to XB at a place of the ordinary lane."""
    body = seal_body(sha256(f"key {seq}".encode()).digest(), f"payload {seq}".encode())
    plain = Note(
        v=1, suite=1, from_=XA, to=XB, lane=1, seq=seq, prev=prev, msg=sha256(f"message {seq}".encode()).digest(),
        body=sha256(body).digest(), size=len(body), dir=(1, 7, sha256(b"timestamp").digest()),
        sent=SENT, exp=SENT + DAY, wrap=WRAP,
    )  # fmt: skip
    return replace(plain, **changed)  # type: ignore[arg-type]  # fields by name


def chain(count: int, **last: object) -> list[bytes]:
    """Return whole notes of seq 1 to count, each with the hash of the one before; `last` changes the last one."""
    found: list[bytes] = []
    for seq in range(1, count + 1):
        prev = note_hash(found[-1]) if found else bytes(32)
        found.append(note(seq, prev, **(last if seq == count else {})).to_bytes())
    return found


def body(seq: int) -> bytes:
    """Return the sealed body of the note at a place."""
    return seal_body(sha256(f"key {seq}".encode()).digest(), f"payload {seq}".encode())


@dataclass
class Scene:
    """XA has three notes for XB in its log, after an older entry and before a receipt for XB."""

    xa: Log
    xb: Log
    notes: list[bytes]
    places: list[int]
    statement: Statement
    receipt: ReceiptLeaf

    def parcel(self, base: int = 1) -> Parcel:
        """Return XA's whole parcel."""
        return Parcel(
            sender=XA,
            recipient=XB,
            lane=1,
            proof=self.xa.proof(base, [*self.places, self.receipt.index]),
            notes=tuple(self.notes),
            bodies=tuple(body(seq) for seq in (1, 2, 3)),
            receipts=(self.receipt,),
            have=1,
            next_seq=5,
        )


def scene(known: dict[str, str]) -> Scene:
    """Build the logs."""
    xa, xb = Log(XA, known), Log(XB, known)
    xa.log(Kind.PADDING, bytes(32))
    xb.log(Kind.PADDING, bytes(32))
    notes = chain(3)
    places = [xa.log(Kind.NOTE, note_h(raw)) for raw in notes]
    xa.log(Kind.PADDING, sha256(b"padding").digest())
    theirs = sha256(b"XB's fourth note").digest()
    statement = Statement(ReceiptKind.STORED, XA, XB, 1, 2, 4, theirs, SENT + 5)
    index = xa.log(Kind.RECEIPT, salted_h(SALT, statement.to_bytes()))
    return Scene(xa, xb, notes, places, statement, ReceiptLeaf(statement.to_bytes(), SALT, index))


def forms(world: Scene) -> Iterator[tuple[str, Vector]]:
    """Yield parcels by their form alone."""
    whole = world.parcel().to_bytes()
    value = canonical.decode(whole)
    assert isinstance(value, dict)  # noqa: S101 - for the type checker
    yield "form-whole", {"comment": "three notes and a receipt", "parcel": whole.hex(), "expect": "ok"}
    alone = Parcel(XA, XB, 0, next_seq=1, want=((2, 3),)).to_bytes()
    yield "form-nothing-to-prove", {"comment": "only what is wanted", "parcel": alone.hex(), "expect": "ok"}
    for name, comment, changed in (
        ("lane-2", "there is no third lane", {"lane": 2}),
        ("unknown-field", "a field that nobody knows", {"colour": "red"}),
        ("count-negative", "a count below zero", {"have": -1}),
        ("note-as-text", "notes are byte strings", {"notes": ["note"]}),
        ("to-nobody", "no authority", {"to": "nobody"}),
        ("gap-of-three", "a gap is a pair", {"want": [[1, 2, 3]]}),
    ):
        data = canonical.encode({**value, **changed})
        yield f"form-{name}", {"comment": comment, "parcel": data.hex(), "expect": "parcel.malformed"}
    other = canonical.encode({**value, "v": 2})
    yield "form-version", {"comment": "version 2", "parcel": other.hex(), "expect": "parcel.version"}
    without = canonical.encode({key: one for key, one in value.items() if key != "next"})
    yield "form-without-next", {"comment": "a field is missing", "parcel": without.hex(), "expect": "parcel.malformed"}
    yield (
        "form-trailing",
        {"comment": "a byte after it", "parcel": (whole + b"\0").hex(), "expect": "parcel.noncanonical"},
    )


def proofs(world: Scene) -> Iterator[tuple[str, Vector]]:
    """Yield parcels with the head that the receiver holds, and whether they are believed."""
    honest, xa = world.parcel(), world.xa
    assert honest.proof is not None  # noqa: S101 - for the type checker
    head = xa.head(1)

    def case(comment: str, expect: str, parcel: Parcel = honest, head: Vector = head) -> Vector:
        return {"comment": comment, "head": head, "parcel": parcel.to_bytes().hex(), "expect": expect}

    def with_proof(**changed: object) -> Parcel:
        return replace(honest, proof=replace(honest.proof, **changed))  # type: ignore[type-var]  # it has one

    yield "proof-whole", case("from the head that the receiver holds", "ok")
    yield "proof-first", case("to a receiver that holds nothing", "ok", world.parcel(0), xa.head(0))
    newest = world.parcel(xa.tree.size)
    yield "proof-same-head", case("the receiver holds this very checkpoint", "ok", newest, xa.head(xa.tree.size))
    yield (
        "proof-other-base",
        case("the receiver holds more than the sender thought", "head.mismatch 2", head=xa.head(2)),
    )
    lines = SignedCheckpoint.parse(honest.proof.checkpoint)
    for name, kept in (("ed25519", 1), ("ml-dsa-65", 0)):
        text = replace(lines, lines=(lines.lines[kept],)).to_bytes()
        yield f"proof-without-{name}", case("one of two signatures", "proof.signature", with_proof(checkpoint=text))
    spoilt = lines.lines[0]
    last = spoilt.signature[-1] ^ 1
    flipped = replace(
        lines, lines=(replace(spoilt, signature=spoilt.signature[:-1] + bytes([last])), *lines.lines[1:])
    ).to_bytes()
    yield "proof-wrong-signature", case("a bit changed", "proof.signature", with_proof(checkpoint=flipped))
    path = honest.proof.path
    turned = (bytes([path[0][0] ^ 1]) + path[0][1:], *path[1:])
    yield "proof-path-changed", case("one bit of the path", "proof.inclusion", with_proof(path=turned))
    consistent = tuple(bytes(32) for _ in honest.proof.consistency)
    yield "proof-inconsistent", case("zeros as path", "proof.consistency", with_proof(consistency=consistent))
    yield (
        "proof-note-missing",
        case("the runs speak of a note that is not given", "proof.runs", replace(honest, notes=honest.notes[:2])),
    )
    swapped = replace(honest, notes=(honest.notes[1], honest.notes[0], honest.notes[2]))
    yield "proof-notes-swapped", case("two notes in each other's place", "proof.inclusion", swapped)
    stranger = replace(honest, receipts=(replace(world.receipt, salt=bytes(32)),))
    yield "proof-receipt-salt", case("a receipt with another salt", "proof.inclusion", stranger)
    forked = Log(XA, xa.known)
    forked.tree.extend([sha256(bytes([number])).digest() for number in range(xa.tree.size)])
    yield (
        "proof-forked",
        case("another root for the size that the receiver holds", "log.forked", newest, forked.head(xa.tree.size)),
    )


def judged(world: Scene) -> Iterator[tuple[str, Vector]]:
    """Yield proved notes with the state of their lane, and what becomes of each."""
    notes = world.notes
    fresh: Vector = {"next": 1, "last": bytes(32).hex(), "ahead": 0, "held": {}}

    def case(comment: str, given: list[bytes], expect: object, lane: Vector = fresh, now: int = NOW) -> Vector:
        return {"comment": comment, "now": now, "lane": lane, "notes": [raw.hex() for raw in given], "expect": expect}

    yield "judge-in-order", case("the first three", notes, [[n, "in-order", ""] for n in (1, 2, 3)])
    yield "judge-ahead", case("the first is missing", notes[1:], [[2, "ahead", ""], [3, "ahead", ""]])
    after: Vector = {
        "next": 3, "last": note_hash(notes[1]).hex(), "ahead": 0, "held": {"1": notes[0].hex(), "2": notes[1].hex()},
    }  # fmt: skip
    again = [[1, "repeated", ""], [2, "repeated", ""], [3, "in-order", ""]]
    yield "judge-repeated", case("two came before", notes, again, after)
    for name, comment, expect, changed in (
        ("version", "a version that we do not speak", "note.version", {"v": 2}),
        ("suite", "a suite that we do not speak", "note.suite", {"suite": 2}),
        ("wrap", "a wrap cut by a byte", "note.wrap", {"wrap": WRAP[:-1]}),
        ("future", "301 seconds ahead", "note.future", {"sent": NOW + 301, "exp": NOW + DAY}),
        ("expired", "over this very second", "note.expired", {"exp": NOW}),
        ("lifetime", "a second more than thirty days", "note.lifetime", {"exp": SENT + 30 * DAY + 1}),
    ):
        given = chain(2, **changed)
        yield (
            f"judge-{name}",
            case(f"the second: {comment}; it takes its place", given, [[1, "in-order", ""], [2, "in-order", expect]]),
        )
    early = chain(1, sent=NOW + 300, exp=NOW + DAY)
    yield "judge-just-not-future", case("300 seconds ahead", early, [[1, "in-order", ""]])
    long = chain(1, exp=SENT + 30 * DAY)
    yield "judge-longest-life", case("thirty days to the second", long, [[1, "in-order", ""]])
    other = [note(1, bytes(32), msg=bytes(32)).to_bytes()]
    yield "judge-equivocation", case("another note at a place that is taken", other, "lane.equivocation", after)
    broken = [note(3, bytes(32)).to_bytes()]
    yield "judge-chain-broken", case("the hash of another note as prev", broken, "lane.chain-broken", after)
    yield "judge-descending", case("the second before the first", [notes[1], notes[0]], "note.order")
    yield "judge-misaddressed", case("for XC", chain(1, to=XC), "note.misaddressed")
    yield "judge-other-lane", case("of the urgent lane", chain(1, lane=0), "note.misaddressed")


def receipts(world: Scene) -> Iterator[tuple[str, Vector]]:
    """Yield receipt statements, read by XB, whose fourth note has the hash that is said."""
    good = world.statement
    sent = {"own": str(XB), "partner": str(XA), "sent": {"1/4": good.last_hash.hex()}}
    value = canonical.decode(good.to_bytes())
    assert isinstance(value, dict)  # noqa: S101 - for the type checker

    def case(comment: str, data: bytes, expect: str) -> Vector:
        return {"comment": comment, "statement": data.hex(), **sent, "expect": expect}

    yield "receipt-stored", case("notes 2 to 4 are stored", good.to_bytes(), "ok")
    read = replace(good, kind=ReceiptKind.READ, first=4)
    yield "receipt-read", case("a person opened note 4", read.to_bytes(), "ok")
    refused = replace(good, kind=ReceiptKind.REFUSED, first=4, code="note.expired")
    yield "receipt-refused", case("note 4 is refused with a code", refused.to_bytes(), "ok")
    yield "receipt-other-pair", case("for XC", replace(good, sender=XC).to_bytes(), "receipt.misaddressed")
    yield "receipt-never-sent", case("a note 5", replace(good, last=5).to_bytes(), "receipt.foreign")
    wrong = replace(good, last_hash=bytes(32))
    yield "receipt-other-note", case("another hash", wrong.to_bytes(), "receipt.foreign")
    yield "receipt-backwards", case("from 5 to 4", replace(good, first=5).to_bytes(), "receipt.malformed")
    for name, comment, changed in (
        ("unknown-kind", "a kind that nobody knows", {"kind": "eaten"}),
        ("unknown-field", "a field that nobody knows", {"colour": "red"}),
        ("hash-short", "31 bytes", {"hash": bytes(31)}),
        ("lane-2", "there is no third lane", {"lane": 2}),
    ):
        yield f"receipt-{name}", case(comment, canonical.encode({**value, **changed}), "receipt.malformed")
    yield "receipt-cut", case("the last byte is missing", good.to_bytes()[:-1], "receipt.malformed")


def vectors(known: dict[str, str]) -> dict[str, str]:
    """Return the text of every file by its name; fills `known` with the signatures made."""
    world = scene(known)
    keys = {
        str(log.name): {"ed25519": log.signers()[0].public.hex(), "ml-dsa-65": log.signers()[1].public.hex()}
        for log in (world.xa, world.xb)
    }
    found = {
        "keys": keys,
        **dict([*forms(world), *proofs(world), *judged(world), *receipts(world)]),
    }
    found["signatures"] = dict(sorted(known.items()))
    return {f"{name}.json": json.dumps(vector, ensure_ascii=False, indent=1) + "\n" for name, vector in found.items()}


def kept() -> dict[str, str]:
    """Return the signatures made before."""
    path = FOLDER / "signatures.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in vectors(kept()).items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(list(FOLDER.iterdir()))} files\n")
