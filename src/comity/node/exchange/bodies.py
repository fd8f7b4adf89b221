"""Open stored bodies again, for those who show what partners said."""

from collections.abc import Sequence
from typing import Final

from comity.messages import Message, read
from comity.node import rows
from comity.sealing import open_body

AT_ONCE: Final = 200


def messages_of(note_ids: Sequence[int]) -> dict[int, Message]:
    """Return the messages of notes, by the notes' ids; those whose bodies were erased are not among them.

    Each was checked when it came. The content keys lie beside the bodies: no key of the node is needed.
    """
    found: dict[int, Message] = {}
    for start in range(0, len(note_ids), AT_ONCE):
        part = note_ids[start : start + AT_ONCE]
        query = f"""SELECT note.id, body.cek, body.sealed FROM exchange_note AS note JOIN exchange_body AS body
            ON body.id = note.body_id WHERE note.id IN ({rows.marks(len(part))}) AND body.sealed IS NOT NULL"""  # noqa: S608  # marks
        for note_id, cek, sealed in rows.every(query, *part):
            found[note_id], _ = read(open_body(bytes(cek), bytes(sealed)))
    return found
