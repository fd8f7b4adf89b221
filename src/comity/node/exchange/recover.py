"""Go on with the same log after a restore: partners give back the newest checkpoint, the tiles and our own notes.

Without it a restored node would number leaves and notes a second time, which its partners could only take for a fork.
Source: docs/protocol/delivery.md, section 9.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from comity.merkle import Checkpoint as Claimed
from comity.merkle import Frontier, Kind, ProofError, TileNodes, entry, leaf_hash, note_h, root_at, tile_path
from comity.messages import canonical
from comity.messages.note import parse_note
from comity.node.exchange import models
from comity.node.ledger import actions as ledger
from comity.node.ledger import tree
from comity.node.ledger.models import HASH_ONLY, Checkpoint, Entry, Log
from comity.node.partners import members, pairs
from comity.node.partners.models import Lane
from comity.node.writing import writing
from comity.vocabulary.authority import AuthorityId, LogName

OK: Final = 200
HASH: Final = 32
Get = Callable[[AuthorityId, str], tuple[int, bytes]]


class RecoverError(Exception):
    """The log cannot be continued from what partners gave back; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What came back.

    Attributes:
        log: which log goes on.
        leaves: entries that came back as hashes only.
        notes: notes of ours that partners had and the backup had not.
        witness: whose mirror was used; `None` where the backup was up to date.
        unreached: partners that could not be asked; a later checkpoint may exist there.
    """

    log: str
    leaves: int = 0
    notes: int = 0
    witness: AuthorityId | None = None
    unreached: tuple[AuthorityId, ...] = ()


def recover(own: AuthorityId, partners: Iterable[AuthorityId], get: Get, at: datetime) -> Recovered:
    """Continue an authority's exchange log after a restore, before anything is signed or sent.

    Args:
        own: authority of this node.
        partners: whom to ask; all of them, for one that is not asked may hold the newest checkpoint.
        get: fetches a path from a member and returns (status, body).
        at: now, UTC.

    Raises:
        RecoverError: what partners hold contradicts the backup.
    """
    log = ledger.exchange_log(str(own))
    asked = list(partners)
    newest, witness, unreached = _newest(log, asked, get)
    leaves = 0
    if newest is not None and witness is not None and newest[0].size > log.size:
        leaves = _continue(log, newest, witness, get, at)
    notes = sum(_notes(own, partner, log, get, at) for partner in asked if partner not in unreached)
    with writing():
        opening = canonical.encode(
            {"v": 1, "log": log.name, "leaves": leaves, "notes": notes, "at": int(at.timestamp())}
        )
        ledger.append(log, Kind.RECOVERY, opening, at)
    return Recovered(log.name, leaves, notes, witness if leaves else None, tuple(unreached))


def _newest(
    log: Log, partners: list[AuthorityId], get: Get
) -> tuple[tuple[Claimed, bytes] | None, AuthorityId | None, list[AuthorityId]]:
    """Return the largest checkpoint of ours that a partner holds: only what we signed ourselves counts."""
    verify = members.checkpoint_verifier(LogName.parse(log.name))
    best: tuple[Claimed, bytes] | None = None
    witness: AuthorityId | None = None
    unreached = []
    for partner in partners:
        try:
            status, text = get(partner, f"/federation/v1/mirror/{log.name}/checkpoint")
        except OSError:
            unreached.append(partner)
            continue
        if status != OK:
            continue
        try:
            claimed = verify(text)
        except ProofError:
            continue
        if best is None or claimed.size > best[0].size:
            best, witness = (claimed, text), partner
    return best, witness, unreached


def _continue(log: Log, newest: tuple[Claimed, bytes], witness: AuthorityId, get: Get, at: datetime) -> int:
    """Append the leaves that the backup lacks, as hashes only, and take the checkpoint as our own newest."""
    claimed, text = newest

    def read(level: int, index: int, width: int) -> bytes:
        status, data = get(witness, f"/federation/v1/mirror/{log.name}/{tile_path(level, index, width)}")
        if status != OK or len(data) != width * HASH:
            raise RecoverError(f"{witness} does not hold tile {level}/{index} of {log.name}")
        return data

    nodes = TileNodes(read, claimed.size)
    if root_at(nodes, claimed.size) != claimed.root:
        raise RecoverError(f"the mirror of {log.name} at {witness} does not give the root that was signed")
    if log.size and root_at(nodes, log.size) != bytes(log.root):
        raise RecoverError(f"the backup of {log.name} is no prefix of what {witness} holds")
    leaves = [nodes(0, index) for index in range(log.size, claimed.size)]
    with writing():
        frontier = Frontier.from_bytes(bytes(log.frontier)).extend(leaves)
        Entry.objects.bulk_create(
            [Entry(log=log, index=log.size + place, kind=HASH_ONLY, h=leaf, at=at) for place, leaf in enumerate(leaves)]
        )
        tree.grow(log, log.size, leaves)
        Checkpoint.objects.create(log=log, size=claimed.size, root=claimed.root, text=text, at=at)
        log.size, log.root, log.frontier = claimed.size, claimed.root, frontier.to_bytes()
        log.signed_size = claimed.size
        log.save(update_fields=["size", "root", "frontier", "signed_size"])
    return len(leaves)


def _notes(own: AuthorityId, partner: AuthorityId, log: Log, get: Get, at: datetime) -> int:
    """Take back the notes that we sent after the backup, so that no place in a lane is given twice."""
    count = 0
    for number in (0, 1):
        while fetched := _fetch(own, partner, number, get):
            with writing():
                count += _take_back(own, partner, number, fetched, log, at)
    return count


def _fetch(own: AuthorityId, partner: AuthorityId, lane: int, get: Get) -> list[bytes]:
    pairs.pair(own, partner)
    after = Lane.objects.get(pair__own=str(own), pair__partner=str(partner), number=lane).out_next - 1
    query = urlencode({"from": str(own), "to": str(partner), "lane": lane, "after": after})
    status, data = get(partner, f"/federation/v1/mirror/notes?{query}")
    if status != OK:
        return []
    found = canonical.decode(data, max_size=16 * 1024 * 1024)
    return [raw for raw in found if isinstance(raw, bytes)] if isinstance(found, list | tuple) else []


def _take_back(
    own: AuthorityId, partner: AuthorityId, number: int, fetched: list[bytes], log: Log, at: datetime
) -> int:
    lane = pairs.lane_for_update(own, partner, number)
    for raw in fetched:
        note = parse_note(raw)
        h = note_h(raw)
        leaf = leaf_hash(entry(Kind.NOTE, h))
        held = Entry.objects.filter(log=log, kind=HASH_ONLY, h=leaf).first()
        if (note.from_, note.to, note.lane, note.seq) != (own, partner, number, lane.out_next) or held is None:
            raise RecoverError(f"{partner} gives back a note that our log does not hold")
        if note.prev != bytes(lane.out_prev):
            raise RecoverError(f"{partner} gives back a note that does not continue its lane")
        held.kind, held.h = Kind.NOTE, h
        held.save(update_fields=["kind", "h"])
        models.Note.objects.create(
            pair=lane.pair,
            out=True,
            lane=number,
            seq=note.seq,
            hash=h,
            raw=raw,
            msg=note.msg,
            state=models.NoteState.STORED,
            code="",
            entry=held,
            at=at,
        )
        lane.out_next, lane.out_prev, lane.out_acked = note.seq + 1, hashlib.sha256(raw).digest(), note.seq
    lane.save(update_fields=["out_next", "out_prev", "out_acked"])
    return len(fetched)


def begin_acts_log(own: AuthorityId, at: datetime) -> str:
    """Close the acts log at the restored size and open the next, whose entry 0 names the old one's end.

    The caller makes the new log's keys. Nobody mirrors an acts log: what it gained after the backup is lost, and a new
    name keeps the old one from being signed twice for one size.

    Returns:
        the new log's name.
    """
    old = ledger.acts_log(str(own))
    name = LogName.parse(old.name)
    with writing():
        Log.objects.filter(id=old.id).update(closed_at=at)
        new = ledger.open_log(f"{own}/a{name.number + 1}", pad_to=old.pad_to)
        end = {"v": 1, "log": old.name, "size": old.size, "root": bytes(old.root), "from": int(at.timestamp())}
        opening = canonical.encode(end)
        ledger.append(new, Kind.OPENING, opening, at)
    return new.name
