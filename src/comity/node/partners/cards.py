"""What an authority of this node says of itself: the card that waits for the registrar, or what the directory has.

The card lies in the node's folder ``cards``; the registrar takes it with ``comity directory admit``. A change is made
to what was said last, so that a second change does not take back a first one that still waits.
"""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from comity.directory.card import Card, make_card, read_card, spoken
from comity.directory.errors import DirectoryError
from comity.directory.member import Member
from comity.node import places
from comity.node.partners import keyring, mirrored
from comity.sealing import IdentityKey
from comity.sealing.disk import write_durably
from comity.vocabulary.authority import AuthorityId

log = logging.getLogger(__name__)
FOLDER: Final = "cards"
RENEW_BEFORE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Said:
    """What an authority said of itself last.

    Attributes:
        member: the document.
        version: of its file.
        expires: UTC.
        waits: whether the registrar has not published it yet.
    """

    member: Member
    version: int
    expires: datetime
    waits: bool


def path_of(authority: AuthorityId) -> Path:
    """Return where an authority's card lies."""
    return places.folder() / FOLDER / f"{authority}.card.json"


@contextmanager
def changing() -> Iterator[None]:
    """Let one process at a time change what is said: the worker, or an administrator's command."""
    with (places.run() / "cards.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def published(authority: AuthorityId, at: datetime) -> Said | None:
    """Return what the directory publishes of an authority, `None` where it does not list it."""
    directory = mirrored.load(at)
    entry = None if directory is None else directory.entry(authority)
    meta = None if directory is None else directory.meta(str(authority))
    return None if entry is None or meta is None else Said(entry.member, meta.version, entry.expires, waits=False)


def said(authority: AuthorityId, at: datetime) -> Said | None:
    """Return what an authority said last: the card that waits, else what is published; `None` if neither is there."""
    listed, waiting = published(authority, at), _read(path_of(authority))
    if waiting is not None and (listed is None or waiting.version > listed.version):
        return Said(waiting.member, waiting.version, waiting.expires, waits=True)
    return listed


def _read(path: Path) -> Card | None:
    try:
        return read_card(path.read_bytes())
    except FileNotFoundError:
        return None
    except DirectoryError:
        log.warning("the card `%s` is damaged; it is written anew", path.name)
        return None


def say(member: Member, at: datetime) -> bool:
    """Write a newer card for the registrar, if it would say anything new or the last is about to run out.

    Returns:
        whether a newer card was written.
    """
    before = said(member.authority, at)
    if before is not None and before.member == member and before.expires - at > RENEW_BEFORE:
        return False
    identity = keyring.keys().identity(str(member.authority))
    say_anew(member, identity, 1 if before is None else before.version + 1, at)
    return True


def say_anew(member: Member, identity: IdentityKey, version: int, at: datetime) -> str:
    """Write a card, whatever was said before; returns the digits of the key that signed it."""
    path = path_of(member.authority)
    path.parent.mkdir(exist_ok=True)
    write_durably(path, make_card(member, identity, at, version))
    log.info("%s: a newer card waits for the registrar", member.authority)
    return spoken(identity.public.fingerprint)
