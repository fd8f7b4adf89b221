"""One line of the ledger for what an officer did at this desk."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from comity.node.ledger import actions as ledger
from comity.node.officers.models import Officer


def record(
    kind: str,
    officer: Officer,
    at: datetime,
    *,
    case: str = "",
    subjects: Sequence[bytes] = (),
    facts: Mapping[str, object] | None = None,
) -> None:
    """Append an act to the officer's authority's acts log; call inside the transaction of the act itself."""
    ledger.record(
        ledger.Act(
            kind=kind,
            authority=officer.authority,
            officer=officer.username,
            at=at,
            case=case,
            facts=ledger.facts(facts or {}),
            subjects=tuple(subjects),
        )
    )
