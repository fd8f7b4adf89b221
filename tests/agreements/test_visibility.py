"""The filter shows exactly what one decision for each thing would allow."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.agreements import (
    Action,
    Ask,
    Circumstances,
    Compiled,
    Official,
    Role,
    Thing,
    ThingKind,
    compile_agreement,
    decide,
    house,
    matches,
    parse_agreement,
    visible,
)
from comity.agreements.asking import OFFICIAL_ATTRIBUTES, Type, stated
from comity.agreements.conditions import Op, fits
from comity.agreements.filters import AllOf, AnyOf, AtLeast, Is, Nothing
from comity.vocabulary.authority import AuthorityId

XA = AuthorityId.parse("xa.ncb")
TODAY = date(2026, 11, 23)
AUTHORITIES = st.sampled_from([XA, AuthorityId.parse("xa.cid")])
UNITS = st.sampled_from(["drugs", "cars"])
PURPOSES = st.sampled_from(["criminal-investigation", "missing-person", "oversight"])
KINDS = st.sampled_from(list(ThingKind))
MAYBE = st.none() | st.booleans()
SETS = st.none() | st.frozensets(st.sampled_from(["H0", "H1", "H2", "H3"]))

officers = st.builds(Official, AUTHORITIES, st.sampled_from(list(Role)), st.none() | UNITS)
things = st.builds(
    Thing,
    kind=KINDS,
    authority=st.none() | AUTHORITIES,
    originator=st.none() | AUTHORITIES,
    message=st.none() | st.sampled_from(["request", "answer"]),
    purpose=st.none() | PURPOSES,
    purpose_bound=MAYBE,
    handling=SETS,
    categories=SETS,
    restricted=MAYBE,
    special=MAYBE,
    unit=st.none() | UNITS,
    retain_until=st.none() | st.sampled_from([date(2026, 11, 22), TODAY, date(2027, 1, 1)]),
    size_bytes=st.none() | st.sampled_from([0, 1, 5]),
)
circumstances = st.builds(
    Circumstances,
    purpose=st.none() | PURPOSES,
    part=st.sampled_from(["content", "metadata", None]),
    justified=MAYBE,
    court=MAYBE,
    originator_consent=MAYBE,
    approvals=st.sampled_from([0, 1, 2]),
)
acts = st.sampled_from([Action.VIEW, Action.SEARCH, Action.EXPORT])
HOUSE = compile_agreement(house())


def agrees(compiled: Compiled, ask: Ask) -> None:
    tree = visible(
        compiled,
        ask.principal,
        ThingKind(ask.resource.kind),
        context=ask.context,
        today=ask.today,
        action=Action(ask.action),
    )
    assert matches(tree, stated(ask.resource)) == decide(compiled, ask).allowed, (tree, ask)


@given(officers, acts, things, circumstances)
def test_the_filter_shows_what_deciding_one_by_one_allows(
    officer: Official, action: Action, thing: Thing, context: Circumstances
) -> None:
    agrees(HOUSE, Ask(officer, action, thing, context, TODAY))


COMPARABLE = [a for a in OFFICIAL_ATTRIBUTES.values() if a.path != "context.in_force"]
LITERALS = {
    Type.TEXT: ["xa.ncb", "drugs", "criminal-investigation", "content", "record"],
    Type.TEXTS: ["H0", "H2"],
    Type.TRUTH: [True, False],
    Type.NUMBER: [0, 1, TODAY.toordinal()],
}


@st.composite
def triples(draw: st.DrawFn) -> list[Any]:
    """Any condition that may stand in house rules, about the thing more often than not."""
    attribute = draw(st.sampled_from([a for a in COMPARABLE if a.of == "resource"]) | st.sampled_from(COMPARABLE))
    rights: list[tuple[str, Any]] = []
    for op in Op:
        for literal in LITERALS[attribute.type]:
            rights += [(op, literal)] if fits(op, attribute, literal, None) else []
            rights += [(op, [literal])] if fits(op, attribute, (literal,), None) else []
        rights += [(op, other.path) for other in COMPARABLE if fits(op, attribute, (), other)]
    op, right = draw(st.sampled_from(rights))
    return [attribute.path, str(op), right]


@st.composite
def house_rules(draw: st.DrawFn) -> bytes:
    """Rules nobody would write, in the form in which anybody may."""
    words = {"en": "Rule.", "fr": "Règle.", "es": "Regla.", "ar": "قاعدة."}
    some = st.lists(triples(), min_size=1, max_size=3)
    machines = [
        {"effect": "permit", "actions": ["view", "search"], "when": when} for when in draw(st.lists(some, max_size=3))
    ] + [
        {"effect": "forbid", "actions": ["view"], "when": draw(some), "unless": unless}
        for unless in draw(st.lists(st.lists(triples(), max_size=2), max_size=2))
    ]
    clauses = [
        {"number": str(number), "text": words, "machine": machine}
        for number, machine in enumerate(machines or [{"effect": "declare"}])
    ]
    document = {"v": 1, "id": "odd", "form": "house", "title": words, "clauses": clauses}
    return json.dumps(document | {"in_force": {"from": "2026-01-01", "to": None}}).encode()


@given(house_rules(), officers, st.lists(things, min_size=1, max_size=5), circumstances)
def test_whatever_the_house_rules_filter_and_decisions_agree(
    rules: bytes, officer: Official, some: list[Thing], context: Circumstances
) -> None:
    compiled = compile_agreement(parse_agreement(rules))
    for thing in some:
        agrees(compiled, Ask(officer, Action.VIEW, thing, context, TODAY))


def test_an_officers_filter_is_small_and_says_what_the_rules_say(rules: Compiled) -> None:
    context = Circumstances(part="content", purpose="missing-person", justified=True)
    tree = visible(rules, Official(XA, Role.OFFICER, "drugs"), ThingKind.RECORD, context=context, today=TODAY)
    assert tree == AllOf(
        (
            Is("authority", "xa.ncb"),
            AnyOf((Is("restricted", value=False), Is("unit", "drugs"))),
            AnyOf((Is("purpose_bound", value=False), Is("purpose", "missing-person"))),
            AtLeast("retain_until", TODAY.toordinal()),
        )
    )


@pytest.mark.parametrize("kind", ThingKind)
@pytest.mark.parametrize("part", ["content", "metadata"])
def test_an_administrator_sees_nothing(rules: Compiled, kind: ThingKind, part: str) -> None:
    context = Circumstances(part=part, purpose="oversight", justified=True)
    officer = Official(XA, Role.ADMINISTRATOR, "drugs")
    assert visible(rules, officer, kind, context=context, today=TODAY) == Nothing()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda given: given | {"officer": None},
        lambda given: given | {"officer": Official(XA, [])},
        lambda given: given | {"officer": Official(XA, 1)},
        lambda given: given | {"context": None},
        lambda given: given | {"context": Circumstances(part="content", approvals=2**63)},
        lambda given: given | {"today": None},
        lambda given: given | {"action": "receive"},
        lambda given: given | {"action": 'view", "x'},
    ],
)
def test_a_strange_question_shows_nothing(
    rules: Compiled, spoil: Callable[[dict[str, object]], dict[str, object]]
) -> None:
    context = Circumstances(part="content", purpose="missing-person", justified=True)
    given = spoil({"officer": Official(XA, Role.SUPERVISOR), "context": context, "today": TODAY, "action": "view"})
    assert visible(rules, given.pop("officer"), ThingKind.MESSAGE, **given) == Nothing()
