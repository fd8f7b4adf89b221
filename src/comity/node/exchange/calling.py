"""Posting to an address that an officer named, outside the federation.

Whoever names an address could make the node knock at doors inside its own network (server-side request forgery). So
the name is resolved once, every address behind it must be one of the public internet, and the connection goes to
exactly that address. Redirects are not followed, and an answer is read only so far and so long. Names that the
administrator wrote into `node.toml` (`webhook_hosts`) may be anywhere.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import SplitResult, urlsplit

MAX_URL: Final = 500
SILENT_S: Final = 5
"""So long a connection may say nothing."""
WHOLE_S: Final = 10
"""So long a call may last in all, also where every second brings a byte."""
MAX_ANSWER: Final = 16_384
_PORTS: Final = {"https": 443, "http": 80}
_MAPS_OLD: Final = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: leads to an address of version 4


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a call: the status that was answered, or 0 and why there is none.

    `code` is ``taken`` for a status from 200 to 299, ``answered`` for any other, ``address`` where the name leads into
    a network that is not public, ``name`` where it leads nowhere, ``tls``, ``time``, or ``connection``.
    """

    status: int
    code: str

    @property
    def taken(self) -> bool:
        """Whether the address took what was posted."""
        return self.code == "taken"


def objection(url: str, named: Collection[str]) -> str:
    """Return why nothing can be posted to an address, as far as its text tells: empty, or a code.

    Args:
        url: as an officer wrote it.
        named: hosts that the administrator allows, each also with a port (`host:8443`).

    Returns:
        ``form`` (no address of the web), ``secret`` (a name or password in it), ``https`` (not encrypted, and the host
        is none that is named), ``address`` (a number that is not public).
    """
    parts = _parts(url)
    if parts is None or parts.fragment:
        return "form"
    if parts.username is not None or parts.password is not None:
        return "secret"
    if _is_named(parts, named):
        return ""
    return "https" if parts.scheme != "https" else _objection_to(parts.hostname or "")


def _objection_to(host: str) -> str:
    try:
        return "" if is_public(host) else "address"
    except ValueError:  # a name; where it leads is seen when it is called
        return "" if "." in host else "address"


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet (raises `ValueError` where it is none)."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and (
        found.ipv4_mapped or found.sixtofour or found.teredo or found in _MAPS_OLD
    ):
        return False  # leads on to an address of version 4, which nobody needs to write so
    return found.is_global and not found.is_multicast


def post(url: str, body: bytes, headers: Mapping[str, str], *, named: Collection[str] = ()) -> Called:
    """Post once; nothing is raised, whatever the other side does.

    Args:
        url: without objection.
        body: sent as it is.
        headers: beside `Host` and `Content-Length`.
        named: as in `objection`.
    """
    parts = _parts(url)
    if parts is None or objection(url, named):
        return Called(0, "address")
    port = parts.port or _PORTS[parts.scheme]
    try:
        address = _resolved(parts, port, named)
        return _posted(parts, address, port, body, headers) if address else Called(0, "address")
    except socket.gaierror:
        return Called(0, "name")
    except ssl.SSLError:
        return Called(0, "tls")
    except TimeoutError:
        return Called(0, "time")
    except (OSError, http.client.HTTPException, ValueError):
        return Called(0, "connection")


def _resolved(parts: SplitResult, port: int, named: Collection[str]) -> str:
    """Return the one address that is called; empty where any address behind the name is not public."""
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    return addresses[0] if _is_named(parts, named) or all(is_public(one) for one in addresses) else ""


def _posted(parts: SplitResult, address: str, port: int, body: bytes, headers: Mapping[str, str]) -> Called:
    plain = socket.create_connection((address, port), timeout=SILENT_S)
    late = threading.Event()

    def end() -> None:
        late.set()
        with suppress(OSError):
            plain.shutdown(socket.SHUT_RDWR)

    clock = threading.Timer(WHOLE_S, end)
    clock.daemon = True
    clock.start()
    connection = http.client.HTTPConnection(parts.hostname or "", port, timeout=SILENT_S)
    try:
        connection.sock = _wrapped(plain, parts)
        connection.request("POST", parts._replace(scheme="", netloc="").geturl() or "/", body, dict(headers))
        answer = connection.getresponse()
        answer.read(MAX_ANSWER)
        if late.is_set():
            return Called(0, "time")
        taken = HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES
        return Called(answer.status, "taken" if taken else "answered")
    except (OSError, http.client.HTTPException, ValueError):
        if late.is_set():
            raise TimeoutError from None
        raise
    finally:
        clock.cancel()
        connection.close()
        plain.close()


def _wrapped(plain: socket.socket, parts: SplitResult) -> socket.socket:
    if parts.scheme == "http":
        return plain
    return ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)


def _parts(url: str) -> SplitResult | None:
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in _PORTS and parts.hostname and port != 0 else None


def _is_named(parts: SplitResult, named: Collection[str]) -> bool:
    host = parts.hostname or ""
    return host in named or f"{host}:{parts.port or _PORTS[parts.scheme]}" in named
