"""An invented federation, with real keys, from which evidence is made: a directory, three years of it, four logs.

XA asks XB on 15 January 2027. XC and XD see XA's log the same day. In 2028 the root has other holders, every member
other keys, and XC sees XA's log again.
"""
# a script beside the files that it writes

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from comity.delivery.receipts import ReceiptKind, Statement
from comity.directory.card import make_card, read_card
from comity.directory.holders import Holders, Table
from comity.directory.logs import new_log, with_new_keys
from comity.directory.member import Member
from comity.directory.mirror import Mirror
from comity.directory.registrar import Registrar
from comity.directory.store import MemoryStore
from comity.merkle import (
    Checkpoint,
    Kind,
    SignedCheckpoint,
    Tree,
    cosign,
    entry,
    leaf_hash,
    note_h,
    salted_h,
    sign,
    sign_lines,
)
from comity.messages import AboutSubject, Head, Message, Text, TextRole, reveal, write
from comity.messages.note import Note
from comity.sealing import SUITE, KemKey, LogKeys, SigningPair, seal_body
from comity.subjects import Subject
from comity.verify import Evidence, ItemProof, Items, LeafProof, Part, Receipt, State, Witness
from comity.vocabulary.authority import AuthorityId, LogName
from comity.vocabulary.crime_area import CrimeArea
from comity.vocabulary.person_category import PersonCategory
from comity.vocabulary.purpose import Purpose

DAY_ONE: Final = datetime(2027, 1, 15, 8, 0, tzinfo=UTC)
LATER: Final = datetime(2028, 3, 1, 8, 0, tzinfo=UTC)
SENT: Final = int(DAY_ONE.timestamp()) + 3600
XA, XB, XC, XD = (AuthorityId.parse(text) for text in ("xa.ncb", "xb.spoc", "xc.ncb", "xd.ncb"))
MEMBERS: Final = (XA, XB, XC, XD)
CEK, SALT = sha256(b"content key").digest(), sha256(b"receipt salt").digest()
SIZE: Final = 40


def seed(*words: object) -> bytes:
    """Return a seed that anybody can compute: these keys protect nothing."""
    return sha256(" ".join(map(str, words)).encode()).digest()


def log_keys(authority: AuthorityId, year: int) -> LogKeys:
    """Return the keys of a member's exchange log in a year."""
    return LogKeys.from_seed(f"{authority}/x1", seed("log", authority, year))


def pair(*words: object) -> SigningPair:
    """Return a holder's keys."""
    return SigningPair.from_seed(seed(*words))


@dataclass
class World:
    """The directory and the logs, moved forward by the functions below."""

    registrar: Registrar
    published: MemoryStore
    mirror: Mirror
    trees: dict[AuthorityId, Tree]
    members: dict[AuthorityId, Member]

    def version(self) -> tuple[int, int, bytes]:
        """Return what notes of now name as `dir`."""
        return self.mirror.directory.version

    def view(self) -> str:
        """Return the SHA-256 of the present timestamp file."""
        return self.version()[2].hex()

    def files(self) -> set[str]:
        """Return every file that leads to the members now."""
        return {data.decode() for member in MEMBERS for data in self.mirror.evidence(member).values()}


def holders(year: int) -> tuple[Holders, tuple[SigningPair, ...], Table]:
    """Return who signs in a year: two of three at the root, one registrar."""
    root = tuple(pair("root", number, year) for number in range(3))
    table = Table(pair("snapshot", year), pair("timestamp", year), (pair("targets", year),))
    public = Holders(
        tuple(key.public for key in root),
        (table.targets[0].public,),
        table.snapshot.public,
        table.timestamp.public,
        root_threshold=2,
        targets_threshold=1,
    )
    return public, root, table


def begin() -> World:
    """Return the federation on its first day."""
    published = MemoryStore()
    public, root, table = holders(2027)
    registrar = Registrar.create(published, public, root[:2], DAY_ONE, bits=1)
    members = {}
    for authority in MEMBERS:
        name = LogName.parse(f"{authority}/x1")
        members[authority] = Member(
            authority=authority,
            name={"en": f"Invented authority of {authority.state}"},
            state=authority.state,
            languages=("en",),
            endpoints=(f"https://{authority.state.lower()}.example:8443",),
            tls_certificates=(),
            logs={name: new_log(name, log_keys(authority, 2027).public)},
            kem_keys=(),
        )
        card = make_card(members[authority], pair("identity", authority), DAY_ONE)
        registrar.admit(read_card(card), compared=True)
    registrar.publish(table, DAY_ONE)
    mirror = Mirror(MemoryStore(), registrar.root)
    mirror.refresh(published.read, DAY_ONE)
    trees = {authority: Tree(leaf_hash(seed("entry", authority, i)) for i in range(SIZE // 2)) for authority in MEMBERS}
    return World(registrar, published, mirror, trees, members)


def grow(world: World, authority: AuthorityId, leaf: bytes) -> int:
    """Append a leaf and some others to a member's log, and return its index."""
    index = world.trees[authority].append(leaf)
    while len(world.trees[authority]) % 16:
        world.trees[authority].append(leaf_hash(seed("entry", authority, len(world.trees[authority]))))
    return index


def checkpoint(world: World, authority: AuthorityId) -> Checkpoint:
    """Return the present state of a member's log."""
    tree = world.trees[authority]
    return Checkpoint(f"{authority}/x1", tree.size, tree.root())


def proof(world: World, authority: AuthorityId, index: int, year: int = 2027) -> LeafProof:
    """Prove a leaf under a checkpoint of now."""
    head = checkpoint(world, authority)
    text = sign(head, log_keys(authority, year).signers).decode()
    return LeafProof(head.origin, index, text, world.trees[authority].inclusion(index), world.view())


def witness(world: World, of: AuthorityId, by: AuthorityId, since: int, *, at: int, year: int = 2027) -> Witness:
    """Let a member cosign the present checkpoint of another's log; `since` is the size at which the proof stands."""
    tree, name = world.trees[of], f"{by}/x1"
    cosigned = cosign(checkpoint(world, of), log_keys(by, year).signers, at).decode()
    return Witness(name, cosigned, tree.consistency(since) if since < tree.size else (), world.view())


def message() -> Message:
    """Return a request about a person of an invented story."""
    return Message(
        Head("request", XA, (XB,), SENT, "XA-2027-000007", Purpose.CRIMINAL_INVESTIGATION, CrimeArea.DRUG_TRAFFICKING),
        (
            Text(TextRole.LEGAL_BASIS, "en", "Harbour Convention, clause 4"),
            Text(TextRole.FACTS, "en", "A cargo of the invented vessel Meridian was short by two containers."),
            AboutSubject(
                Subject("Person", (("name", ("Ilya Varn",)), ("birthDate", ("1974-03",)))),
                PersonCategory.SUSPECT,
                "Named as consignee of both containers.",
            ),
            Text(TextRole.QUESTION, "en", "Is the person known to you, and where did he last stay?"),
        ),
    )


def evidence() -> tuple[Evidence, bytes]:
    """Return whole evidence of the request, and the fingerprint of the first root."""
    world = begin()
    fingerprint = sha256(world.registrar.root).digest()
    counter = iter(range(1000))
    payload, root = write(message(), lambda: seed("salt", next(counter))[:16])
    body = seal_body(CEK, payload)
    kem = KemKey.from_seed(seed("kem"), DAY_ONE, DAY_ONE + timedelta(days=7))
    note = Note(
        v=1, suite=1, from_=XA, to=XB, lane=1, seq=1, prev=bytes(32), msg=root, body=sha256(body).digest(),
        size=len(body), dir=world.version(), sent=SENT, exp=SENT + 7 * 86400,
    )  # fmt: skip
    note = replace(note, wrap=SUITE.wrap(kem.public, CEK, note.core_bytes()))
    whole = note.to_bytes()
    sent = proof(world, XA, grow(world, XA, leaf_hash(entry(Kind.NOTE, note_h(whole)))))
    statement = Statement(ReceiptKind.STORED, XB, XA, 1, 1, 1, sha256(whole).digest(), SENT + 2).to_bytes()
    receipt_index = grow(world, XB, leaf_hash(entry(Kind.RECEIPT, salted_h(SALT, statement))))
    receipt = Receipt(statement, SALT, proof(world, XB, receipt_index))
    size = len(world.trees[XA])
    first = witness(world, XA, XB, size, at=SENT + 2)
    grow(world, XA, leaf_hash(seed("another note")))
    seen = (first, witness(world, XA, XC, size, at=SENT + 600), witness(world, XA, XD, size, at=SENT + 1200))
    files = world.files()
    move_on(world)
    grow(world, XA, leaf_hash(seed("a note of the next year")))
    renewed = witness(world, XA, XC, size, at=int(LATER.timestamp()) + 900, year=2028)
    shown = tuple(ItemProof(item.index, item.data, item.path) for item in reveal(payload, (0, 3)))
    return (
        Evidence(
            note=whole,
            proof=replace(sent, witnesses=(*seen, renewed)),
            body=Part(State.GIVEN, body),
            content_key=Part(State.GIVEN, CEK),
            items=Items(len(message().parts) + 1, State.WITHHELD, shown),
            receipts=(receipt,),
            files=tuple(sorted(files | world.files())),
        ),
        fingerprint,
    )


def move_on(world: World) -> None:
    """Let a year pass: another root, another registrar, and other log keys for every member."""
    public, root, table = holders(2028)
    _, old_root, _ = holders(2027)
    world.registrar.rotate(public, (*old_root[:2], *root[:2]), LATER)
    for authority, member in world.members.items():
        old, new = log_keys(authority, 2027), log_keys(authority, 2028)
        head = checkpoint(world, authority)
        handover = SignedCheckpoint(head, sign_lines(head, old.signers) + sign_lines(head, new.signers)).to_bytes()
        (name, log), *_ = member.logs.items()
        renewed = replace(member, logs={name: with_new_keys(log, new.public, handover)})
        world.registrar.admit(read_card(make_card(renewed, pair("identity", authority), LATER, version=2)))
    world.registrar.publish(table, LATER)
    world.mirror.refresh(world.published.read, LATER)
