"""By what the recipient and the sender of a request, and nobody else, know the same request again."""

from dataclasses import dataclass
from typing import ClassVar, Final

from comity.messages import canonical
from comity.messages.errors import MessageError
from comity.messages.fields import authority, codes, count, fault, write_authority, write_count, write_list
from comity.messages.shape import Field, Shape
from comity.vocabulary.authority import AuthorityId

SIZE: Final = 16


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Tags of what a request names, for one recipient; others of its recipients can neither make nor test them.

    Attributes:
        to: for whom.
        form: version of the normal form of which they are the tags.
        tags: 16 bytes each, in order.
    """

    name: ClassVar[str] = "fingerprint"

    to: AuthorityId
    form: int
    tags: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the map."""
        return FINGERPRINT.write(self)

    def to_value(self) -> object:
        """Return the map."""
        return FINGERPRINT.value(self)

    @classmethod
    def from_value(cls, value: object) -> "Fingerprint":
        """Read a decoded map, or raise MessageError."""
        return FINGERPRINT.read(value)

    def check(self) -> None:
        """Refuse tags in another order: it would tell which subject each belongs to."""
        if list(self.tags) != sorted(self.tags):
            raise MessageError("message.fingerprint.order", "fingerprint.tags")


def _tag(found: object) -> bytes:
    if type(found) is bytes and len(found) == SIZE:
        return found
    raise fault("type")


FINGERPRINT: Final = Shape(
    Fingerprint.name,
    Fingerprint,
    Field("to", authority, write_authority),
    Field("form", count, write_count),
    Field("tags", codes(_tag, needed=True), write_list(lambda value: canonical.blob(_tag(value)), needed=True)),
)
