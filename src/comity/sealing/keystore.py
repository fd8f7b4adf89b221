"""Where a node keeps its private keys: one sealed file each, under one pass phrase.

Each KEM key lies in a file of its own below `kem/`, so that it can be erased when its time is over and left out of
backups. Nothing here writes a key or a pass phrase into a message.
"""

import json
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from comity.sealing.disk import sync_folder, write_durably
from comity.sealing.errors import KeystoreError, WrongPassphraseError
from comity.sealing.kem import KemKey
from comity.sealing.logkeys import LogKeys
from comity.sealing.pairs import IdentityKey
from comity.sealing.tls import TlsKey

SCRYPT_N: Final = 2**15
SCRYPT_R: Final = 8
SCRYPT_P: Final = 1
"""32 MiB and about 0.1 s a try: OWASP Password Storage Cheat Sheet, scrypt."""

LOCK: Final = "keystore.json"
CHANGES: Final = "changes"
"""A file with a number that is drawn anew after each change of a key that a running process holds."""
_MAGIC: Final = b"comity/key/v1\n"
_NONCE_SIZE: Final = 12
_START: Final = len(_MAGIC) + _NONCE_SIZE
_NAME: Final = re.compile(r"(?:[a-z0-9][a-z0-9.@-]{0,99}/){0,2}[a-z0-9][a-z0-9.@-]{0,99}")


class Keys(ABC):
    """Private keys by name; the typed methods say which names there are."""

    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """Return the names of all keys, sorted."""

    @abstractmethod
    def get(self, name: str) -> bytes:
        """Return a key's bytes, or raise `KeystoreError`."""

    @abstractmethod
    def put(self, name: str, data: bytes) -> None:
        """Keep a key's bytes durably, in place of what had the name."""

    @abstractmethod
    def erase(self, name: str) -> None:
        """Destroy a key; erasing twice is no error."""

    def stamp(self) -> object:
        """Return something that changes when log keys or the TLS key are made, replaced or destroyed."""
        return self.names()

    def holds(self, name: str) -> bool:
        """Say whether there is a key of a name, without asking for all names: there may be thousands."""
        return name in self.names()

    def below(self, folder: str) -> tuple[str, ...]:
        """Return the names of the keys in a folder, sorted."""
        return tuple(name for name in self.names() if name.startswith(f"{folder}/"))

    def put_identity(self, authority: str, key: IdentityKey) -> None:
        """Keep an authority's identity key."""
        self.put(f"identity/{authority}", key.seed)

    def identity(self, authority: str) -> IdentityKey:
        """Return an authority's identity key."""
        return IdentityKey.from_seed(self.get(f"identity/{authority}"))

    def put_log(self, keys: LogKeys) -> None:
        """Keep both keys of a log."""
        self.put(_log(keys.name), keys.pair.seed)

    def log(self, name: str) -> LogKeys:
        """Return both keys of a log, such as `xa.ncb/x1`."""
        return LogKeys.from_seed(name, self.get(_log(name)))

    def logs(self) -> tuple[LogKeys, ...]:
        """Return the keys of every log."""
        return tuple(self.log(name[4:].replace("@", "/")) for name in self.names() if name.startswith("log/"))

    def put_next_log(self, keys: LogKeys) -> None:
        """Keep the keys that a log is changing to; both pairs sign until the change is over."""
        self.put(_next_log(keys.name), keys.pair.seed)

    def next_log(self, name: str) -> LogKeys | None:
        """Return the keys that a log is changing to, `None` where no change is under way."""
        return LogKeys.from_seed(name, self.get(_next_log(name))) if self.holds(_next_log(name)) else None

    def end_change_of_log(self, name: str) -> None:
        """Let the next keys of a log be its only ones: the old pair is destroyed. Doing it twice is no error."""
        if self.holds(_next_log(name)):
            self.put(_log(name), self.get(_next_log(name)))
            self.erase(_next_log(name))

    def erase_log(self, name: str) -> None:
        """Destroy both keys of a log, for instance because they were stolen."""
        self.erase(_next_log(name))
        self.erase(_log(name))

    def put_kem(self, authority: str, key: KemKey) -> None:
        """Keep one of an authority's KEM keys, in a file of its own."""
        self.put(f"kem/{authority}/{key.id}", key.to_bytes())

    def kems(self, authority: str) -> tuple[KemKey, ...]:
        """Return an authority's KEM keys, the newest first."""
        names = self.below(f"kem/{authority}")
        return tuple(sorted((KemKey.from_stored(self.get(name)) for name in names), key=_newest_first))

    def erase_kem(self, authority: str, key_id: str) -> None:
        """Destroy a KEM key whose notes have all expired."""
        self.erase(f"kem/{authority}/{key_id}")

    def put_tls(self, key: TlsKey) -> None:
        """Keep the node's TLS certificate and key."""
        self.put("tls", key.to_bytes())

    def tls(self) -> TlsKey:
        """Return the node's TLS certificate and key."""
        return TlsKey.from_stored(self.get("tls"))

    def put_next_tls(self, key: TlsKey) -> None:
        """Keep the TLS certificate and key that are announced and not yet shown."""
        self.put("tls-next", key.to_bytes())

    def next_tls(self) -> TlsKey:
        """Return the announced TLS certificate and key."""
        return TlsKey.from_stored(self.get("tls-next"))


def _log(name: str) -> str:
    return f"log/{name.replace('/', '@')}"


def _next_log(name: str) -> str:
    return f"log-next/{name.replace('/', '@')}"


def _newest_first(key: KemKey) -> float:
    return -key.valid_from.timestamp()


class MemoryKeys(Keys):
    """Keys that are gone with the process, for tests and the simulator."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def names(self) -> tuple[str, ...]:
        """Return the names of all keys, sorted."""
        return tuple(sorted(self._held))

    def get(self, name: str) -> bytes:
        """Return a key's bytes."""
        if name not in self._held:
            raise KeystoreError(f"there is no key `{name}`")
        return self._held[name]

    def put(self, name: str, data: bytes) -> None:
        """Keep a key's bytes."""
        self._held[_checked(name)] = data

    def erase(self, name: str) -> None:
        """Forget a key."""
        self._held.pop(name, None)


class Keystore:
    """A folder of sealed keys, locked.

    Args:
        folder: need not exist before `create`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def exists(self) -> bool:
        """Whether a keystore was created here."""
        return (self._folder / LOCK).exists()

    def create(self, passphrase: str) -> "OpenKeystore":
        """Make a new keystore.

        Raises:
            KeystoreError: there is one already, or the folder cannot be written.
        """
        if self.exists:
            raise KeystoreError(f"there is a keystore in `{self._folder}` already")
        with _disk_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        master = os.urandom(32)
        self._write_lock(master, passphrase)
        return OpenKeystore(self._folder, master)

    def check(self, passphrase: str) -> None:
        """Say whether the pass phrase opens the keystore, by raising.

        Raises:
            KeystoreError: it does not, or there is no keystore.
        """
        self._master(passphrase)

    def unlock(self, passphrase: str) -> "OpenKeystore":
        """Open the keystore; takes about a tenth of a second, on purpose.

        Raises:
            KeystoreError: the pass phrase is wrong, or there is no keystore.
        """
        return OpenKeystore(self._folder, self._master(passphrase))

    def change(self, old: str, new: str) -> None:
        """Lock the same keys under another pass phrase.

        Raises:
            KeystoreError: the old one is wrong.
        """
        self._write_lock(self._master(old), new)

    def _write_lock(self, master: bytes, passphrase: str) -> None:
        salt, nonce = os.urandom(16), os.urandom(_NONCE_SIZE)
        sealed = AESGCM(_stretch(passphrase, salt, SCRYPT_N)).encrypt(nonce, master, LOCK.encode())
        lock = {"v": 1, "kdf": "scrypt", "n": SCRYPT_N, "r": SCRYPT_R, "p": SCRYPT_P}
        text = json.dumps({**lock, "salt": salt.hex(), "nonce": nonce.hex(), "master": sealed.hex()}, indent=1)
        with _disk_errors(self._folder):
            write_durably(self._folder / LOCK, text.encode() + b"\n", mode=0o600)

    def _master(self, passphrase: str) -> bytes:
        try:
            text = (self._folder / LOCK).read_bytes()
        except FileNotFoundError:
            raise KeystoreError(f"there is no keystore in `{self._folder}`") from None
        except OSError as error:
            raise KeystoreError(f"the keystore cannot be read: {os.strerror(error.errno or 0)}") from None
        try:
            lock = json.loads(text)
            salt, nonce, sealed = (bytes.fromhex(lock[name]) for name in ("salt", "nonce", "master"))
            # Other costs than ours would let whoever can write the file make us work without end.
            expected = (lock["v"], lock["n"], lock["r"], lock["p"]) == (1, SCRYPT_N, SCRYPT_R, SCRYPT_P)
        except (ValueError, KeyError, TypeError):
            raise KeystoreError(f"`{LOCK}` of the keystore is damaged: restore it from a backup") from None
        if not expected:
            raise KeystoreError(f"`{LOCK}` of the keystore has a form that this version does not know")
        try:
            return AESGCM(_stretch(passphrase, salt, lock["n"])).decrypt(nonce, sealed, LOCK.encode())
        except (InvalidTag, ValueError):
            raise WrongPassphraseError("the pass phrase is wrong") from None


class OpenKeystore(Keys):
    """A folder of sealed keys, unlocked; made by `Keystore`."""

    def __init__(self, folder: Path, master: bytes) -> None:
        self._folder = folder
        self._box = AESGCM(master)
        self._changes = os.fspath(folder / CHANGES)
        self._stamped = tuple(os.fspath(folder / name) for name in (".", "log", "log-next"))

    def __repr__(self) -> str:
        return f"OpenKeystore({self._folder})"

    def stamp(self) -> object:
        """Return the number that is drawn after each change, and when the folders were last written to.

        The times alone would not do: a disk tells them by the tick, and who read keys in the middle of a change would
        go on with the old ones. They are there for what somebody copies into the folder by hand.
        """
        return _drawn(self._changes), *(_written_at(path) for path in self._stamped)

    def holds(self, name: str) -> bool:
        """Say whether there is a key of a name."""
        return self._path(name).is_file()

    def below(self, folder: str) -> tuple[str, ...]:
        """Return the names of the keys in a folder, sorted."""
        return tuple(sorted(f"{folder}/{path.stem}" for path in (self._folder / folder).glob("*.key")))

    def names(self) -> tuple[str, ...]:
        """Return the names of all keys, sorted."""
        found = (path.relative_to(self._folder).as_posix() for path in self._folder.rglob("*.key"))
        return tuple(sorted(name.removesuffix(".key") for name in found))

    def get(self, name: str) -> bytes:
        """Return a key's bytes.

        Raises:
            KeystoreError: there is no such key, or its file is damaged.
        """
        try:
            data = self._path(name).read_bytes()
        except FileNotFoundError:
            raise KeystoreError(f"there is no key `{name}`") from None
        except OSError as error:
            raise KeystoreError(f"the key `{name}` cannot be read: {os.strerror(error.errno or 0)}") from None
        magic, nonce, sealed = data[: len(_MAGIC)], data[len(_MAGIC) : _START], data[_START:]
        try:
            # The magic and the name are bound to the content: swapped files do not pass for each other.
            return self._box.decrypt(nonce, sealed, magic + name.encode())
        except (InvalidTag, ValueError):
            raise KeystoreError(f"the file of the key `{name}` is damaged") from None

    def put(self, name: str, data: bytes) -> None:
        """Write a key durably: temporary file, sync, rename, sync of the folder.

        Raises:
            KeystoreError: the disk refuses.
        """
        nonce = os.urandom(_NONCE_SIZE)
        path = self._path(name)
        with _disk_errors(self._folder):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_durably(path, _MAGIC + nonce + self._box.encrypt(nonce, data, _MAGIC + name.encode()), mode=0o600)
            self._tell(name)

    def erase(self, name: str) -> None:
        """Overwrite and remove a key's file.

        A copy-on-write disk keeps old blocks for a while; what they hold is sealed under the pass phrase.

        Raises:
            KeystoreError: the disk refuses.
        """
        path = self._path(name)
        with _disk_errors(self._folder):
            try:
                with path.open("r+b") as handle:
                    handle.write(os.urandom(path.stat().st_size))
                    handle.flush()
                    os.fsync(handle.fileno())
                path.unlink()
            except FileNotFoundError:
                return
            sync_folder(path.parent)
            self._tell(name)

    def _tell(self, name: str) -> None:
        """Let other processes see a change; KEM keys, of which there are many, they look for themselves."""
        if not name.startswith("kem/"):
            write_durably(Path(self._changes), os.urandom(16), mode=0o600)

    def _path(self, name: str) -> Path:
        return self._folder / f"{_checked(name)}.key"


def _drawn(path: str) -> bytes:
    # Asked before each signature: as a `Path` the question would cost more than its answer.
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return b""
    try:
        return os.read(descriptor, 16)
    finally:
        os.close(descriptor)


def _written_at(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns  # noqa: PTH116  # as above
    except FileNotFoundError:
        return 0


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name) or ".." in name:
        raise KeystoreError("this is no name of a key")
    return name


def _stretch(passphrase: str, salt: bytes, n: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=n, r=SCRYPT_R, p=SCRYPT_P).derive(passphrase.encode())


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise KeystoreError(f"`{folder}` cannot be written: {os.strerror(error.errno or 0)}") from None
