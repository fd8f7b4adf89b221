"""Every comparison, said to the engine and said in Python: both must always answer the same."""

import itertools
import json

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.agreements.asking import OFFICIAL_ATTRIBUTES, Attribute, Type
from comity.agreements.compiled import schema_of
from comity.agreements.conditions import COMPARISONS, Condition, Op, fits, holds, unless_missing, when
from comity.agreements.document import Form

ATTRIBUTES = [OFFICIAL_ATTRIBUTES[path] for path in (
    "principal.unit", "resource.unit", "resource.handling", "resource.restricted", "resource.retain_until",
    "context.purpose", "context.court", "context.approvals", "context.today",
)]  # fmt: skip
WORDS = st.sampled_from(["H0", "H1", "drugs", "cars", "", "d\u00e9j\u00e0", "\u0645\u0631\u0633\u0649", '"]'])
NUMBERS = st.sampled_from([0, 1, 2, -1, 739943, 2**63 - 1, -(2**63)])
VALUES = {
    Type.TEXT: WORDS,
    Type.TEXTS: st.lists(WORDS, max_size=3, unique=True),
    Type.TRUTH: st.booleans(),
    Type.NUMBER: NUMBERS,
}
LITERALS = (
    "H0",
    "drugs",
    "",
    '"]',
    True,
    False,
    0,
    2,
    -1,
    739943,
    2**63 - 1,
    ("H0",),
    ("H0", "H1"),
    ("d\u00e9j\u00e0", ""),
)
SCHEMA = cedarpy.Schema.from_json_str(json.dumps(schema_of(Form.HOUSE)))

conditions = st.sampled_from(
    [
        Condition(attribute, op, literal, other)
        for attribute, op in itertools.product(ATTRIBUTES, Op)
        for literal, other in [*((literal, None) for literal in LITERALS), *(((), other) for other in ATTRIBUTES)]
        if fits(op, attribute, literal, other)
    ]
)


@st.composite
def facts(draw: st.DrawFn) -> dict[str, object]:
    """Some attributes stated, others not."""
    return {a.path: draw(VALUES[a.type]) for a in ATTRIBUTES if draw(st.booleans())}


def engine_says(expression: dict[str, object], known: dict[str, object]) -> bool:
    policy = {
        "effect": "permit",
        "principal": {"op": "All"},
        "action": {"op": "All"},
        "resource": {"op": "All"},
        "conditions": [{"kind": "when", "body": expression}],
    }
    policies = {"staticPolicies": {"it": policy}, "templates": {}, "templateLinks": []}
    parts = {who: {} for who in ("principal", "resource", "context")}
    for path, value in known.items():
        who, _, name = path.partition(".")
        parts[who][name] = value
    request = {
        "principal": {"type": "Official", "id": "asker"},
        "action": {"type": "Action", "id": "view"},
        "resource": {"type": "Thing", "id": "asked"},
        "context": json.dumps(parts["context"]),
    }
    entities = [{"uid": request[who], "attrs": parts[who], "parents": []} for who in ("principal", "resource")]
    handle = cedarpy.PolicySet.from_json_str(json.dumps(policies))
    answer = cedarpy.is_authorized(request, handle, json.dumps(entities), SCHEMA)
    assert answer.diagnostics.errors == []
    return answer.allowed


@given(conditions, facts())
def test_engine_and_explanation_agree_and_what_is_not_stated_meets_no_condition(
    condition: Condition, known: dict[str, object]
) -> None:
    said = engine_says(when(condition), known)
    assert said == holds(condition, known)
    if any(attribute.path not in known for attribute in condition.attributes):
        assert not said


@given(conditions, facts())
def test_what_narrows_a_prohibition_narrows_it_only_where_it_is_stated(
    condition: Condition, known: dict[str, object]
) -> None:
    said = engine_says(unless_missing(condition), known)
    missing = any(attribute.path not in known for attribute in condition.attributes)
    assert said == (missing or holds(condition, known))


@pytest.mark.parametrize("op", Op)
def test_every_comparison_has_words_and_can_be_written_for_some_attribute(op: Op) -> None:
    literals: tuple[object, ...] = ("H0", 1, True, ("H0",))
    others: tuple[Attribute | None, ...] = (None, *ATTRIBUTES)
    assert COMPARISONS[op].words
    assert any(fits(op, a, literal, other) for a, literal, other in itertools.product(ATTRIBUTES, literals, others))
