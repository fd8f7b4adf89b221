"""Open a body with its content key and hold what was said against the note (docs/protocol/evidence.md, 5)."""

from comity.merkle import ProofError, leaf_hash, verify_inclusion
from comity.messages.errors import MessageError
from comity.messages.items import Item, read_payload
from comity.messages.note import Note
from comity.sealing import SealingError, open_body
from comity.verify.claims import MATHEMATICS, Claim, Verdict
from comity.verify.evidence import ItemProof

_HEAD = "head"


def judge_body(note: Note, body: bytes, key: bytes, count: int) -> tuple[Claim, ...]:
    """Judge that a body opens with a key and says what the note commits to.

    A body is bound to its key by the commitment in its first 32 bytes: no second key opens it into another text.
    """
    rests_on = (MATHEMATICS, str(note.from_))
    try:
        payload = open_body(key, body)
    except (SealingError, ValueError):
        return (Claim("body.opened", Verdict.FAILS, rests_on),)
    opened = Claim("body.opened", Verdict.HOLDS, rests_on)
    try:
        items, root = read_payload(payload)
    except MessageError as error:
        return opened, Claim("message.root", Verdict.FAILS, rests_on, (("found", error.code),))
    fits = root == note.msg and len(items) == count
    said = (("items", str(len(items))),)
    claim = Claim("message.root", Verdict.HOLDS if fits else Verdict.FAILS, rests_on, said)
    return opened, claim, *_judge_parties(note, items[0])


def judge_item(note: Note, proof: ItemProof, count: int) -> tuple[Claim, ...]:
    """Judge that one item belongs to the message, and the parties where it is the head."""
    rests_on = (MATHEMATICS, str(note.from_))
    place = ("index", str(proof.index))
    try:
        verify_inclusion(leaf_hash(proof.item), proof.index, count, proof.path, note.msg)
        item = Item.from_bytes(proof.item)
    except ProofError as error:
        return (Claim("message.item", Verdict.FAILS, rests_on, (place, ("found", str(error)))),)
    except MessageError as error:
        return (Claim("message.item", Verdict.FAILS, rests_on, (place, ("found", error.code))),)
    held = Claim("message.item", Verdict.HOLDS, rests_on, (place, ("name", item.name)))
    return (held, *(_judge_parties(note, item) if proof.index == 0 else ()))


def _judge_parties(note: Note, head: Item | None) -> tuple[Claim, ...]:
    """Judge that the head names the note's sender and recipient: nobody passed on what was said to somebody else.

    Only these two fields are read: the vocabulary of the others may have changed since.
    """
    value = None if head is None or head.name != _HEAD else head.value
    sender, recipients = (value.get("from"), value.get("to")) if isinstance(value, dict) else (None, None)
    fits = sender == str(note.from_) and isinstance(recipients, list) and str(note.to) in recipients
    return (Claim("message.parties", Verdict.HOLDS if fits else Verdict.FAILS, (str(note.from_),)),)
