"""The federation's HTTP interface: a WSGI application behind mutual TLS, apart from the officers' console.

Paths are fixed by docs/protocol/http.md. Size and rate are checked before any cryptography.
"""

import logging
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs

from django.db import DatabaseError, OperationalError, close_old_connections
from django.utils import timezone

from comity.delivery import MAX_PARCEL_BYTES, BaseMismatchError, DeliveryError, Fault, ForkError
from comity.node.exchange import inbox, pull, rejections, serving
from comity.node.partners import members, mirrored
from comity.node.writing import fault_of
from comity.vocabulary.authority import AuthorityId

log = logging.getLogger(__name__)

Environ = dict[str, Any]
Start = Callable[[str, list[tuple[str, str]]], object]
REQUESTS_PER_SECOND: Final = 200.0  # of one pinned key; a batch is one request
BURST: Final = 400.0
MAX_HEAD_BYTES: Final = 16 * 1024
THREADS: Final = 16  # four members that use up their places (vestibule.py) together stop the door, three do not
MAX_KEPT_ALIVE: Final = 512  # of all members together
CBOR: Final = ("Content-Type", "application/cbor")


class _Turnstile:
    """Rate of one pinned key: a token bucket."""

    def __init__(self) -> None:
        self.tokens, self.at = BURST, time.monotonic()

    def enter(self) -> bool:
        now = time.monotonic()
        self.tokens = min(BURST, self.tokens + (now - self.at) * REQUESTS_PER_SECOND)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Federation:
    """The application.

    Args:
        after_parcel: called when a parcel has been kept, so that the worker sends what has become due.
        on_broken: called with the fault when the disk fails otherwise than by being full.
    """

    def __init__(
        self,
        after_parcel: Callable[[], None] = lambda: None,
        on_broken: Callable[[BaseException], None] = lambda _: None,
    ) -> None:
        self._after, self._on_broken = after_parcel, on_broken
        self._turnstiles: dict[str, _Turnstile] = {}
        self._guard = threading.Lock()

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer one request."""
        spki = environ.get("SSL_CLIENT_SPKI", "")
        peer = members.behind(spki)
        if not peer:
            return _barred(start, spki)
        with self._guard:
            entered = self._turnstiles.setdefault(spki, _Turnstile()).enter()
        if not entered:
            rejections.count(peer, "rate.exceeded", timezone.now())
            return _fault(start, HTTPStatus.TOO_MANY_REQUESTS, Fault("rate.exceeded"))
        try:
            close_old_connections()
            return self._answer(environ, start, peer)
        except OperationalError as error:
            return self._storage_fault(start, error)
        except DatabaseError:
            log.exception("a request failed in the database")
            return _fault(start, HTTPStatus.SERVICE_UNAVAILABLE, Fault("node.failed"))
        except ConnectionError:
            raise  # the partner hung up: the server closes
        except Exception:  # the partner gets a code and we a line that says where
            log.exception("a request failed")
            return _fault(start, HTTPStatus.INTERNAL_SERVER_ERROR, Fault("node.failed"))

    def _storage_fault(self, start: Start, error: OperationalError) -> Iterable[bytes]:
        """Refuse clearly when the disk is full: the partner keeps the note and tries again.

        Any other fault of the disk ends acknowledgements: what a later sync reports can no longer be believed.
        """
        kind = fault_of(error)
        log.error("the database refuses to write: %s", "disk full; free space" if kind == "full" else kind)
        if kind == "broken":
            self._on_broken(error)
        return _fault(start, HTTPStatus.SERVICE_UNAVAILABLE, Fault("node.full" if kind == "full" else "node.busy"))

    def _answer(self, environ: Environ, start: Start, peer: frozenset[AuthorityId]) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        if path == "/federation/v1/notes" and method == "POST":
            return self._notes(environ, start, peer)
        if method not in {"GET", "HEAD"}:
            return _fault(start, HTTPStatus.METHOD_NOT_ALLOWED, Fault("method.not-allowed"))
        if path == "/federation/v1/notes":
            return _pull(environ, start, peer)
        for pattern, serve in _ROUTES:
            if match := pattern.fullmatch(path):
                return serve(environ, start, peer, **match.groupdict())
        return _fault(start, HTTPStatus.NOT_FOUND, Fault("path.unknown"))

    def _notes(self, environ: Environ, start: Start, peer: frozenset[AuthorityId]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if not length.isdecimal() or int(length) > MAX_PARCEL_BYTES:
            rejections.count(peer, "parcel.oversized", timezone.now())
            return _fault(start, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Fault("parcel.oversized"))
        data = environ["wsgi.input"].read(int(length))
        at = timezone.now()
        try:
            answer = inbox.accept(data, peer, at)
        except BaseMismatchError as error:
            return _fault(start, HTTPStatus.CONFLICT, Fault(error.code, error.head))
        except ForkError as error:
            rejections.count(peer, error.code, at)
            return _fault(start, HTTPStatus.UNPROCESSABLE_ENTITY, Fault(error.code))
        except DeliveryError as error:
            rejections.count(peer, error.code, at)
            return _fault(start, HTTPStatus.BAD_REQUEST, Fault(error.code))
        return self._first_answer(_bytes(start, answer.to_bytes()))

    def _first_answer(self, body: Iterable[bytes]) -> Iterator[bytes]:
        """Send the answer, then wake the worker, which would else take the interpreter from the thread that sends."""
        yield from body
        self._after()


def _bytes(start: Start, data: bytes, *headers: tuple[str, str], status: HTTPStatus = HTTPStatus.OK) -> list[bytes]:
    start(f"{status.value} {status.phrase}", [("Content-Length", str(len(data))), *(headers or (CBOR,))])
    return [data]


def _fault(start: Start, status: HTTPStatus, fault: Fault) -> list[bytes]:
    return _bytes(start, fault.to_bytes(), CBOR, status=status)


def _barred(start: Start, spki: str) -> Iterable[bytes]:
    """Tell a suspended member that it is, and a key that is no longer any member's nothing."""
    listed = members.listed_behind(spki)
    code = "member.suspended" if listed else "peer.unknown"
    rejections.count(listed, code, timezone.now())
    return _fault(start, HTTPStatus.FORBIDDEN, Fault(code))


def _pull(environ: Environ, start: Start, peer: frozenset[AuthorityId]) -> Iterable[bytes]:
    query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
    try:
        parcel = pull.compose(query, peer, timezone.now())
    except DeliveryError as error:
        return _fault(start, HTTPStatus.BAD_REQUEST, Fault(error.code))
    return _bytes(start, parcel.to_bytes())


def _body(environ: Environ, start: Start, peer: frozenset[AuthorityId], digest: str) -> Iterable[bytes]:
    """Serve a sealed body or chunk, or the rest of one, to those for whom a note exists."""
    found = serving.body(bytes.fromhex(digest), peer)
    if found is None:
        return _fault(start, HTTPStatus.NOT_FOUND, Fault("body.unknown"))
    first, size = _range_start(environ.get("HTTP_RANGE", "")), found.size
    if first is None or first > size:
        start("416 Range Not Satisfiable", [("Content-Range", f"bytes */{size}"), ("Content-Length", "0")])
        return []
    headers = [("Content-Type", "application/octet-stream"), ("Content-Length", str(size - first))]
    if first:
        headers.append(("Content-Range", f"bytes {first}-{size - 1}/{size}"))
    start("206 Partial Content" if first else "200 OK", headers)
    return found.blocks(first)


def _range_start(header: str) -> int | None:
    if not header:
        return 0
    match = re.fullmatch(r"bytes=(\d{1,12})-", header)
    return int(match[1]) if match else None


def _checkpoint(_environ: Environ, start: Start, _peer: frozenset[AuthorityId], log_name: str) -> Iterable[bytes]:
    text = serving.checkpoint(log_name)
    if text is None:
        return _fault(start, HTTPStatus.NOT_FOUND, Fault("log.unknown"))
    return _bytes(start, text, ("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"))


def _tile(_environ: Environ, start: Start, _peer: frozenset[AuthorityId], log_name: str, path: str) -> Iterable[bytes]:
    found = serving.tile(log_name, path)
    if found is None:
        return _fault(start, HTTPStatus.NOT_FOUND, Fault("tile.unknown"))
    return _bytes(start, found, ("Content-Type", "application/octet-stream"))


def _mirror_checkpoint(_environ: Environ, start: Start, peer: frozenset[AuthorityId], log_name: str) -> Iterable[bytes]:
    text = serving.mirrored_checkpoint(log_name, peer)
    if text is None:
        return _fault(start, HTTPStatus.NOT_FOUND, Fault("log.unknown"))
    return _bytes(start, text, ("Content-Type", "text/plain; charset=utf-8"))


def _head(environ: Environ, start: Start, peer: frozenset[AuthorityId], log_name: str) -> Iterable[bytes]:
    del environ
    text = serving.verified_head(log_name, peer)
    if text is None:
        return _fault(start, HTTPStatus.NOT_FOUND, Fault("log.unknown"))
    return _bytes(start, text, ("Content-Type", "text/plain; charset=utf-8"))


def _mirror_tile(
    _environ: Environ, start: Start, peer: frozenset[AuthorityId], log_name: str, path: str
) -> Iterable[bytes]:
    found = serving.mirrored_tile(log_name, path, peer)
    if found is None:
        return _fault(start, HTTPStatus.NOT_FOUND, Fault("tile.unknown"))
    return _bytes(start, found, ("Content-Type", "application/octet-stream"))


def _mirror_notes(environ: Environ, start: Start, peer: frozenset[AuthorityId]) -> Iterable[bytes]:
    query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
    try:
        return _bytes(start, serving.mirrored_notes(query, peer))
    except DeliveryError as error:
        return _fault(start, HTTPStatus.BAD_REQUEST, Fault(error.code))


def _directory(_environ: Environ, start: Start, _peer: frozenset[AuthorityId], path: str) -> Iterable[bytes]:
    found = mirrored.served(path)
    if found is None:
        return _fault(start, HTTPStatus.NOT_FOUND, Fault("directory.unknown"))
    return _bytes(start, found, ("Content-Type", "application/json"))


_LOG: Final = r"(?P<log_name>[a-z]{2}\.[a-z][a-z0-9-]{0,29}/x[0-9]{1,6})"
_ROUTES: Final = (
    (re.compile(r"/federation/v1/bodies/(?P<digest>[0-9a-f]{64})"), _body),
    (re.compile(rf"/ledger/{_LOG}/checkpoint"), _checkpoint),
    (re.compile(rf"/ledger/{_LOG}/(?P<path>tile/[0-9x/.p]{{1,80}})"), _tile),
    (re.compile(rf"/federation/v1/mirror/{_LOG}/checkpoint"), _mirror_checkpoint),
    (re.compile(rf"/federation/v1/mirror/{_LOG}/head"), _head),
    (re.compile(rf"/federation/v1/mirror/{_LOG}/(?P<path>tile/[0-9x/.p]{{1,80}})"), _mirror_tile),
    (re.compile(r"/federation/v1/mirror/notes"), _mirror_notes),
    (re.compile(r"/directory/(?P<path>[A-Za-z0-9._/-]{1,200})"), _directory),
)


def _server_log(msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:  # noqa: FBT001, FBT002  # the server's signature
    """Keep the server's own remarks, such as a broken handshake, out of the node's log unless it is asked for."""
    del level
    log.debug("%s", msg, exc_info=traceback)


class Listener:
    """A server thread on one address, which can take new member certificates without a restart."""

    def __init__(self, host: str, port: int, context: Callable[[], ssl.SSLContext], app: Federation) -> None:
        from cheroot.wsgi import Server  # noqa: PLC0415  # only the worker listens

        from comity.node.exchange.vestibule import SILENCE_S, Vestibule  # noqa: PLC0415  # loads the server

        self._server = Server(
            (host, port), app, numthreads=THREADS, max=THREADS, request_queue_size=128, timeout=SILENCE_S
        )
        self._server.max_request_header_size = MAX_HEAD_BYTES
        self._server.max_request_body_size = 0  # the application refuses larger parcels itself, with a code
        self._server.keep_alive_conn_limit = MAX_KEPT_ALIVE
        self._server.error_log = _server_log  # type: ignore[method-assign]  # the server's own hook
        self._vestibule = Vestibule(self._server, context, _count_stranger, _count_flood)
        self._server.ssl_adapter = self._vestibule

    def start(self) -> None:
        """Listen, in threads of its own.

        Raises:
            OSError: the port is taken.
        """
        self._server.prepare()
        self._vestibule.start()
        threading.Thread(target=self._server.serve, name="listener", daemon=True).start()

    def reload(self) -> None:
        """Take the members' present certificates; connections that stand go on."""
        self._vestibule.reload()

    def stop(self) -> None:
        """Finish what is under way and close."""
        self._vestibule.stop()
        self._server.stop()


def _count_stranger() -> None:
    rejections.count_later((), "tls.refused", timezone.now())


def _count_flood(spki: str) -> None:
    rejections.count_later(members.behind(spki), "rate.exceeded", timezone.now())
