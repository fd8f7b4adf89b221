"""What counts no longer, from today on, also for what was said before."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from comity.directory.documents import Fields, read_json, seconds, write_json
from comity.directory.errors import DocumentError
from comity.directory.logs import Closing
from comity.directory.member import Member
from comity.sealing import spki_of
from comity.vocabulary.authority import AuthorityId, LogName

REVOCATIONS_PATH: Final = "revocations.json"
MAX_REVOCATIONS: Final = 5000


class Revoked(StrEnum):
    """What a revocation takes away."""

    MEMBERSHIP = "membership"
    IDENTITY = "identity"
    TLS = "tls"
    KEM = "kem"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Revocation:
    """One entry of the list, which the registrar signs.

    Attributes:
        authority: whose it is.
        kind: what is revoked.
        id: fingerprint of an identity key, SPKI hash, id of a KEM key, name of a log; empty for a membership.
        revoked_from: since when, UTC.
        reason: a code, such as `key.compromised` or `conference.decision`.
        closing: for a log, how much of it stays proved.
    """

    authority: AuthorityId
    kind: Revoked
    id: str
    revoked_from: datetime
    reason: str
    closing: Closing | None = None


def read_revocations(data: bytes) -> tuple[Revocation, ...]:
    """Read the list.

    Raises:
        DocumentError: it is malformed; a directory whose revocations cannot be read is not used.
    """
    fields = Fields(read_json(data), "the revocations")
    if fields.number("v") != 1:
        raise DocumentError("the revocations are of a version that this node does not know")
    found = tuple(_revocation(item) for item in fields.items("revocations", limit=MAX_REVOCATIONS))
    fields.done()
    return found


def write_revocations(revocations: Iterable[Revocation]) -> bytes:
    """Return the list as it is published."""
    return write_json({"v": 1, "revocations": [_to_json(item) for item in revocations]})


def apply(member: Member, revocations: Iterable[Revocation]) -> Member:
    """Return a member without what was revoked of it, whatever its own document says."""
    for revocation in revocations:
        if revocation.authority != member.authority:
            continue
        if revocation.kind is Revoked.KEM:
            member = replace(member, kem_keys=tuple(key for key in member.kem_keys if key.id != revocation.id))
        elif revocation.kind is Revoked.TLS:
            kept = tuple(pem for pem in member.tls_certificates if spki_of(pem) != revocation.id)
            member = replace(member, tls_certificates=kept)
        elif revocation.kind is Revoked.LOG and revocation.closing is not None:
            member = _close(member, LogName.parse(revocation.id), revocation.closing)
    return member


def _close(member: Member, name: LogName, closing: Closing) -> Member:
    entry = member.logs.get(name)
    return member if entry is None else replace(member, logs={**member.logs, name: entry.closed_by(closing)})


def _revocation(value: object) -> Revocation:
    fields = Fields(value, "a revocation")
    try:
        authority = AuthorityId.parse(fields.text("authority"))
        kind, name = Revoked(fields.text("kind")), fields.text("id", limit=100)
        if kind is Revoked.LOG:
            LogName.parse(name)
    except ValueError as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError("a revocation names something unknown") from None
    closing = fields.raw("closing", None)
    found = Revocation(
        authority,
        kind,
        name,
        fields.time("from"),
        fields.text("reason", limit=100),
        None if closing is None else Closing.from_json(closing),
    )
    fields.done()
    if (found.kind is Revoked.LOG) != (found.closing is not None):
        raise DocumentError("a log, and nothing else, is revoked with its last trusted size and root")
    return found


def _to_json(item: Revocation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "authority": str(item.authority),
        "kind": str(item.kind),
        "id": item.id,
        "from": seconds(item.revoked_from),
        "reason": item.reason,
    }
    if item.closing is not None:
        found["closing"] = item.closing.to_json()
    return found
