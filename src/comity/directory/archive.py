"""Files that were verified, by their hash, kept for good: a note of ten years ago names one of them."""

import hashlib

from comity.directory.errors import MismatchError
from comity.directory.store import Store


def blob_name(sha256: str) -> str:
    """Return where the archive keeps a file."""
    return f"blobs/{sha256[:2]}/{sha256}"


class Archive:
    """The archive in a store.

    Args:
        store: of a mirror.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def keep(self, data: bytes) -> str:
        """Keep a file, and return its sha256 in hex."""
        digest = hashlib.sha256(data).hexdigest()
        if not self.has(digest):
            self.store.write(blob_name(digest), data)
        return digest

    def has(self, digest: str) -> bool:
        """Say whether a file is kept."""
        return self.store.has(blob_name(digest))

    def find(self, digest: str) -> bytes | None:
        """Return a file if it is kept; it is not hashed again."""
        return self.store.read(blob_name(digest))

    def blob(self, digest: str) -> bytes:
        """Return a file.

        Raises:
            MismatchError: it is missing or damaged.
        """
        data = self.find(digest)
        if data is None or hashlib.sha256(data).hexdigest() != digest:
            raise MismatchError("a file of the directory's archive is missing or damaged: fetch the directory anew")
        return data
