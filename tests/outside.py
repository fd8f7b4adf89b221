"""What stands outside a federation in tests: a mail relay and a national system that is told what happens."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message as Letter
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from aiosmtpd.handlers import Message
from aiosmtpd.smtp import SMTP


@dataclass
class Outside:
    """Where both listen on this machine, and what they got so far."""

    smtp_port: int = 0
    http_port: int = 0
    letters: list[Letter] = field(default_factory=list)
    told: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


class _Relay(Message):
    def __init__(self, outside: Outside) -> None:
        super().__init__()
        self.outside = outside

    def handle_message(self, message: Letter) -> None:
        self.outside.letters.append(message)


@contextmanager
def outside() -> Iterator[Outside]:
    """Let a relay and a system listen until the block ends."""
    found = Outside()
    with _relay(found), _system(found):
        yield found


@contextmanager
def _relay(found: Outside) -> Iterator[None]:
    loop = asyncio.new_event_loop()
    listening = socket.create_server(("127.0.0.1", 0))
    found.smtp_port = listening.getsockname()[1]
    server = loop.run_until_complete(loop.create_server(lambda: SMTP(_Relay(found), loop=loop), sock=listening))
    thread = threading.Thread(target=loop.run_forever, name="relay", daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@contextmanager
def _system(found: Outside) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.told.append((dict(self.headers), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.http_port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="system", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
