"""The door itself: what it answers when something is missing, strange, huge or hostile."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.agreements import (
    Action,
    Ask,
    Compiled,
    CompileError,
    Duty,
    DutyKind,
    Official,
    Party,
    Thing,
    compile_agreement,
    decide,
    deciding,
    parse_agreement,
    strictest,
)
from comity.agreements.asking import OFFICIAL_ATTRIBUTES, PARTY_ATTRIBUTES, Circumstances, Type, kinds
from comity.agreements.compiled import policies_of
from comity.agreements.conditions import Condition, Op
from comity.agreements.document import Effect
from comity.agreements.shipped import harbour_document
from comity.vocabulary.authority import AuthorityId

But = Callable[..., Ask]


def test_a_yes_names_the_clause_and_the_policies_that_decided(convention: Compiled, request_to_xb: Ask) -> None:
    decision = decide(convention, request_to_xb)
    assert decision.allowed
    assert decision.agreement == "harbour"
    assert decision.clauses == ("harbour.2.1",)
    assert decision.policy_hash == convention.policy_hash
    assert len(bytes.fromhex(decision.policy_hash)) == 32


def test_a_no_names_the_nearest_permission_and_what_failed_in_it(
    convention: Compiled, request_to_xb: Ask, but: But
) -> None:
    decision = decide(convention, but(request_to_xb, resource_purpose="tax", resource_crime_area=None))
    assert decision.nearest == "harbour.2.1"
    assert [(reason.rule, reason.found) for reason in decision.reasons] == [
        ("purpose.refused", "tax"),
        ("crime-area.missing", ""),
    ]


def test_an_action_that_no_clause_permits_at_all_is_said_to_be_so(request_to_xb: Ask, but: But) -> None:
    document = json.loads(harbour_document())
    for clause in document["clauses"]:
        if clause["number"] == "2.7":
            clause["machine"] = {"effect": "declare"}
    without = compile_agreement(parse_agreement(json.dumps(document).encode()))
    decision = decide(without, but(request_to_xb, action="forward"))
    assert [reason.rule for reason in decision.reasons] == ["action.not-covered"]
    assert decision.nearest == ""


def test_a_no_owes_nothing_and_permits_nothing_besides(convention: Compiled, request_to_xb: Ask, but: But) -> None:
    decision = decide(convention, but(request_to_xb, action="receive", resource_special=True))
    assert (decision.allowed, decision.duties) == (False, ())


@pytest.mark.parametrize("form", ["convention", "rules"])
def test_every_attribute_left_out_is_a_no_or_changes_nothing(
    form: str, request: pytest.FixtureRequest, request_to_xb: Ask, officer_reads: Ask
) -> None:
    compiled = request.getfixturevalue(form)
    ask = request_to_xb if form == "convention" else officer_reads
    before = decide(compiled, ask)
    assert before.allowed
    for part in ("resource", "context"):
        for field in getattr(ask, part)._fields:
            after = decide(compiled, ask._replace(**{part: getattr(ask, part)._replace(**{field: None})}))
            assert not after.allowed or after.clauses == before.clauses


HOSTILE_TEXTS = [
    'drugs" || true || "',
    '"]);permit(principal,action,resource);//',
    '{"__entity":{"type":"Party","id":"asker"}}',
    '{"__extn":{"fn":"decimal","arg":"1.0"}}',
    "prevention\0",
    "prevention ",
    "\u202eprevention",
    "pr\u00e9vention",
    "\u043frevention",
    "@purposes",
    "*",
    "",
    "x" * 1_000_000,
]


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=range(len(HOSTILE_TEXTS)))
def test_text_that_would_be_policy_is_only_text(convention: Compiled, request_to_xb: Ask, but: But, text: str) -> None:
    for field in ("resource_purpose", "resource_crime_area", "resource_kind", "resource_originator"):
        decision = decide(convention, but(request_to_xb, **{field: text}))
        assert not decision.allowed
        assert all(len(reason.found) <= 120 for reason in decision.reasons)


WRONG = [True, 1, -1, 1.0, float("nan"), 2**63, 2**200, -(2**63) - 1, b"H0", [1], {"a": 1}, object(), "\ud800", (None,)]


@pytest.mark.parametrize("value", WRONG, ids=lambda value: type(value).__name__)
def test_a_value_of_the_wrong_type_is_a_no_wherever_it_stands(
    convention: Compiled, request_to_xb: Ask, but: But, value: object
) -> None:
    for attribute in PARTY_ATTRIBUTES.values():
        if attribute.name in {"today", "in_force"} or fits_type(attribute.type, value):
            continue
        assert not decide(convention, but(request_to_xb, **{f"{attribute.of}_{attribute.name}": value})).allowed


def fits_type(kind: Type, value: object) -> bool:
    match kind:
        case Type.NUMBER:
            return type(value) is int and -(2**63) <= value < 2**63
        case Type.TRUTH:
            return isinstance(value, bool)
        case _:
            return False


@pytest.mark.parametrize("first", [1, True])
def test_true_never_answers_for_one_nor_one_for_true(request_to_xb: Ask, but: But, first: object) -> None:
    fresh = compile_agreement(parse_agreement(harbour_document()))
    victim = but(request_to_xb, resource_categories=frozenset({"victim"}))
    for value in (first, 1, True, 1.0):
        decision = decide(fresh, but(victim, context_approvals=value))
        assert decision.allowed == (type(value) is int)


@pytest.mark.parametrize("principal", [None, "xa.ncb", object(), Official(AuthorityId.parse("xa.ncb"), "officer")])
def test_whoever_is_no_authority_is_nobody_to_a_convention(
    convention: Compiled, request_to_xb: Ask, principal: object
) -> None:
    decision = decide(convention, request_to_xb._replace(principal=principal))
    assert [reason.rule for reason in decision.reasons] == ["principal.unknown"]


def test_an_authority_is_nobody_to_house_rules(rules: Compiled, officer_reads: Ask) -> None:
    decision = decide(rules, officer_reads._replace(principal=Party(AuthorityId.parse("xa.ncb"))))
    assert [reason.rule for reason in decision.reasons] == ["principal.unknown"]


@pytest.mark.parametrize("action", ["delete", "SEND", "", None, 3, 'send"]', "view", "export", "confirm-match"])
def test_an_action_that_is_not_decided_here_is_a_no(convention: Compiled, request_to_xb: Ask, action: str) -> None:
    decision = decide(convention, request_to_xb._replace(action=action))
    assert [reason.rule for reason in decision.reasons] == ["action.unknown"]


@pytest.mark.parametrize("change", [{"resource": None}, {"context": None}, {"resource": ("message",)}, {"today": None}])
def test_an_ask_without_one_of_its_parts_is_a_no(convention: Compiled, request_to_xb: Ask, change: object) -> None:
    decision = decide(convention, request_to_xb._replace(**change))
    assert not decision.allowed
    assert [reason.rule for reason in decision.reasons] == ["ask.invalid"]


@pytest.mark.parametrize("today", ["2026-11-23", 739943, datetime(2026, 11, 23, tzinfo=timezone(timedelta(hours=14)))])
def test_the_day_is_a_day_and_no_text_number_or_hour(convention: Compiled, request_to_xb: Ask, today: object) -> None:
    assert not decide(convention, request_to_xb._replace(today=today)).allowed


def test_something_that_is_no_ask_is_a_no(convention: Compiled) -> None:
    for ask in (None, (), "ask", {"action": "send"}):
        assert not decide(convention, ask).allowed


def test_an_authority_with_a_name_beyond_ascii_is_a_no_and_not_an_exception(
    convention: Compiled, request_to_xb: Ask, but: But
) -> None:
    for name in ("xé.ncb", "xa.ncb\n", 'xa.ncb"', "\ud800"):
        assert not decide(convention, but(request_to_xb, principal_authority=AuthorityId(name))).allowed


def test_policy_ids_are_the_clause_numbers_whatever_their_order(convention: Compiled) -> None:
    policies = policies_of(convention.agreement, (Effect.PERMIT, Effect.FORBID))["staticPolicies"]
    assert set(policies) == {
        clause.id for clause in convention.agreement.clauses if clause.effect in {Effect.PERMIT, Effect.FORBID}
    }
    assert all(clause_id.isascii() for clause_id in policies)


def test_the_order_of_the_clauses_decides_nothing(convention: Compiled, request_to_xb: Ask, but: But) -> None:
    document = json.loads(harbour_document())
    document["clauses"].reverse()
    turned = compile_agreement(parse_agreement(json.dumps(document).encode()))
    for changes in ({}, {"resource_special": True}, {"resource_purpose": "tax"}, {"action": "receive"}):
        ask = but(request_to_xb, **changes)
        one, other = decide(convention, ask), decide(turned, ask)
        assert one.allowed == other.allowed
        assert set(one.clauses) == set(other.clauses)


def test_another_word_in_a_clause_changes_no_hash_but_another_condition_does(convention: Compiled) -> None:
    document = json.loads(harbour_document())
    document["clauses"][0]["text"]["en"] = "Other words."
    reworded = compile_agreement(parse_agreement(json.dumps(document).encode()))
    assert reworded.policy_hash == convention.policy_hash
    document["purposes"].append("taxation")
    widened = compile_agreement(parse_agreement(json.dumps(document).encode()))
    assert widened.policy_hash != convention.policy_hash


def test_every_field_that_is_no_text_is_told_apart_from_its_lookalike() -> None:
    told = len(kinds(Ask(None, "", Thing(""), Circumstances(), None)))
    numbers = [a for a in PARTY_ATTRIBUTES.values() if a.type in {Type.NUMBER, Type.TRUTH}]
    # The day of the ask and the last day of the thing are dates, which equal no number; two facts are computed.
    assert told == len(numbers) - len({"today", "in_force", "retain_until"})


def test_both_forms_know_the_same_things_and_circumstances() -> None:
    def shared(attributes: object) -> set[str]:
        return {path for path in attributes if not path.startswith("principal.")}

    assert shared(PARTY_ATTRIBUTES) == shared(OFFICIAL_ATTRIBUTES)


def test_every_action_is_decided_somewhere(convention: Compiled, rules: Compiled) -> None:
    permitted = {
        action
        for compiled in (convention, rules)
        for clause in compiled.agreement.clauses
        if clause.effect is Effect.PERMIT
        for action in clause.actions
    }
    assert permitted == set(Action)


def test_of_several_duties_of_one_kind_the_strictest_binds(convention: Compiled, request_to_xb: Ask, but: But) -> None:
    received = decide(convention, but(request_to_xb, action="receive", resource_categories=frozenset({"victim"})))
    retain = strictest(received.duties, DutyKind.RETAIN_DAYS)
    assert retain == Duty(DutyKind.RETAIN_DAYS, "harbour.7.2", 365)
    assert strictest(received.duties, DutyKind.FOUR_EYES) is None


@given(st.lists(st.builds(Duty, st.sampled_from(list(DutyKind)), st.just("x.1"), st.integers(1, 9))), st.data())
def test_one_more_duty_never_makes_the_binding_one_milder(duties: list[Duty], data: st.DataObject) -> None:
    more = [*duties, data.draw(st.builds(Duty, st.sampled_from(list(DutyKind)), st.just("x.2"), st.integers(1, 9)))]
    for kind in DutyKind:
        before, after = strictest(duties, kind), strictest(more, kind)
        if before is not None:
            assert after is not None
            milder = after.amount < before.amount if kind is DutyKind.FOUR_EYES else after.amount > before.amount
            assert not milder


@pytest.mark.parametrize(
    "change",
    [
        {"resource_purpose": "x" * 5000},
        {"resource_schemata": frozenset(str(number) for number in range(5000))},
        {"principal_authority": AuthorityId("x" * 5000)},
        {"action": "send" * 2000},
    ],
    ids=["a long text", "a large set", "a long name", "a long action"],
)
def test_a_question_longer_than_any_honest_one_is_refused_and_not_remembered(
    convention: Compiled, request_to_xb: Ask, but: But, change: dict[str, object]
) -> None:
    before = deciding._remembered.cache_info().currsize
    decision = decide(convention, but(request_to_xb, **change))
    assert not decision.allowed
    assert max(len(reason.found) for reason in decision.reasons) <= 120
    assert deciding._remembered.cache_info().currsize == before


def test_a_prohibition_that_errs_is_a_no_although_the_engine_would_permit(
    convention: Compiled, request_to_xb: Ask
) -> None:
    policies = policies_of(convention.agreement, (Effect.PERMIT, Effect.FORBID))
    unguarded = {"==": {"left": {".": {"left": {"Var": "resource"}, "attr": "unit"}}, "right": {"Value": "drugs"}}}
    policies["staticPolicies"]["harbour.3.2"] = policies["staticPolicies"]["harbour.1.3"] | {
        "conditions": [{"kind": "when", "body": unguarded}]
    }
    broken = replace(convention, permissions=cedarpy.PolicySet.from_json_str(json.dumps(policies)))
    request, entities = deciding.question(broken, request_to_xb)
    assert cedarpy.is_authorized(request, broken.permissions, entities, broken.schema).allowed
    decision = decide(broken, request_to_xb)
    assert not decision.allowed
    assert [reason.rule for reason in decision.reasons] == ["engine.error"]


def test_duties_that_cannot_be_worked_out_are_a_no(convention: Compiled, request_to_xb: Ask) -> None:
    policies = policies_of(convention.agreement, (Effect.DUTY,))
    unguarded = {"==": {"left": {".": {"left": {"Var": "resource"}, "attr": "unit"}}, "right": {"Value": "drugs"}}}
    policies["staticPolicies"]["harbour.3.6"]["conditions"] = [{"kind": "when", "body": unguarded}]
    policies["staticPolicies"]["harbour.3.6"]["action"] = {"op": "All"}
    broken = replace(convention, duties=cedarpy.PolicySet.from_json_str(json.dumps(policies)))
    assert [reason.rule for reason in decide(broken, request_to_xb).reasons] == ["engine.error"]


def test_policies_that_compare_what_cannot_be_compared_are_not_compiled(convention: Compiled) -> None:
    late = Condition(PARTY_ATTRIBUTES["resource.purpose"], Op.AT_LEAST, 3)
    clauses = tuple(replace(clause, when=(late,)) for clause in convention.agreement.clauses)
    with pytest.raises(CompileError):
        compile_agreement(replace(convention.agreement, clauses=clauses))
