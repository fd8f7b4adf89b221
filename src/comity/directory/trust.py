"""The client's rules of TUF, as python-tuf holds them, with this directory's profile on top and our errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from tuf.api.exceptions import (
    BadVersionNumberError,
    EqualVersionNumberError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.api.metadata import Root, Snapshot, Targets, Timestamp

# The rules without the input and output of python-tuf's updater, which wants to fetch and keep files itself. The module
# is internal to python-tuf: the lock file pins its version, and tests/directory/test_attacks.py holds its behaviour.
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet
from tuf.ngclient.config import EnvelopeType

from comity.directory import profile
from comity.directory.errors import (
    DirectoryForkError,
    ExpiredError,
    MetadataError,
    MismatchError,
    RollbackError,
    ThresholdError,
)

Kind = type[Root] | type[Timestamp] | type[Snapshot] | type[Targets]


@contextmanager
def our_errors() -> Iterator[None]:
    """Turn python-tuf's errors into ours."""
    try:
        yield
    except EqualVersionNumberError:
        raise  # for the caller, who compares the bytes
    except ExpiredMetadataError as error:
        raise ExpiredError(str(error)) from None
    except BadVersionNumberError as error:
        raise RollbackError(str(error)) from None
    except UnsignedMetadataError as error:
        raise ThresholdError(str(error)) from None
    except LengthOrHashMismatchError as error:
        raise MismatchError(str(error)) from None
    except RepositoryError as error:
        raise MetadataError(str(error)) from None


class Trust:
    """What was verified so far in one refresh, from the root downwards.

    Args:
        root: bytes of the newest root that this node trusts.
        now: UTC; every expiry is judged at this instant.

    Raises:
        DirectoryError: the root itself does not hold.
    """

    def __init__(self, root: bytes, now: datetime) -> None:
        self.now = now
        with our_errors():
            self._set = TrustedMetadataSet(root, EnvelopeType.METADATA)
        self._set.reference_time = now
        self._set._load_data = _load  # type: ignore[assignment]  # noqa: SLF001  # the profile's checks in TUF's place
        _load(Root, root)

    @property
    def root(self) -> Root:
        """The newest root."""
        return self._set.root

    @property
    def timestamp(self) -> Timestamp | None:
        """The newest timestamp, which may be expired."""
        return self._set.timestamp if profile.TIMESTAMP in self._set else None

    @property
    def snapshot(self) -> Snapshot:
        """The newest snapshot."""
        return self._set.snapshot

    def add_root(self, data: bytes) -> None:
        """Believe the next root, signed by the threshold of the one before and of its own keys."""
        with our_errors():
            self._set.update_root(data)

    def remember_timestamp(self, data: bytes) -> None:
        """Take the timestamp that we believed before as the one that nothing may be older than.

        Keys that a new root has replaced are no longer listened to: so a stolen timestamp key that counted far ahead
        does not lock members out (TUF specification, 5.3.11).
        """
        try:
            self._set.update_timestamp(data)
        except RepositoryError:
            return
        except ThresholdError:
            return

    def remember_snapshot(self, data: bytes) -> None:
        """Take the snapshot that we believed before as the one that nothing may be older than."""
        try:
            self._set.update_snapshot(data, trusted=True)
        except RepositoryError:
            return
        except ThresholdError:
            return

    def add_timestamp(self, data: bytes, ours: bytes | None) -> None:
        """Believe a timestamp, newer than ours or the same.

        Raises:
            DirectoryForkError: it is signed, of our version, and another one.
            DirectoryError: it does not hold.
        """
        try:
            with our_errors():
                self._set.update_timestamp(data)
        except EqualVersionNumberError:
            if ours is not None and data != ours:
                raise DirectoryForkError(self._set.timestamp.version, ours, data) from None
        profile.check_expiry(self._set.timestamp, profile.TIMESTAMP, self.now)

    def add_snapshot(self, data: bytes) -> None:
        """Believe a snapshot that the timestamp pins."""
        with our_errors():
            self._set.update_snapshot(data)
        profile.check_expiry(self.snapshot, profile.SNAPSHOT, self.now)

    def add_targets(self, data: bytes) -> Targets:
        """Believe the registrar's targets that the snapshot pins."""
        with our_errors():
            targets = self._set.update_targets(data)
        profile.check_expiry(targets, profile.TARGETS, self.now)
        return targets

    def add_bin(self, name: str, data: bytes) -> Targets:
        """Believe a bin of members that the snapshot pins and the registrar signed."""
        with our_errors():
            found = self._set.update_delegated_targets(data, name, profile.TARGETS)
        profile.check_expiry(found, name, self.now)
        return found


def _load(
    kind: Kind, data: bytes, delegator: Root | Targets | None = None, role: str | None = None
) -> tuple[Any, bytes, dict[str, Any]]:
    """Read and verify a file by the profile; in place of python-tuf's function of the same shape."""
    metadata: Any = profile.read(kind, data)
    if kind is Root:
        profile.check_signatures(metadata.signed, profile.ROOT, metadata)
    if delegator is not None:
        profile.check_signatures(delegator, role or kind.type, metadata)
    return metadata.signed, metadata.signed_bytes, metadata.signatures
