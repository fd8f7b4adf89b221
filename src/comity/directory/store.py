"""Where a mirror or a registrar keeps files: a folder, or memory."""

import os
import re
from pathlib import Path
from typing import Final, Protocol

from comity.sealing.disk import sync_folder, write_durably

_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]*(?:/[a-zA-Z0-9][a-zA-Z0-9._-]*){0,4}")


class Store(Protocol):
    """Files by name; a name has at most five parts of letters, digits, dots, dashes and underscores."""

    def read(self, name: str) -> bytes | None:
        """Return a file, `None` where there is none."""
        ...

    def has(self, name: str) -> bool:
        """Say whether there is such a file."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Keep a file whole or not at all; it is sure to survive a power cut only after the next `commit`."""
        ...

    def commit(self, name: str, data: bytes) -> None:
        """Keep a file, and return when it and everything before it is on the disk."""
        ...


class MemoryStore:
    """Files that are gone with the process."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def read(self, name: str) -> bytes | None:
        """Return a file."""
        return self.files.get(name)

    def has(self, name: str) -> bool:
        """Say whether there is such a file."""
        return name in self.files

    def write(self, name: str, data: bytes) -> None:
        """Keep a file."""
        self.files[name] = data

    def commit(self, name: str, data: bytes) -> None:
        """Keep a file."""
        self.files[name] = data


class FolderStore:
    """Files below a folder, which is made with the first of them.

    Args:
        folder: of one process that writes; others may read at any time.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._unsynced: set[Path] = set()

    def read(self, name: str) -> bytes | None:
        """Return a file; a name that leaves the folder has none."""
        if not _NAME.fullmatch(name):
            return None
        try:
            return (self.folder / name).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def has(self, name: str) -> bool:
        """Say whether there is such a file."""
        return bool(_NAME.fullmatch(name)) and (self.folder / name).is_file()

    def write(self, name: str, data: bytes) -> None:
        """Write beside, sync and rename; the folder is synced with the next `commit`.

        Raises:
            OSError: the disk refuses.
        """
        path = self._made(name)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with temporary.open("wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        self._unsynced.add(path.parent)

    def commit(self, name: str, data: bytes) -> None:
        """Sync all folders that were written to, then write the file durably.

        Raises:
            OSError: the disk refuses.
        """
        for folder in sorted(self._unsynced):
            sync_folder(folder)
        self._unsynced.clear()
        write_durably(self._made(name), data)

    def _made(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"`{name}` is no name of a file in a store")
        path = self.folder / name
        if not path.parent.exists():
            path.parent.mkdir(parents=True)
            inside = path.parent.relative_to(self.folder)
            for part in (inside, *inside.parents):
                self._unsynced.add((self.folder / part).parent)
        return path
