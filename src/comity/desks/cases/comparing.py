"""What a partner asks about beside what this node holds, with the machine's reasons and a person's decision."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q, QuerySet

from comity.desks.cases import words
from comity.desks.cases.facts import CODES, SubjectView, shown_value, subjects_of
from comity.desks.cases.models import Candidate, CaseMessage, Verdict
from comity.matching.identifiers import BY_SCHEMA, PROPERTIES, TOGETHER

# Which properties a reason of the comparison speaks of.
_SPEAKS_OF: Final[dict[str, frozenset[str]]] = {
    "name": frozenset({"name", "alias", "weakAlias", "previousName"}),
    "birth": frozenset({"birthDate"}),
    "country": frozenset({"country", "nationality", "citizenship", "flag", "jurisdiction", "mainCountry"}),
    "gender": frozenset({"gender"}),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One fact on both sides; `mark` is agrees, conflicts, or empty where nothing can be said."""

    name: Any
    left: tuple[str, ...]
    right: tuple[str, ...]
    code: bool
    mark: str


@dataclass(frozen=True, slots=True)
class ReasonView:
    """One reason of the machine: in words, the two values, and what it added or took in points of a hundred."""

    text: Any
    left: str
    right: str
    weight: str


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """A candidate beside the subject asked about."""

    candidate: Candidate
    asked: SubjectView
    held_caption: str
    rows: tuple[Row, ...]
    reasons: tuple[ReasonView, ...]

    @property
    def open(self) -> bool:
        """Whether a person still has to decide."""
        return self.candidate.verdict == Verdict.OPEN


def comparisons(message: CaseMessage) -> tuple[ComparisonView, ...]:
    """Return the candidates of a request side by side with what it asks: undecided first, then by score."""
    found = Candidate.objects.filter(message=message).select_related("decided_by")
    ordered = sorted(found, key=lambda one: (one.verdict != Verdict.OPEN, -one.score, one.pk))
    subjects = subjects_of(message)
    given = (message.content or {}).get("subjects", [])
    return tuple(
        _comparison(one, subjects[one.place], given[one.place].get("properties", {}))
        for one in ordered
        if one.place < len(subjects)
    )


def _comparison(candidate: Candidate, asked: SubjectView, given: dict[str, Any]) -> ComparisonView:
    held: dict[str, Any] = (candidate.record or {}).get("properties", {})
    schema = str((candidate.record or {}).get("schema", ""))
    order = {name: place for place, name in enumerate(words.PROPERTIES)}
    names = sorted({*given, *held}, key=lambda name: (name not in given, order.get(name, len(order))))
    return ComparisonView(
        candidate=candidate,
        asked=asked,
        held_caption=str((candidate.record or {}).get("caption", "")) or candidate.record_reference,
        rows=tuple(_row(schema, name, given.get(name, ()), held.get(name, ()), candidate.reasons) for name in names),
        reasons=tuple(
            ReasonView(words.match_reason(one["rule"]), one["left"], one["right"], f"{round(one['weight'] * 100):+d}")
            for one in candidate.reasons
        ),
    )


def _row(schema: str, name: str, left: Iterable[str], right: Iterable[str], reasons: Iterable[dict[str, Any]]) -> Row:
    def shown(values: Iterable[str]) -> tuple[str, ...]:
        return tuple(shown_value(name, value) for value in map(str, values))

    one, other = shown(left), shown(right)
    mark = mark_of(schema, name, (one, other), reasons)
    return Row(words.word(words.PROPERTIES, name), one, other, name in CODES, mark)


def mark_of(
    schema: str, name: str, values: tuple[Sequence[str], Sequence[str]], reasons: Iterable[Mapping[str, Any]]
) -> str:
    """Return whether two sides agree on a property or conflict; empty where nothing can be said.

    Args:
        schema: of the record, or of the second side.
        name: of the property.
        values: of either side.
        reasons: of the comparison of both: rule and weight of each.
    """
    if not all(values):
        return ""
    about = sum(float(reason["weight"]) for reason in reasons if _concerns(reason["rule"], schema, name))
    one, other = ({value.casefold() for value in side} for side in values)
    return "agrees" if one & other or about > 0 else "conflicts" if about < 0 else ""


def _concerns(rule: str, schema: str, prop: str) -> bool:
    if rule.startswith("identifier."):
        group = BY_SCHEMA.get((schema, prop)) or PROPERTIES.get(prop)
        return group is not None and TOGETHER.get(group.name, group.name) == rule.rpartition(".")[2]
    return prop in _SPEAKS_OF.get(rule.partition(".")[0], frozenset())


def proposed_for(message: CaseMessage) -> QuerySet[Candidate]:
    """Return the candidates for a request as it was sent and as its sender corrected it since."""
    corrections = CaseMessage.objects.filter(
        kind="correction",
        incoming=True,
        authority=message.authority,
        originator=message.originator,
        in_reply_to=bytes(message.msg).hex(),
    )
    return Candidate.objects.filter(Q(message=message) | Q(message__in=corrections))


def confirmed(message: CaseMessage) -> tuple[Candidate, ...]:
    """Return the records that a person confirmed to be subjects of this request; each once."""
    found = proposed_for(message).filter(verdict=Verdict.SAME).order_by("place", "-score", "-pk")
    return tuple({(one.place, one.record_id): one for one in found}.values())


def undecided(message: CaseMessage) -> int:
    """Count the candidates on which nobody has decided."""
    return proposed_for(message).filter(verdict=Verdict.OPEN).count()


def caption_of(candidate: Candidate) -> str:
    """Return how a confirmed record is named in the answer's form."""
    caption = str((candidate.record or {}).get("caption", ""))
    return f"{caption} ({candidate.record_reference})" if caption else candidate.record_reference
