"""Members, their keys and agreements, as the mirrored directory gives them; kept in memory until the mirror changes."""

import hashlib
import logging
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.utils import timezone

from comity.agreements import Compiled, PolicyBook, compile_agreement, house, parse_agreement
from comity.directory.logs import LogEntry
from comity.directory.member import Member
from comity.directory.mirror import Relation
from comity.directory.view import Directory, Standing, Version
from comity.merkle import Checkpoint, ProofError, SignedCheckpoint, Verifier, verify, verify_cosignature
from comity.node import nodefile
from comity.node.partners import incidents, keyring, mirrored
from comity.node.partners.errors import MemberError
from comity.sealing import KemPublic
from comity.vocabulary.authority import AuthorityId, LogName
from comity.vocabulary.errors import VocabularyError

log = logging.getLogger(__name__)

VerifyCheckpoint = Callable[[bytes], Checkpoint]
REMEMBERED: Final = 4096
MAX_ARCHIVED: Final = 64  # earlier versions whose agreements are kept at hand
BARRED: Final = frozenset({Standing.UNKNOWN, Standing.FAULTY, Standing.SUSPENDED})
"""Standings in which we neither call a member nor open to it; what it sent before stays."""
ASK_AGAIN_S: Final = 5.0  # a partner that names new versions in every note does not make us refresh for every note
LOOK_EVERY_S: Final = 0.5  # how soon a refresh by another process is seen; a look costs a system call


class _View:
    """One directory with what is derived from it; replaced as a whole when the mirror changes."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.documents = _agreements(directory)
        self.book = _book(self.documents)
        self.archived: dict[Version, tuple[PolicyBook, Directory]] = {}
        self.members: dict[AuthorityId, Member | None] = {}
        self.standings: dict[tuple[AuthorityId, int], Standing] = {}
        self.kems: dict[tuple[AuthorityId, int], KemPublic] = {}
        self.peers: dict[str, frozenset[AuthorityId]] | None = None
        self.checked: OrderedDict[bytes, Checkpoint] = OrderedDict()


def _agreements(directory: Directory) -> tuple[bytes, ...]:
    documents = (directory.agreement(name) for name in directory.agreements())
    return tuple(raw for raw in documents if raw is not None)


@lru_cache(maxsize=256)
def _compiled(document: bytes) -> Compiled:
    return compile_agreement(parse_agreement(document))


def _book(documents: tuple[bytes, ...]) -> PolicyBook:
    return PolicyBook.of(compile_agreement(house()), [_compiled(raw) for raw in documents])


class _Held:
    """The view of this process."""

    def __init__(self) -> None:
        self.asked: dict[tuple[AuthorityId, str], float] = {}
        self.guard = threading.RLock()
        self.stamp: object = None
        self.looked_at = 0.0
        self.view: _View | None = None
        self.listeners: list[Callable[[], None]] = []


_HELD: Final = _Held()


def _view() -> _View:
    """Return the view, made anew if another process has refreshed the mirror.

    Raises:
        MemberError: this node has no directory yet.
    """
    now = time.monotonic()
    if _HELD.view is not None and now - _HELD.looked_at < LOOK_EVERY_S:
        return _HELD.view
    stamp = mirrored.stamp()
    if _HELD.view is not None and stamp == _HELD.stamp:
        _HELD.looked_at = now
        return _HELD.view
    with _HELD.guard:
        if _HELD.view is None or stamp != _HELD.stamp:
            directory = mirrored.load(timezone.now())
            if directory is None:
                raise MemberError("this node has no directory yet: fetch it with `comity directory refresh`")
            _HELD.view, _HELD.stamp = _View(directory), stamp
            for listener in _HELD.listeners:
                listener()
    return _HELD.view


def forget() -> None:
    """Read the mirror anew at the next question."""
    with _HELD.guard:
        _HELD.view, _HELD.stamp = None, None


def on_change(listener: Callable[[], None]) -> None:
    """Call a function whenever this process sees another directory."""
    _HELD.listeners.append(listener)


def directory() -> Directory:
    """Return the directory in force.

    Raises:
        MemberError: this node has none yet.
    """
    return _view().directory


def policies() -> PolicyBook:
    """Return the agreements in the directory, with the house rules."""
    return _view().book


def policies_under(version: Version, partner: AuthorityId) -> PolicyBook | None:
    """Return the agreements by which a partner's note is judged: those of the directory that it names.

    Args:
        version: `dir` of the note. One that this node never saw is judged by the present directory.
        partner: who wrote it.

    Returns:
        `None` where the partner was no member under that version. What was revoked since counts all the same: ask
        `standing` too.

    Source: docs/protocol/directory.md, section 6.
    """
    view = _view()
    if version == view.directory.version:
        return view.book
    found = view.archived.get(version)
    if found is None:
        archived = mirrored.at(version)
        if archived is None:
            return view.book
        documents = _agreements(archived)
        # Most versions differ in a member's keys alone; then the same book answers, with all that it remembers.
        found = (view.book if documents == view.documents else _book(documents)), archived
        if len(view.archived) >= MAX_ARCHIVED:
            view.archived.clear()
        view.archived[version] = found
    book, archived = found
    return None if archived.identity(partner) is None else book


def member(authority: AuthorityId) -> Member:
    """Return a member.

    Raises:
        MemberError: the directory names none of that id.
    """
    found = find(authority)
    if found is None:
        raise MemberError(f"the directory names no member `{authority}`")
    return found


def find(authority: AuthorityId) -> Member | None:
    """Return a member, `None` where the directory names none of that id."""
    view = _view()
    if authority not in view.members:
        view.members[authority] = view.directory.member(authority)
    return view.members[authority]


def standing(authority: AuthorityId, at: datetime) -> Standing:
    """Say what may be done with a member; looked up once an hour."""
    view = _view()
    key = authority, int(at.timestamp()) // 3600
    if key not in view.standings:
        view.standings[key] = view.directory.standing(authority, at)
    return view.standings[key]


def own(authority: AuthorityId) -> AuthorityId | None:
    """Return the authority if this node serves it, else `None`."""
    return authority if str(authority) in nodefile.authorities() else None


def kem_key(recipient: AuthorityId, at: datetime) -> KemPublic:
    """Return the key for which a note to a member is sealed this week.

    Raises:
        MemberError: the member has published none for now.
    """
    view = _view()
    key = recipient, int(at.timestamp()) // 3600
    found = view.kems.get(key)
    if found is None:
        entry = member(recipient).kem_at(at)
        if entry is None:
            raise MemberError(f"`{recipient}` has published no key for this week")
        found = view.kems[key] = entry.public
    return found


# Logs


def exchange_log_of(authority: AuthorityId) -> LogName | None:
    """Return the exchange log that a member uses at present, `None` where the directory names none."""
    found = find(authority)
    entry = None if found is None else found.present_log("x")
    return None if entry is None else entry.name


def log_entry(name: LogName) -> LogEntry | None:
    """Return what the directory says of a log, closed where the registrar closed it; `None` if it names none."""
    found = find(name.authority)
    return None if found is None else found.log(name)


def log_start(owner: AuthorityId, name: LogName) -> tuple[int, bytes]:
    """Return size and root from which a log is followed: a new member's log may have begun before it joined.

    Raises:
        ProofError: the directory names no such log.
    """
    found = find(owner)
    entry = None if found is None else found.log(name)
    if entry is None:
        raise ProofError("the directory names no such log")
    return entry.start.size, entry.start.root


def checkpoint_verifier(name: LogName) -> VerifyCheckpoint:
    """Return what checks both signatures on a checkpoint of a log, with the keys that the directory names."""

    def check(text: bytes) -> Checkpoint:
        view = _view()
        digest = hashlib.sha256(text).digest()
        known = view.checked.get(digest)
        if known is not None and known.origin == str(name):
            return known
        entry = log_entry(name)
        if entry is None:
            raise ProofError("the directory names no such log")
        claimed = SignedCheckpoint.parse(text).checkpoint
        verified = _first_that_holds(verify, text, entry.pairs_at(claimed.size))
        if not entry.believes(verified):
            raise ProofError("the log was closed below this size")
        view.checked[digest] = verified
        if len(view.checked) > REMEMBERED:
            view.checked.popitem(last=False)
        return verified

    return check


def verify_any_checkpoint(text: bytes) -> Checkpoint:
    """Return a checkpoint of whichever member's log it names.

    Raises:
        ProofError: it is malformed, of no log in the directory, or lacks a signature.
    """
    try:
        name = LogName.parse(SignedCheckpoint.parse(text).checkpoint.origin)
    except VocabularyError as error:
        raise ProofError("the checkpoint is of no member's log") from error
    return checkpoint_verifier(name)(text)


def verify_witness(text: bytes, witness: AuthorityId) -> Checkpoint:
    """Return the checkpoint that a member cosigned with both keys of its exchange log.

    Raises:
        ProofError: the cosignature is malformed or does not hold.
    """
    found = member(witness).present_log("x")
    if found is None:
        raise ProofError("the witness has no log in force")
    return _first_that_holds(verify_cosignature, text, found.pairs).checkpoint


def _first_that_holds[T](
    check: Callable[[bytes, Sequence[Verifier]], T], text: bytes, pairs: Sequence[Sequence[Verifier]]
) -> T:
    """Return what the first pair of keys verifies, which signed a text; else raise what the last one found."""
    *others, last = pairs
    for pair in others:
        with suppress(ProofError):
            return check(text, pair)
    return check(text, last)


# TLS


def behind(spki: str) -> frozenset[AuthorityId]:
    """Return the authorities that may come in with a TLS key; none for an unknown key."""
    now = timezone.now()
    return frozenset(one for one in listed_behind(spki) if standing(one, now) not in BARRED)


def listed_behind(spki: str) -> frozenset[AuthorityId]:
    """Return the authorities whose node holds a TLS key, also those that are suspended."""
    view = _view()
    if view.peers is None:
        found: dict[str, set[AuthorityId]] = {}
        for one in view.directory.members():
            for pin in one.tls_spkis:
                found.setdefault(pin, set()).add(one.authority)
        view.peers = {pin: frozenset(authorities) for pin, authorities in found.items()}
    return view.peers.get(spki, frozenset())


def server_context() -> ssl.SSLContext:
    """Return the TLS context of the federation's door, which lets in the members of the directory alone."""
    certificates = {pem for one in _view().directory.members() for pem in one.tls_certificates}
    return keyring.server_context(sorted(certificates))


def connect_host(host: str) -> str:
    """Return where to connect for a host: names below `localhost` are this machine, whatever its resolver says."""
    return "127.0.0.1" if host == "localhost" or host.endswith(".localhost") else host


# Refreshing


def refresh(at: datetime) -> None:
    """Bring the mirror up to date; what cannot be fetched is tried again, and the age is shown to officers."""
    if mirrored.refresh(at):
        forget()


def check_versions(named: Iterable[tuple[Version, bytes]], *, shown_by: AuthorityId, at: datetime) -> None:
    """Refresh before deciding where a note was written under a newer directory than ours; report a forked one.

    Args:
        named: `dir` of each note, and the whole note.
        shown_by: who sent them.
        at: now, UTC.

    Source: docs/protocol/delivery.md, step 5.4.
    """
    ours = directory().version
    for version, raw in {version: raw for version, raw in named if version != ours}.items():
        relation = mirrored.relate(version)
        if relation is Relation.NEWER and _may_ask(shown_by, "newer"):
            if mirrored.refresh(at, also=str(shown_by)):
                forget()
            relation = mirrored.relate(version)
        if relation is Relation.FORK:
            _report_fork(version, raw, shown_by, at)


def _may_ask(partner: AuthorityId, why: str) -> bool:
    now, key = time.monotonic(), (partner, why)
    if key in _HELD.asked and now - _HELD.asked[key] < ASK_AGAIN_S:
        return False
    _HELD.asked[key] = now
    return True


def _report_fork(version: Version, raw: bytes, shown_by: AuthorityId, at: datetime) -> None:
    """Keep both signed texts; where the partner does not show its own, its note, which names it, stands for it."""
    ours = mirrored.timestamp_like(version)
    if incidents.is_known("directory.forked", str(shown_by), ours) or not _may_ask(shown_by, "forked"):
        return
    theirs = mirrored.signed_elsewhere(version, str(shown_by))
    if theirs is None:
        incidents.keep("directory.unshown", str(shown_by), (ours, raw), shown_by=str(shown_by), at=at)
    else:
        incidents.keep("directory.forked", str(shown_by), (ours, theirs), shown_by=str(shown_by), at=at)
