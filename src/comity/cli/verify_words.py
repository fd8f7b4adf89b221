"""The claims of a verification in words: one sentence each, and on whom it rests."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from comity.cli.words import _, marked, ngettext
from comity.verify import Claim, Fault, Report, Verdict

VERDICTS: Final[Mapping[Verdict, str]] = {
    Verdict.HOLDS: marked("holds"),
    Verdict.FAILS: marked("FAILS"),
    Verdict.ERASED: marked("erased"),
    Verdict.WITHHELD: marked("withheld"),
    Verdict.ABSENT: marked("not shown"),
}
RESTS_ON: Final[Mapping[str, str]] = {
    "mathematics": marked("nobody: mathematics"),
    "root": marked("the holders of the root keys"),
    "registrar": marked("the registrar"),
    "verifier": marked("what you were given yourself"),
}
CLAIMS: Final[dict[str, str]] = {
    "note.form": marked("the note is well formed: from {sender} to {recipient}, lane {lane}, number {seq}"),
    "directory.chain": marked("the root leads to the directory that the note names (timestamp {timestamp})"),
    "directory.in-force": marked("the sender's entry was in force (until {expires})"),
    "log.keys": marked("the directory names the keys of the log {log}"),
    "log.checkpoint": marked("both signatures on the checkpoint of {log} at size {size}"),
    "log.inclusion": marked("the note stands in {log} at place {index}"),
    "log.witness": marked("{member} saw that log on {time}, and signed so with both keys"),
    "log.witnesses": marked("members that took no part and saw it: {found} of {expected}"),
    "log.before-theft": marked("others saw it before the keys of {log} were stolen on {since}"),
    "receipt.statement": marked("the recipient states what it did with the note: {kind}, on {at}"),
    "receipt.keys": marked("the directory names the keys of the recipient's log {log}"),
    "receipt.checkpoint": marked("both signatures on the checkpoint of {log} at size {size}"),
    "receipt.inclusion": marked("the receipt stands in {log} at place {index}"),
    "receipt.witness": marked("{member} saw the recipient's log on {time}"),
    "time.proved": marked("the note existed on {time}"),
    "body.hash": marked("the sealed body is the one that the note names"),
    "body.opened": marked("the key opens the body, and no other content could be shown with it"),
    "message.root": marked("the items give the root that the note names ({items} items)"),
    "message.item": marked("the item at place {index} belongs to the message"),
    "message.items": marked("{left} of {count} items are not in the file"),
    "fork.keys": marked("the directory names the keys of the log {log}"),
    "fork.checkpoint": marked("both keys of {log} signed that at size {size} its root is {root}"),
    "fork.prefix": marked("the larger of the two says that {log} had the root {root} at size {size}"),
    "fork.log": marked(
        "the keys of {log} signed two histories: at size {size} its root is once {one} and once {other}. A log only "
        "grows, so {member} showed two logs, or somebody else has its keys: both cannot be honest"
    ),
    "fork.thief": marked(
        "the keys of {log} are known to be stolen since {since}: a thief may have made one of the two"
    ),
    "fork.file": marked("a {role} file of version {version} of the directory, signed by those whom the root names"),
    "fork.directory": marked(
        "those who hold the {role} keys signed two directories of version {version} that differ. There is one "
        "directory for all, so they showed different ones to different members, or somebody else has their keys: both "
        "cannot be honest"
    ),
    "fork.unshown": marked(
        "the log of {sender} holds a note that names a directory of version {version} with the hash {digest}, and "
        "another of this version was signed. Either there are two, or {sender} names one that does not exist: both "
        "cannot be honest"
    ),
    "message.parties": marked("the message itself names the same sender and recipient"),
}
"""Sentence of each claim (docs/protocol/evidence.md)."""
CONTRADICTIONS: Final = frozenset({"fork.log", "fork.directory", "fork.unshown"})
"""Claims that two statements cannot both be honest."""
PLAIN: Final[Mapping[str, str]] = {
    "note.form": marked("the note is well formed"),
    "directory.chain": marked("the root leads to the directory that the note names"),
    "directory.in-force": marked("the sender's entry was in force"),
    "log.keys": marked("the directory names the keys of the sender's log"),
    "log.checkpoint": marked("both signatures on the checkpoint of the sender's log"),
    "log.inclusion": marked("the note stands in the sender's log"),
    "log.witness": marked("{log} saw the sender's log, and signed so with both keys"),
    "receipt.statement": marked("a receipt of the recipient"),
    "receipt.keys": marked("the directory names the keys of the recipient's log"),
    "receipt.checkpoint": marked("both signatures on the checkpoint of the recipient's log"),
    "receipt.inclusion": marked("the receipt stands in the recipient's log"),
    "receipt.witness": marked("{log} saw the recipient's log, and signed so with both keys"),
    "time.proved": marked("another member's word on when the note existed"),
    "message.root": marked("the items give the root that the note names"),
    "fork.keys": marked("the directory names the keys of this log"),
    "fork.checkpoint": marked("both signatures on a checkpoint of {log}"),
    "fork.prefix": marked("what {log} was at the smaller size, by its larger checkpoint"),
    "fork.log": marked("two histories of the log {log}"),
    "fork.file": marked("a signed file of the directory"),
    "fork.directory": marked("two directories of one version"),
    "fork.unshown": marked("a note that names another directory of this version"),
}
"""What a claim is about where it fails or the file does not speak of it, and its sentence would need more details."""
FOUND: Final[Mapping[str, str]] = {
    "directory.missing": marked("a file of the directory is missing"),
    "directory.threshold": marked("a file of the directory lacks signatures"),
    "directory.mismatch": marked("a file of the directory is another than the one named"),
    "directory.expired": marked("the entry had run out"),
    "log.unknown": marked("the directory knows no such log"),
    "log.name": marked("this is no name of a log"),
    "witness.self": marked("nobody is witness of his own log"),
    "witness.signature": marked("a signature is missing or wrong"),
    "witness.consistency": marked("what was seen later does not extend this log"),
    "fork.signature": marked("a signature is missing or wrong"),
    "fork.other-log": marked("the two are about different logs, and can both be honest"),
    "fork.other-version": marked("the two are of different versions, and can both be honest"),
    "fork.other-root": marked("no root names the keys of both, and each can be honest under its own"),
    "fork.same": marked("the two say the same, and can both be honest"),
    "fork.connected": marked("the larger one continues the smaller one, and both can be honest"),
    "fork.no-prefix": marked("two sizes contradict each other only with the path between them, which is missing"),
    "fork.path": marked("the path does not lead to the larger checkpoint"),
    "fork.no-file": marked("it is no timestamp or snapshot file"),
    "theft.unseen": marked("nobody else saw it by then, and whoever has the keys can write any date"),
    "receipt.malformed": marked("the receipt cannot be read"),
    "receipt.misaddressed": marked("the receipt is of another sender or recipient"),
    "receipt.other-run": marked("the receipt is for other notes"),
    "receipt.chain": marked("the notes after it do not lead to the one that the receipt names"),
}
"""Why a claim fails; what is not listed is shown as it was found."""
KINDS: Final[Mapping[str, str]] = {
    "stored": marked("stored"),
    "read": marked("read"),
    "refused": marked("refused"),
}
FAULTS: Final[Mapping[str, str]] = {
    "log.gap": marked("an entry is missing"),
    "log.order": marked("an entry stands twice"),
    "log.entry": marked("an entry is not 32 bytes long"),
    "log.leaf": marked("a tile holds another leaf than the entry gives"),
    "log.opening": marked("what is kept is not what the entry commits to"),
    "log.checkpoint": marked("a checkpoint cannot be read"),
    "log.origin": marked("a checkpoint is of another log"),
    "log.checkpoints": marked("the checkpoints are not in order"),
    "log.signature": marked("a checkpoint lacks a valid signature of each kind"),
    "log.root": marked("the entries do not give the root that was signed"),
    "log.truncated": marked("entries that were signed are gone"),
    "lane.equivocation": marked("two notes stand at one place of a lane"),
    "lane.gap": marked("a note of a lane is missing"),
    "lane.chain-broken": marked("a note does not continue the one before it"),
    "log.tile": marked("the tile that holds its leaf is gone"),
    "log.opening-gone": marked("what it commits to is gone, and was not erased as the law asks"),
    "log.head": marked("the log is not as long as the node says"),
    "log.unknown": marked("the directory names no keys of this log"),
    "witness.signature": marked("the cosignature of {found} does not hold"),
    "witness.contradicts": marked("{found} signed for other entries than are here"),
}
_FROM_MIRRORS: Final = marked(
    "stop the node, keep its disk, and run `comity restore` with a backup and partners' mirrors"
)
_COMPARE: Final = marked("keep the disk as it is, and compare with a backup and with partners' mirrors")
_ASK: Final = marked("fetch the directory anew, and verify again")
REMEDIES: Final[Mapping[str, str]] = {
    "log.gap": _FROM_MIRRORS,
    "log.root": _FROM_MIRRORS,
    "log.truncated": _FROM_MIRRORS,
    "log.head": _FROM_MIRRORS,
    "log.unknown": _ASK,
    "log.signature": _ASK,
    "witness.signature": _ASK,
}
"""What to do about a fault; `_COMPARE` for those not listed."""
_TIMES: Final = frozenset({"time", "at", "sent", "expires", "since"})


def told(claim: Claim) -> str:
    """Return one line: verdict, sentence, and who must be doubted by whoever doubts it."""
    who = ", ".join(_(RESTS_ON[one]) if one in RESTS_ON else one for one in claim.rests_on)
    rests = _(" (rests on {who})").format(who=who) if who else ""
    return f"{_(VERDICTS[claim.verdict])}: {spoken(claim)}{rests}"


def spoken(claim: Claim) -> str:
    """Return what a claim says, without its verdict and on whom it rests."""
    details = {name: _detail(name, value) for name, value in claim.details}
    sentence = _sentence(claim, details)
    if claim.verdict is Verdict.FAILS and "found" in details:
        return f"{sentence} ({details['found']})"
    if details.get("named") == "place":
        return _("{sentence}; it names the note by its place alone").format(sentence=sentence)
    return sentence


def _sentence(claim: Claim, details: Mapping[str, str]) -> str:
    """Return the sentence of a claim: the one with details, or the plain one where it lacks some or was not shown."""
    sentences = [CLAIMS.get(claim.rule), PLAIN.get(claim.rule)]
    if claim.verdict is Verdict.ABSENT or (claim.verdict is Verdict.FAILS and claim.rule in CONTRADICTIONS):
        sentences.reverse()  # a pair that fails must not read as an accusation
    for sentence in filter(None, sentences):
        try:
            return _(sentence).format(**details)
        except KeyError:  # a failed claim may lack what its sentence names
            continue
    return ", ".join((claim.rule, *(f"{name} {value}" for name, value in details.items())))


def closing(report: Report) -> str:
    """Return the last sentence on a sound file: that it is, what it does not show, and when the note existed."""
    if any(claim.rule in CONTRADICTIONS for claim in report.claims):
        return _("Every claim holds: the two statements contradict each other.")
    silent = sum(claim.verdict is not Verdict.HOLDS for claim in report.claims)
    sentences = [_("Every claim holds.")]
    if silent:
        sentences = [
            ngettext(
                "Nothing fails; {count} claim is erased, withheld or not shown.",
                "Nothing fails; {count} claims are erased, withheld or not shown.",
                silent,
            ).format(count=silent)
        ]
    if report.proved_time is not None:
        sentences.append(_("The note existed by {time}.").format(time=_moment(str(report.proved_time))))
    return " ".join(sentences)


def fault_in_words(fault: Fault) -> str:
    """Return one line about a fault of a log."""
    words = _(FAULTS.get(fault.rule, fault.rule)).format(found=fault.found)
    return _("at entry {index}: {words}").format(index=fault.index, words=words)


def remedy_in_words(fault: Fault) -> str:
    """Return what to do about a fault of a log, without a full stop."""
    return _(REMEDIES.get(fault.rule, _COMPARE))


def _detail(name: str, value: str) -> str:
    if name in _TIMES:
        return _moment(value)
    if name == "found" and value in FOUND:
        return _(FOUND[value])
    return _(KINDS[value]) if name == "kind" and value in KINDS else value


def _moment(value: str) -> str:
    return datetime.fromtimestamp(int(value), UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if value.isdigit() else value
