"""Addresses of static files that change with their content.

The usual manifest needs a collecting step before the first page. Here the hash is a query, computed once a process
from the file in the package, so that a node starts from the installed package alone.
"""

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


@cache
def _digest(name: str) -> str:
    path = finders.find(name)
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10] if isinstance(path, str) else ""


class HashedAddresses(StaticFilesStorage):
    """Adds `?v=<hash>` to the address of each file that exists."""

    def url(self, name: str | None) -> str:
        """Return the address of the static file `name`."""
        address = super().url(name)
        digest = _digest(name or "")
        return f"{address}?v={digest}" if digest else address
