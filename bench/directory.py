"""What a refresh of the directory costs with 3,000 authorities: one change under 50 kB and 1 s.

Limit: the bytes of the changed card alone; the time of hashing the largest file and syncing it. No peer was run: the
client of python-tuf would transfer the whole snapshot at each change, whose size is told.
"""

import argparse
import hashlib
import os
import statistics
import tempfile
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from comity.directory import (
    FolderStore,
    Holders,
    KemEntry,
    Member,
    MemoryStore,
    Mirror,
    Registrar,
    Store,
    Table,
    make_card,
    new_log,
    read_card,
    weeks_to_publish,
)
from comity.sealing import KemKey, LogKeys, SigningPair, make_tls_key
from comity.vocabulary.authority import AuthorityId, LogName
from figure import Figure, arguments, show

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
TLS = make_tls_key("node.example", NOW, NOW + timedelta(days=365))
CHANGES = 5


def pair(text: str) -> SigningPair:
    """Return a holder's keys."""
    return SigningPair.from_seed(hashlib.sha256(text.encode()).digest())


def name_of(number: int) -> str:
    """Return the id of the n-th authority, spread over the two-letter codes."""
    state, place = number % 676, number // 676
    return f"{LETTERS[state // 26]}{LETTERS[state % 26]}.unit{place}"


def member(name: str, now: datetime) -> Member:
    """Return a member with all that a real one publishes."""
    authority = AuthorityId.parse(name)
    kem = (
        (KemKey.from_seed(hashlib.sha256(f"{name}{start}".encode()).digest(), start, until), start, until)
        for start, until in weeks_to_publish((), now)
    )
    logs = [LogName.parse(f"{name}/{kind}1") for kind in "xa"]
    return Member(
        authority=authority,
        name={"en": f"Contact point {name}", "fr": f"Point de contact {name}"},
        state=authority.state,
        languages=("en", "fr"),
        endpoints=(f"https://{name}.example:8443",),
        tls_certificates=(TLS.certificate,),
        logs={
            log: new_log(log, LogKeys.from_seed(str(log), hashlib.sha256(str(log).encode()).digest()).public)
            for log in logs
        },
        kem_keys=tuple(KemEntry(key.public, start, until) for key, start, until in kem),
    )


class Timed:
    """Prints how long something took."""

    def __init__(self, what: str) -> None:
        self.what, self.seconds = what, 0.0

    def __enter__(self) -> Self:
        self._start = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._start
        print(f"{self.what:58} {self.seconds * 1000:10.1f} ms")


def measure(count: int) -> list[Figure]:
    """Measure."""
    root, targets = [pair(f"root {n}") for n in range(5)], [pair(f"targets {n}") for n in range(3)]
    snapshot, timestamp = pair("snapshot"), pair("timestamp")
    holders = Holders(
        tuple(holder.public for holder in root),
        tuple(holder.public for holder in targets),
        snapshot.public,
        timestamp.public,
    )
    published = MemoryStore()
    registrar = Registrar.create(published, holders, root[:3], NOW, bits=6)
    table, online = Table(snapshot, timestamp, tuple(targets[:2])), Table(snapshot, timestamp)
    with Timed(f"sign {count} members' cards and admit them"):
        for number in range(count):
            card = make_card(member(name_of(number), NOW), pair(name_of(number)), NOW)
            registrar.admit(read_card(card), compared=True)
    with Timed("publish all of them"):
        registrar.publish(table, NOW)
    whole = len(published.files["1.snapshot.json"]) / 1000
    print(f"{'snapshot.json':58} {whole:10.1f} kB")
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as folder:
        store = FolderStore(Path(folder))
        mirror = Mirror(store, registrar.root)
        with Timed("first refresh, everything, synced to disk"):
            first = mirror.refresh(published.read, NOW + HOUR)
        print(f"{'  transferred':58} {first.fetched_bytes / 1000:10.1f} kB")
        lookups(store, registrar.root)
        runs = [weekly(registrar, online, mirror, published, turn) for turn in range(CHANGES)]
        limits = [synced_s(Path(folder) / "limit", published) for _ in range(CHANGES)]
        new = admission(registrar, table, mirror, published, count)
        quiet = nothing(registrar, online, mirror, published)
    return figures(count, whole, runs, limits, (new, quiet))


def figures(
    count: int,
    whole_kb: float,
    runs: list[tuple[float, float, float]],
    limits: list[float],
    others: tuple[tuple[float, float], tuple[float, float]],
) -> list[Figure]:
    """Return what is told: of the commonest change the median, and of the rarer ones each."""
    kb, seconds, card = (statistics.median(values) for values in zip(*runs, strict=True))
    bound, named = statistics.median(limits), f"a directory of {count:,} authorities"
    remark = f"median of {len(runs)}; no peer was run: without patches, the snapshot alone is {whole_kb:.0f} kB"
    (new_kb, new_s), (quiet_kb, quiet_s) = others
    return [
        Figure(f"{named}, one changed: transferred", "kB", kb, 50, limit=card, share=card / kb, remark=remark),
        Figure(f"{named}, one changed: refresh", "s", seconds, 1, limit=bound, share=bound / seconds),
        Figure(f"{named}, one admitted: transferred", "kB", new_kb, 50),
        Figure(f"{named}, one admitted: refresh", "s", new_s, 1),
        Figure(f"{named}, nothing changed: transferred", "kB", quiet_kb, 50),
        Figure(f"{named}, nothing changed: refresh", "s", quiet_s, 1),
    ]


def synced_s(path: Path, published: MemoryStore) -> float:
    """Return the seconds of hashing the largest file and syncing a copy: what every refresh needs, however small."""
    data = max(published.files.values(), key=len)
    begin = time.perf_counter()
    hashlib.sha256(data).digest()
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return time.perf_counter() - begin


def lookups(store: Store, root: bytes) -> None:
    """Measure asking for one member, then for all, in a new process's place."""
    with Timed("open the mirror"):
        mirror = Mirror(store, root)
    with Timed("first member asked for"):
        mirror.directory.member(AuthorityId.parse(name_of(7)))
    with Timed("the same member, 1,000 times"):
        for _ in range(1000):
            mirror.directory.member(AuthorityId.parse(name_of(7)))
    tracemalloc.start()
    with Timed("all members (with tracemalloc)"):
        assert mirror.directory.members()
    print(f"{'  memory':58} {tracemalloc.get_traced_memory()[0] / 1e6:10.1f} MB")
    tracemalloc.stop()


def weekly(
    registrar: Registrar, online: Table, mirror: Mirror, published: MemoryStore, turn: int
) -> tuple[float, float, float]:
    """Measure the commonest change: a member publishes another week's KEM key; returns kB, seconds, kB of its card."""
    at = NOW + (2 + turn) * HOUR
    name = name_of(11 + turn)
    changed = member(name, NOW + timedelta(days=7))
    card = make_card(changed, pair(name), at, 2)
    registrar.admit(read_card(card))
    registrar.publish(online, at)
    with Timed("refresh after one member's new KEM key") as timed:
        refreshed = mirror.refresh(published.read, at + HOUR / 2)
    assert refreshed.changed == (changed.authority,)
    return refreshed.fetched_bytes / 1000, timed.seconds, len(card) / 1000


def admission(
    registrar: Registrar, table: Table, mirror: Mirror, published: MemoryStore, count: int
) -> tuple[float, float]:
    """Measure the rarest: a new member, signed by the registrar's holders; returns kB and seconds."""
    new, at = member(name_of(count), NOW), NOW + 12 * HOUR
    registrar.admit(read_card(make_card(new, pair(name_of(count)), at)), compared=True)
    registrar.publish(table, at)
    with Timed("refresh after an admission") as timed:
        refreshed = mirror.refresh(published.read, at + HOUR)
    assert refreshed.directory.member(new.authority) == new
    return refreshed.fetched_bytes / 1000, timed.seconds


def nothing(registrar: Registrar, online: Table, mirror: Mirror, published: MemoryStore) -> tuple[float, float]:
    """Measure the daily timestamp when nothing changed; returns kB and seconds."""
    registrar.refresh_timestamp(online.timestamp, NOW + 14 * HOUR)
    with Timed("refresh when nothing changed but the timestamp") as timed:
        refreshed = mirror.refresh(published.read, NOW + 15 * HOUR)
    return refreshed.fetched_bytes / 1000, timed.seconds


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--authorities", type=int, default=0, help="another number of authorities")


if __name__ == "__main__":
    chosen = arguments(__doc__, _more)
    show(measure(chosen.authorities or (300 if chosen.quick else 3000)), as_json=chosen.json)
