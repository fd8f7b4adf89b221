"""A member that holds valid keys and keeps no rule: raw bytes over real mutual TLS to another node's door."""

import socket
import ssl
import threading
from contextlib import closing, suppress
from pathlib import Path

from comity.config import nodefile
from comity.sealing import Keystore, client_context, server_context

PASSPHRASE = "the lighthouse keeper sleeps"


class Rogue:
    """Speaks to one node's door with another node's TLS key.

    Args:
        own: folder of the node whose key is used.
        other: folder of the node that is spoken to.
    """

    def __init__(self, own: Path, other: Path) -> None:
        key = Keystore(own / "keys").unlock(PASSPHRASE).tls()
        self.certificate = Keystore(other / "keys").unlock(PASSPHRASE).tls().certificate
        self.port = nodefile.load(other).federation_port
        self.context = client_context(key, self.certificate)

    def plain(self) -> socket.socket:
        """Connect, and leave it at that."""
        return socket.create_connection(("127.0.0.1", self.port), 10)

    def connect(self, name: str = "xb.localhost") -> ssl.SSLSocket:
        """Connect and shake hands."""
        return self.context.wrap_socket(self.plain(), server_hostname=name)

    def say(self, data: bytes, *, read: int = 1 << 20) -> bytes:
        """Send bytes on a connection of its own and return the answer until the other side hangs up or is done."""
        with closing(self.connect()) as tls:
            with suppress(OSError):  # the door may hang up before all is said
                tls.sendall(data)
            return answer(tls, read)

    def stranger(self) -> ssl.SSLContext:
        """Return a context without any certificate of ours."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(cadata=self.certificate)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return context


def answer(tls: socket.socket, most: int = 1 << 20, *, sending: bytes = b"") -> bytes:
    """Read one HTTP answer with a Content-Length, or whatever comes before the other side hangs up."""
    found = b""
    with suppress(OSError):
        tls.sendall(sending)
        while len(found) < most:
            head, mark, body = found.partition(b"\r\n\r\n")
            length = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
            if mark and length and len(body) >= int(length[0].split(b":")[1]):
                return found
            part = tls.recv(65536)
            if not part:
                return found
            found += part
    return found


def head(method: str, path: str, *headers: str, length: int | None = None) -> bytes:
    """Return a request's head."""
    lines = [f"{method} {path} HTTP/1.1", "Host: xb.localhost", *headers]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def status(found: bytes) -> int:
    """Return an answer's status, 0 where the other side hung up without one."""
    return int(found.split(b" ", 2)[1]) if found.startswith(b"HTTP/") else 0


class Flood:
    """Threads that do one thing again and again until told to stop."""

    def __init__(self, act, threads: int) -> None:
        self._stop = threading.Event()
        self.times = 0
        self._threads = [threading.Thread(target=self._run, args=(act,), daemon=True) for _ in range(threads)]
        for one in self._threads:
            one.start()

    def _run(self, act) -> None:
        while not self._stop.is_set():
            with suppress(OSError):
                act()
            self.times += 1

    def stop(self) -> int:
        self._stop.set()
        for one in self._threads:
            one.join(15)
        return self.times


class RogueServer:
    """A door under another member's key that answers as the test says.

    Args:
        own: folder of the member that is played; its door's port is taken.
        others: folders of the nodes that may call.
    """

    def __init__(self, own: Path, *others: Path) -> None:
        keys = [Keystore(folder / "keys").unlock(PASSPHRASE).tls() for folder in (own, *others)]
        self._context = server_context(keys[0], [key.certificate for key in keys[1:]])
        self._socket = socket.create_server(("127.0.0.1", nodefile.load(own).federation_port), backlog=64)
        self.calls = 0
        self.behave = lambda tls, request: None
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                plain, _ = self._socket.accept()
                self._open.append(plain)
                threading.Thread(target=self._converse, args=(plain,), daemon=True).start()

    def _converse(self, plain: socket.socket) -> None:
        with suppress(OSError):
            tls = self._context.wrap_socket(plain, server_side=True)
            self._open.append(tls)
            request = answer(tls, 1 << 25)
            if not request:
                return
            self.calls += 1
            said = self.behave(tls, request)
            if said is not None:  # else the connection stays open, and nothing comes
                with closing(tls):
                    tls.sendall(said)

    def hang_up(self) -> None:
        for one in self._open:
            with suppress(OSError):
                one.close()
        self._open = []

    def stop(self) -> None:
        self.hang_up()
        self._socket.close()


def reply(number: int, body: bytes, *headers: str) -> bytes:
    """Return an HTTP answer."""
    lines = [f"HTTP/1.1 {number} X", f"Content-Length: {len(body)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
