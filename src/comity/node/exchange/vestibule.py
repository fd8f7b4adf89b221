"""Before the door: TLS handshakes of all comers side by side, a limit for each member, and a clock over each request.

The HTTP server would shake hands in the thread that accepts, so that one caller who says nothing keeps everybody
waiting. Here a handshake costs a socket and no thread; only what a member's key stands behind reaches the server.
"""

import contextlib
import hashlib
import logging
import selectors
import socket
import ssl
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from cheroot.errors import FatalSSLAlert
from cheroot.makefile import MakeFile
from cheroot.server import HTTPConnection, HTTPRequest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from comity.delivery import MAX_PARCEL_BYTES, Fault

log = logging.getLogger(__name__)

MAX_IN_FLIGHT: Final = 4  # requests of one pinned key that hold a thread: a flood leaves threads for the others
MAX_CONNECTIONS: Final = 32  # of one pinned key, idle ones included
MAX_HANDSHAKES: Final = 256  # under way; a further one drops the oldest, which had its time
HANDSHAKE_S: Final = 10.0
HEADERS_S: Final = 20.0
REQUEST_S: Final = 300.0  # 16 MiB over a line of half a megabit
SILENCE_S: Final = 30  # between two reads or writes
TICK_S: Final = 1.0


def spki_of(certificate: bytes) -> str:
    """Return the SHA-256 of a DER certificate's public key, in hex; empty for what is no certificate."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError:
        return ""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


@dataclass(slots=True)
class Places:
    """How many connections and how many requests each key has, and how long each request has been at it."""

    guard: threading.Lock = field(default_factory=threading.Lock)
    connections: Counter[str] = field(default_factory=Counter)
    inside: Counter[str] = field(default_factory=Counter)
    busy: "set[MemberConnection]" = field(default_factory=set)

    def connect(self, spki: str) -> bool:
        """Take a place for a connection, unless its key has enough."""
        with self.guard:
            if self.connections[spki] >= MAX_CONNECTIONS:
                return False
            self.connections[spki] += 1
            return True

    def disconnect(self, spki: str) -> None:
        """Give a connection's place back."""
        with self.guard:
            self.connections[spki] -= 1
            if not self.connections[spki]:
                del self.connections[spki]

    def enter(self, connection: "MemberConnection") -> bool:
        """Take a place for a request, unless the connection's key has enough."""
        with self.guard:
            if self.inside[connection.spki] >= MAX_IN_FLIGHT:
                return False
            self.inside[connection.spki] += 1
            connection.since, connection.asked = time.monotonic(), False
            self.busy.add(connection)
            return True

    def leave(self, connection: "MemberConnection") -> None:
        """Give a request's place back."""
        with self.guard:
            self.busy.discard(connection)
            self.inside[connection.spki] -= 1
            if not self.inside[connection.spki]:
                del self.inside[connection.spki]

    def cut_short(self, now: float) -> None:
        """Hang up on requests that take longer than any honest one: a byte now and then is no progress."""
        with self.guard:
            late = [one for one in self.busy if now - one.since > (REQUEST_S if one.asked else HEADERS_S)]
        for one in late:
            with contextlib.suppress(OSError):  # gone by itself; TLS is passed over, its thread is in the middle of it
                socket.socket.shutdown(one.socket, socket.SHUT_RDWR)


class MemberRequest(HTTPRequest):
    """A request whose head has arrived, or is refused."""

    def parse_request(self) -> None:
        """Read the head; a body that nobody will read ends the connection, instead of being read into memory."""
        super().parse_request()
        self.conn.asked = True
        length = self.inheaders.get(b"Content-Length", b"0").strip()
        if self.ready and not length.isdigit():
            self.ready = False
            self.simple_response("400 Bad Request", "Content-Length is no number")
        elif self.chunked_read or int(length or b"0") > MAX_PARCEL_BYTES:
            self.close_connection = True


class MemberConnection(HTTPConnection):
    """A connection behind which the holder of a pinned key stands."""

    RequestHandlerClass = MemberRequest
    places: Places
    spki: str = ""
    since: float = 0.0
    asked: bool = False
    on_flood: Callable[[str], None]

    def communicate(self) -> Any:  # noqa: ANN401  # as the server declares it
        """Serve one request, unless as many of the same key hold a thread already."""
        if not self.places.enter(self):
            self.on_flood(self.spki)
            self._turn_away()
            return False
        try:
            return super().communicate()  # type: ignore[no-untyped-call]  # as above
        finally:
            self.places.leave(self)

    def _turn_away(self) -> None:
        body = Fault("rate.exceeded").to_bytes()
        head = f"HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/cbor\r\nContent-Length: {len(body)}\r\n"
        with contextlib.suppress(OSError):
            self.wfile.write(head.encode("ascii") + b"Connection: close\r\n\r\n" + body)

    def close(self) -> None:
        """Hang up and give the place back, once."""
        spki, self.spki = self.spki, ""
        if spki:
            self.places.disconnect(spki)
        super().close()


@dataclass(slots=True)
class _Comer:
    """Somebody whose handshake is under way."""

    tls: ssl.SSLSocket
    until: float


class Vestibule:
    """What the server takes for its TLS adapter: it takes each accepted socket away and brings members back.

    Args:
        server: the HTTP server that gets the connections.
        context: makes the TLS context that lets members in and nobody else.
        on_stranger: called for each handshake that failed or came to no end.
        on_flood: called with a key that wanted more places than it may have.
    """

    def __init__(
        self,
        server: Any,  # noqa: ANN401  # the library's server is untyped
        context: Callable[[], ssl.SSLContext],
        on_stranger: Callable[[], None],
        on_flood: Callable[[str], None],
    ) -> None:
        self._server, self._make = server, context
        self._on_stranger, self._on_flood = on_stranger, on_flood
        self._context = context()
        self._places = Places()
        self._arrived: deque[socket.socket] = deque()
        self._selector = selectors.DefaultSelector()
        self._comers: dict[int, _Comer] = {}  # by descriptor, the oldest first
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)
        self._selector.register(self._near, selectors.EVENT_READ)
        self._open = True

    # What the server asks of its adapter

    def bind(self, sock: socket.socket) -> socket.socket:
        """Leave the listening socket as it is."""
        return sock

    def wrap(self, sock: socket.socket) -> tuple[socket.socket, dict[str, str]]:
        """Take an accepted socket away; the accepting thread goes on at once.

        Raises:
            FatalSSLAlert: always; the server takes it that this connection is no longer its own.
        """
        self._arrived.append(sock)
        with contextlib.suppress(BlockingIOError):
            self._far.send(b"!")
        raise FatalSSLAlert("its handshake goes on elsewhere")

    def makefile(self, sock: socket.socket, mode: str = "rb", bufsize: int = -1) -> Any:  # noqa: ANN401  # as above
        """Return the server's own kind of file over a socket."""
        return MakeFile(sock, mode, bufsize)

    # Life

    def start(self) -> None:
        """Shake hands in a thread of its own."""
        threading.Thread(target=self._run, name="vestibule", daemon=True).start()

    def reload(self) -> None:
        """Take the members' present certificates; connections that stand go on."""
        self._context = self._make()

    def stop(self) -> None:
        """Hang up on everybody whose handshake is under way."""
        self._open = False

    def _run(self) -> None:
        checked = time.monotonic()
        while self._open:
            for key, _ in self._selector.select(TICK_S):
                if key.fileobj is self._near:
                    with contextlib.suppress(BlockingIOError):
                        self._near.recv(4096)
                else:
                    self._go_on(key.fd)
            while self._arrived:
                self._begin(self._arrived.popleft())
            now = time.monotonic()
            if now - checked > TICK_S:
                checked = now
                self._tidy(now)

    def _begin(self, sock: socket.socket) -> None:
        while len(self._comers) >= MAX_HANDSHAKES:
            self._drop(next(iter(self._comers)))
        try:
            sock.setblocking(False)
            tls = self._context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
            self._selector.register(tls, selectors.EVENT_READ)
        except (OSError, ValueError):
            sock.close()
            return
        self._comers[tls.fileno()] = _Comer(tls, time.monotonic() + HANDSHAKE_S)
        self._go_on(tls.fileno())

    def _go_on(self, number: int) -> None:
        comer = self._comers.get(number)
        if comer is None:
            return
        try:
            comer.tls.do_handshake()
        except ssl.SSLWantReadError:
            self._selector.modify(comer.tls, selectors.EVENT_READ)
        except ssl.SSLWantWriteError:
            self._selector.modify(comer.tls, selectors.EVENT_WRITE)
        except OSError as error:  # ssl.SSLError is one
            log.debug("a handshake failed: %s", type(error).__name__)
            self._drop(number)
        else:
            self._selector.unregister(comer.tls)
            del self._comers[number]
            self._admit(comer.tls)

    def _drop(self, number: int) -> None:
        comer = self._comers.pop(number)
        self._selector.unregister(comer.tls)
        comer.tls.close()
        self._on_stranger()

    def _tidy(self, now: float) -> None:
        for number in [number for number, comer in self._comers.items() if comer.until < now]:
            self._drop(number)
        self._places.cut_short(now)

    def _admit(self, tls: ssl.SSLSocket) -> None:
        """Bring a member's connection to the server."""
        certificate = tls.getpeercert(binary_form=True) or b""
        spki = spki_of(certificate)
        if not self._places.connect(spki):
            self._on_flood(spki)
            tls.close()
            return
        try:
            tls.settimeout(SILENCE_S)
            connection = MemberConnection(self._server, tls, self.makefile)
            connection.places, connection.spki, connection.on_flood = self._places, spki, self._on_flood
            connection.ssl_env = {"wsgi.url_scheme": "https", "SSL_CLIENT_SPKI": spki}
            connection.remote_addr, connection.remote_port = tls.getpeername()[:2]
            # An idle connection waits at the server's selector and holds no thread before its first byte.
            if tls.pending():
                self._server.process_conn(connection)
            else:
                self._server.put_conn(connection)
        except OSError:
            self._places.disconnect(spki)
            tls.close()
