"""A rogue member and strangers before a real door, byte by byte: refused with a code, counted, never half-stored.

XD's keys are the test's. XB's door must serve XA and XC all the while.
"""

import importlib.util
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from comity.delivery import MAX_PARCEL_BYTES, Fault

A, B, C, D = "xa.ncb", "xb.spoc", "xc.ncb", "xd.ncb"
TESTS = Path(__file__).resolve().parents[1]
NOTES = "/federation/v1/notes"


def load(name: str):
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, TESTS / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


rogues = load("rogue")
head, status = rogues.head, rogues.status


@pytest.fixture(scope="module")
def rogue(federation):
    return rogues.Rogue(federation["XD"].folder, federation["XB"].folder)


@pytest.fixture(scope="module", autouse=True)
def slow_head(federation):
    """The seconds for which XB listens to a head of XA's that never ends, counted while the other tests go on."""
    with ThreadPoolExecutor(1) as alone:
        yield alone.submit(dribbled, rogues.Rogue(federation["XA"].folder, federation["XB"].folder))


def dribbled(rogue) -> float:
    begun = time.monotonic()
    with closing(rogue.connect()) as tls:
        tls.settimeout(1)
        tls.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        while time.monotonic() - begun < 40:
            try:
                tls.sendall(b"a")
                tls.recv(1000)
            except TimeoutError:
                continue
            except OSError:
                pass
            break
    return time.monotonic() - begun


def code(found: bytes) -> str:
    return Fault.from_bytes(found.partition(b"\r\n\r\n")[2]).code


def held(federation) -> tuple:
    """What XB holds that a refused request must not change."""
    found = federation["XB"].call("state")
    return found["arrived"], found["refused"], found["lanes"], found["logs"], federation["XB"].call("bodies")


def counted(federation, kind: str) -> int:
    return federation["XB"].call("state")["rejections"].get(kind, 0)


def served_within(federation, seconds: float) -> float:
    """Return how long XB takes to answer XC, on a connection of its own."""
    begun = time.monotonic()
    assert federation["XC"].call("fetch_afresh", partner=B, path=f"/ledger/{B}/x1/checkpoint")[0] in {200, 404}
    took = time.monotonic() - begun
    assert took < seconds
    return took


# Requests that are none


@pytest.mark.parametrize(
    ("length", "found"),
    [(MAX_PARCEL_BYTES + 1, 413), (10**12, 413)],
    ids=["sixteen mebibytes and one", "a terabyte"],
)
def test_a_parcel_that_is_too_large_is_refused_before_it_is_read(federation, rogue, length, found):
    before, number = held(federation), counted(federation, "parcel.oversized")
    answered = rogue.say(head("POST", NOTES, length=length) + bytes(1000))
    assert (status(answered), code(answered)) == (found, "parcel.oversized")
    federation["XB"].wait("state", lambda now: now["rejections"].get("parcel.oversized", 0) == number + 1)
    assert held(federation) == before


@pytest.mark.parametrize("length", ["-1", "+5", "5_0", "0x10", "five", "5, 6"])
def test_a_length_that_is_no_number_is_refused(federation, rogue, length):
    before = held(federation)
    answered = rogue.say(head("POST", NOTES, f"Content-Length: {length}") + b"x" * 5)
    assert status(answered) in {400, 413}
    assert held(federation) == before


SMUGGLED = b"GET /directory/1.root.json HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "headers",
    [
        ("Transfer-Encoding: chunked",),
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: gzip, chunked",),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer_Encoding: chunked",),
        ("Content-Length: 4", f"Content-Length: {len(SMUGGLED)}"),
    ],
    ids=["chunked", "length and chunked", "gzip", "identity", "underscore", "two lengths"],
)
def test_a_request_in_the_body_of_another_is_not_answered(federation, rogue, headers):
    before = held(federation)
    answered = rogue.say(head("POST", NOTES, *headers) + b"0\r\n\r\n" + SMUGGLED)
    assert status(answered) >= 400
    assert answered.count(b"HTTP/1.1") == 1
    assert b'"signed"' not in answered
    assert held(federation) == before


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"\x00" * 200 + b"\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 505),
        (b"get / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\nHost: x\n\n", 400),
        (b"GET http://169.254.169.254/ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"CONNECT xa.localhost:1 HTTP/1.1\r\n\r\n", 405),
        (head("PUT", NOTES, length=0), 405),
        (head("DELETE", f"/ledger/{B}/x1/checkpoint"), 405),
        (head("GET", "/" + "a" * 70_000), 414),
        (head("GET", "/directory/1.root.json", "X-Much: " + "a" * 70_000), 413),
        (head("GET", "/directory/1.root.json", *(f"X-{i}: a" for i in range(5000))), 413),
    ],
    ids=["zeros", "no path", "version", "case", "bare newlines", "proxy", "connect", "put", "delete", "path", "header",
         "headers"],
)  # fmt: skip
def test_what_is_no_request_of_ours_is_refused(federation, rogue, data, found):
    before = held(federation)
    assert status(rogue.say(data)) in {found, 0 if found in {413, 414} else found}
    assert held(federation) == before


@pytest.mark.parametrize(
    "path",
    [
        "/ledger/xb.spoc/x1/tile/../../../../etc/passwd",
        "/ledger/xb.spoc/x1/tile/0/..%2f..%2fnode.toml",
        "/ledger/..%2f..%2fkeys/x1/checkpoint",
        "/ledger/xb.spoc/a1/checkpoint",
        "/ledger/xb.spoc/a1/tile/0/000",
        "/ledger/xb.spoc/x1/tile/0/x999/x999/999",
        "/ledger/xb.spoc/x1/tile/0/000.p/257",
        "/ledger/xb.spoc/x1/tile/99/000",
        "/federation/v1/bodies/..%2f..%2f..%2fnode.toml",
        "/federation/v1/bodies/" + "A" * 64,
        "/federation/v1/bodies/" + "0" * 63,
        "/federation/v1/mirror/xa.ncb/x1/checkpoint",
        "/federation/v1/mirror/xc.ncb/x1/tile/0/000",
        "/directory/../node.toml",
        "/directory/..%2fnode.toml",
        "/directory//etc/passwd",
        "/directory/%00",
        "/directory/x/../../keys/tls",
        "/admin/",
        "/%2e%2e/%2e%2e/etc/passwd",
    ],
)
def test_no_path_leads_out_of_what_a_member_may_have(federation, rogue, path):
    answered = rogue.say(head("GET", path))
    assert status(answered) == 404
    assert code(answered) in {"path.unknown", "log.unknown", "tile.unknown", "body.unknown", "directory.unknown"}


@pytest.mark.parametrize(
    "query",
    ["", "?from=xb.spoc&to=xd.ncb&lane=1&after=x&have=0", "?from=xb.spoc&to=xd.ncb&lane=7&after=0&have=0",
     "?from=xb.spoc&to=xa.ncb&lane=1&after=0&have=0", "?from=xa.ncb&to=xd.ncb&lane=1&after=0&have=0",
     "?from=xb.spoc&to=xd.ncb&lane=1&after=-1&have=0", f"?from=xb.spoc&to=xd.ncb&lane=1&after={2**70}&have=0",
     f"?from=xb.spoc&to=xd.ncb&lane=1&after=0&have={2**70}"],
    ids=["empty", "no count", "lane", "for another", "of another", "negative", "huge after", "huge have"],
)  # fmt: skip
def test_a_pull_for_somebody_else_or_out_of_range_is_refused(rogue, query):
    answered = rogue.say(head("GET", NOTES + query))
    assert status(answered) == 400
    assert code(answered).startswith(("pull.", "log."))


@pytest.mark.parametrize("kind", ["text/html", "application/json", "multipart/form-data; boundary=x", ""])
def test_a_parcel_is_judged_by_its_bytes_whatever_type_it_claims(federation, rogue, kind):
    before = held(federation)
    answered = rogue.say(head("POST", NOTES, f"Content-Type: {kind}", length=3) + b"{}x")
    assert (status(answered), code(answered).partition(".")[0]) == (400, "parcel")
    assert held(federation) == before


@pytest.mark.parametrize("ranged", ["bytes=99999999999-", "bytes=-5", "bytes=0-1,3-4", "lines=1-", "bytes=" + "9" * 99])
def test_an_odd_range_is_refused(federation, rogue, ranged):
    federation["XB"].call("send_signed", sender=B, recipients=[D], count=1)
    digest = federation["XB"].call("bodies")[-1]
    assert status(rogue.say(head("GET", f"/federation/v1/bodies/{digest}", f"Range: {ranged}"))) == 416


# Connections that are none


def test_whoever_shows_no_certificate_is_not_let_in_and_counted(federation, rogue):
    before = counted(federation, "tls.refused")
    with closing(rogue.stranger().wrap_socket(rogue.plain(), server_hostname="xb.localhost")) as tls:
        tls.settimeout(10)
        assert status(rogues.answer(tls, sending=head("GET", "/directory/1.root.json"))) == 0
    federation["XB"].wait("state", lambda now: now["rejections"].get("tls.refused", 0) > before)


@pytest.mark.parametrize(
    "noise", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"\x01" * 300, b"\x80" * 4000, b""]
)
def test_what_is_no_handshake_is_hung_up_on_and_counted(federation, rogue, noise):
    before = counted(federation, "tls.refused")
    with closing(rogue.plain()) as plain:
        plain.sendall(noise)
        if not noise:
            plain.shutdown(1)
        assert b"HTTP/1.1 200" not in rogues.answer(plain)
    federation["XB"].wait("state", lambda now: now["rejections"].get("tls.refused", 0) > before)
    served_within(federation, 5)


def test_another_name_in_the_handshake_changes_nothing(rogue):
    """The key is pinned: names in TLS and in Host mean nothing (docs/protocol/http.md)."""
    with closing(rogue.connect("elsewhere.example")) as tls:
        tls.sendall(b"GET /directory/1.root.json HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n")
        assert status(rogues.answer(tls)) == 200


# Members that stall


def test_callers_who_say_nothing_keep_nobody_waiting(federation, rogue):
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(closing(rogue.plain()))
        assert served_within(federation, 5) < 5


def test_a_member_that_never_ends_its_heads_keeps_nobody_waiting(federation, rogue):
    with ExitStack() as stack:
        for _ in range(30):
            tls = stack.enter_context(closing(rogue.connect()))
            tls.sendall(b"POST /federation/v1/notes HTTP/1.1\r\nX-Slow: ")
        assert served_within(federation, 5) < 5


def test_a_member_that_never_ends_its_bodies_keeps_nobody_waiting(federation, rogue):
    before = held(federation)
    with ExitStack() as stack:
        for _ in range(30):
            tls = stack.enter_context(closing(rogue.connect()))
            tls.sendall(head("POST", NOTES, length=MAX_PARCEL_BYTES) + bytes(100))
        served_within(federation, 5)
    assert held(federation) == before


def test_a_member_that_reads_no_answer_keeps_nobody_waiting(federation, rogue):
    with ExitStack() as stack:
        for _ in range(12):
            tls = stack.enter_context(closing(rogue.connect()))
            with suppress(OSError):  # the door may hang up before all is said
                tls.sendall(head("GET", "/directory/1.root.json") * 500)
        assert served_within(federation, 5) < 5


def test_a_head_that_takes_too_long_is_hung_up_on(slow_head):
    """A byte every second is no progress: the clock runs over the whole head."""
    assert 15 < slow_head.result(40) < 35


def test_a_member_that_dies_in_mid_batch_leaves_nothing(federation, rogue, tmp_path):
    federation["XD"].call("send_signed", sender=D, recipients=[B], count=3)
    federation["XD"].call("compose", own=D, partner=B, path=str(tmp_path / "parcel"))
    parcel = (tmp_path / "parcel").read_bytes()
    before, number = held(federation), counted(federation, "parcel.malformed")
    with closing(rogue.connect()) as tls:
        tls.sendall(head("POST", NOTES, length=len(parcel)) + parcel[:-100])
    federation["XB"].wait("state", lambda now: sum(now["rejections"].values()) > number)
    assert held(federation) == before
    assert federation["XD"].call("deliver_now", own=D, partner=B) == [3, ""]  # what was cut off comes whole


# A member that floods


@pytest.mark.parametrize("what", ["noise", "handshakes", "requests"])
def test_while_a_member_floods_the_others_are_served_as_before(federation, rogue, what):
    """XC's exchange with XB takes as long under XD's flood as it takes in quiet, give or take a busy machine."""
    quiet = [exchange_s(federation) for _ in range(3)]

    def noise() -> None:
        rogue.say(head("POST", NOTES, length=4) + b"nope")

    def handshakes() -> None:
        with closing(rogue.plain()) as plain:
            plain.sendall(b"\x16\x03\x01\x02\x00" + bytes(100))

    def requests() -> None:
        with closing(rogue.connect()) as tls:
            for _ in range(50):
                tls.sendall(head("POST", NOTES, length=4) + b"nope")
                if not rogues.answer(tls):
                    return

    flood = rogues.Flood({"noise": noise, "handshakes": handshakes, "requests": requests}[what], 8)
    try:
        time.sleep(1)
        under = [exchange_s(federation) for _ in range(3)]
    finally:
        times = flood.stop()
    print(f"{what}: {times} times; quiet {sorted(quiet)[1]:.2f} s, under flood {sorted(under)[1]:.2f} s")  # noqa: T201
    assert sorted(under)[1] < 5
    assert times > 10
    assert federation["XB"].call("audit")["wrong"] == []


def exchange_s(federation) -> float:
    """Send one note from XC to XB and return the seconds until its receipt is settled at XC."""
    before = federation["XC"].call("state")
    begun = time.monotonic()
    federation["XC"].call("send", sender=C, recipients=[B])
    federation["XC"].wait("state", lambda now: now["delivered"] > before["delivered"], 30, pause_s=0.02)
    return time.monotonic() - begun
