"""A partner that answers badly: XD's door is the test's. XA's notes wait, with the reason; XB is served as before."""

import importlib.util
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from comity.delivery import Parcel
from comity.messages import canonical

A, B, D = "xa.ncb", "xb.spoc", "xd.ncb"
TESTS = Path(__file__).resolve().parents[1]


def load(name: str):
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, TESTS / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


rogues = load("rogue")


@pytest.fixture(scope="module")
def server(federation):
    made = rogues.RogueServer(federation["XD"].folder, *(federation[one].folder for one in ("XA", "XB", "XC")))
    yield made
    made.stop()


def fault(code: object, **more: object) -> bytes:
    return canonical.encode({"v": 1, "code": code, **more})


def thanks(**changes: object) -> bytes:
    """An answer that XD's node could give, but for what the test changes."""
    made = Parcel(sender=Parcel.from_bytes(EMPTY).recipient, recipient=Parcel.from_bytes(EMPTY).sender, lane=1)
    return replace(made, **changes).to_bytes()


def empty(sender: str, recipient: str) -> bytes:
    fields = {"v": 1, "from": sender, "to": recipient, "lane": 1, "notes": [], "bodies": [], "receipts": [],
              "have": 0, "cosigs": [], "heads": [], "want": [], "next": 1}  # fmt: skip
    return canonical.encode(fields)


EMPTY = empty(A, D)
HEADS = iter(range(1, 10**9))
OK = "HTTP/1.1 200 OK\r\n"

ANSWERS = {
    "nothing, ever": lambda tls, request: None,
    "noise": lambda tls, request: b"\x00" * 500,
    "an empty answer": lambda tls, request: rogues.reply(200, b""),
    "no parcel": lambda tls, request: rogues.reply(200, b"\xff" * 400),
    "a page": lambda tls, request: rogues.reply(200, b"<html>", "Content-Type: text/html"),
    "no receipts": lambda tls, request: rogues.reply(200, thanks()),
    "its own notes to others": lambda tls, request: rogues.reply(200, empty(D, B)),
    "what it was sent": lambda tls, request: rogues.reply(200, request.partition(b"\r\n\r\n")[2]),
    "gaps without end": lambda tls, request: rogues.reply(200, thanks(want=tuple((n, n) for n in range(1, 9999, 2)))),
    "a count beyond counting": lambda tls, request: rogues.reply(200, thanks(have=2**63 - 1, next_seq=2**63 - 1)),
    "no such head": lambda tls, request: rogues.reply(409, fault("head.mismatch", head=2**64 - 1)),
    "another head each time": lambda tls, request: rogues.reply(409, fault("head.mismatch", head=next(HEADS))),
    "a conflict without a head": lambda tls, request: rogues.reply(409, fault("head.mismatch")),
    "the same head again": lambda tls, request: rogues.reply(409, fault("head.mismatch", head=7)),
    "a code with a NUL": lambda tls, request: rogues.reply(400, fault("a\x00b\u202ec")),
    "a code that is none": lambda tls, request: rogues.reply(400, fault(5)),
    "an endless code": lambda tls, request: rogues.reply(503, fault("x" * 100_000)),
    "a status of its own": lambda tls, request: rogues.reply(299, b"hm"),
    "another place": lambda tls, request: rogues.reply(307, b"", "Location: http://127.0.0.1:1/"),
    "more than it said": lambda tls, request: rogues.reply(200, b"x") + b"y" * 100_000,
    "less than it said": lambda tls, request: (OK + "Content-Length: 99\r\n\r\nx").encode(),
    "a length that is none": lambda tls, request: (OK + "Content-Length: -5\r\n\r\nx").encode(),
    "chunks without end": lambda tls, request: (OK + f"Transfer-Encoding: chunked\r\n\r\n{'F' * 17}\r\nx").encode(),
    "heads without end": lambda tls, request: (OK + "X: y\r\n" * 50_000).encode(),
    "compressed": lambda tls, request: rogues.reply(200, b"\x1f\x8b\x08\x00zzz", "Content-Encoding: gzip"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_a_partner_that_answers_badly_is_put_off_and_the_others_are_served(federation, server, name):
    server.behave = ANSWERS[name]
    server.hang_up()
    federation["XA"].call("send", sender=A, recipients=[D])
    waiting = federation["XA"].call("waiting_for", partner=D)["notes"]
    calls = server.calls
    federation["XA"].call("try_again", partner=D)
    federation["XA"].wait("state", lambda _: server.calls > calls, 10, pause_s=0.05)
    took = exchange_s(federation)
    if name == "nothing, ever":
        server.hang_up()  # or the test would wait for as long as XA does
    told = federation["XA"].wait("waiting_for", lambda now: now["failures"] > 0, 10, partner=D)
    assert took < 5
    assert told["notes"] == waiting
    assert told["code"]
    assert told["code"].isprintable()
    assert server.calls - calls < 12, "it is tried again at once, over and over"
    assert federation["XA"].process.poll() is None, federation["XA"].log()[-2000:]


def exchange_s(federation) -> float:
    before = federation["XA"].call("state")["delivered"]
    begun = time.monotonic()
    federation["XA"].call("send", sender=A, recipients=[B])
    federation["XA"].wait("state", lambda now: now["delivered"] > before, 20, pause_s=0.05)
    return time.monotonic() - begun


def test_an_answer_that_never_ends_is_cut(federation, server):
    """Sixteen mebibytes and one byte are read at most."""
    sent = []

    def pour(tls, _request) -> bytes:
        tls.sendall((OK + "Content-Length: 1000000000\r\n\r\n").encode())
        for _ in range(1000):
            tls.sendall(bytes(1 << 20))
            sent.append(1)
        return b""

    server.behave = pour
    server.hang_up()
    federation["XA"].call("send", sender=A, recipients=[D])
    federation["XA"].call("try_again", partner=D)
    federation["XA"].wait("waiting_for", lambda now: now["failures"] > 0, 30, partner=D)
    assert len(sent) < 40


def test_partners_that_stall_do_not_use_up_the_hands_that_deliver(federation, server):
    """However many partners take and never answer: who answers is served at once."""
    server.behave = ANSWERS["nothing, ever"]
    server.hang_up()
    federation["XA"].call("send", sender=A, recipients=[D])
    federation["XA"].call("send", sender=A, recipients=[D], urgent=True)
    federation["XA"].call("try_again", partner=D)
    assert exchange_s(federation) < 5
    server.hang_up()


def test_what_waited_is_delivered_when_the_partner_behaves_again(federation, server):
    server.behave = ANSWERS["noise"]
    server.stop()
    federation["XD"].start()
    federation["XD"].ready(60)
    federation["XA"].call("try_again", partner=D)
    found = federation["XA"].wait("waiting_for", lambda now: now["notes"] == 0, 60, partner=D)
    assert (found["failures"], found["code"]) == (0, "")
    assert federation["XA"].call("audit")["wrong"] == []
    federation["XD"].stop()
