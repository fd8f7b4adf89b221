"""Who signs what: holders of the roles, each with two keys, and the root that names them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tuf.api.metadata import Role, Root

from comity.directory import profile
from comity.directory.errors import MetadataError, ThresholdError
from comity.directory.profile import EXPIRY, ROOT, SNAPSHOT, TARGETS, TIMESTAMP
from comity.sealing import PublicPair, SigningPair

_HOLDERS: Final = "x-comity-holders"


@dataclass(frozen=True, slots=True)
class Holders:
    """Who signs what.

    Attributes:
        root: members' offline keys.
        targets: the registrar's.
        snapshot: online.
        timestamp: online.
        root_threshold: how many of the root's holders must sign.
        targets_threshold: how many of the registrar's.
    """

    root: tuple[PublicPair, ...]
    targets: tuple[PublicPair, ...]
    snapshot: PublicPair
    timestamp: PublicPair
    root_threshold: int = profile.ROOT_THRESHOLD
    targets_threshold: int = profile.TARGETS_THRESHOLD


@dataclass(frozen=True, slots=True)
class Table:
    """Keys that are present when something is signed.

    Attributes:
        snapshot: online key.
        timestamp: online key.
        targets: holders of the registrar's keys, if any are here.
    """

    snapshot: SigningPair
    timestamp: SigningPair
    targets: tuple[SigningPair, ...] = ()


def holders_of(root: Root) -> Holders:
    """Return who signs what under a root.

    Raises:
        MetadataError: the root was not made by a registrar of ours, and does not say which two keys are one holder's.
    """
    said = root.unrecognized_fields.get(_HOLDERS)
    if not isinstance(said, dict):
        raise MetadataError("the root does not say which keys are one holder's")
    found = {
        role: tuple(profile.public_pair([root.keys[keyid] for keyid in keyids]) for keyids in said[role])
        for role in (ROOT, TARGETS, SNAPSHOT, TIMESTAMP)
    }
    return Holders(
        found[ROOT],
        found[TARGETS],
        found[SNAPSHOT][0],
        found[TIMESTAMP][0],
        root.roles[ROOT].threshold // 2,
        root.roles[TARGETS].threshold // 2,
    )


def _by_role(holders: Holders) -> dict[str, tuple[tuple[PublicPair, ...], int]]:
    return {
        ROOT: (holders.root, holders.root_threshold),
        TARGETS: (holders.targets, holders.targets_threshold),
        SNAPSHOT: ((holders.snapshot,), 1),
        TIMESTAMP: ((holders.timestamp,), 1),
    }


def root_of(holders: Holders, version: int, now: datetime) -> Root:
    """Return the content of a root.

    Raises:
        ThresholdError: a threshold could never be met.
    """
    of_role = _by_role(holders)
    for role, (pairs, threshold) in of_role.items():
        if not 1 <= threshold <= len({pair.fingerprint for pair in pairs}):
            raise ThresholdError(f"{threshold} of {len(pairs)} holders of `{role}` cannot sign")
    keys = {role: profile.keys_of(pairs) for role, (pairs, _) in of_role.items()}
    return Root(
        version=version,
        expires=now.replace(microsecond=0) + EXPIRY[ROOT],
        keys={keyid: key for found in keys.values() for keyid, key in found.items()},
        # Each holder has two keys, hence twice the threshold; a mirror counts each algorithm for itself.
        roles={role: Role(list(keys[role]), threshold * 2) for role, (_, threshold) in of_role.items()},
        consistent_snapshot=True,
        # For the registrar's own use; a mirror counts keys, and each of them once.
        unrecognized_fields={
            _HOLDERS: {
                role: [[key.keyid for key in profile.tuf_keys(pair)] for pair in pairs]
                for role, (pairs, _) in of_role.items()
            }
        },
    )


def signed_root(root: Root, signers: Sequence[SigningPair], before: Root) -> bytes:
    """Return a root's file, signed by the threshold of the root before and by its own.

    Raises:
        ThresholdError: one of the two is not met.
    """
    data = profile.signed_by(root, signers)
    metadata = profile.read(Root, data)
    for delegator in (before, root):
        profile.check_signatures(delegator, ROOT, metadata)
    return data
