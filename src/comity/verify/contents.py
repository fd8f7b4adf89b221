"""Open a body with its content key and hold what was said against the note (docs/protocol/evidence.md, 5)."""

from comity.merkle import Frontier, leaf_hash
from comity.messages import canonical
from comity.messages.note import Note
from comity.sealing import SealingError, open_body
from comity.verify.claims import MATHEMATICS, Claim, Verdict


def judge_contents(note: Note, body: bytes, key: bytes, count: int) -> tuple[Claim, ...]:
    """Judge that a body opens with a key and says what the note commits to.

    A body is bound to its key by the commitment in its first 32 bytes: no second key opens it into another text.
    """
    rests_on = (MATHEMATICS, str(note.from_))
    try:
        payload = open_body(key, body)
    except (SealingError, ValueError):
        return (Claim("body.opened", Verdict.FAILS, rests_on),)
    opened = Claim("body.opened", Verdict.HOLDS, rests_on)
    items = _items(payload)
    root = Frontier().extend(leaf_hash(item) for item in items).root()
    if not items or root != note.msg or len(items) != count:
        return opened, Claim("message.root", Verdict.FAILS, rests_on, (("items", str(len(items))),))
    return opened, Claim("message.root", Verdict.HOLDS, rests_on, (("items", str(len(items))),))


def _items(payload: bytes) -> tuple[bytes, ...]:
    """Return the encoded items of a payload; none if it is no payload."""
    try:
        value = canonical.decode(payload, max_size=len(payload))
    except canonical.CanonicalError:
        return ()
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(items, list | tuple) or not all(isinstance(item, bytes) for item in items):
        return ()
    return tuple(items)
