"""Make an authority's keys, and the card with which it joins the directory or renews what it says of itself."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from comity.directory.card import make_card
from comity.directory.logs import LogEntry, new_log
from comity.directory.member import ContactPoint, KemEntry, Member
from comity.directory.weeks import erase_after, weeks_to_publish
from comity.sealing import IdentityKey, KemKey, Keys, LogKeys, make_tls_key
from comity.vocabulary.authority import AuthorityId, LogName

TLS_YEARS = 10  # the key is pinned; the date in the certificate means nothing to us, but TLS libraries look at it


def make_node_keys(keys: Keys, host: str, now: datetime) -> None:
    """Make the node's TLS key, unless it is there."""
    if "tls" not in keys.names():
        keys.put_tls(make_tls_key(host, now - timedelta(days=1), now + timedelta(days=365 * TLS_YEARS)))


def make_authority_keys(keys: Keys, authority: AuthorityId, now: datetime) -> None:
    """Make an authority's identity key, the keys of its first two logs and its KEM keys, as far as they are missing."""
    names = keys.names()
    if f"identity/{authority}" not in names:
        keys.put_identity(str(authority), IdentityKey.from_seed(secrets.token_bytes(32)))
    for log in (f"{authority}/x1", f"{authority}/a1"):
        if f"log/{log.replace('/', '@')}" not in names:
            keys.put_log(LogKeys.from_seed(log, secrets.token_bytes(32)))
    make_kem_keys(keys, authority, now)


def make_kem_keys(keys: Keys, authority: AuthorityId, now: datetime) -> tuple[KemKey, ...]:
    """Make the KEM keys of this week and the five that follow, as far as they are missing; returns the new ones."""
    held = keys.kems(str(authority))
    made = tuple(
        KemKey.from_seed(secrets.token_bytes(32), start, until)
        for start, until in weeks_to_publish((key.valid_from for key in held), now)
    )
    for key in made:
        keys.put_kem(str(authority), key)
    return made


def erase_kem_keys(keys: Keys, authority: AuthorityId, now: datetime) -> int:
    """Destroy the KEM keys for which no note can be waiting any more; returns how many."""
    over = [key for key in keys.kems(str(authority)) if erase_after(key.valid_until) <= now]
    for key in over:
        keys.erase_kem(str(authority), key.id)
    return len(over)


def new_member(
    keys: Keys,
    authority: AuthorityId,
    *,
    name: Mapping[str, str],
    languages: Sequence[str],
    endpoint: str,
    contacts: Sequence[ContactPoint] = (),
    now: datetime,
) -> Member:
    """Return what an authority says of itself when it joins.

    Args:
        keys: open; `make_node_keys` and `make_authority_keys` were called.
        authority: of this node.
        name: by language.
        languages: in which it works.
        endpoint: base URL of the node's federation door.
        contacts: contact points.
        now: UTC; KEM keys that are over are left out.
    """
    logs = {entry.name: entry for entry in (_log(keys, authority, kind) for kind in ("x1", "a1"))}
    return Member(
        authority=authority,
        name=dict(name),
        state=authority.state,
        languages=tuple(languages),
        endpoints=(endpoint,),
        tls_certificates=(keys.tls().certificate,),
        logs=logs,
        kem_keys=published(keys, authority, now),
        contacts=tuple(contacts),
    )


def _log(keys: Keys, authority: AuthorityId, short: str) -> LogEntry:
    name = LogName.parse(f"{authority}/{short}")
    return new_log(name, keys.log(str(name)).public)


def published(keys: Keys, authority: AuthorityId, now: datetime) -> tuple[KemEntry, ...]:
    """Return the public halves of the KEM keys that partners may use now or later, the earliest first."""
    found = (key for key in keys.kems(str(authority)) if key.valid_until > now)
    entries = (KemEntry(key.public, key.valid_from, key.valid_until) for key in found)
    return tuple(sorted(entries, key=lambda entry: entry.valid_from))


def card(keys: Keys, member: Member, now: datetime, version: int = 1) -> bytes:
    """Return the card that the registrar publishes."""
    return make_card(member, keys.identity(str(member.authority)), now, version)
