"""Messages: one canonical form, strict reading, items that stand and fall one by one."""

import contextlib
import itertools
from dataclasses import replace

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import strategies as drawn

from comity.messages import (
    AboutSubject,
    Answer,
    Assistance,
    Condition,
    ConditionRule,
    Consented,
    Head,
    Match,
    Message,
    MessageError,
    Outcome,
    Refers,
    Refused,
    TakenUp,
    Text,
    TextRole,
    Wish,
    erase,
    read,
    read_what_is_left,
    reveal,
    verify_revealed,
    write,
)
from comity.messages.assisting import NEEDS
from comity.messages.items import Item, read_payload, write_payload
from comity.subjects import Subject
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.consent import Consent, Use
from comity.vocabulary.crime_area import CrimeArea
from comity.vocabulary.delay import Delay
from comity.vocabulary.expects import Expects
from comity.vocabulary.handling import Handling
from comity.vocabulary.measure import Measure
from comity.vocabulary.person_category import PersonCategory
from comity.vocabulary.purpose import Purpose
from comity.vocabulary.refusal import RefusalGround
from comity.vocabulary.urgency import Urgency, UrgencyGround

XA, XB, XC = (AuthorityId.parse(name) for name in ("xa.ncb", "xb.spoc", "xc.ncb"))
ONLY = Expects.POSITIVE_ONLY
REFERS = Refers(XB, "XB-2026-000001", bytes(32))
QUESTION = Text(TextRole.QUESTION, "en", "Which ship?")
FACT = Text(TextRole.FACTS, "en", "The one with the fruit.")
SHIP = AboutSubject(Subject.of("Vessel", {"name": ["Estrella del Puerto"]}), link="Carried the containers.")
WATCH = Assistance(Measure.SURVEILLANCE, place="Quay 4", begins="2026-12-01", ends="2026-12-07")
COURT = Wish(Use.COURT)
ALONE = Condition(ConditionRule.TEXT, "Not in public.")
PART = Refused(RefusalGround.F, 0)
AUTHORISATION = Delay.JUDICIAL_AUTHORISATION


def salts():
    counter = itertools.count()
    return lambda: next(counter).to_bytes(16)


def head(kind: str = "request", **changed) -> Head:
    values = {"from_": XA, "recipients": (XB,), "sent": 1_790_000_000, "reference": "XA-2026-000001"}
    codes = {"purpose": Purpose.CRIMINAL_INVESTIGATION, "area": CrimeArea.DRUG_TRAFFICKING}
    return Head(kind=kind, **{**values, **codes, **changed})


def request(*parts, **changed) -> Message:
    texts = (Text(role, "en", "words") for role in (TextRole.LEGAL_BASIS, TextRole.FACTS, TextRole.QUESTION))
    return Message(head(**changed), (*texts, *parts))


def unchecked(message: Message) -> bytes:
    """Return the payload that a sender makes who checks nothing."""
    return write_payload(((part.name, part.to_value()) for part in (message.head, *message.parts)), salts())[0]


def circular(**changed) -> Message:
    return request(**{"recipients": (XB, XC), "expects": ONLY, **changed})


def help_with(*parts, **changed) -> Message:
    words = (Text(TextRole.LEGAL_BASIS, "en", "words"), Text(TextRole.FACTS, "en", "words"))
    return Message(head("assistance", **changed), (WATCH, *words, *parts))


def person(**changed) -> AboutSubject:
    values = {"category": PersonCategory.SUSPECT, "link": "owns the lorry", **changed}
    return AboutSubject(Subject.of("Person", {"name": ["Marcus Dray"]}), **values)


@given(drawn.messages)
def test_what_is_written_is_read(message):
    payload, msg = write(message, salts())
    assert read(payload) == (message, msg)


@given(drawn.messages, st.integers(0, 10**6), st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_changes_the_root(message, place, bit):
    payload, msg = write(message, salts())
    flipped = bytearray(payload)
    flipped[place % len(flipped)] ^= 1 << bit
    with contextlib.suppress(MessageError):
        assert read(bytes(flipped))[1] != msg


@pytest.mark.parametrize(
    ("message", "code", "place"),
    [
        (request(urgency=Urgency.URGENT), "urgency.ground.missing", "head.ground"),
        (request(ground=UrgencyGround.B), "urgency.ground.needless", "head.ground"),
        (request(handling=(Handling.H3,)), "handling.condition.missing", "condition"),
        (request(handling=()), "handling.missing", "head.handling"),
        (request(recipients=(XA,)), "message.recipient.self", "head.to"),
        (request(person(link="")), "request.link.missing", "subject.link"),
        (request(Refused(RefusalGround.A)), "message.item.foreign", "request"),
        (Message(head(), (Text(TextRole.FACTS, "en", "x"),)), "request.legal-basis.missing", "text"),
        (Message(head("telegram")), "message.kind.unknown", "head.kind"),
        (Message(head("answer"), (REFERS,)), "message.item.missing", "answer"),
        (Message(head("answer"), (REFERS, REFERS, Answer(Outcome.FULL))), "message.item.repeated", "answer"),
        (Message(head("refusal"), (REFERS,)), "message.item.missing", "refusal"),
        (Message(head("clarification"), (REFERS,)), "message.item.missing", "clarification"),
        (Message(head("clarification"), (QUESTION,)), "message.item.missing", "clarification"),
        (Message(head("clarification"), (REFERS, FACT)), "clarification.question.missing", "text"),
        (Message(head("clarification"), (REFERS, REFERS, QUESTION)), "message.item.repeated", "clarification"),
        (Message(head("clarification"), (REFERS, QUESTION, SHIP)), "message.item.foreign", "clarification"),
        (Message(head("consent-request"), (REFERS, FACT)), "message.item.missing", "consent-request"),
        (Message(head("consent-request"), (REFERS, COURT)), "message.item.missing", "consent-request"),
        (Message(head("consent-request"), (REFERS, COURT, COURT, FACT)), "message.item.repeated", "consent-request"),
        (
            Message(head("consent-request"), (REFERS, Wish(Use.HANDLING), FACT)),
            "message.wish.handling",
            "wish.handling",
        ),
        (
            Message(head("consent-request"), (REFERS, Wish(Use.COURT, (Handling.H0,)), FACT)),
            "message.wish.handling",
            "wish.handling",
        ),
        (Message(head("consent"), (REFERS,)), "message.item.missing", "consent"),
        (Message(head("consent"), (REFERS, Consented(Consent.CONDITIONAL))), "consent.condition", "condition"),
        (Message(head("consent"), (REFERS, Consented(Consent.GRANTED), ALONE)), "consent.condition", "condition"),
        (Message(head("consent"), (REFERS, Consented(Consent.GRANTED), COURT)), "message.item.foreign", "consent"),
        (request(recipients=(XB,), expects=ONLY), "request.expects.alone", "head.to"),
        (circular(urgency=Urgency.URGENT, ground=UrgencyGround.B), "request.expects.urgency", "head.urgency"),
        (circular(urgency=Urgency.LIFE_AT_RISK, ground=UrgencyGround.B), "request.expects.urgency", "head.urgency"),
        (circular(deadline=1), "request.expects.deadline", "head.deadline"),
        (circular(copies=(XC,)), "request.expects.alone", "head.to"),
        (request(copies=(XB,)), "message.copies.all", "head.copies"),
        (request(copies=(XC,)), "message.copies.to", "head.copies"),
        (
            Message(head("reminder", recipients=(XB, XC), copies=(XC,)), (REFERS,)),
            "message.copies.foreign",
            "head.copies",
        ),
        (Message(head("information", expects=ONLY), (FACT,)), "message.expects.foreign", "head.expects"),
        (help_with(), "assistance.deadline.missing", "head.deadline"),
        (help_with(person(link=""), deadline=1), "assistance.link.missing", "subject.link"),
        (help_with(Refused(RefusalGround.A), deadline=1), "message.item.foreign", "assistance"),
        (help_with(WATCH, deadline=1), "message.item.repeated", "assistance"),
        (Message(head("assistance", deadline=1), (WATCH, FACT)), "assistance.legal-basis.missing", "text"),
        (Message(head("assistance", deadline=1), (FACT,)), "message.item.missing", "assistance"),
        (Message(head("acknowledgement"), (TakenUp("Duty desk"),)), "message.item.missing", "acknowledgement"),
        (Message(head("acknowledgement"), (REFERS,)), "message.item.missing", "acknowledgement"),
        (
            Message(head("acknowledgement"), (REFERS, TakenUp("Duty desk"), SHIP)),
            "message.item.foreign",
            "acknowledgement",
        ),
        (Message(head("hit"), (REFERS, SHIP)), "message.item.missing", "hit"),
        (Message(head("hit"), (Match(0, "same", "r/1", "1"),)), "message.item.missing", "hit"),
        (Message(head("hit"), (REFERS, Match(0, "different", "r/1", "1"))), "hit.outcome", "match.outcome"),
        (Message(head("hit"), (REFERS, Match(0, "same", "r/1", "1"), PART)), "message.item.foreign", "hit"),
        (Message(head("supplement"), (REFERS, SHIP)), "message.item.missing", "supplement"),
        (Message(head("supplement"), (FACT, SHIP)), "message.item.missing", "supplement"),
        (
            Message(head("supplement"), (REFERS, FACT, replace(SHIP, link=""))),
            "supplement.link.missing",
            "subject.link",
        ),
        (Message(head("supplement"), (REFERS, FACT, PART)), "message.item.foreign", "supplement"),
        (Message(head("answer"), (REFERS, PART, Answer(Outcome.FULL))), "message.answer.outcome", "answer.outcome"),
        (Message(head("answer"), (REFERS, PART, Answer(Outcome.NEGATIVE))), "message.answer.outcome", "answer.outcome"),
        (
            Message(head("answer"), (REFERS, Refused(RefusalGround.A), Answer(Outcome.PARTIAL))),
            "message.answer.part",
            "refused.part",
        ),
        (
            Message(head("answer"), (REFERS, Answer(Outcome.FULL, 0, AUTHORISATION))),
            "message.answer.delay",
            "answer.delay",
        ),
        (
            Message(head("answer"), (REFERS, Answer(Outcome.INTERIM, 0, AUTHORISATION))),
            "message.answer.more-by",
            "answer.more_by",
        ),
    ],
)
def test_a_message_that_breaks_a_rule_of_its_kind_is_neither_written_nor_read(message, code, place):
    with pytest.raises(MessageError) as caught:
        write(message, salts())
    assert (caught.value.code, caught.value.place) == (code, place)
    with pytest.raises(MessageError) as caught:
        read(unchecked(message))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "change", "code", "place"),
    [
        ("head", {"urgency": "soon"}, "message.field.code", "head.urgency"),
        ("head", {"purpose": "curiosity"}, "message.field.code", "head.purpose"),
        ("head", {"handling": ["H9"]}, "message.field.code", "head.handling"),
        ("head", {"handling": ["H0", "H0"]}, "message.field.repeated", "head.handling"),
        ("head", {"to": []}, "message.field.missing", "head.to"),
        ("head", {"to": ["nobody"]}, "message.field.code", "head.to"),
        ("head", {"sent": "now"}, "message.field.type", "head.sent"),
        ("head", {"sent": True}, "message.field.type", "head.sent"),
        ("head", {"colour": "red"}, "message.field.unknown", "head"),
        ("head", {"reference": ""}, "message.field.missing", "head.reference"),
        ("subject", {"category": None}, "message.field.missing", "subject.category"),
        ("subject", {"evaluation": "4x4 D9"}, "message.field.code", "subject.evaluation"),
        ("subject", {"properties": [["name", [1]]]}, "message.field.type", "subject.properties"),
        ("subject", {"properties": [["name", ["a"]], ["name", ["b"]]]}, "message.field.repeated", "subject.properties"),
        ("text", {"language": "english"}, "message.field.code", "text.language"),
    ],
)
def test_a_field_that_is_not_what_it_should_be_is_named(name, change, code, place):
    message = request(person())
    items = []
    for part in (message.head, *message.parts):
        value = part.to_value()
        items.append((part.name, {**value, **change} if part.name == name else value))
    payload, _ = write_payload(items, salts())
    with pytest.raises(MessageError) as caught:
        read(payload)
    assert (caught.value.code, caught.value.place) == (code, place)


@pytest.mark.parametrize("measure", Measure)
def test_a_measure_has_all_that_it_needs_and_nothing_else(measure):
    given = {"begins": "2026-12-01", "ends": "2026-12-07", "accounts": ("a@b.example",), "number": 2}
    facts = {name: given.get(name, "words") for name in set().union(*NEEDS.values())}
    whole = Assistance(measure, **{name: facts[name] for name in NEEDS[measure]})
    whole.check()
    for name, fact in facts.items():
        other = replace(whole, **{name: type(fact)() if name in NEEDS[measure] else fact})
        with pytest.raises(MessageError) as caught:
            other.check()
        assert caught.value.place == f"assistance.{name}"


@pytest.mark.parametrize(
    ("begins", "ends"), [("2026-12", "2026-12-07"), ("2026-12-01", "soon"), ("2026-12-08", "2026-12-07")]
)
def test_a_measure_begins_on_a_day_and_ends_on_no_earlier_one(begins, ends):
    with pytest.raises(MessageError):
        replace(WATCH, begins=begins, ends=ends).check()


def test_a_person_without_a_category_is_refused():
    message = request(person())
    items = [
        (part.name, {key: value for key, value in part.to_value().items() if key != "category"})
        for part in (message.head, *message.parts)
    ]
    with pytest.raises(MessageError) as caught:
        read(write_payload(items, salts())[0])
    assert caught.value.code == "message.category.missing"


def test_an_interim_answer_says_by_when_more_comes_and_no_other_does():
    for answer in (Answer(Outcome.INTERIM), Answer(Outcome.FULL, 5)):
        message = Message(head("answer"), (answer, REFERS))
        with pytest.raises(MessageError) as caught:
            write(message, salts())
        assert caught.value.code == "message.answer.more-by"
        with pytest.raises(MessageError) as caught:
            read(unchecked(message))
        assert caught.value.code == "message.answer.more-by"


def test_one_item_is_shown_and_proved_without_the_rest():
    message = request(person())
    payload, msg = write(message, salts())
    (shown,) = reveal(payload, [4])
    assert verify_revealed(shown, msg).value == message.parts[3].to_value()
    with pytest.raises(MessageError):
        verify_revealed(shown, bytes(32))
    with pytest.raises(MessageError):
        verify_revealed(replace(shown, index=3), msg)


@given(drawn.messages, st.data())
def test_erasure_takes_an_item_and_leaves_the_root(message, data):
    payload, msg = write(message, salts())
    count = len(message.parts) + 1
    gone = data.draw(st.sets(st.integers(0, count - 1)))
    left = erase(payload, gone)
    items, root = read_payload(left)
    assert root == msg
    assert {place for place, item in enumerate(items) if item is None} == gone
    assert read_what_is_left(left)[1] == tuple(
        None if place + 1 in gone else part for place, part in enumerate(message.parts)
    )


def test_an_erased_item_cannot_be_shown():
    payload, _ = write(request(), salts())
    with pytest.raises(MessageError):
        reveal(erase(payload, [1]), [1])


def test_equal_items_have_different_hashes_by_their_salts():
    items, _ = read_payload(write(request(person(), person()), salts())[0])
    assert len({item.to_bytes() for item in items}) == len(items)


def test_an_item_without_its_salt_is_no_item():
    with pytest.raises(MessageError):
        Item.from_bytes(cbor2.dumps([b"short", "text", {}]))


def test_conditions_that_people_keep_need_words():
    payload, _ = write_payload(
        ((part.name, part.to_value()) for part in (head(), Condition(ConditionRule.TEXT, ""))), salts()
    )
    with pytest.raises(MessageError):
        read(payload)
