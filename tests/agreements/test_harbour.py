"""Every clause of the Harbour Convention, once for yes and once for no."""

from collections.abc import Callable
from datetime import date

import pytest

from comity.agreements import Ask, Compiled, Decision, DutyKind, Effect, decide
from comity.agreements.document import LANGUAGES
from comity.messages import KINDS
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.crime_area import CrimeArea
from comity.vocabulary.handling import Handling
from comity.vocabulary.language import Language
from comity.vocabulary.person_category import PersonCategory
from comity.vocabulary.purpose import Purpose
from comity.vocabulary.urgency import Urgency, UrgencyGround

But = Callable[..., Ask]
A = AuthorityId.parse
EVERY = ("send", "receive", "answer", "forward", "attach", "search")

ANSWER = {"action": "answer", "resource_message": "answer", "context_in_reply": True}
FORWARD = {"action": "forward", "context_purpose": "criminal-investigation", "context_partner": A("xc.ncb")}
SEARCH = {
    "action": "search",
    "resource_kind": "record",
    "context_purpose": "missing-person",
    "context_justified": True,
}

# Clause, what makes it permit, and single changes after each of which it permits no longer, with the reason given.
PERMITS = [
    (
        "2.1",
        {},
        {
            "resource_kind": ("record", "kind.refused"),
            "resource_purpose": ("tax", "purpose.refused"),
            "resource_crime_area": ("dissent", "crime-area.refused"),
            "resource_schemata": (frozenset({"Person", "DnaProfile"}), "schemata.refused"),
            "resource_categories": (frozenset({"bystander"}), "categories.refused"),
        },
    ),
    (
        "2.2",
        ANSWER,
        {
            "resource_kind": ("record", "kind.refused"),
            "context_in_reply": (False, "in-reply.refused"),
            "resource_purpose": (None, "purpose.missing"),
            "resource_schemata": (frozenset({"DnaProfile"}), "schemata.refused"),
            "resource_categories": (frozenset({"bystander"}), "categories.refused"),
        },
    ),
    (
        "2.3",
        {"resource_message": "information"},
        {
            "resource_kind": ("record", "kind.refused"),
            "resource_purpose": ("tax", "purpose.refused"),
            "resource_crime_area": (None, "crime-area.missing"),
            "resource_schemata": (frozenset({"DnaProfile"}), "schemata.refused"),
            "resource_categories": (frozenset({"bystander"}), "categories.refused"),
        },
    ),
    (
        "2.4",
        {"resource_message": "withdrawal", "resource_purpose": None},
        {"resource_kind": ("record", "kind.refused")},
    ),
    (
        "2.5",
        {"action": "attach", "resource_size_bytes": 2**31},
        {
            "resource_size_bytes": (2**31 + 1, "size-bytes.refused"),
            "resource_kind": ("record", "kind.refused"),
        },
    ),
    (
        "2.6",
        SEARCH,
        {
            "resource_kind": ("match", "kind.refused"),
            "context_purpose": ("curiosity", "purpose.refused"),
            "context_justified": (False, "justified.refused"),
        },
    ),
    (
        "2.7",
        FORWARD,
        {"context_purpose": (None, "purpose.missing"), "resource_kind": ("match", "kind.refused")},
    ),
    (
        "2.8",
        ANSWER | {"resource_message": "clarification"},
        {
            "resource_kind": ("record", "kind.refused"),
            "context_in_reply": (False, "in-reply.refused"),
            "resource_purpose": ("tax", "purpose.refused"),
        },
    ),
    (
        "2.10",
        ANSWER | {"resource_message": "hit"},
        {
            "resource_kind": ("record", "kind.refused"),
            "context_in_reply": (False, "in-reply.refused"),
            "resource_purpose": ("tax", "purpose.refused"),
            "resource_schemata": (frozenset({"DnaProfile"}), "schemata.refused"),
            "resource_categories": (frozenset({"bystander"}), "categories.refused"),
        },
    ),
    (
        "2.11",
        ANSWER | {"resource_message": "consent"},
        {
            "resource_kind": ("record", "kind.refused"),
            "context_in_reply": (False, "in-reply.refused"),
            "resource_purpose": ("tax", "purpose.refused"),
        },
    ),
    (
        "2.12",
        {"resource_message": "assistance"},
        {
            "resource_kind": ("record", "kind.refused"),
            "resource_purpose": ("tax", "purpose.refused"),
            "resource_crime_area": ("dissent", "crime-area.refused"),
            "resource_schemata": (frozenset({"DnaProfile"}), "schemata.refused"),
            "resource_categories": (frozenset({"bystander"}), "categories.refused"),
        },
    ),
    (
        "2.13",
        ANSWER | {"resource_message": "acknowledgement"},
        {
            "resource_kind": ("record", "kind.refused"),
            "context_in_reply": (False, "in-reply.refused"),
            "resource_purpose": ("tax", "purpose.refused"),
        },
    ),
    (
        "2.14",
        {
            "action": "send",
            "resource_message": "answer",
            "resource_copied": True,
            "context_same_state": True,
            "context_partner": A("xa.cid"),
        },
        {
            "resource_kind": ("record", "kind.refused"),
            "resource_copied": (False, "copied.refused"),
            "context_same_state": (False, "same-state.refused"),
            "resource_purpose": ("tax", "purpose.refused"),
            "resource_schemata": (frozenset({"DnaProfile"}), "schemata.refused"),
            "resource_categories": (frozenset({"bystander"}), "categories.refused"),
        },
    ),
    (
        "2.9",
        {"resource_message": "supplement", "context_in_reply": True},
        {
            "resource_kind": ("record", "kind.refused"),
            "context_in_reply": (False, "in-reply.refused"),
            "resource_purpose": ("tax", "purpose.refused"),
            "resource_crime_area": ("dissent", "crime-area.refused"),
            "resource_schemata": (frozenset({"DnaProfile"}), "schemata.refused"),
            "resource_categories": (frozenset({"bystander"}), "categories.refused"),
        },
    ),
]


@pytest.mark.parametrize(("number", "given", "_spoilt"), PERMITS, ids=[row[0] for row in PERMITS])
def test_a_permission_permits_what_meets_all_its_conditions(
    *, convention: Compiled, request_to_xb: Ask, but: But, number: str, given: dict[str, object], _spoilt: object
) -> None:
    decision = decide(convention, but(request_to_xb, **given))
    assert decision.allowed
    assert decision.clauses == (f"harbour.{number}",)
    assert decision.reasons == ()


@pytest.mark.parametrize(
    ("number", "given", "change", "found", "rule"),
    [
        pytest.param(number, given, change, found, rule, id=f"{number}-{change}")
        for number, given, spoilt in PERMITS
        for change, (found, rule) in spoilt.items()
    ],
)
def test_one_unmet_condition_is_a_no_that_names_clause_and_condition(
    *,
    convention: Compiled,
    request_to_xb: Ask,
    but: But,
    number: str,
    given: dict[str, object],
    change: str,
    found: object,
    rule: str,
) -> None:
    decision = decide(convention, but(request_to_xb, **{**given, change: found}))
    assert not decision.allowed
    assert decision.nearest == f"harbour.{number}"
    assert [(reason.rule, reason.clause) for reason in decision.reasons] == [(rule, f"harbour.{number}")]
    assert decision.duties == ()


# Clause, a change after which it forbids, the reason given, and what lifts it again.
FORBIDS = [
    ("1.2", {"principal_authority": A("xe.ncb")}, "authority.refused", {"principal_authority": A("xc.ncb")}),
    ("1.2", {"context_partner": A("xe.ncb")}, "partner.refused", {"context_partner": A("xd.ncb")}),
    ("1.2", {"context_partner": None}, "partner.missing", {"context_partner": A("xd.ncb")}),
    ("1.3", {"today": date(2025, 12, 31)}, "in-force.refused", {"today": date(2026, 1, 1)}),
    ("1.4", {"context_partner": A("xo.sec")}, "partner.refused", {"context_partner": A("xd.ncb")}),
    ("1.5", {"principal_authority": A("xo.sec")}, "authority.refused", {"principal_authority": A("xd.ncb")}),
    ("3.1", {"resource_handling": frozenset()}, "handling.refused", {"resource_handling": frozenset({"H1"})}),
    (
        "3.1",
        {"resource_handling": frozenset({"H0", "H9"})},
        "handling.refused",
        {"resource_handling": frozenset({"H3"})},
    ),
    ("3.1", {"resource_handling": None}, "handling.missing", {"resource_handling": frozenset({"H0"})}),
    (
        "3.2",
        FORWARD | {"resource_handling": frozenset({"H0", "H2"})},
        "originator-consent.refused",
        {"context_originator_consent": True},
    ),
    ("3.3", {"resource_originator": A("xe.ncb")}, "originator-consent.refused", {"context_originator_consent": True}),
    ("3.3", {"resource_originator": None}, "originator.missing", {"resource_originator": A("xd.ncb")}),
    (
        "3.4",
        FORWARD | {"resource_handling": frozenset({"H1"}), "context_court": True},
        "originator-consent.refused",
        {"context_originator_consent": True},
    ),
    ("4.1", {"context_urgency": "urgent"}, "urgency-ground.missing", {"context_urgency_ground": "b"}),
    (
        "4.1",
        {"context_urgency": "urgent", "context_urgency_ground": "z"},
        "urgency-ground.refused",
        {"context_urgency_ground": "d"},
    ),
    ("4.1", {"context_urgency": None}, "urgency.missing", {"context_urgency": "normal"}),
    ("4.1", {"context_urgency": "whenever"}, "urgency.refused", {"context_urgency": "normal"}),
    ("5.2", {"resource_categories": frozenset({"victim"})}, "approvals.refused", {"context_approvals": 1}),
    ("5.3", {"resource_categories": frozenset({"witness"})}, "approvals.refused", {"context_approvals": 1}),
    ("5.4", {"resource_special": True}, "necessary.refused", {"context_necessary": True}),
    ("6.1", {"resource_languages": frozenset({"en", "tlh"})}, "languages.refused", {"resource_languages": frozenset()}),
]


@pytest.mark.parametrize(("number", "given", "rule", "_lifted"), FORBIDS)
def test_a_prohibition_forbids_and_names_the_exception_that_is_not_met(
    *,
    convention: Compiled,
    request_to_xb: Ask,
    but: But,
    number: str,
    given: dict[str, object],
    rule: str,
    _lifted: object,
) -> None:
    decision = decide(convention, but(request_to_xb, **given))
    assert not decision.allowed
    assert f"harbour.{number}" in decision.clauses
    assert (rule, f"harbour.{number}") in {(reason.rule, reason.clause) for reason in decision.reasons}


@pytest.mark.parametrize(("number", "given", "_rule", "lifted"), FORBIDS)
def test_what_lifts_the_prohibition_permits_again(
    *,
    convention: Compiled,
    request_to_xb: Ask,
    but: But,
    number: str,
    given: dict[str, object],
    _rule: str,
    lifted: dict[str, object],
) -> None:
    decision = decide(convention, but(request_to_xb, **{**given, **lifted}))
    assert decision.allowed, (number, decision.reasons)


def owed(decision: Decision) -> set[tuple[str, DutyKind, int]]:
    return {(duty.clause.removeprefix("harbour."), duty.kind, duty.amount) for duty in decision.duties}


RECEIVE = {"action": "receive", "principal_authority": A("xb.spoc"), "context_partner": A("xa.ncb")}
DUTIES = [
    ("3.5", RECEIVE | {"resource_handling": frozenset({"H1"})}, RECEIVE, DutyKind.COURT_CONSENT, 0),
    ("3.6", RECEIVE, {}, DutyKind.MARK, 0),
    ("3.7", FORWARD, {}, DutyKind.TELL_ORIGINATOR, 0),
    ("3.8", FORWARD, {}, DutyKind.FOUR_EYES, 2),
    (
        "4.2",
        RECEIVE | {"context_urgency": "life-at-risk", "context_urgency_ground": "b"},
        RECEIVE,
        DutyKind.ANSWER_WITHIN_HOURS,
        1,
    ),
    (
        "4.3",
        RECEIVE | {"context_urgency": "urgent", "context_urgency_ground": "d"},
        RECEIVE,
        DutyKind.ANSWER_WITHIN_HOURS,
        8,
    ),
    ("4.4", RECEIVE, RECEIVE | {"resource_message": "information"}, DutyKind.ANSWER_WITHIN_HOURS, 168),
    ("7.1", RECEIVE, {}, DutyKind.RETAIN_DAYS, 1095),
    ("7.2", RECEIVE | {"resource_categories": frozenset({"victim", "suspect"})}, RECEIVE, DutyKind.RETAIN_DAYS, 365),
    ("7.3", RECEIVE | {"resource_categories": frozenset({"witness"})}, RECEIVE, DutyKind.RETAIN_DAYS, 365),
]


@pytest.mark.parametrize(("number", "owing", "free", "kind", "amount"), DUTIES, ids=[row[0] for row in DUTIES])
def test_a_duty_is_owed_where_its_clause_says_so_and_only_there(
    *,
    convention: Compiled,
    request_to_xb: Ask,
    but: But,
    number: str,
    owing: dict[str, object],
    free: dict[str, object],
    kind: DutyKind,
    amount: int,
) -> None:
    yes, without = (decide(convention, but(request_to_xb, **given)) for given in (owing, free))
    assert yes.allowed
    assert without.allowed
    assert (number, kind, amount) in owed(yes)
    assert number not in {clause for clause, _, _ in owed(without)}


def test_no_clause_with_a_machine_part_is_without_a_test(convention: Compiled) -> None:
    tested = {row[0] for row in (*PERMITS, *FORBIDS, *DUTIES)}
    deciding = {clause.number for clause in convention.agreement.clauses if clause.effect is not Effect.DECLARE}
    assert tested == deciding


def test_every_clause_reads_in_four_languages_and_none_is_a_copy_of_another_language(convention: Compiled) -> None:
    for clause in convention.agreement.clauses:
        assert set(clause.text) == set(LANGUAGES)
        assert len(set(clause.text.values())) == len(LANGUAGES)


@pytest.mark.parametrize("action", EVERY)
def test_the_registrar_has_no_operational_rights(
    convention: Compiled, request_to_xb: Ask, but: But, action: str
) -> None:
    as_sender = decide(convention, but(request_to_xb, action=action, principal_authority=A("xo.sec")))
    as_partner = decide(convention, but(request_to_xb, action=action, context_partner=A("xo.sec")))
    assert not as_sender.allowed
    assert not as_partner.allowed


@pytest.mark.parametrize("message", ["refusal", "reminder", "withdrawal"])
def test_messages_without_information_need_no_handling_code(
    convention: Compiled, request_to_xb: Ask, but: But, message: str
) -> None:
    given = ANSWER | {"resource_message": message} if message == "refusal" else {"resource_message": message}
    assert decide(convention, but(request_to_xb, resource_handling=None, **given)).allowed


def test_what_the_summary_says_of_courts_and_onward_transfer_is_what_the_named_clauses_do(convention: Compiled) -> None:
    agreement = convention.agreement
    for rule, clause_id in (agreement.court_use, agreement.onward_transfer):
        clause = agreement.clause(clause_id)
        assert rule == "with-consent"
        assert clause is not None
        assert clause.effect is Effect.FORBID
        assert [condition.attribute.key for condition in clause.unless] == ["originator-consent"]


def test_the_lists_hold_words_of_the_vocabulary_only(convention: Compiled) -> None:
    agreement = convention.agreement
    assert set(agreement.purposes) <= set(Purpose)
    assert set(agreement.crime_areas) <= set(CrimeArea)
    assert set(agreement.person_categories) <= set(PersonCategory)
    assert set(agreement.handling) == set(Handling)
    assert set(agreement.languages) == set(Language)
    assert set(agreement.time_limits_hours) == set(Urgency)


REPLIES = {"answer", "refusal", "clarification", "hit", "consent-request", "consent", "acknowledgement"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_message_can_be_sent_by_one_and_received_by_the_other(
    convention: Compiled, request_to_xb: Ask, but: But, kind: str
) -> None:
    sends = "answer" if kind in REPLIES else "send"
    out = decide(convention, but(request_to_xb, action=sends, resource_message=kind, context_in_reply=True))
    into = decide(convention, but(request_to_xb, **RECEIVE, resource_message=kind, context_in_reply=True))
    assert out.allowed
    assert into.allowed
    assert kind in convention.agreement.message_kinds


def test_every_ground_of_urgency_is_one_the_convention_knows(
    convention: Compiled, request_to_xb: Ask, but: But
) -> None:
    for ground in UrgencyGround:
        urgent = but(request_to_xb, context_urgency=Urgency.URGENT, context_urgency_ground=ground)
        assert decide(convention, urgent).allowed
