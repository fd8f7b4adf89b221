"""A member as its own signed document says it: endpoints, keys, contact points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from comity.directory.documents import Fields, base64, read_json, seconds, write_json
from comity.directory.errors import DocumentError
from comity.directory.logs import LogEntry
from comity.directory.succession import MAX_LINKS, Succession
from comity.sealing import KemPublic, KeyFormatError, spki_of
from comity.vocabulary.authority import AuthorityId, LogName

VERSION: Final = 1
MAX_LOGS: Final = 20
MAX_KEM_KEYS: Final = 12
DAYS_OF_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class KemEntry:
    """A KEM key of a member and the week in which partners use it.

    Attributes:
        public: the key.
        valid_from: UTC.
        valid_until: UTC, exclusive.
    """

    public: KemPublic
    valid_from: datetime
    valid_until: datetime

    @property
    def id(self) -> str:
        """Name of the key."""
        return self.public.id


@dataclass(frozen=True, slots=True)
class Hours:
    """When a contact point answers on one day of the week, in its own time zone.

    Attributes:
        day: 1 (Monday) to 7.
        opens: first minute.
        closes: first minute at which nobody answers; 00:00 is midnight at the end of the day.
    """

    day: int
    opens: time
    closes: time

    def hold(self, at: datetime) -> bool:
        """Say whether a local time falls into these hours."""
        clock = at.time().replace(tzinfo=None)
        return at.isoweekday() == self.day and self.opens <= clock and (clock < self.closes or self.closes == time(0))


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """Where people reach people.

    Attributes:
        name: of the desk, by language.
        phone: in international form, or empty.
        email: or empty.
        languages: spoken there, ISO 639-1.
        zone: IANA time zone of `hours`.
        hours: empty means always.
    """

    name: Mapping[str, str]
    phone: str
    email: str
    languages: tuple[str, ...]
    zone: str
    hours: tuple[Hours, ...] = ()

    def open_at(self, now: datetime) -> bool:
        """Say whether somebody answers at an instant."""
        local = now.astimezone(ZoneInfo(self.zone))
        return not self.hours or any(hours.hold(local) for hours in self.hours)


@dataclass(frozen=True, slots=True)
class Member:
    """What an authority says of itself, signed with its identity key.

    Attributes:
        authority: whose document it is.
        name: by language.
        state: code of the state or organisation, such as `XA`.
        languages: in which it works, ISO 639-1, the first preferred.
        endpoints: base URLs of its node's federation door, the first preferred.
        tls_certificates: PEM, self-signed; the first is in use, a second is announced for a change.
        logs: by name.
        kem_keys: a week each, the earliest first.
        contacts: contact points.
        successions: changes of its identity key, the oldest first.
    """

    authority: AuthorityId
    name: Mapping[str, str]
    state: str
    languages: tuple[str, ...]
    endpoints: tuple[str, ...]
    tls_certificates: tuple[str, ...]
    logs: Mapping[LogName, LogEntry]
    kem_keys: tuple[KemEntry, ...]
    contacts: tuple[ContactPoint, ...] = ()
    successions: tuple[Succession, ...] = ()

    def __hash__(self) -> int:
        return hash((self.authority, self.kem_keys))

    @property
    def tls_certificate(self) -> str:
        """PEM of the certificate in use; empty where it was revoked."""
        return self.tls_certificates[0] if self.tls_certificates else ""

    @property
    def tls_spki(self) -> str:
        """SHA-256 of its SPKI, in hex; empty where it was revoked."""
        return spki_of(self.tls_certificate) if self.tls_certificates else ""

    @property
    def tls_spkis(self) -> frozenset[str]:
        """Pins of the certificate in use and of the one announced."""
        return frozenset(spki_of(certificate) for certificate in self.tls_certificates)

    def log(self, name: LogName) -> LogEntry | None:
        """Return one of its logs."""
        return self.logs.get(name)

    def present_log(self, kind: str) -> LogEntry | None:
        """Return the log in use of a kind ("x" exchange, "a" acts): the highest number that is not closed."""
        found = [entry for name, entry in self.logs.items() if name.kind == kind and entry.closed is None]
        return max(found, key=lambda entry: entry.name.number, default=None)

    def kem_at(self, now: datetime) -> KemEntry | None:
        """Return the KEM key of the week; of two that overlap, the newer; `None` where none was published."""
        found = [key for key in self.kem_keys if key.valid_from <= now < key.valid_until]
        return max(found, key=lambda key: key.valid_from, default=None)

    def to_bytes(self) -> bytes:
        """Return the document."""
        return write_json(
            {
                "v": VERSION,
                "authority": str(self.authority),
                "name": dict(self.name),
                "state": self.state,
                "languages": list(self.languages),
                "endpoints": list(self.endpoints),
                "tls": [{"certificate": pem, "spki": spki_of(pem)} for pem in self.tls_certificates],
                "logs": [entry.to_json() for entry in self.logs.values()],
                "kem": [_kem_to_json(key) for key in self.kem_keys],
                "contacts": [_contact_to_json(contact) for contact in self.contacts],
                "successions": [link.to_json() for link in self.successions],
            }
        )


def read_member(data: bytes, authority: AuthorityId) -> Member:
    """Read a member's document.

    Args:
        data: the document.
        authority: under whose name it stands; it must be its own.

    Raises:
        DocumentError: it is malformed, or another authority's.
    """
    fields = Fields(read_json(data), "a member")
    if fields.number("v") != VERSION:
        raise DocumentError("the member's document is of a version that this node does not know")
    if fields.text("authority") != str(authority) or fields.text("state") != authority.state:
        raise DocumentError(f"the document of `{authority}` is another authority's")
    logs = [LogEntry.from_json(item, authority) for item in fields.items("logs", limit=MAX_LOGS)]
    if len({entry.name for entry in logs}) != len(logs):
        raise DocumentError("a log stands twice in a member's document")
    found = Member(
        authority=authority,
        name=fields.translations("name"),
        state=authority.state,
        languages=fields.texts("languages"),
        endpoints=tuple(_endpoint(url) for url in fields.texts("endpoints", limit=5)),
        tls_certificates=tuple(_certificate(item) for item in fields.items("tls", limit=2)),
        logs={entry.name: entry for entry in logs},
        kem_keys=_kem_keys(fields.items("kem", limit=MAX_KEM_KEYS)),
        contacts=tuple(_contact(item) for item in fields.items("contacts", limit=20)),
        successions=tuple(
            Succession.from_json(item, authority) for item in fields.items("successions", limit=MAX_LINKS, default=[])
        ),
    )
    fields.done()
    return found


def _endpoint(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise DocumentError("an endpoint is no URL") from None
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query or parts.fragment or port == 0:
        raise DocumentError("an endpoint is an https URL of a host, without user, query or fragment")
    return url


def _certificate(value: object) -> str:
    fields = Fields(value, "a TLS certificate")
    pem, spki = fields.text("certificate", limit=8000), fields.text("spki")
    fields.done()
    try:
        fits = pem.count("-----BEGIN") == 1 and spki_of(pem) == spki
    except KeyFormatError:
        fits = False
    if not fits:
        raise DocumentError("a TLS certificate is not the one of its hash")
    return pem


def _kem_keys(items: Sequence[object]) -> tuple[KemEntry, ...]:
    keys = []
    for item in items:
        fields = Fields(item, "a KEM key")
        try:
            public = KemPublic.from_bytes(fields.base64("public"))
        except KeyFormatError:
            raise DocumentError("a KEM key has another length") from None
        keys.append(KemEntry(public, fields.time("from"), fields.time("until")))
        fields.done()
        if keys[-1].valid_from >= keys[-1].valid_until:
            raise DocumentError("a KEM key ends before it begins")
    if len({key.id for key in keys}) != len(keys):
        raise DocumentError("a KEM key stands twice in a member's document")
    return tuple(sorted(keys, key=lambda key: key.valid_from))


def _kem_to_json(key: KemEntry) -> dict[str, Any]:
    return {"public": base64(key.public.raw), "from": seconds(key.valid_from), "until": seconds(key.valid_until)}


def _contact(value: object) -> ContactPoint:
    fields = Fields(value, "a contact point")
    zone = fields.text("zone")
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        raise DocumentError(f"`{zone[:40]}` is no time zone") from None
    found = ContactPoint(
        name=fields.translations("name"),
        phone=fields.text("phone", limit=40),
        email=fields.text("email", limit=200),
        languages=fields.texts("languages"),
        zone=zone,
        hours=tuple(_hours(item) for item in fields.items("hours", limit=21)),
    )
    fields.done()
    return found


def _hours(value: object) -> Hours:
    fields = Fields(value, "hours")
    try:
        found = Hours(
            fields.number("day"),
            time.fromisoformat(fields.text("opens", limit=5)),
            time.fromisoformat(fields.text("closes", limit=5)),
        )
    except ValueError as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError("hours are given as `08:00`") from None
    fields.done()
    if not 1 <= found.day <= DAYS_OF_WEEK or found.opens.tzinfo or found.closes.tzinfo:
        raise DocumentError("a day of the week is a number from 1 to 7, its hours in local time")
    return found


def _contact_to_json(contact: ContactPoint) -> dict[str, Any]:
    return {
        "name": dict(contact.name),
        "phone": contact.phone,
        "email": contact.email,
        "languages": list(contact.languages),
        "zone": contact.zone,
        "hours": [
            {"day": hours.day, "opens": f"{hours.opens:%H:%M}", "closes": f"{hours.closes:%H:%M}"}
            for hours in contact.hours
        ],
    }
