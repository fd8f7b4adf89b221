"""One condition of a clause: read from JSON, held against an ask, and said in the engine's language.

A condition is a triple that can be read aloud, as ``["context.purpose", "in", "@purposes"]``. The word after ``@``
stands for a list or number of the agreement itself, so that each list stands once in a document.

Two readings of every condition exist. `expression` says it to the policy engine, which alone decides. `holds` says it
in Python, only to explain a refusal; a property test keeps both equal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from comity.agreements.asking import Attribute, Type

Json = dict[str, Any]
Literal = str | int | bool | tuple[str, ...]
Facts = Mapping[str, Any]
"""What an ask states: attribute path to plain JSON value."""

TRUE: Json = {"Value": True}
FALSE: Json = {"Value": False}


class Op(StrEnum):
    """How an attribute is compared."""

    IS = "is"
    IS_NOT = "is not"
    IN = "in"
    NOT_IN = "not in"
    WITHIN = "within"
    ONE_OR_MORE_OF = "one or more of"
    HOLDS = "holds"
    LACKS = "lacks"
    SAME = "same"
    AT_LEAST = "at least"
    AT_MOST = "at most"


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of one attribute with a literal, or with `other`, another attribute."""

    attribute: Attribute
    op: Op
    literal: Literal = ()
    other: Attribute | None = None

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """Every attribute that must be stated for the condition to say anything."""
        return (self.attribute,) if self.other is None else (self.attribute, self.other)

    def words(self) -> str:
        """Return the condition as the document has it, lists written out."""
        right = self.other.path if self.other else self.literal
        return f"{self.attribute.path} {self.op} {', '.join(right) if isinstance(right, tuple) else right}"


class Right(StrEnum):
    """What may stand on the right of a comparison."""

    VALUE = "a value"
    LIST = "a list"
    ATTRIBUTE = "another attribute"
    NUMBER = "a number or another attribute"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What an `Op` means, three times: in words, in Python and in the engine's language.

    Attributes:
        types: of the attributes it can compare.
        holds: of the stated value and the right side.
        expression: of the engine's expressions for the same two.
    """

    words: str
    types: frozenset[Type]
    right: Right
    holds: Callable[[Any, Any], bool]
    expression: Callable[[Json, Json], Json]


def _binary(operator: str) -> Callable[[Json, Json], Json]:
    return lambda left, right: {operator: {"left": left, "right": right}}


def _swapped(operator: str) -> Callable[[Json, Json], Json]:
    return lambda left, right: {operator: {"left": right, "right": left}}


def _negated(expression: Callable[[Json, Json], Json]) -> Callable[[Json, Json], Json]:
    return lambda left, right: {"!": {"arg": expression(left, right)}}


def _one_or_more_of(left: Json, right: Json) -> Json:
    return {"&&": {"left": {"!": {"arg": {"isEmpty": {"arg": left}}}}, "right": _swapped("containsAll")(left, right)}}


_SCALARS = frozenset({Type.TEXT, Type.TRUTH, Type.NUMBER})
_TEXT = frozenset({Type.TEXT})
_TEXTS = frozenset({Type.TEXTS})
_NUMBER = frozenset({Type.NUMBER})

COMPARISONS: Mapping[Op, Comparison] = MappingProxyType(
    {
        Op.IS: Comparison("equals the value", _SCALARS, Right.VALUE, lambda a, b: a == b, _binary("==")),
        Op.IS_NOT: Comparison(
            "is stated and differs from the value", _SCALARS, Right.VALUE, lambda a, b: a != b, _binary("!=")
        ),
        Op.IN: Comparison("is one of the list", _TEXT, Right.LIST, lambda a, b: a in b, _swapped("contains")),
        Op.NOT_IN: Comparison(
            "is stated and none of the list", _TEXT, Right.LIST, lambda a, b: a not in b, _negated(_swapped("contains"))
        ),
        Op.WITHIN: Comparison(
            "every member of the set is in the list, or the set is empty",
            _TEXTS,
            Right.LIST,
            lambda a, b: set(a) <= set(b),
            _swapped("containsAll"),
        ),
        Op.ONE_OR_MORE_OF: Comparison(
            "the set is not empty and every member is in the list",
            _TEXTS,
            Right.LIST,
            lambda a, b: bool(a) and set(a) <= set(b),
            _one_or_more_of,
        ),
        Op.HOLDS: Comparison(
            "the set has the value as a member", _TEXTS, Right.VALUE, lambda a, b: b in a, _binary("contains")
        ),
        Op.LACKS: Comparison(
            "the set is stated and does not have the value as a member",
            _TEXTS,
            Right.VALUE,
            lambda a, b: b not in a,
            _negated(_binary("contains")),
        ),
        Op.SAME: Comparison("equals another attribute", _SCALARS, Right.ATTRIBUTE, lambda a, b: a == b, _binary("==")),
        Op.AT_LEAST: Comparison("is as much, or more", _NUMBER, Right.NUMBER, lambda a, b: a >= b, _binary(">=")),
        Op.AT_MOST: Comparison("is as much, or less", _NUMBER, Right.NUMBER, lambda a, b: a <= b, _binary("<=")),
    }
)


def fits(op: Op, attribute: Attribute, literal: Literal, other: Attribute | None) -> bool:
    """Return whether this comparison makes sense for the types, so that the engine can never meet a type error."""
    comparison = COMPARISONS[op]
    if attribute.type not in comparison.types:
        return False
    if other is not None:
        # Two fields of one thing are not compared: no filter could say it, and no clause needed it.
        return (
            comparison.right in {Right.ATTRIBUTE, Right.NUMBER}
            and other.type is attribute.type
            and other.of != attribute.of
        )
    match comparison.right:
        case Right.LIST:
            return isinstance(literal, tuple) and bool(literal)
        case Right.ATTRIBUTE:
            return False
        case _:
            return literal.__class__ is _LITERALS[attribute.type]


_LITERALS: Mapping[Type, type] = MappingProxyType({Type.TEXT: str, Type.TEXTS: str, Type.TRUTH: bool, Type.NUMBER: int})


def stated(condition: Condition, facts: Facts) -> bool:
    """Return whether the ask states everything the condition compares."""
    return all(attribute.path in facts for attribute in condition.attributes)


def holds(condition: Condition, facts: Facts) -> bool:
    """Return whether the condition is met; what is not stated meets no condition."""
    if not stated(condition, facts):
        return False
    right = facts[condition.other.path] if condition.other else condition.literal
    return COMPARISONS[condition.op].holds(facts[condition.attribute.path], right)


def when(condition: Condition) -> Json:
    """Return the engine's expression: every attribute is there, and the comparison holds.

    The ``has`` guards matter: the engine skips a policy whose evaluation errs, and a skipped prohibition would permit.
    """
    expression = _comparison(condition)
    for attribute in reversed(condition.attributes):
        expression = {"&&": {"left": _has(attribute), "right": expression}}
    return expression


def unless_missing(condition: Condition) -> Json:
    """Return the engine's expression: an attribute is missing, or the comparison holds.

    For what narrows a prohibition or a duty: where nothing is stated, the prohibition applies.
    """
    expression = _comparison(condition)
    for attribute in reversed(condition.attributes):
        expression = {"if-then-else": {"if": _has(attribute), "then": expression, "else": TRUE}}
    return expression


def both(expressions: tuple[Json, ...]) -> Json:
    """Return the conjunction; of nothing it is true."""
    if not expressions:
        return TRUE
    joined = expressions[-1]
    for expression in reversed(expressions[:-1]):
        joined = {"&&": {"left": expression, "right": joined}}
    return joined


def _has(attribute: Attribute) -> Json:
    return {"has": {"left": {"Var": attribute.of}, "attr": attribute.name}}


def _get(attribute: Attribute) -> Json:
    return {".": {"left": {"Var": attribute.of}, "attr": attribute.name}}


def _comparison(condition: Condition) -> Json:
    if condition.other is not None:
        right = _get(condition.other)
    elif isinstance(condition.literal, tuple):
        right = {"Set": [{"Value": member} for member in condition.literal]}
    else:
        right = {"Value": condition.literal}
    return COMPARISONS[condition.op].expression(_get(condition.attribute), right)
