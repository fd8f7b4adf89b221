"""HTTP to partners: mutual TLS 1.3, each side's certificate pinned by the directory; nothing else leaves the node."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import urllib3
from django.utils import timezone
from urllib3.exceptions import HTTPError

from comity.delivery import MAX_PARCEL_BYTES
from comity.node.partners import keyring, members
from comity.vocabulary.authority import AuthorityId

OK, PARTIAL = 200, 206
PIECE: Final = 256 * 1024
NOTES: Final = "/federation/v1/notes"
CONTENT_TYPE: Final = "application/cbor"
TIMEOUT: Final = urllib3.Timeout(connect=5, read=60)
_POOLS: Final[dict[tuple[str, ...], urllib3.HTTPSConnectionPool]] = {}
_GUARD: Final = threading.Lock()


class BarredError(OSError):
    """The directory does not let us call this member: it was removed or suspended."""


def post(partner: AuthorityId, body: bytes) -> tuple[int, bytes]:
    """Post a parcel to a member.

    Returns:
        HTTP status and body.

    Raises:
        BarredError: the member is no longer in the directory, or suspended.
        OSError: it cannot be reached, or shows a certificate that is not pinned.
    """
    return _request("POST", partner, NOTES, body)


def get(partner: AuthorityId, path: str, *, first_byte: int = 0) -> tuple[int, bytes]:
    """Get a path of a member's node, from a byte on.

    Raises:
        OSError: as `post`.
    """
    return _request("GET", partner, path, None, {"Range": f"bytes={first_byte}-"} if first_byte else {})


def get_into(file: Path, partner: AuthorityId, path: str, *, most_bytes: int) -> int:
    """Get a path of a member's node into a file, from the file's end on; what came stays where the answer breaks off.

    Args:
        file: holds the beginning, from an earlier attempt, or nothing.
        partner: whose node.
        path: of what it serves.
        most_bytes: the size that is expected; what goes beyond is not read.

    Returns:
        HTTP status; 206 where it went on from the end, 200 where it began anew. Elsewhere the file is as it was.

    Raises:
        OSError: as `post`; or the answer breaks off, or the file cannot be written.
    """
    held = file.stat().st_size if file.exists() else 0
    if held >= most_bytes:
        return PARTIAL
    with _open("GET", partner, path, None, {"Range": f"bytes={held}-"} if held else {}) as answer:
        if answer.status in {OK, PARTIAL}:
            left = most_bytes - (held if answer.status == PARTIAL else 0)
            with file.open("ab" if answer.status == PARTIAL else "wb") as handle:
                while piece := answer.read(min(PIECE, left + 1)):
                    left -= len(piece)
                    if left < 0:
                        raise OSError(f"{partner} gives more than it announced")
                    handle.write(piece)
        return answer.status


def fetch_directory(member: str, path: str) -> bytes | None:
    """Fetch a file of the directory from a member's mirror.

    Raises:
        OSError: it cannot be reached.
    """
    status, data = get(AuthorityId.parse(member), f"/directory/{path}")
    return data if status == OK else None


def _request(
    method: str, partner: AuthorityId, path: str, body: bytes | None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    with _open(method, partner, path, body, headers or {}) as answer:
        # An endless answer is cut, and then refused as oversized.
        return answer.status, answer.read(MAX_PARCEL_BYTES + 1)


@contextmanager
def _open(
    method: str, partner: AuthorityId, path: str, body: bytes | None, headers: dict[str, str]
) -> Iterator[urllib3.BaseHTTPResponse]:
    """Ask, and give the connection back when the answer was read to its end."""
    base, pool = _pool(partner)
    try:
        answer = pool.request(
            method,
            base + path,
            body=body,
            headers={"Content-Type": CONTENT_TYPE, **headers},
            retries=False,
            redirect=False,
            timeout=TIMEOUT,
            preload_content=False,
        )
        try:
            yield answer
        finally:
            answer.release_conn() if answer.length_remaining in {0, None} else answer.close()
    except HTTPError as error:
        raise OSError(f"{partner} cannot be reached: {type(error).__name__}") from error


def _pool(partner: AuthorityId) -> tuple[str, urllib3.HTTPSConnectionPool]:
    """Return the path prefix and the connection pool of a member; a new certificate makes a new pool."""
    member = members.find(partner)
    standing = members.standing(partner, timezone.now())
    if member is None or standing in members.BARRED:
        raise BarredError(f"{partner} is {standing} in the directory")
    if not member.endpoints:
        raise OSError(f"{partner} has no endpoint in the directory")
    address = urlsplit(member.endpoints[0])
    key = (member.endpoints[0], *sorted(member.tls_spkis))
    with _GUARD:
        pool = _POOLS.get(key)
        if pool is None:
            pool = _POOLS[key] = urllib3.HTTPSConnectionPool(
                members.connect_host(address.hostname or ""),
                address.port or 443,
                maxsize=4,
                block=False,
                ssl_context=_context(member.tls_certificates),
                server_hostname=address.hostname,
                assert_hostname=False,  # the certificate itself is pinned, whatever host it names
            )
    return address.path.rstrip("/"), pool


def _context(certificates: tuple[str, ...]) -> ssl.SSLContext:
    """Return a context that trusts one member's certificates and shows ours."""
    return keyring.client_context(certificates)


def forget() -> None:
    """Close every connection: after a change of our own certificate, and between tests."""
    with _GUARD:
        for pool in _POOLS.values():
            pool.close()
        _POOLS.clear()
