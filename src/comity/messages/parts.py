"""The items of which messages are made: each is salted and proved by itself, to be shown without the rest."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, Protocol, Self

from comity.messages.errors import MessageError
from comity.messages.fields import HASH, Fields, is_composed, without_empty
from comity.subjects import Subject
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.evaluation import Evaluation
from comity.vocabulary.language import language_code
from comity.vocabulary.person_category import PersonCategory

MAX_ATTACHMENT_BYTES: Final = 2 * 1024**3
PERSONS: Final = frozenset({"Person"})


class Part(Protocol):
    """A kind of item."""

    name: ClassVar[str]

    def to_value(self) -> dict[str, object]:
        """Return the map that is encoded."""
        ...

    @classmethod
    def from_value(cls, value: object) -> Self:
        """Read a decoded map, or raise MessageError."""
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

    def to_value(self) -> dict[str, object]:
        """Return the map that is encoded."""
        return without_empty(
            {
                "id": self.subject.id,
                "schema": self.subject.schema,
                "properties": [[name, list(values)] for name, values in self.subject.properties],
                "category": None if self.category is None else self.category.value,
                "link": self.link,
                "evaluation": None if self.evaluation is None else str(self.evaluation),
            }
        )

    @classmethod
    def from_value(cls, value: object) -> "AboutSubject":
        """Read a decoded map, or raise MessageError."""
        fields = Fields(value, cls.name, _SUBJECT)
        subject = Subject(fields.text("schema"), _properties(fields), fields.text("id", ""))
        category = fields.choice("category", PersonCategory) if fields.has("category") else None
        if subject.schema in PERSONS and category is None:
            raise MessageError("message.category.missing", "subject.category")
        evaluation = fields.parsed("evaluation", Evaluation.parse) if fields.has("evaluation") else None
        return cls(subject, category, fields.text("link", ""), evaluation)


def _properties(fields: Fields) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, tuple[str, ...]] = {}
    for pair in fields.items("properties"):
        match pair:
            case [str() as name, [*values]] if name and values and _are_texts([name, *values]):
                if name in found:
                    raise MessageError("message.field.repeated", "subject.properties")
                found[name] = tuple(str(value) for value in values)
            case _:
                raise MessageError("message.field.type", "subject.properties")
    return tuple(found.items())


def _are_texts(values: list[object]) -> bool:
    return all(type(value) is str and value and is_composed(value) for value in values)


_SUBJECT: Final = frozenset({"id", "schema", "properties", "category", "link", "evaluation"})


@dataclass(frozen=True, slots=True)
class Text:
    """Free text in its author's language: the legal basis, the facts, a question, a reason."""

    name: ClassVar[str] = "text"

    role: "TextRole"
    language: str
    text: str

    def to_value(self) -> dict[str, object]:
        """Return the map that is encoded."""
        return {"role": self.role.value, "language": self.language, "text": self.text}

    @classmethod
    def from_value(cls, value: object) -> "Text":
        """Read a decoded map, or raise MessageError."""
        fields = Fields(value, cls.name, frozenset({"role", "language", "text"}))
        return cls(fields.choice("role", TextRole), fields.parsed("language", language_code), fields.text("text"))


class TextRole(StrEnum):
    """What a text is."""

    LEGAL_BASIS = "legal-basis"
    FACTS = "facts"
    QUESTION = "question"
    ANSWER = "answer"
    REASON = "reason"


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

    def to_value(self) -> dict[str, object]:
        """Return the map that is encoded."""
        return without_empty({"rule": self.rule.value, "value": self.value})

    @classmethod
    def from_value(cls, value: object) -> "Condition":
        """Read a decoded map, or raise MessageError."""
        fields = Fields(value, cls.name, frozenset({"rule", "value"}))
        rule = fields.choice("rule", ConditionRule)
        return cls(rule, fields.text("value", "") if rule is ConditionRule.NO_CONTACT else fields.text("value"))


class ConditionRule(StrEnum):
    """Restrictions that a node can keep by itself, and the one that only people can."""

    ERASE_ON = "erase-on"  # a day, as 2026-11-22
    ONLY_UNITS = "only-units"  # names of units, one a line
    NO_CONTACT = "no-contact"  # with the subject
    TEXT = "text"


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

    def to_value(self) -> dict[str, object]:
        """Return the map that is encoded."""
        return {"asked": self.asked, "outcome": self.outcome, "record": self.record, "engine": self.engine}

    @classmethod
    def from_value(cls, value: object) -> "Match":
        """Read a decoded map, or raise MessageError."""
        fields = Fields(value, cls.name, frozenset({"asked", "outcome", "record", "engine"}))
        outcome = fields.text("outcome")
        if outcome not in {"same", "different"}:
            raise MessageError("message.field.code", "match.outcome")
        return cls(fields.count("asked"), outcome, fields.text("record"), fields.text("engine"))


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

    def to_value(self) -> dict[str, object]:
        """Return the map that is encoded."""
        return {
            "title": self.title,
            "type": self.media_type,
            "size": self.size,
            "sha256": self.sha256,
            "key": self.key,
            "chunks": [list(chunk) for chunk in self.chunks],
        }

    @classmethod
    def from_value(cls, value: object) -> "Attachment":
        """Read a decoded map, or raise MessageError."""
        fields = Fields(value, cls.name, frozenset({"title", "type", "size", "sha256", "key", "chunks"}))
        size = fields.count("size")
        if size > MAX_ATTACHMENT_BYTES:
            raise MessageError("message.attachment.oversized", "attachment.size")
        chunks = []
        for chunk in fields.items("chunks"):
            match chunk:
                case [bytes() as digest, int() as length] if len(digest) == HASH and 0 < length < 2**23:
                    chunks.append((digest, length))
                case _:
                    raise MessageError("message.field.type", "attachment.chunks")
        title, media_type = fields.text("title"), fields.text("type")
        return cls(title, media_type, size, fields.digest("sha256"), fields.digest("key"), tuple(chunks))


@dataclass(frozen=True, slots=True)
class Refers:
    """Which message this one corrects, withdraws, reminds of or answers, by its root and reference."""

    name: ClassVar[str] = "refers"

    authority: AuthorityId
    reference: str
    msg: bytes

    def to_value(self) -> dict[str, object]:
        """Return the map that is encoded."""
        return {"authority": str(self.authority), "reference": self.reference, "msg": self.msg}

    @classmethod
    def from_value(cls, value: object) -> "Refers":
        """Read a decoded map, or raise MessageError."""
        fields = Fields(value, cls.name, frozenset({"authority", "reference", "msg"}))
        return cls(fields.authority("authority"), fields.text("reference"), fields.digest("msg"))
