"""Judge that a leaf stands in a member's log, and who else saw that log (docs/protocol/evidence.md, 3 and 4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from comity.merkle import (
    Checkpoint,
    Cosignature,
    ProofError,
    SignatureError,
    SignedCheckpoint,
    Verifier,
    verify,
    verify_cosignature,
    verify_extends,
    verify_inclusion,
)
from comity.verify.claims import MATHEMATICS, REGISTRAR, ROOT, VERIFIER, Claim, Verdict
from comity.verify.errors import ArchiveError
from comity.verify.evidence import LeafProof, Witness
from comity.vocabulary.authority import AuthorityId, LogName
from comity.vocabulary.errors import VocabularyError


class KeyView(Protocol):
    """One version of the directory, whose files were followed from the trusted root."""

    def fits(self, root: int, timestamp: int) -> bool:
        """Say whether a note could name this version by these numbers."""
        ...

    def pairs(self, log: LogName, size: int | None = None) -> Sequence[Sequence[Verifier]]:
        """Return each pair of keys under which a checkpoint of a log may stand, by its size; without one, today's.

        Empty if the version does not know the log.
        """
        ...

    def revoked_since(self, log: LogName) -> int | None:
        """Return since when this version says that a log's keys were stolen, in Unix seconds; `None` if it does not."""
        ...

    def expires(self, member: AuthorityId) -> int:
        """Return when the first of the files that vouch for a member runs out, in Unix seconds, UTC."""
        ...


type Views = Callable[[str], KeyView]
"""Returns the directory version of a timestamp file's SHA-256 (hexadecimal), or raises `ArchiveError`."""


@dataclass(frozen=True, slots=True)
class RevokedLog:
    """A log whose keys were stolen, as the verifier knows today.

    Attributes:
        log: its name.
        since: Unix seconds, UTC; signatures under its keys prove nothing from here on, whatever date they bear.
        by: on whom that rests: what the verifier was given, or the registrar of a later directory.
    """

    log: str
    since: int
    by: str = VERIFIER


@dataclass(frozen=True, slots=True)
class Seen:
    """A cosignature that holds.

    Attributes:
        member: the witness.
        time: by its clock, Unix seconds, UTC.
    """

    member: AuthorityId
    time: int


@dataclass(frozen=True, slots=True)
class Proven:
    """What came of judging one leaf.

    Attributes:
        claims: in order.
        checkpoint: `None` if its signatures do not hold.
        seen: cosignatures that hold, by members other than the log's owner.
    """

    claims: tuple[Claim, ...]
    checkpoint: Checkpoint | None = None
    seen: tuple[Seen, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the leaf stands in the log."""
        return self.checkpoint is not None and all(claim.ok for claim in self.claims)


def prove_leaf(
    subject: str, proof: LeafProof, leaf: bytes, owner: AuthorityId, views: Views, *, revoked: Sequence[RevokedLog]
) -> Proven:
    """Judge that a leaf stands in the log of a member, and each witness.

    Args:
        subject: first word of the rules: ``log`` for the note, ``receipt`` for the receipt.
        proof: as the file gives it.
        leaf: leaf hash, computed by the caller from what it stands for.
        owner: whose log it must be.
        views: directory versions.
        revoked: logs that the verifier knows to be compromised.
    """
    judge = _Judge(subject, proof, owner, views, revoked)
    return judge.leaf(leaf)


class _Judge:
    def __init__(
        self, subject: str, proof: LeafProof, owner: AuthorityId, views: Views, revoked: Sequence[RevokedLog]
    ) -> None:
        self._subject = subject
        self._proof = proof
        self._owner = owner
        self._views = views
        self._revoked = {entry.log: entry for entry in revoked}
        self._claims: list[Claim] = []

    def _say(self, name: str, verdict: Verdict, rests_on: tuple[str, ...], **details: object) -> None:
        words = tuple((key, str(value)) for key, value in details.items())
        self._claims.append(Claim(f"{self._subject}.{name}", verdict, rests_on, words))

    def leaf(self, leaf: bytes) -> Proven:
        proof = self._proof
        checkpoint = self._checkpoint(self._keys())  # (1) whose keys are these, (2) both signatures
        if checkpoint is None:
            return Proven(tuple(self._claims))
        try:  # (3) inclusion
            verify_inclusion(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root)
        except ProofError as error:
            self._say("inclusion", Verdict.FAILS, (MATHEMATICS,), log=proof.log, index=proof.index, found=error)
        else:
            self._say("inclusion", Verdict.HOLDS, (MATHEMATICS,), log=proof.log, index=proof.index)
        seen = [found for witness in proof.witnesses if (found := self._witness(witness, checkpoint))]  # (4)
        return Proven(tuple(self._claims), checkpoint, tuple(seen))

    def _keys(self) -> Sequence[Sequence[Verifier]]:
        log, rests_on = self._proof.log, (ROOT, REGISTRAR, str(self._owner))
        try:
            name = LogName.parse(log)
            size = SignedCheckpoint.parse(self._proof.checkpoint.encode()).checkpoint.size
            pairs = self._views(self._proof.view).pairs(name, size)
        except (VocabularyError, ProofError) as error:
            self._say("keys", Verdict.FAILS, rests_on, log=log, found=error)
            return ()
        except ArchiveError as error:
            self._say("keys", Verdict.FAILS, rests_on, log=log, found=error.rule)
            return ()
        if name.authority != self._owner or not pairs:
            self._say("keys", Verdict.FAILS, rests_on, log=log, found="log.unknown")
            return ()
        self._say("keys", Verdict.HOLDS, rests_on, log=log, member=self._owner)
        return pairs

    def _checkpoint(self, pairs: Sequence[Sequence[Verifier]]) -> Checkpoint | None:
        rests_on = (str(self._owner),)
        try:
            checkpoint = signed_by_one_of(self._proof.checkpoint.encode(), pairs)
        except ProofError as error:
            self._say("checkpoint", Verdict.FAILS, rests_on, log=self._proof.log, found=error)
            return None
        self._say("checkpoint", Verdict.HOLDS, rests_on, log=self._proof.log, size=checkpoint.size)
        return checkpoint

    def _witness(self, witness: Witness, checkpoint: Checkpoint) -> Seen | None:
        """Judge one cosignature; step (4)."""
        try:
            found = self._seen(witness, checkpoint)
        except (ArchiveError, _UnseenError) as error:
            self._say("witness", Verdict.FAILS, (witness.log.partition("/")[0],), log=witness.log, found=error.rule)
            return None
        stolen = self._revoked.get(witness.log)
        if stolen is not None:
            # Whoever stole the witness's keys can write any date: without a second word it proves nothing.
            self._say("witness", Verdict.ABSENT, (stolen.by,), log=witness.log, revoked=stolen.since)
            return None
        self._say("witness", Verdict.HOLDS, (str(found.member),), member=found.member, time=found.time)
        return found

    def _seen(self, witness: Witness, checkpoint: Checkpoint) -> Seen:
        try:
            name = LogName.parse(witness.log)
        except VocabularyError:
            raise _UnseenError("log.name") from None
        if name.authority == self._owner:
            raise _UnseenError("witness.self")
        view = self._views(witness.view)
        cosignature = _cosigned(witness.cosigned.encode(), view.pairs(name))
        try:
            verify_extends(checkpoint, cosignature.checkpoint, witness.path)
        except ProofError:
            raise _UnseenError("witness.consistency") from None
        if cosignature.time > view.expires(name.authority):
            raise _UnseenError("directory.expired")
        return Seen(name.authority, cosignature.time)


class _UnseenError(Exception):
    """A cosignature does not hold; `rule` says why."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def _cosigned(text: bytes, pairs: Sequence[Sequence[Verifier]]) -> Cosignature:
    """Return the cosignature under one of a witness's pairs of keys."""
    for pair in pairs:
        try:
            return verify_cosignature(text, pair)
        except ProofError:
            continue
    raise _UnseenError("witness.signature")


def signed_by_one_of(text: bytes, pairs: Sequence[Sequence[Verifier]]) -> Checkpoint:
    """Return the checkpoint that one of the pairs signed.

    Raises:
        ProofError: none of them did.
    """
    fault = SignatureError("the directory names no keys of the log")
    for pair in pairs:
        try:
            return verify(text, pair)
        except SignatureError as error:
            fault = error
    raise fault
