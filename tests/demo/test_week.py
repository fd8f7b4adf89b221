"""The plan of the demo's week: the same each time, and such as a desk would see it."""

from collections import Counter
from datetime import date, timedelta

import pytest

from comity.agreements import (
    Action,
    Ask,
    Circumstances,
    Party,
    PolicyBook,
    Thing,
    compile_agreement,
    harbour,
    house,
    parse_agreement,
)
from comity.demo import stories, week, world
from comity.desks.cases import rules
from comity.desks.cases.words import CRIME_AREAS, REFUSAL_GROUNDS, URGENCY_GROUNDS
from comity.vocabulary.authority import AuthorityId

PLAN = week.plan()


def test_it_is_the_same_each_time():
    week.plan.cache_clear()
    assert week.plan() == PLAN


def test_it_has_a_few_hundred_requests_of_every_crime_area_that_the_convention_knows():
    assert len(PLAN) == week.REQUESTS
    assert {one.area for one in PLAN} == set(CRIME_AREAS) - {"other"}


def test_nobody_asks_itself_and_everybody_asks_and_is_asked():
    assert not any(one.sender[:2] in {asked[:2] for asked in one.replies} for one in PLAN)
    states = {state.key for state in week.STATES}
    assert {one.sender[:2] for one in PLAN} == states
    assert {asked[:2] for one in PLAN for asked in one.replies} == states


def test_each_authority_numbers_its_cases_in_the_order_in_which_they_begin():
    before: Counter[str] = Counter()
    for one in PLAN:
        before[one.sender] += 1
        assert one.number == before[one.sender]
    assert [one.at for one in PLAN] == sorted(one.at for one in PLAN)


def test_who_writes_and_who_answers_are_officers_of_those_authorities():
    for one in PLAN:
        for authority, officer in (
            (one.sender, one.officer),
            *((asked, r.officer) for asked, r in one.replies.items()),
        ):
            assert officer in {person.username for person in world.authority(authority).officers}


def test_the_week_holds_what_a_desk_meets():
    replies = [reply for one in PLAN for reply in one.replies.values()]
    assert {reply.kind for reply in replies} == {"", "full", "partial", "negative", "interim", "refusal"}
    assert {one.urgency for one in PLAN} == {"normal", "urgent", "life-at-risk"}
    assert any(reply.opens is None for reply in replies)
    late = timedelta(days=7)
    assert any(reply.kind and reply.after > late for reply in replies), "nothing was answered late"


def test_codes_are_those_of_the_desk():
    for one in PLAN:
        assert (one.ground in URGENCY_GROUNDS) == (one.urgency != "normal")
        for reply in one.replies.values():
            assert (reply.ground in REFUSAL_GROUNDS) == (
                reply.kind == "refusal" and reply.ground != ""
            ) or not reply.kind
        for subject in one.subjects:
            assert {prop for prop, _ in subject.properties} <= {field.prop for field in rules.FIELDS[subject.schema]}


def test_nothing_happens_before_what_it_follows_or_after_the_end():
    done: set[tuple[str, int, str, str]] = set()
    for after, step, request, asked in week.steps():
        assert after < week.LASTS
        key = request.sender, request.number
        if step != "send":
            assert (*key, "send", "") in done
        if step == "hear":
            assert (*key, "reply", asked) in done
        done.add((*key, step, asked))


@pytest.mark.parametrize("language", world.LANGUAGES)
def test_every_text_is_there_in_every_language(language):
    said = week.words()
    texts = [*said["facts"].values(), *said["questions"].values()]
    assert all(one[language] and all(one[language]) for one in texts)
    assert all(one[language] for one in (said["basis"], said["link"], *said["replies"].values()))


def test_arabic_names_are_known_in_latin_letters():
    for subject in (subject for one in PLAN for subject in one.subjects if one.sender[:2] != "xd"):
        for name, values in subject.properties:
            if name == "name" and subject.schema == "Person":
                assert all(
                    value.isascii() or not any("\u0600" <= sign <= "\u06ff" for sign in value) for value in values
                )


def test_an_office_with_a_field_of_its_own_asks_about_nothing_else():
    for authority, field in week._FIELDS.items():
        asked = {one.area for one in PLAN if one.sender == authority}
        assert asked, authority
        assert asked <= field


def test_the_organisation_gets_copies_that_its_arrangement_permits_and_nothing_else():
    arrangement = parse_agreement(stories.ARRANGEMENT.read_bytes())
    book = PolicyBook.of(compile_agreement(house()), [compile_agreement(one) for one in (harbour(), arrangement)])
    copied = [one for one in PLAN if one.copies]
    assert {one.sender for one in copied} == {"xb.fiu"}
    for one in copied:
        (to,) = one.copies
        for given, permitted in ((True, True), (False, False)):
            assert book.decide(_ask(one, to, copied=given)).allowed is permitted
        assert book.decide(_ask(one, next(iter(one.replies)), copied=False)).allowed
        assert any(rule.to == AuthorityId.parse(to) and "request" in rule.kinds for rule in arrangement.copies)


def _ask(request: week.Request, to: str, *, copied: bool) -> Ask:
    sender = AuthorityId.parse(request.sender)
    thing = Thing(
        kind="message",
        authority=sender,
        originator=sender,
        message="request",
        purpose=request.purpose,
        crime_area=request.area,
        schemata=frozenset(one.schema for one in request.subjects),
        categories=frozenset(filter(None, (one.category for one in request.subjects))),
        handling=frozenset({"H0"}),
        languages=frozenset({"fr"}),
        copied=copied,
    )
    context = Circumstances(
        partner=AuthorityId.parse(to), urgency=request.urgency, urgency_ground=request.ground or None
    )
    return Ask(Party(sender), Action.SEND, thing, context, date(2026, 11, 23))
