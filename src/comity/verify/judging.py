"""Judge an evidence file, claim by claim (docs/protocol/evidence.md).

Nothing is asked of any node, and nothing of today: keys are those of the directory version that each proof names, and
expiry is judged at the time which members that took no part have proved.
"""

from dataclasses import dataclass, field
from hashlib import sha256

from comity.delivery.errors import MalformedError
from comity.delivery.receipts import ReceiptKind, Statement
from comity.merkle import Kind, entry, leaf_hash, note_h, salted_h
from comity.messages.errors import NoteError
from comity.messages.note import Note, parse_note
from comity.verify.claims import MATHEMATICS, REGISTRAR, ROOT, Claim, Report, Verdict
from comity.verify.contents import judge_body, judge_item
from comity.verify.errors import ArchiveError
from comity.verify.evidence import Evidence, LeafProof, Receipt, State
from comity.verify.proving import Proven, RevokedLog, Seen, Views, prove_leaf
from comity.verify.versions import Versions
from comity.vocabulary.authority import AuthorityId, LogName
from comity.vocabulary.errors import VocabularyError

ENOUGH_WITNESSES = 2
_CLOCKS_APART_S = 300  # docs/protocol/delivery.md, section 5: how far a member's clock may be ahead
_KINDS = {ReceiptKind.STORED: Kind.RECEIPT, ReceiptKind.READ: Kind.READ, ReceiptKind.REFUSED: Kind.REFUSAL}
_STATES = {State.ERASED: Verdict.ERASED, State.WITHHELD: Verdict.WITHHELD}


@dataclass(frozen=True, slots=True)
class Trust:
    """What the verifier brings along.

    Attributes:
        views: leads to directory versions from the root's fingerprint, which he was not given by the file.
        revoked: logs that he knows to be compromised.
    """

    views: Views
    revoked: tuple[RevokedLog, ...] = ()


def verify_evidence(data: bytes, fingerprint: bytes, revoked: tuple[RevokedLog, ...] = ()) -> Report:
    """Judge an evidence file against the root of the directory alone.

    Args:
        data: the file.
        fingerprint: SHA-256 of a root file of the directory, 32 bytes, had by another way than the file.
        revoked: logs that the verifier knows to be compromised.

    Raises:
        EvidenceError: it is no evidence file.
    """
    evidence = Evidence.from_bytes(data)
    versions = Versions((text.encode() for text in evidence.files), fingerprint)
    return judge(evidence, Trust(versions.view, revoked))


def judge(evidence: Evidence, trust: Trust) -> Report:
    """Return every claim that the file makes, each with its verdict and whom it rests on.

    Args:
        evidence: as read.
        trust: the root and what the verifier knows today.

    Source: docs/protocol/evidence.md, sections 2 to 7.
    """
    return _Judge(evidence, trust).report()


@dataclass(frozen=True, slots=True)
class _Heard:
    """Who says by when a note existed: (Unix seconds, authority), ascending."""

    uninvolved: tuple[tuple[int, str], ...]
    recipient: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class _Judge:
    evidence: Evidence
    trust: Trust
    claims: list[Claim] = field(default_factory=list)

    def _say(self, rule: str, verdict: Verdict, rests_on: tuple[str, ...], **details: object) -> None:
        self.claims.append(Claim(rule, verdict, rests_on, tuple((key, str(value)) for key, value in details.items())))

    def report(self) -> Report:
        note = self._note()  # section 2
        if note is None:
            return Report(tuple(self.claims), None)
        self._directory(note)
        proven = self._logged(note)  # section 3
        receipts = self._receipts(note)  # section 6
        heard = self._heard(note, proven, receipts)  # section 4
        time = self._time(note, heard)
        self._expiry(note, heard)
        self._revocation(proven, note)
        self._contents(note)  # section 5
        return Report(tuple(self.claims), time)

    # Section 2: the note and the directory version that it names

    def _note(self) -> Note | None:
        try:
            note = parse_note(self.evidence.note)
        except NoteError as error:
            self._say("note.form", Verdict.FAILS, (MATHEMATICS,), found=error.code)
            return None
        self._say(
            "note.form",
            Verdict.HOLDS,
            (MATHEMATICS,),
            sender=note.from_,
            recipient=note.to,
            lane=note.lane,
            seq=note.seq,
            sent=note.sent,
        )
        return note

    def _directory(self, note: Note) -> None:
        root, timestamp, digest = note.dir
        try:
            view = self.trust.views(digest.hex())
        except ArchiveError as error:
            self._say("directory.chain", Verdict.FAILS, (ROOT, REGISTRAR), found=error.rule)
            return
        verdict = Verdict.HOLDS if view.fits(root, timestamp) else Verdict.FAILS
        self._say("directory.chain", verdict, (ROOT, REGISTRAR), root=root, timestamp=timestamp)

    # Section 3: the sender's log

    def _logged(self, note: Note) -> Proven:
        leaf = leaf_hash(entry(Kind.NOTE, note_h(self.evidence.note)))
        proven = prove_leaf("log", self.evidence.proof, leaf, note.from_, self.trust.views, revoked=self.trust.revoked)
        self.claims += proven.claims
        others = _independent(proven.seen, note)
        enough = len({seen.member for seen in others}) >= ENOUGH_WITNESSES
        self._say(
            "log.witnesses",
            Verdict.HOLDS if enough else Verdict.ABSENT,
            tuple(sorted({str(seen.member) for seen in others})),
            found=len({seen.member for seen in others}),
            expected=ENOUGH_WITNESSES,
        )
        return proven

    # Section 4: when

    def _heard(self, note: Note, proven: Proven, receipts: tuple[tuple[Statement, Proven], ...]) -> _Heard:
        """Return who says by when the note existed: members that took no part, and the recipient."""
        first: dict[AuthorityId, int] = {}
        for seen in _independent(proven.seen, note):
            first[seen.member] = min(seen.time, first.get(seen.member, seen.time))
        party = [seen.time for seen in proven.seen if seen.member == note.to]
        said = [statement.at for statement, proof in receipts if proof.holds]
        return _Heard(
            tuple(sorted((time, str(member)) for member, time in first.items())),
            tuple((time, str(note.to)) for time in sorted([*party, *said])[:1]),
        )

    def _time(self, note: Note, heard: _Heard) -> int | None:
        counted = (heard.uninvolved or heard.recipient)[:ENOUGH_WITNESSES]
        if not counted:
            self._say("time.proved", Verdict.ABSENT, (str(note.from_),), sent=note.sent)
            return None
        time = counted[-1][0]
        verdict = Verdict.HOLDS if note.sent <= time + _CLOCKS_APART_S else Verdict.FAILS
        self._say("time.proved", verdict, tuple(member for _, member in counted), time=time, sent=note.sent)
        return time

    def _expiry(self, note: Note, heard: _Heard) -> None:
        """Judge whether the files that vouch for the sender were in force when others had seen the note in the log."""
        try:
            expires = self.trust.views(self.evidence.proof.view).expires(note.from_)
        except ArchiveError as error:
            self._say("directory.in-force", Verdict.FAILS, (ROOT, REGISTRAR), found=error.rule)
            return
        said = [heard.uninvolved, heard.recipient]
        if not any(said):
            said = [((note.sent, str(note.from_)),)]
        in_time = next(filter(None, ([word for word in words if word[0] <= expires] for words in said)), [])
        counted = in_time[:ENOUGH_WITNESSES]
        verdict = Verdict.HOLDS if counted else Verdict.FAILS
        self._say("directory.in-force", verdict, (REGISTRAR, *(who for _, who in counted)), expires=expires)

    def _revocation(self, proven: Proven, note: Note) -> None:
        stolen = self._stolen(self.evidence.proof)
        if stolen is None:
            return
        before = sorted({str(seen.member) for seen in _independent(proven.seen, note) if seen.time < stolen.since})
        said = {"log": stolen.log, "since": stolen.since}
        if before:
            self._say("log.before-theft", Verdict.HOLDS, (stolen.by, *before), **said)
        else:
            self._say("log.before-theft", Verdict.FAILS, (stolen.by,), **said, found="theft.unseen")

    def _stolen(self, proof: LeafProof) -> RevokedLog | None:
        """Return the earliest word on the theft of a log's keys: of the verifier, or of the directory of the proof."""
        said = [revoked for revoked in self.trust.revoked if revoked.log == proof.log]
        try:
            named = self.trust.views(proof.view).revoked_since(LogName.parse(proof.log))
        except (ArchiveError, VocabularyError):
            named = None  # said already, by the claim about the keys
        if named is not None:
            said.append(RevokedLog(proof.log, named, REGISTRAR))
        return min(said, key=lambda revoked: revoked.since, default=None)

    # Section 5: what was said

    def _contents(self, note: Note) -> None:
        body, key = self.evidence.body, self.evidence.content_key
        if body.state is not State.GIVEN:
            self._say("body.hash", _STATES[body.state], (MATHEMATICS,))
        elif (sha256(body.data).digest(), len(body.data)) != (note.body, note.size):
            self._say("body.hash", Verdict.FAILS, (MATHEMATICS,))
        else:
            self._say("body.hash", Verdict.HOLDS, (MATHEMATICS, str(note.from_)), size=note.size)
        if body.state is State.GIVEN and key.state is State.GIVEN:
            self.claims += judge_body(note, body.data, key.data, self.evidence.items.count)
        else:
            self._say("body.opened", _STATES.get(key.state) or _STATES[body.state], (MATHEMATICS,))
        self._items(note)

    def _items(self, note: Note) -> None:
        items = self.evidence.items
        for item in items.given:
            self.claims += judge_item(note, item, items.count)
        left = items.count - len({item.index for item in items.given})
        if left > 0 and self.evidence.content_key.state is not State.GIVEN:
            verdict = _STATES.get(items.state, Verdict.ABSENT)
            self._say("message.items", verdict, (), count=items.count, left=left)

    # Section 6: receipts

    def _receipts(self, note: Note) -> tuple[tuple[Statement, Proven], ...]:
        if not self.evidence.receipts:
            self._say("receipt.statement", Verdict.ABSENT, (str(note.to),))
        found = (self._receipt(receipt, note) for receipt in self.evidence.receipts)
        return tuple(filter(None, found))

    def _receipt(self, receipt: Receipt, note: Note) -> tuple[Statement, Proven] | None:
        rests_on = (str(note.to),)
        try:
            statement = Statement.from_bytes(receipt.statement)
            h = salted_h(receipt.salt, receipt.statement)
        except (MalformedError, ValueError):
            self._say("receipt.statement", Verdict.FAILS, rests_on, found="receipt.malformed")
            return None
        fault, named = self._names(statement, receipt, note)
        if fault:
            self._say("receipt.statement", Verdict.FAILS, rests_on, found=fault)
            return None
        said = {"kind": statement.kind.value, "at": statement.at, "named": named}
        self._say(
            "receipt.statement", Verdict.HOLDS, rests_on, **said, **({"code": statement.code} if statement.code else {})
        )
        leaf = leaf_hash(entry(_KINDS[statement.kind], h))
        proven = prove_leaf("receipt", receipt.proof, leaf, note.to, self.trust.views, revoked=self.trust.revoked)
        self.claims += proven.claims
        return statement, proven

    def _names(self, statement: Statement, receipt: Receipt, note: Note) -> tuple[str, str]:
        """Return (what is wrong, how the receipt names our note: by its hash or by its place)."""
        if (statement.issuer, statement.sender, statement.lane) != (note.to, note.from_, note.lane):
            return "receipt.misaddressed", ""
        if not statement.first <= note.seq <= statement.last:
            return "receipt.other-run", ""
        if note.seq < statement.last and not receipt.chain:
            return "", "place"
        return ("", "hash") if _chained(statement, receipt, note, self.evidence.note) else ("receipt.chain", "")


def _chained(statement: Statement, receipt: Receipt, note: Note, whole: bytes) -> bool:
    """Whether our note leads, through the notes between, to the hash that the receipt states."""
    digest, seq = sha256(whole).digest(), note.seq
    for data in receipt.chain:
        try:
            later = parse_note(data)
        except NoteError:
            return False
        if (later.from_, later.to, later.lane, later.prev) != (note.from_, note.to, note.lane, digest):
            return False
        digest, seq = sha256(data).digest(), seq + 1
    return (seq, digest) == (statement.last, statement.last_hash)


def _independent(seen: tuple[Seen, ...], note: Note) -> tuple[Seen, ...]:
    """Return the cosignatures of members that took no part."""
    return tuple(found for found in seen if found.member not in {note.from_, note.to})
