"""Addresses of static files that change with their content.

The usual manifest needs a collecting step before the first page. Here the hash is a query, computed once a process
from the file in the package, so that a node starts from the installed package alone.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


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


class Smaller(GZipMiddleware):
    """Compresses style sheets, scripts and drawings, which a browser asks for once an hour at most.

    Pages stay as they are: they hold secrets beside words that an address can bring in, and the length of what is
    compressed would tell who listens on the line whether both are alike (BREACH, 2013).
    """

    max_random_bytes = 0  # these files hold no secret, and are the same for everybody

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress what is a file of ours and a text."""
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if request.path_info.startswith(settings.STATIC_URL) and kind in _TEXTS:
            return super().process_response(request, response)
        return response


_TEXTS: Final = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
