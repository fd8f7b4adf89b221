"""Keep an authority's published keys ahead of the weeks: make what is missing, destroy what is over, renew the card.

KEM keys are published five weeks ahead, so that a registrar on holiday stops nobody. A change of log keys or of the TLS
key, which an administrator began, is brought to its end here, when every partner had the time to see it.
"""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from comity.directory.logs import LogEntry, new_log
from comity.directory.member import Member
from comity.node import nodefile
from comity.node.partners import cards, founding, keyring
from comity.vocabulary.authority import AuthorityId, LogName

log = logging.getLogger(__name__)
BOTH_SIGN_FOR: Final = timedelta(days=90)
"""A partner that cannot refresh believes the former keys until our entry runs out (docs/protocol/directory.md, 1)."""
TLS_ANNOUNCED_FOR: Final = timedelta(days=7)
"""A snapshot lasts for seven days: who has not heard of the next certificate by then has no directory to work with."""


def renew_all(at: datetime) -> None:
    """Look after the keys and cards of every authority of this node."""
    for one in sorted(nodefile.authorities()):
        renew(AuthorityId.parse(one), at)


def renew(authority: AuthorityId, at: datetime) -> bool:
    """Make and destroy keys, and write a newer card where the directory lacks a key or our entry is about to expire.

    Returns:
        whether a newer card was written.
    """
    keys = keyring.keys()
    made = founding.make_kem_keys(keys, authority, at)
    erased = founding.erase_kem_keys(keys, authority, at)
    if made or erased:
        keyring.forget_kem_keys()
        log.info("%s: %d KEM keys made, %d destroyed", authority, len(made), erased)
    with cards.changing():
        end_change_of_logs(authority, at)
        use_announced_tls(at)
        before = cards.said(authority, at)
        if before is None:
            return False
        return cards.say(_today(before.member, at), at)


def _today(member: Member, at: datetime) -> Member:
    """Return a member with the keys of today: the weeks ahead, logs whose keys are here, certificates in use."""
    keys = keyring.keys()
    held = {entry.name: entry for entry in _logs(member.authority)}
    certificates = [keys.tls().certificate] if "tls" in keys.names() else list(member.tls_certificates[:1])
    if "tls-next" in keys.names():
        certificates.append(keys.next_tls().certificate)
    return replace(
        member,
        kem_keys=founding.published(keys, member.authority, at),
        logs={**held, **member.logs},
        tls_certificates=tuple(certificates),
    )


def _logs(authority: AuthorityId) -> list[LogEntry]:
    """Return an entry for each log whose keys are here; a restore begins a new acts log."""
    names = ((LogName.parse(held.name), held.public) for held in keyring.keys().logs())
    return [new_log(name, public) for name, public in names if name.authority == authority]


# Ends of what an administrator began


def end_change_of_logs(authority: AuthorityId, at: datetime) -> None:
    """Destroy former log keys, once the new ones were listed for as long as a partner may not have heard of them."""
    keys, listed = keyring.keys(), cards.published(authority, at)
    for held in keys.logs():
        name, following = LogName.parse(held.name), keys.next_log(held.name)
        if name.authority != authority or following is None or listed is None:
            continue
        entry = listed.member.log(name)
        if entry is None or entry.keys != following.public:
            continue
        since = listed_since(f"log/{held.name}", at)
        if at - since >= BOTH_SIGN_FOR:
            keys.end_change_of_log(held.name)
            keys.erase(_mark(f"log/{held.name}"))
            log.info("the former keys of %s are destroyed", held.name)


def use_announced_tls(at: datetime, *, at_once: bool = False) -> bool:
    """Show the announced certificate, once every authority's entry has listed it for a week.

    Args:
        at: now, UTC.
        at_once: do not wait for the week; partners that have not refreshed cannot connect until they do.

    Returns:
        whether it was taken into use.
    """
    keys = keyring.keys()
    if "tls-next" not in keys.names():
        return False
    following = keys.next_tls()
    for one in nodefile.authorities():
        listed = cards.published(AuthorityId.parse(one), at)
        if listed is None or following.spki not in listed.member.tls_spkis:
            return False
    if not at_once and at - listed_since("tls", at) < TLS_ANNOUNCED_FOR:
        return False
    keys.put_tls(following)
    keys.erase("tls-next")
    keys.erase(_mark("tls"))
    keyring.look()
    log.info("the announced TLS certificate is in use")
    return True


def listed_since(what: str, at: datetime) -> datetime:
    """Return since when this node knows that the directory lists a new key; from now on, if it is the first look."""
    keys, mark = keyring.keys(), _mark(what)
    if mark not in keys.names():
        keys.put(mark, int(at.timestamp()).to_bytes(8))
    return datetime.fromtimestamp(int.from_bytes(keys.get(mark)), UTC)


def _mark(what: str) -> str:
    return f"since/{what.replace('/', '@')}"
