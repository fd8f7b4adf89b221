import pytest

from comity.node.officers.rules import DUTIES, ROLE_NAMES, Duty, Role, may


def test_every_role_has_a_name_and_duties() -> None:
    assert set(ROLE_NAMES) == set(DUTIES) == set(Role)


def test_an_administrator_reads_no_case() -> None:
    assert not may("administrator", Duty.READ_CASES)
    assert not may("administrator", Duty.READ_RECORDS)


@pytest.mark.parametrize("role", ["auditor", "dpo"])
def test_who_watches_does_not_write(role: str) -> None:
    assert not may(role, Duty.WRITE_MESSAGES)
    assert may(role, Duty.READ_LEDGER)


def test_a_supervisor_may_what_an_officer_may() -> None:
    assert DUTIES[Role.OFFICER] <= DUTIES[Role.SUPERVISOR]


@pytest.mark.parametrize("role", ["", "chief", "OFFICER"])
def test_an_unknown_role_may_nothing(role: str) -> None:
    assert not any(may(role, duty) for duty in Duty)
