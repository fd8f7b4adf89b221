"""The cast of the agreement tests: XA asks XB under the Harbour Convention; officers of XA work at home."""

from collections.abc import Callable
from datetime import date

import pytest

from comity.agreements import (
    Action,
    Ask,
    Circumstances,
    Compiled,
    Official,
    Party,
    Role,
    Thing,
    compile_agreement,
    harbour,
    house,
)
from comity.vocabulary.authority import AuthorityId

XA = AuthorityId.parse("xa.ncb")
XB = AuthorityId.parse("xb.spoc")
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def convention() -> Compiled:
    return compile_agreement(harbour())


@pytest.fixture(scope="session")
def rules() -> Compiled:
    return compile_agreement(house())


@pytest.fixture
def request_to_xb() -> Ask:
    """A lawful request from XA to XB; each test spoils or changes one thing."""
    thing = Thing(
        kind="message",
        authority=XA,
        originator=XA,
        message="request",
        purpose="criminal-investigation",
        crime_area="drug-trafficking",
        schemata=frozenset({"Person", "Vessel"}),
        categories=frozenset({"suspect"}),
        handling=frozenset({"H0"}),
        languages=frozenset({"en"}),
    )
    return Ask(Party(XA), Action.SEND, thing, Circumstances(partner=XB, urgency="normal"), TODAY)


@pytest.fixture
def officer_reads() -> Ask:
    """An officer of XA reads a record of XA for a stated reason; each test spoils or changes one thing."""
    thing = Thing(
        kind="record",
        authority=XA,
        originator=XB,
        purpose="criminal-investigation",
        handling=frozenset({"H0"}),
        unit="drugs",
        retain_until=date(2027, 1, 1),
    )
    context = Circumstances(purpose="criminal-investigation", part="content", justified=True)
    return Ask(Official(XA, Role.OFFICER, "drugs"), Action.VIEW, thing, context, TODAY)


@pytest.fixture(scope="session")
def but() -> Callable[..., Ask]:
    """Return the ask with fields changed, wherever in it they stand: ``context_purpose`` where a name stands twice."""

    def change(ask: Ask, **changes: object) -> Ask:
        for name, value in changes.items():
            part, _, field = name.partition("_")
            if part in {"principal", "resource", "context"} and field:
                ask = ask._replace(**{part: getattr(ask, part)._replace(**{field: value})})
            else:
                ask = ask._replace(**{name: value})
        return ask

    return change
