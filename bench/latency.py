"""One message between two idle nodes: from the officer's send to the verified receipt, through the real workers.

The sender's part stands for the console: a process of its own that sends in one transaction, holds no keys, and then
looks into the database until the note is settled. Both workers are those of `comity serve`. Time begins before the
message is sealed and ends when the receipt has been verified and stored.

Limit: the work that nobody can leave out, one after the other, in the same run: a round trip of the same bytes over a
kept TLS connection on loopback, seven synced transactions of one row (sent, numbered, signed; kept, numbered, signed;
settled), and the primitives of one message and two checkpoints.
"""

import random
import socket
import sqlite3
import ssl
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import limit
import nodes
from figure import Figure, arguments, share, show

MESSAGES, QUICK = 300, 60
ROUNDS = 5
WARM_UP = 10
SYNCS = 7
PARCEL, ANSWER = 9_000, 8_000  # bytes of one message's parcel and of its answer
GIVE_UP_S = 10


def sender() -> None:
    """Send when asked, one message after the other; answer with the milliseconds of each."""
    import django

    django.setup()
    from django.db import connection, transaction
    from django.utils import timezone

    from calls import request
    from comity.node.exchange import models, outbox

    number = 0

    def one() -> tuple[float, float]:
        nonlocal number
        number += 1
        message = request(nodes.OURS, [nodes.THEIRS], number, words=1250)
        begin = time.perf_counter()
        with transaction.atomic():
            (sent,) = outbox.send([message], by="bench", at=timezone.now())
        committed = time.perf_counter()
        assert isinstance(sent, outbox.Sent)
        table = "exchange_note"
        while True:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT state FROM {table} WHERE id = %s", [sent.note_ids[0]])  # noqa: S608  # no input
                if cursor.fetchone()[0] == models.NoteState.STORED:
                    break
            assert time.perf_counter() - begin < GIVE_UP_S, "no receipt came"
            time.sleep(0.0005)
        return (time.perf_counter() - begin) * 1000, (committed - begin) * 1000

    nodes.tell("ready")
    for line in sys.stdin:
        found = []
        for _ in range(int(line)):
            found.append(one())
            time.sleep(random.uniform(0.01, 0.06))  # noqa: S311  # idle again, and not in step with anybody's clock
        nodes.tell(found)


def round_trip_ms(times: int) -> list[float]:
    """Return how long request and answer take over a kept mutual TLS connection on loopback."""
    from comity.sealing import client_context, make_tls_key, server_context

    now = datetime.now(UTC)
    keys = [make_tls_key(f"{name}.localhost", now, now + timedelta(days=1)) for name in ("xa", "xb")]
    door = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        caller = door.accept()[0]
        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with server_context(keys[1], [keys[0].certificate]).wrap_socket(caller, server_side=True) as peer:
            while _read(peer, PARCEL):
                peer.sendall(bytes(ANSWER))

    threading.Thread(target=serve, daemon=True).start()
    context = client_context(keys[0], keys[1].certificate)
    plain = socket.create_connection(door.getsockname())
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with context.wrap_socket(plain, server_hostname="xb.localhost") as ours:

        def once() -> None:
            ours.sendall(bytes(PARCEL))
            assert _read(ours, ANSWER)

        once()  # with the session tickets
        found = _timed(once, times)
    door.close()
    return found


def _read(connection: ssl.SSLSocket, size: int) -> bool:
    while size > 0:
        part = connection.recv(size)
        if not part:
            return False
        size -= len(part)
    return True


def synced_ms(times: int) -> list[float]:
    """Return how long one row takes to be stored and synced."""
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as folder:
        database = sqlite3.connect(Path(folder) / "limit.sqlite3", isolation_level=None)
        for pragma in ("page_size=16384", "journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=500"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, raw BLOB)")
        found = _timed(lambda: database.execute("INSERT INTO note (raw) VALUES (?)", (bytes(limit.ROW),)), times)
        database.close()
    return found


def _timed(work: Callable[[], object], times: int) -> list[float]:
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        found.append((time.perf_counter() - begin) * 1000)
        time.sleep(0.001)  # as in service, nobody is hot
    return found


def limit_ms(times: int) -> tuple[float, float]:
    """Return p50 and p99 of what cannot be left out."""
    trips, syncs = sorted(round_trip_ms(times)), sorted(synced_ms(times))
    crypto = (limit.crypto_a_message() + limit.signatures_a_batch()) * 1000
    slow = int(times * 0.99)
    # Seven syncs are hardly ever all slow at once: the limit of the p99 takes one slow one among six usual ones.
    usual = statistics.median(syncs)
    return trips[times // 2] + SYNCS * usual + crypto, trips[slow] + syncs[slow] + (SYNCS - 1) * usual + crypto


def measure(*, quick: bool) -> list[Figure]:
    """Measure in rounds, the limit beside each."""
    count = (QUICK if quick else MESSAGES) // ROUNDS
    waits: list[float] = []
    commits: list[float] = []
    pairs: list[tuple[float, float]] = []
    limits: list[tuple[float, float]] = []
    with nodes.two_nodes() as federation:
        for state in ("XA", "XB"):
            federation[state].start()
        for state in ("XA", "XB"):
            federation[state].ready()
        part = nodes.inside(federation["XA"], __file__, "sender")
        assert nodes.told(part) == "ready"
        nodes.ask(part, str(WARM_UP))
        for _ in range(ROUNDS):
            found = nodes.ask(part, str(count))
            waits += [wait for wait, _ in found]
            commits += [commit for _, commit in found]
            limits.append(limit_ms(50 if quick else 100))
            pairs.append((statistics.median(wait for wait, _ in found), limits[-1][0]))
        part.kill()
        part.wait()
    waits.sort()
    p50, p99 = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
    most = [statistics.median(values) for values in zip(*limits, strict=True)]
    remark = f"{len(waits)} messages, of which sealing and commit {statistics.median(commits):.1f} ms"
    nobody = "no peer was run"
    return [
        Figure(
            "one message, idle nodes, send to verified receipt: p50",
            "ms",
            p50,
            40,
            limit=most[0],
            share=share(pairs, at_most=True),
            remark=f"{remark}; {nobody}",
        ),
        Figure("the same: p99", "ms", p99, 120, limit=most[1], share=most[1] / p99, remark=nobody),
    ]


if __name__ == "__main__":
    if sys.argv[1:] == ["sender"]:
        sender()
    else:
        chosen = arguments(__doc__)
        show(measure(quick=chosen.quick), as_json=chosen.json)
