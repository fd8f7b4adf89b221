"""What `comity directory revoke` writes into the list: which key, since when, and how much of a log stays proved."""

from dataclasses import dataclass
from datetime import datetime

from comity.cli.errors import Failure
from comity.cli.words import _
from comity.directory import Member, Registrar, Revocation, Revoked
from comity.directory.logs import Closing, LogEntry
from comity.merkle import Checkpoint, ProofError, SignedCheckpoint, verify, verify_cosignature
from comity.vocabulary.authority import AuthorityId, LogName
from comity.vocabulary.errors import VocabularyError


@dataclass(frozen=True, slots=True)
class Asked:
    """What the registrar was told.

    Attributes:
        authority: whose key.
        kind: ``log``, ``identity``, ``kem`` or ``tls``.
        name: which of them; empty for the one in use.
        since: since when it is not the member's alone, UTC.
        reason: a code.
        checkpoint: for a log, the last one that is trusted, as signed; `None` if none was given.
    """

    authority: str
    kind: str
    name: str
    since: datetime
    reason: str
    checkpoint: bytes | None = None


def revocations_of(registrar: Registrar, asked: Asked) -> tuple[Revocation, ...]:
    """Return the entries of the list: one, or one for each published KEM key where none of them is named.

    Raises:
        Failure: the directory names no such member or key, or the checkpoint is not of the log that is meant.
    """
    authority = AuthorityId.parse(asked.authority)
    member, identity = registrar.member(authority), registrar.identity(authority)
    if member is None or identity is None:
        raise Failure(_("`{authority}` is not in the directory").format(authority=authority))
    kind = Revoked(asked.kind)
    if kind is Revoked.LOG:
        entry = _log(member, asked.name)
        checkpoint = _trusted(entry, asked.checkpoint)
        closing = Closing(checkpoint.size, checkpoint.root, asked.since)
        return (Revocation(authority, kind, str(entry.name), asked.since, asked.reason, closing),)
    if kind is Revoked.IDENTITY:
        names: tuple[str, ...] = (identity.fingerprint.hex(),)
    elif kind is Revoked.TLS:
        names = (_one_of(asked.name or member.tls_spki, tuple(member.tls_spkis), authority),)
    else:
        known = tuple(key.id for key in member.kem_keys)
        names = (_one_of(asked.name, known, authority),) if asked.name else known
    return tuple(Revocation(authority, kind, name, asked.since, asked.reason) for name in names)


def _one_of(name: str, known: tuple[str, ...], authority: AuthorityId) -> str:
    if name not in known:
        raise Failure(
            _("`{authority}` publishes no such key").format(authority=authority),
            _("it publishes {keys}").format(keys=", ".join(sorted(known)) or "-"),
        )
    return name


def _log(member: Member, name: str) -> LogEntry:
    try:
        entry = member.log(LogName.parse(name)) if name else member.present_log("x")
    except VocabularyError:
        entry = None
    if entry is None:
        raise Failure(
            _("`{authority}` has no such log").format(authority=member.authority),
            _("it has {logs}").format(logs=", ".join(sorted(map(str, member.logs))) or "-"),
        )
    return entry


def _trusted(entry: LogEntry, text: bytes | None) -> Checkpoint:
    """Return the checkpoint at which a log is closed, which must bear the log's own signatures."""
    if text is None:
        raise Failure(
            _("say up to where the log is trusted, with --checkpoint"),
            _("the member's node writes the file with `comity key stolen`"),
        )
    try:
        claimed = SignedCheckpoint.parse(text).checkpoint
    except ProofError as error:
        raise Failure(_("the file is no checkpoint: {error}").format(error=error)) from None
    if claimed.origin != str(entry.name):
        raise Failure(
            _("the checkpoint is of `{found}`, not of `{log}`").format(found=claimed.origin, log=entry.name),
            _("name the log with --id"),
        )
    for pair in entry.pairs_at(claimed.size):
        try:
            return verify(text, pair)
        except ProofError:
            continue
    raise Failure(_("the keys of `{log}` did not sign this checkpoint").format(log=entry.name))


def witnesses_of(registrar: Registrar, text: bytes) -> tuple[str, ...]:
    """Return the members that cosigned a checkpoint, sorted: who saw the log at that size, unforked."""
    found = set()
    for authority in registrar.authorities():
        member = registrar.member(authority)
        entries = () if member is None else tuple(entry for name, entry in member.logs.items() if name.kind == "x")
        if any(_cosigned(text, entry) for entry in entries):
            found.add(str(authority))
    return tuple(sorted(found))


def _cosigned(text: bytes, entry: LogEntry) -> bool:
    for pair in entry.pairs:
        try:
            verify_cosignature(text, pair)
        except ProofError:
            continue
        return True
    return False
