"""HTTP to partners: mutual TLS 1.3, each side's certificate pinned by the directory; nothing else leaves the node."""

import ssl
import threading
from typing import Final
from urllib.parse import urlsplit

import urllib3
from django.utils import timezone
from urllib3.exceptions import HTTPError

from comity.delivery import MAX_PARCEL_BYTES
from comity.node.partners import keyring, members
from comity.vocabulary.authority import AuthorityId

OK: Final = 200
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
    base, pool = _pool(partner)
    try:
        answer = pool.request(
            method,
            base + path,
            body=body,
            headers={"Content-Type": CONTENT_TYPE, **(headers or {})},
            retries=False,
            redirect=False,
            timeout=TIMEOUT,
            preload_content=False,
        )
        try:
            data = answer.read(MAX_PARCEL_BYTES + 1)  # an endless answer is cut, and then refused as oversized
        finally:
            answer.release_conn() if answer.length_remaining in {0, None} else answer.close()
    except HTTPError as error:
        raise OSError(f"{partner} cannot be reached: {type(error).__name__}") from error
    return answer.status, data


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
