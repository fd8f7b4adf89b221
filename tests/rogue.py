"""A member that holds valid keys and keeps no rule: raw bytes over real mutual TLS to another node's door."""

import socket
import ssl
import threading
from contextlib import closing, suppress
from pathlib import Path

from comity.config import nodefile
from comity.sealing import Keystore, client_context

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
