"""The profile of TUF that the directory uses: which keys, which thresholds, which expiry, and hashes everywhere.

python-tuf's own examples pin files by version alone; then one dishonest member and a dishonest mirror can show two
nodes different keys. Here every file names the sha256 and length of the files below it (docs/protocol/directory.md, 2).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.signer import CryptoSigner, Key, SSlibKey
from tuf.api.metadata import (
    Metadata,
    MetaFile,
    Root,
    Signed,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization import DeserializationError
from tuf.api.serialization.json import JSONSerializer

from comity.directory.errors import ExpiredError, MetadataError, MismatchError, ThresholdError
from comity.sealing import KeyFormatError, PublicPair, SigningPair

ROOT: Final = Root.type
TARGETS: Final = Targets.type
SNAPSHOT: Final = Snapshot.type
TIMESTAMP: Final = Timestamp.type
BIN_PREFIX: Final = "bin"

EXPIRY: Final[Mapping[str, timedelta]] = {
    ROOT: timedelta(days=365),
    TARGETS: timedelta(days=90),
    SNAPSHOT: timedelta(days=7),
    TIMESTAMP: timedelta(days=1),
}
"""How long a signature of each role holds; bins and members as targets."""

CLOCK_SKEW: Final = timedelta(hours=1)
ROOT_HOLDERS: Final = 5
ROOT_THRESHOLD: Final = 3
TARGETS_HOLDERS: Final = 3
TARGETS_THRESHOLD: Final = 2

ED25519: Final = ("ed25519", "ed25519")
ML_DSA_65: Final = ("ml-dsa", "ml-dsa-65/1")
_SERIALIZER: Final = JSONSerializer(compact=True)


@lru_cache(maxsize=8192)
def tuf_keys(pair: PublicPair) -> tuple[SSlibKey, SSlibKey]:
    """Return a holder's two keys as TUF knows them."""
    return (
        SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(pair.ed25519)),
        SSlibKey.from_crypto(MLDSA65PublicKey.from_public_bytes(pair.ml_dsa_65)),
    )


def keys_of(pairs: Iterable[PublicPair]) -> dict[str, Key]:
    """Return the keys of several holders by key id."""
    return {key.keyid: key for pair in pairs for key in tuf_keys(pair)}


def public_pair(keys: Sequence[Key]) -> PublicPair:
    """Return the one holder behind two TUF keys.

    Raises:
        MetadataError: they are not one Ed25519 and one ML-DSA-65 key.
    """
    by_kind = {(key.keytype, key.scheme): key for key in keys}
    if len(keys) != len(by_kind) or set(by_kind) != {ED25519, ML_DSA_65}:
        raise MetadataError("a member has one Ed25519 and one ML-DSA-65 identity key")
    try:
        return PublicPair(_raw(by_kind[ED25519]), _raw(by_kind[ML_DSA_65]))
    except KeyFormatError:
        raise MetadataError("a key of a member cannot be read") from None


def signed_by[T: (Root, Timestamp, Snapshot, Targets)](signed: T, pairs: Iterable[SigningPair]) -> bytes:
    """Return the file of a role's content, signed by holders with both of their keys.

    Deterministic but for ML-DSA, whose signatures draw randomness.
    """
    metadata = Metadata[T](signed)
    payload = metadata.signed_bytes
    for pair in pairs:
        ed25519, ml_dsa_65 = tuf_keys(pair.public)
        metadata.signatures[ed25519.keyid] = CryptoSigner(pair.ed25519, ed25519).sign(payload)
        metadata.signatures[ml_dsa_65.keyid] = CryptoSigner(pair.ml_dsa_65, ml_dsa_65).sign(payload)
    return metadata.to_bytes(_SERIALIZER)


def read[T: (Root, Timestamp, Snapshot, Targets)](kind: type[T], data: bytes) -> Metadata[T]:
    """Read a file of a role and hold it to the profile; no signature is checked here.

    Raises:
        MetadataError: it is of another kind, or breaks the profile.
    """
    try:
        metadata = Metadata[T].from_bytes(data)
    except DeserializationError:
        raise MetadataError("the bytes are no metadata") from None
    if not isinstance(metadata.signed, kind):
        raise MetadataError(f"expected metadata of `{kind.type}`, found `{metadata.signed.type}`")
    _check_profile(metadata.signed)
    return metadata


def _check_profile(signed: Signed) -> None:
    pinned: list[MetaFile] | list[TargetFile] = []
    if isinstance(signed, Root) and not signed.consistent_snapshot:
        raise MetadataError("the directory requires consistent snapshots")
    if isinstance(signed, Timestamp):
        pinned = [signed.snapshot_meta]
    elif isinstance(signed, Snapshot):
        pinned = list(signed.meta.values())
    elif isinstance(signed, Targets):
        pinned = list(signed.targets.values())
    if any(file.length is None or set(file.hashes or {}) != {"sha256"} for file in pinned):
        raise MetadataError("every file is named with its length and its sha256")


def check_signatures(delegator: Root | Targets, role: str, metadata: Metadata[Any]) -> None:
    """Believe that enough holders signed, each algorithm counted for itself.

    A threshold of holders is written into the files doubled, since each holder has two keys; half of it must be met by
    Ed25519 keys and half by ML-DSA-65 keys. A key that stands under two names counts once.

    Raises:
        ThresholdError: too few have signed.
        MetadataError: the role is unknown to the delegator, or its keys are not in pairs.

    Source: docs/protocol/directory.md, section 2.
    """
    try:
        result = delegator.get_verification_result(role, metadata.signed_bytes, metadata.signatures)
    except ValueError:
        raise MetadataError(f"nobody delegates to `{role}`") from None
    holders, odd = divmod(result.threshold, 2)
    every = [*result.signed.values(), *result.unsigned.values()]
    if odd or not holders or any((key.keytype, key.scheme) not in {ED25519, ML_DSA_65} for key in every):
        raise MetadataError(f"`{role}` is not signed by pairs of Ed25519 and ML-DSA-65 keys")
    for kind in (ED25519, ML_DSA_65):
        signed = {key.keyval["public"] for key in result.signed.values() if (key.keytype, key.scheme) == kind}
        if len(signed) < holders:
            raise ThresholdError(f"`{role}` has {len(signed)} signatures with {kind[0]}, expected {holders}")


@dataclass(frozen=True, slots=True)
class RoleKeys:
    """The raw public keys of a role, and how many holders must sign."""

    ed25519: frozenset[bytes]
    ml_dsa_65: frozenset[bytes]
    threshold: int

    def met_by(self, signers: Iterable[PublicPair]) -> bool:
        """Say whether enough holders are among the signers; each key counts once, with whomever it is paired."""
        ed25519, ml_dsa_65 = set[bytes](), set[bytes]()
        for pair in signers:
            ed25519.add(pair.ed25519)
            ml_dsa_65.add(pair.ml_dsa_65)
        return min(len(ed25519 & self.ed25519), len(ml_dsa_65 & self.ml_dsa_65)) >= self.threshold


def root_keys(root: Root) -> RoleKeys:
    """Return the root's keys for signatures other than those of metadata.

    Raises:
        MetadataError: a key cannot be read.
    """
    role = root.roles[ROOT]
    raw: dict[tuple[str, str], set[bytes]] = {ED25519: set(), ML_DSA_65: set()}
    for key in (root.keys[keyid] for keyid in role.keyids):
        raw[key.keytype, key.scheme].add(_raw(key))
    return RoleKeys(frozenset(raw[ED25519]), frozenset(raw[ML_DSA_65]), role.threshold // 2)


def _raw(key: Key) -> bytes:
    try:
        if (key.keytype, key.scheme) == ED25519:
            return bytes.fromhex(key.keyval["public"])
        loaded = load_pem_public_key(key.keyval["public"].encode())
    except (ValueError, KeyError, AttributeError):
        raise MetadataError("a key cannot be read") from None
    if not isinstance(loaded, MLDSA65PublicKey):
        raise MetadataError("a key is not of the algorithm that it names")
    return loaded.public_bytes_raw()


def check_pinned(pinned: MetaFile | TargetFile, data: bytes, name: str) -> None:
    """Believe that bytes are those which the file above names.

    Raises:
        MismatchError: they are not.
    """
    try:
        pinned.verify_length_and_hashes(data)
    except Exception:  # noqa: BLE001  # the library raises several kinds, all of which mean no
        raise MismatchError(f"`{name}` is not the file that was signed") from None


def check_expiry(signed: Signed, role: str, now: datetime) -> None:
    """Believe that a file is neither too old nor made to last.

    Raises:
        ExpiredError: it is one of the two. A stolen online key could else sign a timestamp for ten years.
    """
    if signed.is_expired(now):
        raise ExpiredError(f"`{role}` expired on {signed.expires:%Y-%m-%d %H:%M} UTC")
    if signed.expires - now > EXPIRY.get(role, EXPIRY[TARGETS]) + CLOCK_SKEW:
        raise ExpiredError(f"`{role}` is to last longer than the profile allows")


def sha256_of(pinned: MetaFile | TargetFile) -> str:
    """Return the hash by which a file is pinned, in hex."""
    return cast("dict[str, str]", pinned.hashes)["sha256"]


def pin(version: int, data: bytes) -> MetaFile:
    """Return the entry of a metadata file in the file above it; never by version alone."""
    return MetaFile.from_data(version, data, ["sha256"])


def pin_target(path: str, data: bytes) -> TargetFile:
    """Return the entry of a document in its role's file."""
    return TargetFile.from_data(path, data, ["sha256"])


def member_path(authority: str) -> str:
    """Return the path of a member's document."""
    return f"members/{authority}.json"


def target_url(path: str, sha256: str) -> str:
    """Return where a document is fetched (consistent snapshots: the hash is part of the name)."""
    folder, _, name = path.rpartition("/")
    return f"targets/{folder}/{sha256}.{name}" if folder else f"targets/{sha256}.{name}"
