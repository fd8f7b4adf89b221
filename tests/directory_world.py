"""A directory in memory: a registrar with its holders, members with their keys, and a mirror that asks for files."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from comity.directory.card import make_card, read_card
from comity.directory.holders import Holders, Table
from comity.directory.logs import new_log
from comity.directory.member import ContactPoint, KemEntry, Member
from comity.directory.mirror import Mirror
from comity.directory.registrar import Registrar
from comity.directory.store import MemoryStore
from comity.directory.weeks import weeks_to_publish
from comity.sealing import IdentityKey, KemKey, LogKeys, SigningPair, TlsKey, make_tls_key
from comity.vocabulary.authority import AuthorityId, LogName

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TLS: dict[str, TlsKey] = {}


def seed(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def pair(text: str) -> SigningPair:
    return SigningPair.from_seed(seed(text))


def identity(name: str, number: int = 1) -> IdentityKey:
    return IdentityKey.from_seed(seed(f"{name} identity {number}"))


def tls(name: str) -> TlsKey:
    if name not in TLS:
        TLS[name] = make_tls_key(f"{name}.localhost", NOW - DAY, NOW + 365 * DAY)
    return TLS[name]


def member(name: str, now: datetime = NOW, languages: tuple[str, ...] = ("en",)) -> Member:
    authority = AuthorityId.parse(name)
    logs = [LogName.parse(f"{name}/{kind}1") for kind in "xa"]
    return Member(
        authority=authority,
        name={"en": f"Bureau of {name}"},
        state=authority.state,
        languages=languages,
        endpoints=(f"https://{name}.localhost:8443",),
        tls_certificates=(tls(name).certificate,),
        logs={log: new_log(log, LogKeys.from_seed(str(log), seed(str(log))).public) for log in logs},
        kem_keys=tuple(
            KemEntry(KemKey.from_seed(seed(f"{name} {start}"), start, until).public, start, until)
            for start, until in weeks_to_publish((), now)
        ),
        contacts=(ContactPoint({"en": "Duty desk"}, "+99 1 234", "desk@example.org", ("en",), "Europe/Brussels"),),
    )


ROOT_HOLDERS = tuple(pair(f"root {number}") for number in range(5))
TARGETS_HOLDERS = tuple(pair(f"targets {number}") for number in range(3))
SNAPSHOT_KEY, TIMESTAMP_KEY = pair("snapshot"), pair("timestamp")
HOLDERS = Holders(
    tuple(holder.public for holder in ROOT_HOLDERS),
    tuple(holder.public for holder in TARGETS_HOLDERS),
    SNAPSHOT_KEY.public,
    TIMESTAMP_KEY.public,
)
TABLE = Table(SNAPSHOT_KEY, TIMESTAMP_KEY, TARGETS_HOLDERS[:2])
ONLINE = Table(SNAPSHOT_KEY, TIMESTAMP_KEY)


@dataclass
class World:
    """A published directory, one mirror of it, and what went over the wire."""

    store: MemoryStore = field(default_factory=MemoryStore)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.registrar = Registrar.create(self.store, HOLDERS, ROOT_HOLDERS[:3], NOW, bits=2)

    def admit(self, *names: str, now: datetime = NOW) -> None:
        for name in names:
            self.update(member(name), identity(name), now)
        self.registrar.publish(TABLE, now)

    def update(self, changed: Member, key: SigningPair, now: datetime = NOW) -> None:
        version = self.registrar.member_version(changed.authority) + 1
        self.registrar.admit(read_card(make_card(changed, key, now, version)), compared=True)

    def fetch(self, path: str) -> bytes | None:
        self.asked.append(path)
        return self.store.read(path)

    def mirror(self, store: MemoryStore | None = None) -> Mirror:
        return Mirror(MemoryStore() if store is None else store, self.store.files["1.root.json"])


XA, XB, XC = (AuthorityId.parse(name) for name in ("xa.ncb", "xb.spoc", "xc.ncb"))
