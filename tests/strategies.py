"""Values of the field, as hypothesis draws them; append, never change what a test relies on."""

import unicodedata
from dataclasses import replace

from hypothesis import strategies as st

from comity.messages import (
    AboutSubject,
    Answer,
    Assistance,
    Attachment,
    Condition,
    ConditionRule,
    Consented,
    Fingerprint,
    Head,
    Match,
    Message,
    Outcome,
    Refers,
    Refused,
    TakenUp,
    Text,
    TextRole,
    Wish,
)
from comity.messages.assisting import NEEDS
from comity.subjects import Subject
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.classification import Classification
from comity.vocabulary.consent import Consent, Use
from comity.vocabulary.crime_area import CrimeArea
from comity.vocabulary.delay import Delay
from comity.vocabulary.evaluation import Evaluation
from comity.vocabulary.expects import Expects
from comity.vocabulary.handling import Handling
from comity.vocabulary.measure import Measure
from comity.vocabulary.person_category import PersonCategory
from comity.vocabulary.purpose import Purpose
from comity.vocabulary.refusal import RefusalGround
from comity.vocabulary.urgency import Urgency, UrgencyGround

authorities = st.sampled_from([AuthorityId.parse(name) for name in ("xa.ncb", "xb.spoc", "xc.ncb", "xd.ncb", "xo.sec")])
counts = st.integers(0, 2**40)
nfc_texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).map(
    lambda text: unicodedata.normalize("NFC", text)
)
evaluations = st.sampled_from(["4x4 A1", "4x4 X4", "6x6 F6", "6x6 B2"]).map(Evaluation.parse)
subjects = st.builds(
    Subject.of,
    st.sampled_from(["Person", "Vessel", "Vehicle", "Organization"]),
    st.dictionaries(
        st.sampled_from(["name", "alias", "notes"]),
        st.lists(nfc_texts, min_size=1, max_size=3),
        min_size=1,
        max_size=3,
    ),
    st.just("") | nfc_texts,
)
abouts = st.builds(AboutSubject, subjects, st.sampled_from(PersonCategory), nfc_texts, st.none() | evaluations)


def texts(role: TextRole):
    return st.builds(Text, st.just(role), st.sampled_from(["en", "fr", "es", "ar", "tr"]), nfc_texts)


conditions = (
    st.builds(Condition, st.just(ConditionRule.TEXT), nfc_texts)
    | st.builds(Condition, st.just(ConditionRule.ERASE_ON), st.dates().map(str))
    | st.builds(Condition, st.just(ConditionRule.ONLY_UNITS), st.sampled_from(["drugs", "drugs\nborder"]))
    | st.just(Condition(ConditionRule.NO_CONTACT))
)
hashes = st.binary(min_size=32, max_size=32)
refers = st.builds(Refers, authorities, nfc_texts, hashes)
matches = st.builds(Match, st.integers(0, 9), st.sampled_from(["same", "different"]), nfc_texts, nfc_texts)
refused_parts = st.builds(Refused, st.sampled_from(RefusalGround), st.integers(0, 9))
refused = st.builds(Refused, st.sampled_from(RefusalGround)) | refused_parts
attachments = st.builds(
    Attachment,
    nfc_texts,
    st.just("image/jpeg"),
    st.integers(0, 2**31),
    hashes,
    hashes,
    st.lists(st.tuples(hashes, st.integers(1, 2**23 - 1)), max_size=3).map(tuple),
)
any_text = st.sampled_from(TextRole).flatmap(texts)


@st.composite
def heads(draw, kind: str):
    names = draw(st.lists(authorities, min_size=2, max_size=5, unique=True))
    urgency = draw(st.sampled_from(Urgency))
    handling = draw(st.lists(st.sampled_from(Handling), min_size=1, unique=True))
    return Head(
        kind=kind,
        from_=names[0],
        recipients=tuple(names[1:]),
        sent=draw(counts),
        reference=draw(nfc_texts),
        purpose=draw(st.sampled_from(Purpose)),
        area=draw(st.sampled_from(CrimeArea)),
        urgency=urgency,
        ground=None if urgency is Urgency.NORMAL else draw(st.sampled_from(UrgencyGround)),
        handling=tuple(handling),
        deadline=draw(counts),
        approvals=draw(st.integers(0, 3)),
        classification=draw(st.none() | st.sampled_from(Classification)),
    )


def fingerprints_for(recipients):
    tags = st.lists(st.binary(min_size=16, max_size=16), min_size=1, max_size=3, unique=True).map(sorted).map(tuple)
    return st.tuples(*(st.builds(Fingerprint, st.just(one), st.integers(1, 3), tags) for one in recipients))


@st.composite
def requests(draw):
    parts = [draw(texts(role)) for role in (TextRole.LEGAL_BASIS, TextRole.FACTS, TextRole.QUESTION)]
    parts += draw(st.lists(abouts, max_size=3))
    head = draw(heads("request"))
    parts += draw(st.lists(st.sampled_from(head.recipients), unique=True, max_size=2).flatmap(fingerprints_for))
    if len(head.recipients) > 1 and draw(st.booleans()):
        head = replace(head, expects=Expects.POSITIVE_ONLY, urgency=Urgency.NORMAL, ground=None, deadline=0)
    if len(head.recipients) > 2 and draw(st.booleans()):
        head = replace(head, copies=head.recipients[-1:])
    return Message(head, (*parts, draw(conditions)))


@st.composite
def answers(draw):
    outcome = draw(st.sampled_from(Outcome))
    interim = outcome is Outcome.INTERIM
    delay = draw(st.none() | st.sampled_from(Delay)) if interim else None
    answer = Answer(outcome, draw(st.integers(1, 2**40)) if interim else 0, delay)
    some = st.nothing() if outcome in {Outcome.FULL, Outcome.NEGATIVE} else refused_parts
    others = draw(st.lists(abouts | matches | some | attachments | any_text, max_size=3))
    return Message(draw(heads("answer")), (answer, draw(refers), draw(conditions), *others))


@st.composite
def refusals(draw):
    grounds = draw(st.lists(refused, min_size=1, max_size=3))
    return Message(draw(heads("refusal")), (draw(refers), draw(conditions), *grounds))


@st.composite
def reminders(draw):
    head = draw(heads("reminder"))
    head = replace(head, handling=tuple(code for code in head.handling if code is not Handling.H3) or (Handling.H0,))
    return Message(head, (draw(refers), *draw(st.lists(any_text, max_size=2))))


@st.composite
def informations(draw):
    others = draw(st.lists(abouts | attachments | any_text, max_size=3))
    return Message(draw(heads("information")), (draw(any_text), draw(conditions), *others))


@st.composite
def corrections(draw):
    others = draw(st.lists(abouts | attachments | any_text, max_size=3))
    return Message(draw(heads("correction")), (draw(refers), draw(any_text), draw(conditions), *others))


@st.composite
def withdrawals(draw):
    head = replace(draw(heads("withdrawal")), handling=(Handling.H0,))
    return Message(head, (draw(refers), draw(any_text)))


@st.composite
def clarifications(draw):
    questions = draw(st.lists(texts(TextRole.QUESTION), min_size=1, max_size=3))
    return Message(draw(heads("clarification")), (draw(refers), *questions, draw(conditions)))


@st.composite
def supplements(draw):
    others = draw(st.lists(abouts | attachments | any_text, max_size=3))
    return Message(draw(heads("supplement")), (draw(refers), draw(any_text), draw(conditions), *others))


@st.composite
def hits(draw):
    confirmed = draw(st.lists(matches.map(lambda one: replace(one, outcome="same")), min_size=1, max_size=3))
    others = draw(st.lists(abouts | attachments | any_text, max_size=3))
    return Message(draw(heads("hit")), (draw(refers), *confirmed, draw(conditions), *others))


@st.composite
def consents(draw):
    outcome = draw(st.sampled_from(Consent))
    stated = draw(st.lists(conditions, min_size=1, max_size=2)) if outcome is Consent.CONDITIONAL else []
    head = draw(heads("consent"))
    if not stated:
        head = replace(head, handling=(Handling.H0,))
    return Message(head, (draw(refers), Consented(outcome), *stated))


@st.composite
def consent_requests(draw):
    use = draw(st.sampled_from(Use))
    codes = draw(st.lists(st.sampled_from(Handling), min_size=1, unique=True)) if use is Use.HANDLING else []
    wish = Wish(use, tuple(codes))
    return Message(draw(heads("consent-request")), (draw(refers), wish, draw(any_text), draw(conditions)))


@st.composite
def assistances(draw):
    measure = draw(st.sampled_from(Measure))
    days = sorted(str(draw(st.dates())) for _ in range(2))
    values = {"begins": days[0], "ends": days[1], "accounts": (draw(nfc_texts),), "number": draw(st.integers(1, 99))}
    asked = Assistance(measure, **{name: values.get(name) or draw(nfc_texts) for name in NEEDS[measure]})
    parts = [draw(texts(role)) for role in (TextRole.LEGAL_BASIS, TextRole.FACTS)]
    head = replace(draw(heads("assistance")), deadline=draw(st.integers(1, 2**40)))
    return Message(head, (asked, *parts, *draw(st.lists(abouts, max_size=2)), draw(conditions)))


@st.composite
def acknowledgements(draw):
    head = draw(heads("acknowledgement"))
    head = replace(head, handling=tuple(code for code in head.handling if code is not Handling.H3) or (Handling.H0,))
    taken = TakenUp(draw(nfc_texts), draw(counts), draw(st.just("") | nfc_texts))
    return Message(head, (draw(refers), taken, *draw(st.lists(any_text, max_size=1))))


asked_back = (
    clarifications() | supplements() | hits() | consents() | consent_requests() | assistances() | acknowledgements()
)
messages = (
    asked_back | requests() | answers() | refusals() | reminders() | informations() | corrections() | withdrawals()
)
