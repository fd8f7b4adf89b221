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
