"""The private keys of this process, unlocked once; the console holds none.

Another process, `comity key`, may change keys while this one runs: what changes is seen before the next signature.
"""

import ssl
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

from comity.merkle import Checkpoint, SignedCheckpoint, cosign, sign
from comity.node import places
from comity.node.partners.errors import KeyringError
from comity.sealing import KemKey, Keys, Keystore, LogKeys, TlsKey
from comity.sealing import client_context as make_client_context
from comity.sealing import server_context as make_server_context
from comity.vocabulary.authority import AuthorityId, LogName


class _Held:
    """What is unlocked."""

    def __init__(self) -> None:
        self.keys: Keys | None = None
        self.kems: dict[str, tuple[KemKey, ...]] = {}
        self.logs: dict[str, tuple[LogKeys, ...]] = {}
        self.tls: TlsKey | None = None
        self.stamp: object = None
        self.guard = threading.RLock()
        self.listeners: list[Callable[[], None]] = []


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
        _HELD.stamp = keys.stamp()  # before anything is read: what changes meanwhile is read again
        _HELD.keys, _HELD.kems = keys, {}
        _HELD.logs = {found.name: _pairs(keys, found) for found in keys.logs()}
        _HELD.tls = keys.tls() if "tls" in keys.names() else None


def _pairs(keys: Keys, present: LogKeys) -> tuple[LogKeys, ...]:
    """Return the keys that sign for a log: two pairs while they change."""
    following = keys.next_log(present.name)
    return (present,) if following is None or following.public == present.public else (present, following)


def look() -> None:
    """Take keys anew where another process has changed them, and tell those who asked about the TLS key."""
    held = _HELD.keys
    if held is None or held.stamp() == _HELD.stamp:
        return
    with _HELD.guard:
        before = _HELD.tls
        use(held)
        changed = _HELD.tls != before
    for listener in _HELD.listeners if changed else ():
        listener()


def on_new_tls(listener: Callable[[], None]) -> None:
    """Call a function whenever this node shows another TLS certificate."""
    _HELD.listeners.append(listener)


def lock() -> None:
    """Forget every key."""
    with _HELD.guard:
        _HELD.keys, _HELD.kems, _HELD.logs, _HELD.tls, _HELD.stamp = None, {}, {}, None, None


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
    look()
    logs = (LogName.parse(name) for name in _HELD.logs)
    exchange = [name for name in logs if (name.authority, name.kind) == (own, "x")]
    if not exchange:
        raise KeyringError(f"this process holds no log keys of {own}")
    newest = str(max(exchange, key=lambda name: name.number))
    seen, moment = SignedCheckpoint.parse(text).checkpoint, int(at.timestamp())
    return _joined([cosign(seen, pair.signers, moment) for pair in _HELD.logs[newest]])


def sign_checkpoint(checkpoint: Checkpoint) -> bytes:
    """Return a checkpoint of a log of ours, signed with its keys; with both pairs while they change.

    Raises:
        KeyringError: this process holds no keys of the log.
    """
    look()
    pairs = _HELD.logs.get(checkpoint.origin)
    if pairs is None:
        raise KeyringError(f"this process holds no keys of {checkpoint.origin}")
    return _joined([sign(checkpoint, pair.signers) for pair in pairs])


def _joined(texts: list[bytes]) -> bytes:
    if len(texts) == 1:
        return texts[0]
    first, *others = (SignedCheckpoint.parse(text) for text in texts)
    for other in others:
        first = first.joined(other)
    return first.to_bytes()


def holds_log(name: str) -> bool:
    """Say whether this process can sign for a log."""
    if name not in _HELD.logs:
        look()
    return name in _HELD.logs


def tls() -> TlsKey:
    """Return the node's certificate and key.

    Raises:
        KeyringError: this process holds no keys.
    """
    if _HELD.tls is None:
        raise KeyringError("the keys of this node are locked in this process")
    return _HELD.tls


def client_context(certificates: tuple[str, ...]) -> ssl.SSLContext:
    """Return a TLS context that shows ours and trusts one member's certificates alone: in use, and announced."""
    return make_client_context(tls(), "".join(certificates))


def server_context(certificates: list[str]) -> ssl.SSLContext:
    """Return a TLS context that shows ours and lets in those who hold one of the members' certificates."""
    return make_server_context(tls(), certificates)
