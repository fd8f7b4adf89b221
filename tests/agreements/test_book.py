"""Several agreements at once: which of them decides, and what when none does."""

import json
from collections.abc import Callable
from datetime import date

import pytest

from comity.agreements import (
    AgreementError,
    Ask,
    Circumstances,
    Compiled,
    Official,
    PolicyBook,
    Role,
    ThingKind,
    compile_agreement,
    decide,
    matches,
    parse_agreement,
)
from comity.agreements.book import MAX_PAIRS
from comity.agreements.filters import Nothing
from comity.agreements.shipped import harbour_document
from comity.vocabulary.authority import AuthorityId

But = Callable[..., Ask]
A = AuthorityId.parse


def variant(**changes: object) -> Compiled:
    return compile_agreement(parse_agreement(json.dumps(json.loads(harbour_document()) | changes).encode()))


@pytest.fixture(scope="module")
def book(rules: Compiled, convention: Compiled) -> PolicyBook:
    lantern = variant(
        id="lantern",
        parties=["xa.ncb", "xb.spoc"],
        observers=[],
        copies=[],
        purposes=["controlled-delivery"],
        clauses=[c for c in json.loads(harbour_document())["clauses"] if c["number"] not in {"1.4", "1.5"}],
    )
    ended = variant(id="old-harbour", in_force={"from": "2020-01-01", "to": "2025-12-31"})
    return PolicyBook.of(rules, [lantern, convention, ended])


def test_the_first_agreement_that_permits_decides(book: PolicyBook, request_to_xb: Ask, but: But) -> None:
    assert book.decide(request_to_xb).agreement == "harbour"
    assert book.decide(but(request_to_xb, resource_purpose="controlled-delivery")).agreement == "lantern"


def test_an_agreement_named_as_basis_decides_alone(book: PolicyBook, request_to_xb: Ask) -> None:
    assert book.decide(request_to_xb, under="harbour").allowed
    refused = book.decide(request_to_xb, under="lantern")
    assert not refused.allowed
    assert refused.agreement == "lantern"
    assert refused.nearest == "lantern.2.1"


@pytest.mark.parametrize("under", ["treaty", "house", "old-harbour"])
def test_an_agreement_that_does_not_bind_the_two_today_is_no_basis(
    book: PolicyBook, request_to_xb: Ask, under: str
) -> None:
    decision = book.decide(request_to_xb, under=under)
    assert not decision.allowed
    assert [reason.rule for reason in decision.reasons] == ["agreement.none"]


@pytest.mark.parametrize(
    "changes",
    [
        {"context_partner": A("xe.ncb")},
        {"context_partner": None},
        {"context_partner": A("xa.ncb")},
        {"principal_authority": A("xe.ncb")},
        {"today": date(2019, 12, 31)},
    ],
    ids=["a stranger", "nobody", "oneself", "as a stranger", "before all"],
)
def test_where_no_agreement_is_in_force_between_the_two_the_answer_is_no(
    book: PolicyBook, request_to_xb: Ask, but: But, changes: dict[str, object]
) -> None:
    decision = book.decide(but(request_to_xb, **changes))
    assert not decision.allowed
    assert [reason.rule for reason in decision.reasons] == ["agreement.none"]
    assert decision.policy_hash == ""


def test_days_of_beginning_and_end_are_included(book: PolicyBook, request_to_xb: Ask) -> None:
    assert book.decide(request_to_xb._replace(today=date(2020, 1, 1))).agreement == "old-harbour"
    assert book.decide(request_to_xb._replace(today=date(2025, 12, 31))).agreement == "old-harbour"
    assert book.decide(request_to_xb._replace(today=date(2026, 1, 1))).agreement == "harbour"


def test_the_registrar_is_refused_by_a_clause_and_not_by_silence(
    book: PolicyBook, request_to_xb: Ask, but: But
) -> None:
    decision = book.decide(but(request_to_xb, context_partner=A("xo.sec")))
    assert "harbour.1.4" in decision.clauses


def test_an_officer_is_judged_by_house_rules_and_by_nothing_else(
    book: PolicyBook, rules: Compiled, officer_reads: Ask
) -> None:
    assert book.decide(officer_reads) == decide(rules, officer_reads)
    assert book.decide(officer_reads).agreement == "house"


def test_whoever_is_neither_authority_nor_officer_is_refused(book: PolicyBook, request_to_xb: Ask) -> None:
    assert not book.decide(request_to_xb._replace(principal=None)).allowed


def test_asking_about_ever_new_pairs_fills_no_memory(
    rules: Compiled, convention: Compiled, request_to_xb: Ask, but: But
) -> None:
    book = PolicyBook.of(rules, [convention])
    for number in range(MAX_PAIRS + 10):
        book.between(A("xa.ncb"), A(f"xe.unit{number}"), request_to_xb.today)
    assert len(book._between) <= MAX_PAIRS
    assert book.decide(request_to_xb).allowed
    assert not book.decide(but(request_to_xb, context_partner=A("xe.unit1"))).allowed


@pytest.mark.parametrize("partner", ["xb.spoc", ["xb.spoc"], 3, object()])
def test_a_partner_that_is_no_authority_is_none(
    book: PolicyBook, request_to_xb: Ask, but: But, partner: object
) -> None:
    assert not book.decide(but(request_to_xb, context_partner=partner)).allowed


def test_an_empty_book_permits_no_exchange_at_all(rules: Compiled, request_to_xb: Ask) -> None:
    assert not PolicyBook.of(rules, []).decide(request_to_xb).allowed


def test_the_book_lists_what_its_house_rules_let_an_officer_see(book: PolicyBook) -> None:
    context = Circumstances(part="content")
    officer = Official(A("xa.ncb"), Role.OFFICER)
    tree = book.visible(officer, ThingKind.MESSAGE, context=context, today=date(2026, 11, 23))
    thing = {"kind": "message", "authority": "xa.ncb", "restricted": False, "purpose_bound": False}
    assert tree != Nothing()
    assert matches(tree, thing)
    assert not matches(tree, thing | {"authority": "xb.spoc"})


def test_a_book_with_two_documents_of_one_id_or_in_the_wrong_place_is_none(
    rules: Compiled, convention: Compiled
) -> None:
    for house, agreements in ((rules, [convention, convention]), (convention, []), (rules, [rules])):
        with pytest.raises(AgreementError):
            PolicyBook.of(house, agreements)
