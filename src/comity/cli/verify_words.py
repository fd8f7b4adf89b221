"""The claims of a verification in words: one sentence each, and on whom it rests."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from comity.cli.words import _, marked
from comity.verify import Claim, Fault, Verdict

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
    "log.before-theft": marked("others saw it before the keys of {log} were stolen"),
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
    "message.parties": marked("the message itself names the same sender and recipient"),
}
"""Sentence of each claim (docs/protocol/evidence.md)."""
ABSENT: Final[dict[str, str]] = {
    "receipt.statement": marked("a receipt of the recipient"),
    "time.proved": marked("another member's word on when the note existed"),
}
"""What a claim is about of which the file does not speak, where the sentence above would need its details."""
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
}
_TIMES: Final = frozenset({"time", "at", "sent", "expires", "since"})


def told(claim: Claim) -> str:
    """Return one line: verdict, sentence, and who must be doubted by whoever doubts it."""
    details = {name: _moment(value) if name in _TIMES else value for name, value in claim.details}
    sentences = CLAIMS | ABSENT if claim.verdict is Verdict.ABSENT else CLAIMS
    try:
        sentence = _(sentences[claim.rule]).format(**details)
    except KeyError:  # a failed claim may lack what its sentence names
        sentence = ", ".join((claim.rule, *(f"{name} {value}" for name, value in details.items())))
    who = ", ".join(_(RESTS_ON[one]) if one in RESTS_ON else one for one in claim.rests_on)
    rests = _(" (rests on {who})").format(who=who) if who else ""
    return f"{_(VERDICTS[claim.verdict])}: {sentence}{rests}"


def fault_in_words(fault: Fault) -> str:
    """Return one line about a fault of a log."""
    words = _(FAULTS.get(fault.rule, fault.rule))
    return _("at entry {index}: {words}").format(index=fault.index, words=words)


def _moment(value: str) -> str:
    return datetime.fromtimestamp(int(value), UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if value.isdigit() else value
