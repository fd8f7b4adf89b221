"""The keys of the demo's federation, and its directory: who signs what, and what is published."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from typing import Final

from comity.agreements.shipped import harbour_document
from comity.config.nodefile import NodeFile
from comity.demo import stories, world
from comity.directory.card import read_card
from comity.directory.holders import Holders, Table
from comity.directory.member import ContactPoint
from comity.directory.mirror import Mirror
from comity.directory.profile import ROOT_HOLDERS, ROOT_THRESHOLD, TARGETS_HOLDERS
from comity.directory.registrar import Registrar
from comity.directory.store import FolderStore
from comity.node.partners import founding
from comity.sealing import IdentityKey, Keys, Keystore
from comity.vocabulary.authority import AuthorityId

FOLDER: Final = "registrar"
PUBLISHED: Final = "published"
_TELEPHONES: Final = {
    "XA": "+44 7700 9001",
    "XB": "+33 6 39 98 01",
    "XC": "+1 202 555 01",
    "XD": "+44 1632 9600",
    "XO": "+44 20 7946 00",
}
"""Ranges that Ofcom, Arcep and the NANPA keep for fiction, but for the last two digits."""


def make_keys(
    files: Sequence[NodeFile], passphrase: str, now: datetime, *, until: datetime | None = None
) -> tuple[bytes, ...]:
    """Make every key of every node, and return the cards of all authorities.

    Args:
        files: of the nodes.
        passphrase: of their keystores.
        now: UTC.
        until: on which day the nodes begin to run, if not now: the keys of the weeks after it are published too.
    """
    cards: list[bytes] = []
    for file in files:
        if file.folder is None:
            raise ValueError("a node of the demo has a folder")
        keys = Keystore(file.folder / "keys").create(passphrase)
        founding.make_node_keys(keys, file.host, now)
        cards.extend(_card(one, file, keys, now, until or now) for one in world.state(file.state).authorities)
    return tuple(cards)


def _card(one: world.Authority, file: NodeFile, keys: Keys, now: datetime, until: datetime) -> bytes:
    state, authority = world.state(file.state), AuthorityId.parse(one.id)
    languages = (state.language, *(other for other in world.LANGUAGES if other != state.language))
    founding.make_authority_keys(keys, authority, now)
    founding.make_kem_keys(keys, authority, until)
    member = founding.new_member(
        keys,
        authority,
        name=one.names,
        languages=languages,
        endpoint=f"https://{file.host}:{file.federation_port}",
        contacts=(ContactPoint(one.names, _telephone(state, one), "", languages, state.time_zone),),
        now=now,
    )
    return founding.card(keys, member, now)


def _telephone(state: world.State, one: world.Authority) -> str:
    """Return a number from the ranges that are kept for fiction, in which nobody is called by mistake."""
    return f"{_TELEPHONES[state.code]} {state.authorities.index(one) + 1:02d}"


def publish(folder: Path, cards: Sequence[bytes], passphrase: str, now: datetime) -> str:
    """Found the directory, admit every card, publish the agreements; return the SHA-256 of the first root, in hex."""
    keys = Keystore(folder / "keys").create(passphrase)
    held = {name: IdentityKey.from_seed(token_bytes(32)) for name in _holder_names()}
    for name, key in held.items():
        keys.put_identity(name, key)
    roots = [key for name, key in held.items() if name.startswith("root-")]
    targets = [key for name, key in held.items() if name.startswith("targets-")]
    holders = Holders(
        root=tuple(key.public for key in roots),
        targets=tuple(key.public for key in targets),
        snapshot=held["snapshot"].public,
        timestamp=held["timestamp"].public,
    )
    registrar = Registrar.create(FolderStore(folder / PUBLISHED), holders, roots[:ROOT_THRESHOLD], now)
    for card in cards:
        registrar.admit(read_card(card), compared=True)
    registrar.put("agreements/harbour.json", harbour_document())
    registrar.put("agreements/financial-analysis.json", stories.ARRANGEMENT.read_bytes())
    registrar.publish(_table(keys), now)
    return hashlib.sha256(registrar.root).hexdigest()


def renew(folder: Path, passphrase: str, now: datetime) -> None:
    """Sign the timestamp for another day, and the snapshot for another week where it is due."""
    keys = Keystore(folder / "keys").unlock(passphrase)
    Registrar(FolderStore(folder / PUBLISHED)).publish(_table(keys), now)


def mirror(folder: Path, copy: Path, now: datetime) -> None:
    """Bring a node's copy of the directory up to date; the node must not be running."""
    Mirror(FolderStore(copy)).refresh(FolderStore(folder / PUBLISHED).read, now)


def _table(keys: Keys) -> Table:
    targets = tuple(keys.identity(name) for name in _holder_names() if name.startswith("targets-"))
    return Table(keys.identity("snapshot"), keys.identity("timestamp"), targets)


def _holder_names() -> tuple[str, ...]:
    numbered: Mapping[str, int] = {"root": ROOT_HOLDERS, "targets": TARGETS_HOLDERS}
    names = (f"{role}-{number}" for role, count in numbered.items() for number in range(1, count + 1))
    return (*names, "snapshot", "timestamp")
