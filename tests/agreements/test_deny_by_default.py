"""Whatever is missing, unknown or broken, the answer is no: nothing is permitted that a clause does not permit."""

import json
from copy import deepcopy
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.agreements.test_more_restricts import HARBOUR, asks, compiled_from
from tests.agreements.test_visibility import HOUSE, TODAY, circumstances, officers, things

from comity.agreements import (
    Action,
    AgreementError,
    Ask,
    ThingKind,
    compile_agreement,
    decide,
    deciding,
    parse_agreement,
    visibility,
    visible,
)
from comity.agreements.asking import PARTY_ATTRIBUTES
from comity.agreements.document import Effect
from comity.agreements.filters import Nothing
from comity.agreements.shipped import harbour_document, house_document

DOCUMENT = json.loads(harbour_document())
PERMITS = [clause["number"] for clause in DOCUMENT["clauses"] if clause["machine"]["effect"] == "permit"]


def without(document: dict[str, Any], numbers: set[str]) -> dict[str, Any]:
    """Return the document with some clauses reduced to words."""
    found = deepcopy(document)
    for clause in found["clauses"]:
        if clause["number"] in numbers:
            clause["machine"] = {"effect": "declare"}
    return found


@given(st.sets(st.sampled_from(PERMITS), min_size=1), st.lists(asks, min_size=5, max_size=15))
def test_a_permission_struck_out_permits_nothing_more_and_is_never_named(gone, some):
    poorer = compiled_from(without(DOCUMENT, gone))
    for ask in some:
        before, after = decide(HARBOUR, ask), decide(poorer, ask)
        assert not after.allowed or before.allowed
        assert not set(after.clauses) & {f"harbour.{number}" for number in gone}


@given(asks)
def test_without_permissions_nothing_is_permitted(ask):
    assert not decide(EMPTY, ask).allowed


EMPTY = compiled_from(without(DOCUMENT, set(PERMITS)))


@given(officers, things, circumstances)
def test_house_rules_without_permissions_show_nothing(officer, thing, context):
    assert not decide(BARE, Ask(officer, Action.VIEW, thing, context, TODAY)).allowed
    assert visible(BARE, officer, ThingKind(thing.kind), context=context, today=TODAY) == Nothing()


HOUSE_DOCUMENT = json.loads(house_document())
BARE = compile_agreement(
    parse_agreement(
        json.dumps(
            without(
                HOUSE_DOCUMENT,
                {c["number"] for c in HOUSE_DOCUMENT["clauses"] if c["machine"]["effect"] == "permit"},
            )
        ).encode()
    )
)


@given(asks, st.text(max_size=12))
def test_an_action_that_nobody_knows_is_never_permitted(ask, action):
    decision = decide(HARBOUR, ask._replace(action=action))
    assert not decision.allowed or action in list(Action)


@given(st.text(max_size=12), st.sampled_from(["principal", "resource", "context"]), st.sampled_from(PERMITS))
def test_a_clause_about_an_attribute_that_nobody_knows_is_refused_with_its_document(name, of, number):
    if f"{of}.{name}" in PARTY_ATTRIBUTES:
        return
    document = deepcopy(DOCUMENT)
    next(c for c in document["clauses"] if c["number"] == number)["machine"]["when"].append(
        [f"{of}.{name}", "is", True]
    )
    with pytest.raises(AgreementError):
        parse_agreement(json.dumps(document).encode())


def answered(decision: object, reasons: list[str], errors: list[str]) -> SimpleNamespace:
    """Return what the engine returns."""
    return SimpleNamespace(decision=decision, diagnostics=SimpleNamespace(reasons=reasons, errors=errors))


FORBIDS = [c.id for c in HARBOUR.agreement.clauses if c.effect is not Effect.PERMIT]
ALLOW, DENY, NONE = cedarpy.Decision.Allow, cedarpy.Decision.Deny, cedarpy.Decision.NoDecision
broken = (
    st.builds(answered, st.just(ALLOW), st.lists(st.sampled_from(FORBIDS), max_size=3), st.just([]))
    | st.builds(answered, st.just(ALLOW), st.lists(st.text(), max_size=3), st.just([]))
    | st.builds(answered, st.just(ALLOW), st.just(["harbour.2.1"]), st.lists(st.text(), min_size=1, max_size=2))
    | st.builds(answered, st.sampled_from([DENY, NONE, None, "Allow", True]), st.just(["harbour.2.1"]), st.just([]))
    | st.sampled_from(
        [RuntimeError("the engine"), MemoryError(), KeyError("x"), ValueError("x"), TimeoutError(), OSError()]
    )
)


@given(asks, broken)
def test_an_engine_that_errs_or_contradicts_the_document_permits_nothing(ask, answer):
    deciding.forget()
    spoilt = {"side_effect": answer} if isinstance(answer, Exception) else {"return_value": answer}
    try:
        with patch.object(deciding.cedarpy, "is_authorized", **spoilt):
            assert not decide(HARBOUR, ask).allowed
    finally:
        deciding.forget()


@given(asks)
def test_a_yes_always_names_a_permission_for_the_very_action(ask):
    decision = decide(HARBOUR, ask)
    if decision.allowed:
        clauses = {clause.id: clause for clause in HARBOUR.agreement.clauses}
        assert decision.clauses
        assert all(
            clauses[one].effect is Effect.PERMIT and ask.action in clauses[one].actions for one in decision.clauses
        )


@given(officers, things, circumstances)
def test_a_filter_that_the_engine_cannot_give_shows_nothing(officer, thing, context):
    visibility.forget()
    names = [name for name in vars(visibility.cedarpy) if "partial" in name]
    assert names
    try:
        with patch.multiple(visibility.cedarpy, **dict.fromkeys(names, _fails)):
            assert visible(HOUSE, officer, ThingKind(thing.kind), context=context, today=TODAY) == Nothing()
    finally:
        visibility.forget()


def _fails(*_args: object, **_options: object) -> None:
    raise RuntimeError("the engine")
