"""The registrar of a federation of real nodes: takes cards, revokes, signs; and lets every node follow."""

from datetime import UTC, datetime

from comity.directory.card import read_card
from comity.directory.holders import Table
from comity.directory.registrar import Registrar
from comity.directory.revocations import Revocation
from comity.directory.store import FolderStore
from comity.sealing import SigningPair


def table() -> Table:
    """The holders whose seeds `federation.build` counts."""
    holders = [SigningPair.from_seed(bytes([number]) * 32) for number in range(6, 11)]
    return Table(holders[3], holders[4], tuple(holders[:2]))


def take_cards(federation, *states: str, compared: bool = False, revoked: tuple[Revocation, ...] = ()) -> None:
    """Publish the cards that wait at these nodes, and revocations; every node follows at once."""
    registrar = Registrar(FolderStore(federation.folder / "directory"))
    for state in states:
        node = federation[state]
        for authority in node.authorities:
            card = read_card((node.folder / "cards" / f"{authority}.card.json").read_bytes())
            if card.version > registrar.member_version(card.authority):
                registrar.admit(card, compared=compared)
    if revoked:
        registrar.revoke(*revoked)
    registrar.publish(table(), datetime.now(UTC))
    follow(federation)


def follow(federation) -> None:
    """Let every node refresh its copy of the directory."""
    for node in federation.nodes.values():
        node.call("follow")


def fingerprint(federation) -> str:
    """What an auditor is given."""
    from hashlib import sha256

    return sha256((federation.folder / "directory" / "1.root.json").read_bytes()).hexdigest()


def change_every_holder(federation) -> None:
    """Sign a root in which nobody is left of those who held keys, and publish under it."""
    from comity.directory.holders import Holders

    old = [SigningPair.from_seed(bytes([number]) * 32) for number in range(1, 6)]
    new = [SigningPair.from_seed(bytes([number]) * 32) for number in range(101, 111)]
    holders = Holders(
        tuple(pair.public for pair in new[:5]),
        tuple(pair.public for pair in new[5:8]),
        new[8].public,
        new[9].public,
    )
    office, now = Registrar(FolderStore(federation.folder / "directory")), datetime.now(UTC)
    office.rotate(holders, [*old[:3], *new[:3]], now)
    office.publish(Table(new[8], new[9], tuple(new[5:7])), now)
    follow(federation)
