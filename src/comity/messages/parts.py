"""The items of which messages are made: each is salted and proved by itself, to be shown without the rest."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, Protocol, Self

from comity.messages import canonical
from comity.messages.errors import MessageError
from comity.messages.fields import (
    HASH,
    authority,
    choice,
    count,
    digest,
    fault,
    is_composed,
    is_day,
    items,
    parsed,
    text,
    text_or_empty,
    write_authority,
    write_count,
    write_digest,
    write_text,
    write_word,
)
from comity.messages.shape import Field, Shape
from comity.subjects import Subject, objections
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.evaluation import Evaluation
from comity.vocabulary.language import language_code
from comity.vocabulary.person_category import PersonCategory

MAX_ATTACHMENT_BYTES: Final = 2 * 1024**3
MAX_CHUNK_BYTES: Final = 2**23
PERSONS: Final = frozenset({"Person"})


class Part(Protocol):
    """A kind of item."""

    name: ClassVar[str]

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the map, or raise MessageError where reading them would."""
        ...

    def to_value(self) -> object:
        """Return the map."""
        ...

    @classmethod
    def from_value(cls, value: object) -> Self:
        """Read a decoded map, or raise MessageError; the rules that join fields are left to `check`."""
        ...

    def check(self) -> None:
        """Hold the item to the rules that join its fields, or raise MessageError."""
        ...


@dataclass(frozen=True, slots=True)
class AboutSubject:
    """A subject of the message, with what the law asks to be said of it.

    Attributes:
        subject: who or what.
        category: needed for persons (Directive (EU) 2016/680, Art. 6).
        link: how it is linked with the purpose; needed in a request.
        evaluation: of what is said, or `None`.
    """

    name: ClassVar[str] = "subject"

    subject: Subject
    category: PersonCategory | None = None
    link: str = ""
    evaluation: Evaluation | None = None

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the map."""
        return ABOUT.write(self)

    def to_value(self) -> object:
        """Return the map."""
        return ABOUT.value(self)

    @classmethod
    def from_value(cls, value: object) -> "AboutSubject":
        """Read a decoded map, or raise MessageError."""
        return ABOUT.read(value)

    def check(self) -> None:
        """Refuse a person without a category, and what the model does not know: nobody could judge or match it."""
        if self.category is None and self.subject.schema in PERSONS:
            raise MessageError("message.category.missing", "subject.category")
        for objection in objections(self.subject):
            raise MessageError(f"message.subject.{objection.rule.removeprefix('subject.')}", "subject")


def _about(
    schema: str,
    properties: tuple[tuple[str, tuple[str, ...]], ...] = (),
    id: str = "",  # noqa: A002  # its name in the map
    category: PersonCategory | None = None,
    link: str = "",
    evaluation: Evaluation | None = None,
) -> AboutSubject:
    return AboutSubject(Subject(schema, properties, id), category, link, evaluation)


def _properties(found: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    properties, names = [], set()
    for pair in items(found):
        if type(pair) is not list or len(pair) != 2:  # noqa: PLR2004  # a name and its values
            raise fault("type")
        name, values = pair
        if type(values) is not list or not values:
            raise fault("type")
        for value in (name, *values):
            if type(value) is not str or not value or not (value.isascii() or is_composed(value)):
                raise fault("type")
        if name in names:
            raise fault("repeated")
        names.add(name)
        properties.append((name, tuple(values)))
    return tuple(properties)


def _write_properties(properties: tuple[tuple[str, tuple[str, ...]], ...]) -> bytes:
    parts = [canonical.array(len(properties))]
    for name, values in properties:
        parts += (_PAIR, write_word(name), canonical.array(len(values)))
        parts += [write_text(value) for value in values]
    return b"".join(parts)


_PAIR: Final = canonical.prefix(4, 2)

ABOUT: Final = Shape(
    AboutSubject.name,
    _about,
    Field("id", text_or_empty, write_text, "subject.id", "id", optional=True),
    Field("schema", text, write_word, "subject.schema", "schema"),
    Field("properties", _properties, _write_properties, "subject.properties", "properties", optional=True),
    Field("category", choice(PersonCategory), canonical.text, optional=True),
    Field("link", text_or_empty, write_text, optional=True),
    Field("evaluation", parsed(Evaluation.parse), lambda value: canonical.text(str(value)), optional=True),
)


@dataclass(frozen=True, slots=True)
class Text:
    """Free text in its author's language: the legal basis, the facts, a question, a reason."""

    name: ClassVar[str] = "text"

    role: "TextRole"
    language: str
    text: str

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the map."""
        return TEXT.write(self)

    def to_value(self) -> object:
        """Return the map."""
        return TEXT.value(self)

    @classmethod
    def from_value(cls, value: object) -> "Text":
        """Read a decoded map, or raise MessageError."""
        return TEXT.read(value)

    def check(self) -> None:
        """Accept it: no rule joins its fields."""


class TextRole(StrEnum):
    """What a text is."""

    LEGAL_BASIS = "legal-basis"
    FACTS = "facts"
    QUESTION = "question"
    ANSWER = "answer"
    REASON = "reason"


TEXT: Final = Shape(
    Text.name,
    Text,
    Field("role", choice(TextRole), canonical.text),
    Field("language", parsed(language_code), write_word),
    Field("text", text, write_text),
)


@dataclass(frozen=True, slots=True)
class Condition:
    """A restriction of use beyond the handling codes; code H3 needs at least one.

    Attributes:
        rule: a machine rule where there is one, else `TEXT`.
        value: what the rule needs: a day, authorities, a text.
    """

    name: ClassVar[str] = "condition"

    rule: "ConditionRule"
    value: str = ""

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the map."""
        return CONDITION.write(self)

    def to_value(self) -> object:
        """Return the map."""
        return CONDITION.value(self)

    @classmethod
    def from_value(cls, value: object) -> "Condition":
        """Read a decoded map, or raise MessageError."""
        return CONDITION.read(value)

    def check(self) -> None:
        """Refuse a rule without what it needs: a node can keep a day or a unit only if it can read it."""
        if self.rule is ConditionRule.NO_CONTACT:
            return
        if not self.value:
            raise MessageError("message.field.missing", "condition.value")
        if self.rule is ConditionRule.ERASE_ON and not is_day(self.value):
            raise MessageError("message.field.code", "condition.value")
        if self.rule is ConditionRule.ONLY_UNITS and not all(line.strip() for line in self.value.split("\n")):
            raise MessageError("message.field.code", "condition.value")


class ConditionRule(StrEnum):
    """Restrictions that a node can keep by itself, and the one that only people can."""

    ERASE_ON = "erase-on"  # a day, as 2026-11-22
    ONLY_UNITS = "only-units"  # names of units, one a line
    NO_CONTACT = "no-contact"  # with the subject
    TEXT = "text"


CONDITION: Final = Shape(
    Condition.name,
    Condition,
    Field("rule", choice(ConditionRule), canonical.text),
    Field("value", text_or_empty, write_text, optional=True),
)


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate that an officer of the answering authority confirmed or ruled out.

    Attributes:
        asked: place of the subject in the request, from 0.
        outcome: ``same`` or ``different``.
        record: the answering authority's own reference; reveals nothing by itself.
        engine: version of the comparison that proposed it.
    """

    name: ClassVar[str] = "match"

    asked: int
    outcome: str
    record: str
    engine: str

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the map."""
        return MATCH.write(self)

    def to_value(self) -> object:
        """Return the map."""
        return MATCH.value(self)

    @classmethod
    def from_value(cls, value: object) -> "Match":
        """Read a decoded map, or raise MessageError."""
        return MATCH.read(value)

    def check(self) -> None:
        """Accept it: no rule joins its fields."""


def _outcome(found: object) -> str:
    outcome = text(found)
    if outcome not in {"same", "different"}:
        raise fault("code")
    return outcome


MATCH: Final = Shape(
    Match.name,
    Match,
    Field("asked", count, write_count),
    Field("outcome", _outcome, lambda value: canonical.text(_outcome(value))),
    Field("record", text, write_text),
    Field("engine", text, write_text),
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file, sealed in chunks that lie beside the message.

    Attributes:
        title: file name as its author gave it.
        media_type: such as ``image/jpeg``; the recipient does not rely on it.
        size: of the plain file, bytes.
        sha256: of the plain file.
        key: content key of the chunks, drawn for this file alone.
        chunks: (SHA-256, size) of each sealed chunk, in order.
    """

    name: ClassVar[str] = "attachment"

    title: str
    media_type: str
    size: int
    sha256: bytes
    key: bytes
    chunks: tuple[tuple[bytes, int], ...]

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the map."""
        return ATTACHMENT.write(self)

    def to_value(self) -> object:
        """Return the map."""
        return ATTACHMENT.value(self)

    @classmethod
    def from_value(cls, value: object) -> "Attachment":
        """Read a decoded map, or raise MessageError."""
        return ATTACHMENT.read(value)

    def check(self) -> None:
        """Refuse a file above the size that nodes carry."""
        if self.size > MAX_ATTACHMENT_BYTES:
            raise MessageError("message.attachment.oversized", "attachment.size")


def _chunks(found: object) -> tuple[tuple[bytes, int], ...]:
    chunks = []
    for chunk in items(found):
        match chunk:
            case [bytes() as sha, int() as size] if (
                type(size) is int and len(sha) == HASH and 0 < size < MAX_CHUNK_BYTES
            ):
                chunks.append((sha, size))
            case _:
                raise fault("type")
    return tuple(chunks)


def _write_chunks(chunks: tuple[tuple[bytes, int], ...]) -> bytes:
    listed = [list(chunk) for chunk in chunks]
    _chunks(listed)
    return canonical.encode(listed)


ATTACHMENT: Final = Shape(
    Attachment.name,
    Attachment,
    Field("title", text, write_text),
    Field("type", text, write_text, "media_type"),
    Field("size", count, write_count),
    Field("sha256", digest, write_digest),
    Field("key", digest, write_digest),
    Field("chunks", _chunks, _write_chunks),
)


@dataclass(frozen=True, slots=True)
class Refers:
    """Which message this one corrects, withdraws, reminds of or answers, by its root and reference."""

    name: ClassVar[str] = "refers"

    authority: AuthorityId
    reference: str
    msg: bytes

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the map."""
        return REFERS.write(self)

    def to_value(self) -> object:
        """Return the map."""
        return REFERS.value(self)

    @classmethod
    def from_value(cls, value: object) -> "Refers":
        """Read a decoded map, or raise MessageError."""
        return REFERS.read(value)

    def check(self) -> None:
        """Accept it: no rule joins its fields."""


REFERS: Final = Shape(
    Refers.name,
    Refers,
    Field("authority", authority, write_authority),
    Field("reference", text, write_text),
    Field("msg", digest, write_digest),
)
