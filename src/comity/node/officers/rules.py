"""Roles, and what each of them may do at its own node.

A role opens desks; whether a partner's data may be seen or sent is decided by the agreements, never here.
"""

from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """In which capacity an officer acts; one at a time."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    DPO = "dpo"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Duty(StrEnum):
    """One thing that a role may do."""

    READ_CASES = "read-cases"
    WRITE_MESSAGES = "write-messages"
    APPROVE = "approve"
    READ_RECORDS = "read-records"
    READ_LEDGER = "read-ledger"
    READ_STATISTICS = "read-statistics"
    ADMINISTER = "administer"


# An administrator keeps the machine and sees no case; an auditor and a data protection officer read and do not write.
DUTIES: dict[Role, frozenset[Duty]] = {
    Role.OFFICER: frozenset({Duty.READ_CASES, Duty.WRITE_MESSAGES, Duty.READ_RECORDS}),
    Role.SUPERVISOR: frozenset(
        {Duty.READ_CASES, Duty.WRITE_MESSAGES, Duty.READ_RECORDS, Duty.APPROVE, Duty.READ_STATISTICS}
    ),
    Role.DPO: frozenset({Duty.READ_CASES, Duty.READ_RECORDS, Duty.READ_LEDGER, Duty.READ_STATISTICS}),
    Role.AUDITOR: frozenset({Duty.READ_LEDGER, Duty.READ_STATISTICS}),
    Role.ADMINISTRATOR: frozenset({Duty.ADMINISTER}),
}

ROLE_NAMES = {
    Role.OFFICER: _("Officer"),
    Role.SUPERVISOR: _("Supervisor"),
    Role.DPO: _("Data protection officer"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
}


def may(role: str, duty: Duty) -> bool:
    """Whether `role` includes `duty`; an unknown role may nothing."""
    return duty in DUTIES.get(Role(role), frozenset()) if role in set(Role) else False


FREE_ATTEMPTS: Final = 5
FIRST_WAIT_S: Final = 60
LONGEST_WAIT_S: Final = 3_600
FORGOTTEN_AFTER_S: Final = 86_400
"""After a day without a wrong password the count begins anew."""


def wait_s(wrong: int) -> int:
    """Return for how many seconds no password is taken after so many wrong ones for one name from one address.

    Four cost nothing, since people mistype. From the fifth on the wait doubles from a minute up to an hour, which
    leaves a guesser some thirty tries a day.
    """
    if wrong < FREE_ATTEMPTS:
        return 0
    return min(FIRST_WAIT_S << min(wrong - FREE_ATTEMPTS, 10), LONGEST_WAIT_S)
