"""Keep an authority's published keys ahead of the weeks: make what is missing, destroy what is over, renew the card.

The card lies in the node's folder ``cards``; the registrar takes it with ``comity directory admit``. KEM keys are
published five weeks ahead, so that a registrar on holiday stops nobody.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from comity.directory.card import make_card, read_card
from comity.directory.errors import DirectoryError
from comity.directory.logs import LogEntry, new_log
from comity.directory.member import Member
from comity.node import nodefile, places
from comity.node.partners import founding, keyring, members
from comity.vocabulary.authority import AuthorityId, LogName

log = logging.getLogger(__name__)
RENEW_BEFORE: Final = timedelta(days=30)
FOLDER: Final = "cards"


def renew_all(at: datetime) -> None:
    """Look after the keys and cards of every authority of this node."""
    for one in sorted(nodefile.authorities()):
        renew(AuthorityId.parse(one), at)


def renew(authority: AuthorityId, at: datetime) -> bool:
    """Make and destroy KEM keys, and write a newer card where the directory's entry lacks a key or is about to expire.

    Returns:
        whether a newer card was written.
    """
    keys = keyring.keys()
    made = founding.make_kem_keys(keys, authority, at)
    erased = founding.erase_kem_keys(keys, authority, at)
    if made or erased:
        keyring.forget_kem_keys()
        log.info("%s: %d KEM keys made, %d destroyed", authority, len(made), erased)
    entry = members.directory().entry(authority)
    if entry is None:
        return False
    wanted = founding.published(keys, authority, at)
    known = {key.id for key in entry.member.kem_keys}
    logs = {found.name: found for found in _logs(authority)}
    if (
        {key.id for key in wanted} <= known
        and logs.keys() <= entry.member.logs.keys()
        and entry.expires - at > RENEW_BEFORE
    ):
        return False
    return _write(authority, replace(entry.member, kem_keys=wanted, logs={**logs, **entry.member.logs}), at)


def _logs(authority: AuthorityId) -> Iterator[LogEntry]:
    """Yield an entry for each log whose keys are here; a restore begins a new acts log."""
    for held in keyring.keys().logs():
        name = LogName.parse(held.name)
        if name.authority == authority:
            yield new_log(name, held.public)


def _write(authority: AuthorityId, member: Member, at: datetime) -> bool:
    folder = places.folder() / FOLDER
    folder.mkdir(exist_ok=True)
    path = folder / f"{authority}.card.json"
    version = 1
    if path.exists():
        try:
            before = read_card(path.read_bytes())
        except DirectoryError:
            log.warning("the card of %s in %s is damaged; it is written anew", authority, folder)
        else:
            same = before.member.kem_keys == member.kem_keys and before.member.logs.keys() == member.logs.keys()
            if same and before.expires - at > RENEW_BEFORE:
                return False  # it waits for the registrar
            version = before.version + 1
    temporary = path.with_suffix(".new")
    temporary.write_bytes(make_card(member, keyring.keys().identity(str(authority)), at, version))
    temporary.replace(path)
    log.info("%s: a newer card waits for the registrar", authority)
    return True
