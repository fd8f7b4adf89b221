"""Why bytes are no message.

* MessageError      a payload, an item or a field is not what the protocol says; it names the rule and the place
  + CanonicalError  the bytes are not the one canonical form of a value
  + NoteError       the bytes are no note
"""


class MessageError(ValueError):
    """Bytes or values are no message.

    Attributes:
        code: stable key, such as ``message.field.missing``.
        place: where, such as ``head.urgency``; never a value.
    """

    def __init__(self, code: str, place: str = "") -> None:
        super().__init__(f"{code} at {place}" if place else code)
        self.code = code
        self.place = place


class CanonicalError(MessageError):
    """The bytes are not the one canonical form of a value."""


class NoteError(MessageError):
    """The bytes are no note."""
