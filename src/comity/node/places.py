"""Where a node keeps what is not in its database."""

import tempfile
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings


@cache
def _stand_in() -> Path:
    """A process without a node (tests, tools) gets a folder of its own, kept for its life."""
    return Path(tempfile.mkdtemp(prefix="comity-"))


def folder() -> Path:
    """Return the node's folder."""
    found: Path | None = settings.NODE.folder
    return found if found is not None else _stand_in()


def run() -> Path:
    """Return the folder for locks and sockets; it may be emptied while the node is stopped."""
    return _made(folder() / "run")


def keys() -> Path:
    """Return the folder of the keystore."""
    return _made(folder() / "keys")


def bodies() -> Path:
    """Return the folder of sealed attachment chunks."""
    return _made(folder() / "bodies")


def directory() -> Path:
    """Return the folder of the mirrored directory and its archive."""
    return _made(folder() / "directory")


@lru_cache(maxsize=64)
def _made(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path
