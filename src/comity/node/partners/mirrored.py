"""This node's copy of the directory on its disk: who refreshes it, from where, and who notices that it changed."""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from comity.directory.errors import DirectoryError, DirectoryForkError, UnreachableError
from comity.directory.mirror import Mirror, Relation
from comity.directory.refreshing import Fetch
from comity.directory.store import FolderStore
from comity.directory.view import Directory, Version
from comity.node import places
from comity.node.partners import incidents

log = logging.getLogger(__name__)

SOURCES: Final = "sources"
"""File in the directory's folder: where to refresh from, one a line, the first preferred: a member's id or a folder."""

FetchFrom = Callable[[str, str], bytes | None]
"""Fetches a path of the directory from a member's node; raises OSError where it cannot be reached."""


class _Held:
    """The mirror of this process."""

    def __init__(self) -> None:
        self.guard = threading.RLock()
        self.mirror: Mirror | None = None
        self.folder: Path | None = None
        self.fetch_from: FetchFrom | None = None
        self.failed_at: datetime | None = None


_HELD: Final = _Held()


def use_network(fetch_from: FetchFrom) -> None:
    """Let this process refresh from other members' nodes."""
    _HELD.fetch_from = fetch_from


def stamp() -> object:
    """Return something that changes when the mirror on the disk changes."""
    try:
        found = (places.directory() / "state.json").stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def mirror() -> Mirror | None:
    """Return the mirror, `None` where none was ever made in this node's folder."""
    folder = places.directory()
    with _HELD.guard:
        if _HELD.mirror is None or folder != _HELD.folder:
            if not (folder / "state.json").exists():
                return None
            _HELD.mirror, _HELD.folder = Mirror(FolderStore(folder)), folder
        else:
            _HELD.mirror.reload()
        return _HELD.mirror


def begin(root: bytes) -> Mirror:
    """Make the mirror from the root file that came with the invitation to join.

    Raises:
        DirectoryError: the root does not hold.
    """
    with _HELD.guard:
        _HELD.folder = places.directory()
        _HELD.mirror = Mirror(FolderStore(_HELD.folder), root)
        return _HELD.mirror


def load(_now: datetime) -> Directory | None:
    """Return the present view, `None` where there is none yet."""
    found = mirror()
    return found.directory if found is not None and found.is_filled else None


def sources() -> tuple[str, ...]:
    """Return where to refresh from."""
    try:
        lines = (places.directory() / SOURCES).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ()
    return tuple(line.strip() for line in lines if line.strip())


def set_sources(names: Sequence[str]) -> None:
    """Write where to refresh from."""
    (places.directory() / SOURCES).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


def refresh(now: datetime, *, also: str = "") -> bool:
    """Refresh from the first source that answers; tells whether anything changed.

    Args:
        now: UTC.
        also: a member that is known to have a newer version, asked where no source brought anything new.

    What does not hold is logged and leaves the present view as it is; two signed directories of one version are an
    incident with both as evidence.
    """
    found = mirror()
    if found is None:
        return False
    before = stamp()
    for source in (*sources(), *((also,) if also else ())):
        fetch = _fetch(source)
        if fetch is None:
            continue
        try:
            with _HELD.guard:
                found.refresh(fetch, now)
        except UnreachableError:
            continue
        except DirectoryForkError as error:
            incidents.keep("directory.forked", source, (error.ours, error.theirs), shown_by=source, at=now)
            continue
        except DirectoryError as error:
            log.warning("the directory at %s does not hold: %s (%s)", source, error, error.code)
            continue
        if stamp() != before or not also:
            return stamp() != before
    return False


def _fetch(source: str) -> Fetch | None:
    if "/" in source:
        store = FolderStore(Path(source))
        return store.read
    fetch_from = _HELD.fetch_from
    return None if fetch_from is None else lambda path: fetch_from(source, path)


def served(path: str) -> bytes | None:
    """Return a file of the directory for another member's mirror."""
    found = mirror()
    return None if found is None or not found.is_filled else found.file(path)


def relate(version: Version) -> Relation:
    """Say how the directory under which a note was written relates to ours."""
    found = mirror()
    return Relation.OLDER_UNSEEN if found is None else found.relate(version)


def at(version: Version) -> Directory | None:
    """Return the directory as it stood at a version, with today's revocations; `None` where it was never seen here."""
    found = mirror()
    if found is None:
        return None
    with _HELD.guard:
        try:
            return found.at(version)
        except DirectoryError as error:
            log.warning("the archive of the directory lacks version %d: %s", version[1], error.code)
            return None


def timestamp_like(version: Version) -> bytes:
    """Return the signed timestamp of ours that has the number of another; empty where we saw none."""
    found = mirror()
    return b"" if found is None else found.timestamp(version[1])


def signed_elsewhere(version: Version, member: str) -> bytes | None:
    """Fetch the timestamp that a note names from the member that wrote it.

    Returns:
        `None` where the member does not show it, or shows one that is not signed as ours are.
    """
    found, fetch = mirror(), _fetch(member)
    if found is None or fetch is None:
        return None
    try:
        data = fetch(f"targets/{version[2].hex()}.timestamp.json")
    except (OSError, DirectoryError):
        return None
    return data if data is not None and found.vouches_for(data, version) else None
