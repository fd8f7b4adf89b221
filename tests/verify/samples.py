"""Notes and keys for tests of verification."""

from hashlib import sha256

from comity.messages.note import Note
from comity.vocabulary.authority import AuthorityId

XA, XB = AuthorityId.parse("xa.ncb"), AuthorityId.parse("xb.ncb")
SENT = 1_800_000_000


def lane_of_notes(count: int, subject: bytes = b"") -> list[bytes]:
    """Return whole notes of one lane, each continuing the one before."""
    notes: list[bytes] = []
    for seq in range(1, count + 1):
        prev = sha256(notes[-1]).digest() if notes else bytes(32)
        note = Note(
            v=1,
            suite=1,
            from_=XA,
            to=XB,
            lane=1,
            seq=seq,
            prev=prev,
            msg=sha256(subject + b"msg %d" % seq).digest(),
            body=sha256(subject + b"body %d" % seq).digest(),
            size=2048,
            dir=(1, 1, bytes(32)),
            sent=SENT + seq,
            exp=SENT + seq + 86400,
            wrap=bytes(1168),
        )
        notes.append(note.to_bytes())
    return notes
