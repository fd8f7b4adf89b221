"""The reference page says what the code does."""

from pathlib import Path

from comity.agreements import DutyKind, reason_rules
from comity.agreements.asking import OFFICIAL_ATTRIBUTES, PARTY_ATTRIBUTES, Action
from comity.agreements.reference import page
from comity.agreements.shipped import harbour, house


def test_the_page_is_in_step_with_the_code(repository: Path) -> None:
    written = (repository / "docs/reference/agreements.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m comity.agreements.reference > docs/reference/agreements.md"


def test_the_page_leaves_nothing_out() -> None:
    said = page()
    words = [*Action, *DutyKind, *PARTY_ATTRIBUTES, *OFFICIAL_ATTRIBUTES]
    words += [clause.id for agreement in (harbour(), house()) for clause in agreement.clauses]
    assert [word for word in words if f"`{word}`" not in said and f"### {word}\n" not in said] == []


def test_every_reason_is_listed_once() -> None:
    assert len(set(reason_rules())) == len(reason_rules())
    assert {"agreement.none", "purpose.refused", "originator-consent.missing"} <= set(reason_rules())
