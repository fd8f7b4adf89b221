"""The database shows an officer exactly the records that one decision for each would allow, and never one more."""

import itertools
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.agreements.test_visibility import HOUSE, house_rules

from comity.agreements import (
    Action,
    Ask,
    Circumstances,
    Compiled,
    Official,
    Part,
    PolicyBook,
    Role,
    Thing,
    ThingKind,
    compile_agreement,
    decide,
    parse_agreement,
)
from comity.node.officers.models import Officer
from comity.node.records.models import Record
from comity.node.records.reads import visible_records
from comity.vocabulary.authority import AuthorityId

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AUTHORITIES = ("xa.ncb", "xa.cid")
UNITS = ("", "drugs", "cars")
PURPOSES = ("criminal-investigation", "missing-person", "oversight")
DAYS = (date(2026, 11, 22), TODAY)
TRUTHS = (False, True)


@pytest.fixture(scope="module")
def records(django_db_setup, django_db_blocker) -> list[Record]:
    """One record for each way in which records may differ to the rules."""
    ways = itertools.product(AUTHORITIES, UNITS, PURPOSES[:2], DAYS, TRUTHS, TRUTHS)
    with django_db_blocker.unblock():
        made = Record.objects.bulk_create(
            Record(
                authority=authority,
                originator="xb.spoc",
                source="every-way",
                reference=str(number),
                schema="Person",
                caption="",
                subject="{}",
                digest=b"",
                content=number.to_bytes(32),
                handling="H0",
                purpose=purpose,
                purpose_bound=bound,
                restricted=restricted,
                special=bool(number % 5 == 0),
                unit=unit,
                retain_until=day.toordinal(),
                created_at=AT,
                changed_at=AT,
            )
            for number, (authority, unit, purpose, day, bound, restricted) in enumerate(ways)
        )
        yield made
        Record.objects.filter(pk__in=[record.pk for record in made]).delete()


def thing(record: Record) -> Thing:
    return Thing(
        kind=ThingKind.RECORD,
        authority=AuthorityId.parse(record.authority),
        originator=AuthorityId.parse(record.originator),
        purpose=record.purpose,
        purpose_bound=record.purpose_bound,
        special=record.special,
        restricted=record.restricted,
        unit=record.unit or None,
        retain_until=date.fromordinal(record.retain_until),
    )


officers = st.builds(
    Officer, authority=st.sampled_from(AUTHORITIES), role=st.sampled_from(list(Role)), unit=st.sampled_from(UNITS)
)
acts = st.sampled_from([Action.VIEW, Action.SEARCH, Action.EXPORT])


def both(
    compiled: Compiled, records: list[Record], officer: Officer, context: Circumstances, action: Action = Action.VIEW
) -> tuple[set[int], set[int]]:
    """Return what the database shows, and what deciding one by one allows."""
    shown = visible_records(
        officer,
        today=TODAY,
        purpose=context.purpose or "",
        justified=bool(context.justified),
        part=Part(context.part),
        action=action,
        book=PolicyBook.of(compiled, ()),
    )
    official = Official(AuthorityId.parse(officer.authority), officer.role, officer.unit or None)
    asks = {record.pk: Ask(official, action, thing(record), context, TODAY) for record in records}
    allowed = {number for number, ask in asks.items() if decide(compiled, ask).allowed}
    return set(shown.values_list("pk", flat=True)), allowed


contexts = st.builds(
    Circumstances,
    purpose=st.none() | st.sampled_from(PURPOSES),
    justified=st.booleans(),
    part=st.sampled_from(list(Part)),
)
READING = Circumstances(purpose="criminal-investigation", justified=True, part=Part.CONTENT)


@pytest.mark.django_db
@settings(max_examples=10)
@given(officers, contexts, acts)
def test_the_table_shows_what_deciding_one_by_one_allows(records, officer, context, action):
    shown, allowed = both(HOUSE, records, officer, context, action)
    if action is Action.EXPORT:  # the table has no column for what exports depend on besides, and shows nothing
        assert shown <= allowed
    else:
        assert shown == allowed


@pytest.mark.django_db
@settings(max_examples=5)
@given(house_rules(), officers, contexts)
def test_whatever_the_house_rules_the_table_never_shows_more(records, rules, officer, context):
    shown, allowed = both(compile_agreement(parse_agreement(rules)), records, officer, context)
    assert shown <= allowed


@pytest.mark.django_db
def test_the_ways_are_told_apart(records):
    """A test of the test: some officers see some records and not others."""
    officer = Officer(authority="xa.ncb", role=Role.OFFICER, unit="drugs")
    shown, allowed = both(HOUSE, records, officer, READING)
    assert 0 < len(shown) < len(records)
    assert shown == allowed


@pytest.mark.django_db
def test_one_who_was_deactivated_sees_nothing(records):
    officer = Officer(authority="xa.ncb", role=Role.SUPERVISOR, is_active=False)
    assert not visible_records(officer, today=TODAY, justified=True, book=PolicyBook.of(HOUSE, ())).exists()
