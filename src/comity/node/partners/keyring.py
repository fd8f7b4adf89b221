"""The private keys of this process, unlocked once; the console holds none."""

import ssl
import threading
from datetime import datetime, timedelta
from typing import Final

from comity.merkle import SignedCheckpoint, cosign
from comity.node import places
from comity.node.partners.errors import KeyringError
from comity.sealing import KemKey, Keys, Keystore, LogKeys, TlsKey
from comity.sealing import client_context as make_client_context
from comity.sealing import server_context as make_server_context
from comity.vocabulary.authority import AuthorityId

KEEP_AFTER: Final = timedelta(days=37)
"""A KEM key is erased 7 days after the last note sealed with it may have expired (at most 30 days)."""


class _Held:
    """What is unlocked."""

    def __init__(self) -> None:
        self.keys: Keys | None = None
        self.kems: dict[str, tuple[KemKey, ...]] = {}
        self.logs: dict[str, LogKeys] = {}
        self.tls: TlsKey | None = None
        self.guard = threading.Lock()


_HELD: Final = _Held()


def unlock(passphrase: str) -> None:
    """Open the node's keystore and let the ledger sign.

    Raises:
        KeystoreError: the pass phrase is wrong, or there is no keystore.
    """
    use(Keystore(places.keys()).unlock(passphrase))


def use(keys: Keys) -> None:
    """Take keys that are open already."""
    with _HELD.guard:
        _HELD.keys, _HELD.kems = keys, {}
        _HELD.logs = {found.name: found for found in keys.logs()}
        _HELD.tls = keys.tls() if "tls" in keys.names() else None


def lock() -> None:
    """Forget every key."""
    with _HELD.guard:
        _HELD.keys, _HELD.kems, _HELD.logs, _HELD.tls = None, {}, {}, None


def keys() -> Keys:
    """Return the open keystore.

    Raises:
        KeyringError: this process holds no keys.
    """
    if _HELD.keys is None:
        raise KeyringError("the keys of this node are locked in this process")
    return _HELD.keys


def kem_keys(authority: AuthorityId) -> tuple[KemKey, ...]:
    """Return an authority's KEM keys, the one in use first: a note does not say for which it was sealed."""
    found = _HELD.kems.get(str(authority))
    if found is None:
        found = _HELD.kems[str(authority)] = keys().kems(str(authority))
    return found


def kem_keys_at(authority: AuthorityId, at: datetime) -> tuple[KemKey, ...]:
    """Return the keys that a note sent shortly before `at` may be sealed for, the likeliest first."""
    found = kem_keys(authority)
    return tuple(
        sorted(found, key=lambda key: (not key.valid_from <= at < key.valid_until, -key.valid_from.timestamp()))
    )


def forget_kem_keys() -> None:
    """Read KEM keys anew: some were made or erased."""
    _HELD.kems = {}


def cosign_checkpoint(own: AuthorityId, text: bytes, at: datetime) -> bytes:
    """Return our cosignature of a partner's checkpoint, which must have been verified.

    Raises:
        KeyringError: this process holds no log keys of the authority.
    """
    found = next((held for name, held in _HELD.logs.items() if name.startswith(f"{own}/x")), None)
    if found is None:
        raise KeyringError(f"this process holds no log keys of {own}")
    return cosign(SignedCheckpoint.parse(text).checkpoint, found.signers, int(at.timestamp()))


def log_keys(name: str) -> LogKeys | None:
    """Return both keys of a log, `None` where this process does not hold them."""
    return _HELD.logs.get(name)


def tls() -> TlsKey:
    """Return the node's certificate and key.

    Raises:
        KeyringError: this process holds no keys.
    """
    if _HELD.tls is None:
        raise KeyringError("the keys of this node are locked in this process")
    return _HELD.tls


def client_context(certificate: str) -> ssl.SSLContext:
    """Return a TLS context that shows ours and trusts one member's certificate alone."""
    return make_client_context(tls(), certificate)


def server_context(certificates: list[str]) -> ssl.SSLContext:
    """Return a TLS context that shows ours and lets in those who hold one of the members' certificates."""
    return make_server_context(tls(), certificates)
