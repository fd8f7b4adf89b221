"""What a mirror remembers between refreshes, beside the archived files."""

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Final

from comity.directory.errors import DirectoryError
from comity.directory.store import Store

RECENT: Final = 16
"""Versions of the snapshot, targets and bins from which a mirror can make patches."""


@dataclass(slots=True)
class State:
    """Where a mirror stands.

    Attributes:
        roots: sha256 in hex of every root, by version.
        timestamp: sha256 of the present timestamp in hex; empty before the first refresh.
        turn: counts what was kept beside the files, so that other processes notice a confirmed identity key.
        recent: sha256 of the newest versions of the snapshot, targets and bins, by role and version.
    """

    roots: dict[int, str] = field(default_factory=dict)
    timestamp: str = ""
    turn: int = 0
    recent: dict[str, dict[int, str]] = field(default_factory=dict)

    def copy(self) -> "State":
        """Return a state that can be changed and thrown away."""
        recent = {role: dict(versions) for role, versions in self.recent.items()}
        return State(dict(self.roots), self.timestamp, self.turn, recent)

    def remember(self, role: str, version: int, digest: str) -> None:
        """Note a version of a role's file, and forget the oldest beyond `RECENT`."""
        versions = self.recent.setdefault(role, {})
        versions[version] = digest
        while len(versions) > RECENT:
            del versions[min(versions)]


def read_state(data: bytes) -> State:
    """Return what `write_state` wrote.

    Raises:
        DirectoryError: the file is damaged.
    """
    try:
        found = json.loads(data)
        roots = {int(version): str(digest) for version, digest in found["roots"].items()}
        recent = {
            str(role): {int(version): str(digest) for version, digest in versions.items()}
            for role, versions in found["recent"].items()
        }
        return State(roots, str(found["timestamp"]), int(found["turn"]), recent)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DirectoryError("state.json of the directory's mirror is damaged: fetch the directory anew") from None


def write_state(state: State) -> bytes:
    """Return a state as it is kept."""
    return json.dumps(dataclasses.asdict(state)).encode()


def read_seen(store: Store, timestamp_version: int) -> tuple[tuple[int, bytes], ...]:
    """Return (root version, sha256 of timestamp.json) of every verified timestamp of a version.

    There is more than one only after a root that replaced a stolen timestamp key.
    """
    data = store.read(f"seen/{timestamp_version}.json")
    if data is None:
        return ()
    return tuple((int(root), bytes.fromhex(digest)) for root, digest in json.loads(data))


def write_seen(store: Store, version: tuple[int, int, bytes]) -> None:
    """Remember that a version was verified."""
    seen = read_seen(store, version[1])
    if (version[0], version[2]) not in seen:
        items = [(root, digest.hex()) for root, digest in (*seen, (version[0], version[2]))]
        store.write(f"seen/{version[1]}.json", json.dumps(items).encode())
