"""Every house rule, once for yes and once for no, and the table of who sees what."""

from collections.abc import Callable
from datetime import date

import pytest

from comity.agreements import OVERSIGHT, Ask, Compiled, Effect, decide
from comity.vocabulary.authority import AuthorityId

But = Callable[..., Ask]
OTHER = AuthorityId.parse("xa.cid")
KINDS = ("message", "record", "match", "ledger-entry")
PARTS = ("content", "metadata")

# Who sees which part of which kind of thing of his own authority; everything not named here is a no.
SEES = {
    "officer": {(kind, part) for kind in ("message", "record", "match") for part in PARTS},
    "supervisor": {(kind, part) for kind in ("message", "record", "match") for part in PARTS},
    "dpo": {(kind, part) for kind in KINDS for part in PARTS},
    "auditor": {(kind, "metadata") for kind in ("message", "record", "match")}
    | {("ledger-entry", part) for part in PARTS},
    "administrator": set(),
    "minister": set(),
}


@pytest.mark.parametrize("role", SEES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", PARTS)
def test_each_role_sees_what_the_table_says_and_nothing_of_another_authority(
    *, rules: Compiled, officer_reads: Ask, but: But, role: str, kind: str, part: str
) -> None:
    purpose = OVERSIGHT if role == "dpo" else "criminal-investigation"
    ask = but(officer_reads, principal_role=role, resource_kind=kind, context_part=part, context_purpose=purpose)
    assert decide(rules, ask).allowed == ((kind, part) in SEES[role])
    assert not decide(rules, but(ask, resource_authority=OTHER)).allowed


MESSAGE = {"resource_kind": "message"}
SUPERVISOR = {"principal_role": "supervisor"}
DPO = {"principal_role": "dpo", "context_purpose": OVERSIGHT}
AUDITOR = {"principal_role": "auditor", "context_part": "metadata"}
EXPORT = {"action": "export"} | SUPERVISOR

# Clause, what it permits, and a single change that ends that.
PERMITS = [
    ("10", {}, {"context_part": None}),
    ("11", {"action": "search"}, {"resource_kind": "match"}),
    ("12", {"action": "send"} | MESSAGE, {"principal_role": "dpo"}),
    ("12", {"action": "answer"} | MESSAGE, {"principal_role": "auditor"}),
    ("12", {"action": "attach"} | MESSAGE, {"resource_kind": "record"}),
    ("13", {"action": "forward"}, {"principal_role": "auditor"}),
    ("14", {"action": "confirm-match", "resource_kind": "match"}, {"principal_role": "dpo"}),
    ("15", EXPORT, {"principal_role": "officer"}),
    ("16", {"action": "export", "context_approvals": 1}, {"context_approvals": 0}),
    ("17", DPO, {"context_purpose": "criminal-investigation"}),
    ("18", AUDITOR, {"context_part": "content"}),
    ("19", AUDITOR | {"resource_kind": "ledger-entry"}, {"principal_role": "supervisor"}),
]


@pytest.mark.parametrize(("number", "given", "spoilt"), PERMITS)
def test_a_permission_permits_until_one_condition_is_not_met(
    *, rules: Compiled, officer_reads: Ask, but: But, number: str, given: dict[str, object], spoilt: dict[str, object]
) -> None:
    yes = decide(rules, but(officer_reads, **given))
    assert yes.allowed
    assert yes.clauses == (f"house.{number}",)
    no = decide(rules, but(officer_reads, **{**given, **spoilt}))
    assert not no.allowed
    assert f"house.{number}" not in no.clauses


# Clause, what it forbids, the reason, and what lifts it.
FORBIDS = [
    ("1", {"resource_authority": OTHER}, "authority.refused", {"principal_authority": OTHER}),
    ("1", {"resource_authority": None}, "authority.missing", {"resource_authority": AuthorityId.parse("xa.ncb")}),
    ("2", {"principal_role": "administrator"}, "role.refused", {"principal_role": "supervisor"}),
    ("3", {"resource_restricted": True, "principal_unit": "cars"}, "unit.refused", {"principal_unit": "drugs"}),
    ("3", {"resource_restricted": True, "principal_unit": None}, "unit.missing", {"principal_role": "supervisor"}),
    (
        "3",
        {"resource_restricted": None, "principal_unit": "cars"},
        "restricted.missing",
        {"resource_restricted": False},
    ),
    ("4", {"action": "search", "context_justified": False}, "justified.refused", {"context_justified": True}),
    ("4", EXPORT | {"context_justified": None}, "justified.missing", {"context_justified": True}),
    ("5", {"context_justified": False}, "justified.refused", {"resource_kind": "message"}),
    ("5", {"context_justified": False}, "justified.refused", {"context_part": "metadata"}),
    ("6", {"resource_purpose_bound": True, "context_purpose": "missing-person"}, "purpose.refused", DPO),
    (
        "6",
        {"resource_purpose_bound": True, "context_purpose": None},
        "purpose.missing",
        {"context_purpose": "criminal-investigation"},
    ),
    (
        "7",
        {"resource_retain_until": date(2026, 11, 22)},
        "retain-until.refused",
        {"resource_retain_until": date(2026, 11, 23)},
    ),
    ("7", {"resource_retain_until": None}, "retain-until.missing", {"resource_kind": "message"}),
    ("7", DPO | {"resource_retain_until": date(2026, 11, 22)}, "retain-until.refused", {"today": date(2026, 11, 22)}),
    (
        "8",
        EXPORT | {"resource_handling": frozenset({"H2"})},
        "originator-consent.refused",
        {"context_originator_consent": True},
    ),
    (
        "9",
        EXPORT | {"resource_handling": frozenset({"H1"}), "context_court": True},
        "originator-consent.refused",
        {"context_court": False},
    ),
]


@pytest.mark.parametrize(("number", "given", "rule", "lifted"), FORBIDS)
def test_a_prohibition_forbids_until_its_exception_is_met(
    *,
    rules: Compiled,
    officer_reads: Ask,
    but: But,
    number: str,
    given: dict[str, object],
    rule: str,
    lifted: dict[str, object],
) -> None:
    no = decide(rules, but(officer_reads, **given))
    assert not no.allowed
    assert f"house.{number}" in no.clauses
    assert (rule, f"house.{number}") in {(reason.rule, reason.clause) for reason in no.reasons}
    assert decide(rules, but(officer_reads, **{**given, **lifted})).allowed


def test_an_export_keeps_its_marks_and_a_view_owes_nothing(rules: Compiled, officer_reads: Ask, but: But) -> None:
    export, view = decide(rules, but(officer_reads, **EXPORT)), decide(rules, officer_reads)
    assert [duty.clause for duty in export.duties] == ["house.20"]
    assert view.duties == ()


def test_no_house_rule_with_a_machine_part_is_without_a_test(rules: Compiled) -> None:
    tested = {row[0] for row in (*PERMITS, *FORBIDS)} | {"20"}
    assert tested == {clause.number for clause in rules.agreement.clauses if clause.effect is not Effect.DECLARE}
