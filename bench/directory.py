"""What a refresh of the directory costs with 3,000 authorities (design figure: one change under 50 kB and 1 s).

Run: python bench/directory.py [authorities]
"""

import hashlib
import sys
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

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
TLS = make_tls_key("node.example", NOW, NOW + timedelta(days=365))
BUDGET_BYTES, BUDGET_S = 50_000, 1.0


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


def main(count: int) -> None:
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
    print(f"{'snapshot.json':58} {len(published.files['1.snapshot.json']) / 1000:10.1f} kB")
    with tempfile.TemporaryDirectory() as folder:
        store = FolderStore(Path(folder))
        mirror = Mirror(store, registrar.root)
        with Timed("first refresh, everything, synced to disk"):
            first = mirror.refresh(published.read, NOW + HOUR)
        print(f"{'  transferred':58} {first.fetched_bytes / 1000:10.1f} kB")
        lookups(store, registrar.root)
        weekly(registrar, online, mirror, published)
        admission(registrar, table, mirror, published, count)
        nothing(registrar, online, mirror, published)


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


def check(what: str, fetched_bytes: int, seconds: float) -> None:
    """Stop where the design's figure is missed."""
    print(f"{'  transferred':58} {fetched_bytes / 1000:10.1f} kB")
    assert fetched_bytes < BUDGET_BYTES, f"{what} transfers too much"
    assert seconds < BUDGET_S, f"{what} takes too long"


def weekly(registrar: Registrar, online: Table, mirror: Mirror, published: MemoryStore) -> None:
    """Measure the commonest change: one member publishes another week's KEM key."""
    changed = member(name_of(11), NOW + timedelta(days=7))
    registrar.admit(read_card(make_card(changed, pair(name_of(11)), NOW + 2 * HOUR, 2)))
    with Timed("publish one member's new KEM key, with patches"):
        registrar.publish(online, NOW + 2 * HOUR)
    with Timed("refresh after one member's new KEM key") as timed:
        refreshed = mirror.refresh(published.read, NOW + 3 * HOUR)
    assert refreshed.changed == (changed.authority,)
    check("a new key", refreshed.fetched_bytes, timed.seconds)


def admission(registrar: Registrar, table: Table, mirror: Mirror, published: MemoryStore, count: int) -> None:
    """Measure the rarest: a new member, signed by the registrar's holders."""
    new = member(name_of(count), NOW)
    registrar.admit(read_card(make_card(new, pair(name_of(count)), NOW + 4 * HOUR)), compared=True)
    with Timed("publish a new member"):
        registrar.publish(table, NOW + 4 * HOUR)
    with Timed("refresh after an admission") as timed:
        refreshed = mirror.refresh(published.read, NOW + 5 * HOUR)
    assert refreshed.directory.member(new.authority) == new
    check("an admission", refreshed.fetched_bytes, timed.seconds)


def nothing(registrar: Registrar, online: Table, mirror: Mirror, published: MemoryStore) -> None:
    """Measure the daily timestamp when nothing changed."""
    registrar.refresh_timestamp(online.timestamp, NOW + 6 * HOUR)
    with Timed("refresh when nothing changed but the timestamp") as timed:
        refreshed = mirror.refresh(published.read, NOW + 7 * HOUR)
    check("nothing", refreshed.fetched_bytes, timed.seconds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
