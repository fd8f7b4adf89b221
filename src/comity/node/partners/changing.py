"""Begin a change of an authority's identity key or of the node's TLS key: what an administrator asks for."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from comity.directory.succession import MAX_LINKS, succeed
from comity.node import nodefile
from comity.node.partners import cards, founding, keyring, renewing
from comity.node.partners.cards import Said
from comity.node.partners.errors import ChangeError
from comity.sealing import IdentityKey, make_tls_key
from comity.vocabulary.authority import AuthorityId

_DAY: Final = timedelta(days=1)


def last_said(authority: AuthorityId, at: datetime) -> Said:
    """Return what an authority said of itself last.

    Raises:
        ChangeError: it has no card and stands in no directory.
    """
    found = cards.said(authority, at)
    if found is None:
        raise ChangeError(f"`{authority}` has no card, and the directory does not list it")
    return found


def change_identity(authority: AuthorityId, at: datetime, *, unsigned: bool = False) -> str:
    """Give an authority a new identity key, and write the card that it signs.

    The new key is kept before the card is written, and takes the old one's place after it: a crash between leaves
    either the old key with the old card, or a new key that the next call goes on with.

    Args:
        authority: of this node.
        at: now, UTC.
        unsigned: the old key is lost or stolen and does not sign for the new one: every partner compares digits.

    Returns:
        the digits of the new key.

    Raises:
        ChangeError: there is nothing that could be renewed.
    """
    keys, following = keyring.keys(), f"identity-next/{authority}"
    with cards.changing():
        before = last_said(authority, at)
        if following not in keys.names():
            keys.put(following, secrets.token_bytes(32))
        new = IdentityKey.from_seed(keys.get(following))
        chain = before.member.successions
        if not unsigned:
            old = keys.identity(str(authority))
            chain = (*chain, succeed(authority, old.public, new.public, [old]))[-MAX_LINKS:]
        digits = cards.say_anew(replace(before.member, successions=chain), new, before.version + 1, at)
        keys.put_identity(str(authority), new)
        keys.erase(following)
    return digits


def announce_tls(host: str, at: datetime) -> None:
    """Make the node's next TLS key, and announce its certificate in the card of every authority.

    It is shown to partners when every entry has listed it for a week (`renewing.use_announced_tls`).

    Raises:
        ChangeError: a change is under way already.
    """
    keys = keyring.keys()
    if "tls-next" in keys.names():
        raise ChangeError("another certificate is announced already")
    keys.put_next_tls(make_tls_key(host, at - _DAY, at + founding.TLS_YEARS * 365 * _DAY))
    for one in sorted(nodefile.authorities()):
        renewing.renew(AuthorityId.parse(one), at)


def use_tls_now(at: datetime) -> None:
    """Show the announced certificate without waiting for the week to end.

    Raises:
        ChangeError: none is announced, or the directory does not list it for every authority of this node.
    """
    if "tls-next" not in keyring.keys().names():
        raise ChangeError("no certificate is announced")
    with cards.changing():
        used = renewing.use_announced_tls(at, at_once=True)
    if not used:
        raise ChangeError("the directory does not list the announced certificate for every authority of this node")
    for one in sorted(nodefile.authorities()):
        renewing.renew(AuthorityId.parse(one), at)
