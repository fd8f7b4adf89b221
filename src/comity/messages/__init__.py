"""What authorities say to each other, in the one form that is hashed, sealed and proved (docs/protocol/messages.md)."""

from comity.messages.assisting import Assistance, TakenUp
from comity.messages.consenting import Consented, Wish
from comity.messages.errors import CanonicalError, MessageError, NoteError
from comity.messages.fingerprint import Fingerprint
from comity.messages.head import Head
from comity.messages.items import Item, Revealed, erase, reveal, root_of, verify_revealed
from comity.messages.kinds import KINDS, PARTS, Answer, Kind, Outcome, Refused
from comity.messages.message import Message, read, read_what_is_left, write
from comity.messages.note import Note, note_hash, parse_note
from comity.messages.parts import (
    AboutSubject,
    Attachment,
    Condition,
    ConditionRule,
    Match,
    Part,
    Refers,
    Text,
    TextRole,
)

__all__ = [
    "KINDS",
    "PARTS",
    "AboutSubject",
    "Answer",
    "Assistance",
    "Attachment",
    "CanonicalError",
    "Condition",
    "ConditionRule",
    "Consented",
    "Fingerprint",
    "Head",
    "Item",
    "Kind",
    "Match",
    "Message",
    "MessageError",
    "Note",
    "NoteError",
    "Outcome",
    "Part",
    "Refers",
    "Refused",
    "Revealed",
    "TakenUp",
    "Text",
    "TextRole",
    "Wish",
    "erase",
    "note_hash",
    "parse_note",
    "read",
    "read_what_is_left",
    "reveal",
    "root_of",
    "verify_revealed",
    "write",
]
