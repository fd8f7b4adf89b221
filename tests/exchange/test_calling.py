"""Posting to addresses that officers name: none leads into the node's own network."""

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from comity.node.exchange import calling

OUTSIDE = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]


@pytest.fixture
def server() -> Iterator[Any]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.server.got.append(
                (self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"])))
            )
            self.server.answer(self)

        def log_message(self, *_arguments: object) -> None:
            pass

    def fine(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(204)
        handler.end_headers()

    found = HTTPServer(("127.0.0.1", 0), Handler)
    found.got, found.answer = [], fine
    found.url = f"http://127.0.0.1:{found.server_port}/in?a=b"
    found.named = {f"127.0.0.1:{found.server_port}"}
    thread = threading.Thread(target=found.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield found
    found.shutdown()
    found.server_close()
    thread.join()


def test_what_is_posted_arrives_as_it_was(server: Any) -> None:
    called = calling.post(server.url, b"{}", {"X-One": "1"}, named=server.named)
    assert called == calling.Called(204, "taken")
    ((path, headers, body),) = server.got
    assert (path, headers["X-One"], body) == ("/in?a=b", "1", b"{}")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://cases.example/in", "https"),
        ("ftp://cases.example/in", "form"),
        ("https://", "form"),
        ("https:///in", "form"),
        ("https://cases.example/in#part", "form"),
        ("https://cases.example:99999/", "form"),
        ("https://cases.example/\nHost: x", "form"),
        ("https://пример.example/", "form"),
        ("https://u:p@cases.example/", "secret"),
        ("https://localhost/", "address"),
        ("https://127.0.0.1/", "address"),
        ("https://10.0.0.7/", "address"),
        ("https://169.254.169.254/latest/meta-data", "address"),
        ("https://100.64.0.1/", "address"),
        ("https://0.0.0.0/", "address"),
        ("https://[::1]/", "address"),
        ("https://[fd00::1]/", "address"),
        ("https://[fe80::1]/", "address"),
        ("https://[::ffff:127.0.0.1]/", "address"),
        ("https://[64:ff9b::7f00:1]/", "address"),
        ("https://[2002:7f00:1::]/", "address"),
        ("https://cases.example/in", ""),
        ("https://93.184.216.34/in", ""),
    ],
)
def test_an_address_that_must_not_be_called_is_named_as_such(url: str, code: str) -> None:
    assert calling.objection(url, ()) == code


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00:ec2::254"])
def test_a_name_that_leads_into_the_own_network_is_not_called(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: [*OUTSIDE, *inside])
    monkeypatch.setattr(socket, "create_connection", lambda *_a, **_k: pytest.fail("it was called"))
    assert calling.post("https://cases.example/", b"", {}) == calling.Called(0, "address")


def test_the_address_that_was_judged_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([OUTSIDE])
    called = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: next(answers))  # a second question finds none
    monkeypatch.setattr(socket, "create_connection", lambda to, **_k: called.append(to) or _refused())
    assert calling.post("https://cases.example/", b"", {}).code == "connection"
    assert called == [("93.184.216.34", 443)]


def _refused() -> socket.socket:
    raise ConnectionRefusedError


def test_a_redirect_is_not_followed(server: Any) -> None:
    def away(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(307)
        handler.send_header("Location", "/other")
        handler.end_headers()

    server.answer = away
    assert calling.post(server.url, b"", {}, named=server.named) == calling.Called(307, "answered")
    assert len(server.got) == 1


def test_a_long_answer_is_not_read_to_its_end(server: Any) -> None:
    def long(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(1000):
                handler.wfile.write(b"x" * 65_536)
        except OSError:
            handler.server.cut = True

    server.answer = long
    assert calling.post(server.url, b"", {}, named=server.named).taken


def test_who_says_nothing_or_little_is_left(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def drips(handler: BaseHTTPRequestHandler) -> None:
        try:
            for _ in range(40):
                handler.wfile.write(b"H")
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    server.answer = drips
    monkeypatch.setattr(calling, "WHOLE_S", 0.3)
    began = time.monotonic()
    assert calling.post(server.url, b"", {}, named=server.named) == calling.Called(0, "time")
    assert time.monotonic() - began < 2


def test_what_is_no_certificate_of_that_name_is_not_told(server: Any) -> None:
    url = server.url.replace("http:", "https:")
    assert calling.post(url, b"", {}, named=server.named).code in {"tls", "connection"}
    assert server.got == []
