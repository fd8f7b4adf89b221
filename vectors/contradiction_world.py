"""Those who are caught: XA's keys sign two histories, and the registrar two directories of one version."""

from datetime import timedelta
from hashlib import sha256

from evidence_world import DAY_ONE, SENT, XA, XC, World, begin, checkpoint, grow, holders, log_keys, proof, seed

from comity.directory.registrar import Registrar
from comity.directory.store import MemoryStore
from comity.merkle import Checkpoint, Kind, Tree, entry, leaf_hash, note_h, sign
from comity.messages.note import Note
from comity.verify import Contradicted, Contradiction, Placed, Prefix, Statement


def contradictions() -> tuple[dict[str, Contradiction], bytes]:
    """Return the files that convict somebody by name, and the fingerprint of the first root."""
    world = begin()
    found = {
        "log": of_log(world),
        "log-of-two-sizes": of_two_sizes(world),
        "directory": of_directory(world),
        "unshown": of_unshown(world),
    }
    return found, sha256(world.registrar.root).digest()


def signed(world: World, head: Checkpoint) -> Statement:
    """Return a head under XA's keys."""
    return Statement(sign(head, log_keys(XA, 2027).signers).decode(), world.view())


def forked(world: World, more: int = 0) -> Tree:
    """Return XA's log with another last leaf, and with some more."""
    size = world.trees[XA].size
    leaves = [world.trees[XA].leaf(index) for index in range(size - 1)]
    return Tree([*leaves, *(leaf_hash(seed("another history", number)) for number in range(1 + more))])


def of_log(world: World) -> Contradiction:
    """Return two roots for one size."""
    honest, other = checkpoint(world, XA), forked(world)
    head = Checkpoint(honest.origin, other.size, other.root())
    return Contradiction(
        about=Contradicted.LOG, statements=(signed(world, honest), signed(world, head)), files=files(world)
    )


def of_two_sizes(world: World) -> Contradiction:
    """Return a smaller head, and a larger one of another history with its root at the smaller's size."""
    honest, other = checkpoint(world, XA), forked(world, more=7)
    head = Checkpoint(honest.origin, other.size, other.root())
    return Contradiction(
        about=Contradicted.LOG,
        statements=(signed(world, honest), signed(world, head)),
        prefix=Prefix(other.root(honest.size), tuple(other.consistency(honest.size))),
        files=files(world),
    )


def of_directory(world: World) -> Contradiction:
    """Return two timestamps of one version."""
    _, _, table = holders(2027)
    texts = []
    for hours in (1, 2):
        store = MemoryStore()
        store.files |= world.published.files
        Registrar(store).publish(table, DAY_ONE + timedelta(hours=hours))
        texts.append(store.files["timestamp.json"])
    return Contradiction(
        about=Contradicted.DIRECTORY,
        statements=tuple(Statement(text.decode()) for text in texts),
        files=(world.registrar.root.decode(),),
    )


def of_unshown(world: World) -> Contradiction:
    """Return XA's note that names a directory which XA does not show, beside the one that was published."""
    root, version, _ = world.version()
    note = Note(
        v=1, suite=1, from_=XA, to=XC, lane=1, seq=1, prev=bytes(32), msg=seed("msg"), body=seed("body"), size=64,
        dir=(root, version, seed("a timestamp that nobody shows")), sent=SENT, exp=SENT + 86400, wrap=bytes(1168),
    ).to_bytes()  # fmt: skip
    placed = Placed(note, proof(world, XA, grow(world, XA, leaf_hash(entry(Kind.NOTE, note_h(note))))))
    shown = Statement(world.published.files["timestamp.json"].decode())
    return Contradiction(about=Contradicted.UNSHOWN, statements=(shown,), notes=(placed,), files=files(world))


def files(world: World) -> tuple[str, ...]:
    """Return what leads from the root to XA, and to XC, which somebody might accuse instead."""
    return tuple(sorted({data.decode() for member in (XA, XC) for data in world.mirror.evidence(member).values()}))
