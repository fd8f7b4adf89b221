"""Is it the same subject: what agrees, what contradicts, and that the answer is fair to both sides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.matching import (
    Verdict,
    VersionError,
    compare,
    compare_prepared,
    digest,
    hopeless,
    pack,
    peek,
    score,
    unpack,
)
from comity.subjects import Subject

GIVEN = ["Mohammed", "Ahmad", "محمد", "Анна", "Vladimir", "Владимир", "Jean-Pierre", "Maria", "J.", "Bill", "William"]
FAMILY = [
    "al-Duri",
    "الدوري",
    "Petrova",
    "Петрова",
    "Müller",
    "Mueller",
    "O'Brien",
    "習近平",
    "Kim",
    "김",
    "Abd al-Rahman",
    "de la Cruz",
]


def subject(schema: str = "Person", **values: str | list[str]) -> Subject:
    properties = {k: [v] if isinstance(v, str) else v for k, v in values.items() if v}
    return Subject.from_ftm({"id": "x", "schema": schema, "properties": properties})


names = st.builds("{} {}".format, st.sampled_from(GIVEN), st.sampled_from(FAMILY)) | st.text(max_size=40)
people = st.builds(
    subject,
    st.sampled_from(["Person", "LegalEntity", "Organization", "Vessel"]),
    name=st.lists(names, max_size=3),
    alias=st.lists(names, max_size=2),
    weakAlias=st.lists(names, max_size=1),
    birthDate=st.lists(st.sampled_from(["1974", "1974-03", "1974-03-22", "1975-03-22", "1980-12-01", "x"]), max_size=2),
    passportNumber=st.lists(st.sampled_from(["AB 12345", "ab-12345", "99 87 65", "000000", "?"]), max_size=2),
    imoNumber=st.lists(st.sampled_from(["9187629", "IMO 9187629", "9000001"]), max_size=1),
    gender=st.lists(st.sampled_from(["male", "female"]), max_size=1),
    nationality=st.lists(st.sampled_from(["xa", "xb"]), max_size=2),
)


@given(people, people)
def test_it_does_not_matter_who_is_compared_with_whom(a, b):
    there, back = compare(a, b), compare(b, a)
    assert there.score == back.score
    assert there.verdict == back.verdict
    assert [(r.rule, r.left, r.right) for r in there.reasons] == [(r.rule, r.right, r.left) for r in back.reasons]


@given(people, people)
def test_the_score_alone_is_the_score_with_reasons(a, b):
    assert score(digest(a), digest(b)) == compare(a, b).score


@given(people, people, st.randoms(use_true_random=False))
def test_the_order_of_values_does_not_matter(a, b, random):
    shuffled = {prop: random.sample(list(values), len(values)) for prop, values in a.properties}
    other = Subject.from_ftm({"id": "y", "schema": a.schema, "properties": shuffled})
    assert compare(other, b) == compare(a, b)


@given(people, people, st.sampled_from(["passportNumber", "phone", "email", "taxNumber", "imoNumber"]))
def test_one_more_agreeing_identifier_never_lowers_the_score(a, b, prop):
    number = "IMO 9074729" if prop == "imoNumber" else "quay@example.org" if prop == "email" else "77 34 55 66 21"
    more = [
        Subject.from_ftm({
            "id": "x",
            "schema": s.schema,
            "properties": {**{p: list(v) for p, v in s.properties}, prop: [*s.get(prop), number]},
        })
        for s in (a, b)
    ]  # fmt: skip
    assert compare(*more).score >= compare(a, b).score


@given(people, people)
def test_a_score_is_between_zero_and_one_and_speaks_through_its_reasons(a, b):
    found = compare(a, b)
    assert 0.0 <= found.score <= 1.0
    assert found.reasons or found.score == 0.0
    assert all(isinstance(r.rule, str) and "." in r.rule for r in found.reasons)


@given(people, people)
def test_what_is_hopeless_at_a_glance_is_never_possible(a, b):
    if hopeless(digest(a), peek(pack(digest(b)))):
        assert compare(a, b).verdict == Verdict.DIFFERENT


@given(people)
def test_a_digest_survives_being_stored(a):
    assert unpack(pack(digest(a))) == digest(a)


@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"\x98\xa2v0", pack(digest(subject(name="Ann Quay"))).replace(b"v1", b"v0")]
)
def test_a_digest_of_another_version_is_refused(data):
    with pytest.raises(VersionError):
        unpack(data)


ANN = {"name": "Ann Harbour", "birthDate": "1974-03-22", "passportNumber": "XA 1234567"}


def test_the_same_name_alone_is_possible_but_never_probable():
    assert compare(subject(name="Ann Harbour"), subject(name="Ann Harbour")).verdict == Verdict.POSSIBLE


def test_name_and_birth_date_together_are_the_same():
    assert compare(subject(name="Ann Harbour", birthDate="1974-03-22"), subject(**ANN)).verdict == Verdict.SAME


def test_a_partial_birth_date_agrees_as_far_as_it_goes():
    scores = [
        compare(subject(name="Ann Harbour", birthDate=birth), subject(**ANN)).score
        for birth in ("1974-03-22", "1974-03", "1974", "1931")
    ]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


def test_another_birth_date_speaks_against_the_same_name():
    found = compare(subject(name="Ann Harbour", birthDate="1991-11-05"), subject(**ANN))
    assert found.verdict == Verdict.DIFFERENT
    assert ("birth.other-date", "1991-11-05", "1974-03-22") in [(r.rule, r.left, r.right) for r in found.reasons]


def test_a_swapped_day_and_month_is_nearly_forgiven():
    found = compare(
        subject(name="Ann Harbour", birthDate="1974-04-03"), subject(name="Ann Harbour", birthDate="1974-03-04")
    )
    assert found.verdict == Verdict.POSSIBLE


def test_the_same_document_under_another_name_is_worth_a_look():
    found = compare(subject(name="Cleo Lagoon", passportNumber="xa-1234567"), subject(**ANN))
    assert found.verdict != Verdict.DIFFERENT


def test_a_lone_given_name_never_makes_a_hit():
    lone = subject(name="Ann", nationality="xa", birthDate="1974-03-22")
    full = subject(name=["Ann Harbour", "Ann"], nationality="xa", birthDate="1974-03-22")
    assert compare(lone, full).verdict == Verdict.DIFFERENT
    assert compare(lone, lone).verdict == Verdict.DIFFERENT


def test_a_lone_name_with_the_same_document_is_a_hit():
    assert compare(subject(name="Ann", passportNumber="XA1234567"), subject(**ANN)).verdict != Verdict.DIFFERENT


def test_a_person_is_never_a_ship():
    found = compare(subject("Person", name="Ann Harbour"), subject("Vessel", name="Ann Harbour"))
    assert found.score == 0.0
    assert found.reasons[0].rule == "kind.other"


def test_two_ships_of_one_name_with_different_imo_numbers_are_two_ships():
    a = subject("Vessel", name="Northern Star", imoNumber="IMO 9187629")
    b = subject("Vessel", name="Northern Star", imoNumber="9000001")
    assert compare(a, b).verdict == Verdict.DIFFERENT
    assert compare(a, subject("Vessel", name="Southern Star", imoNumber="9187629")).verdict == Verdict.PROBABLE


def test_a_vehicle_number_with_one_altered_sign_is_worth_a_look():
    a = subject("Vehicle", registrationNumber="QB21 HVR", vin="1HGBH41JXMN109186")
    found = compare(a, subject("Vehicle", registrationNumber="4471 QD", vin="1HGBH41JXMN109187"))
    assert found.verdict == Verdict.POSSIBLE
    assert "identifier.near.vin" in {r.rule for r in found.reasons}
    assert compare(a, subject("Vehicle", vin="1HGBH41JXMN109999")).verdict == Verdict.DIFFERENT


def test_a_weak_alias_counts_less_than_a_name():
    weak = compare(subject(name="Cleo Lagoon", weakAlias="Ann Harbour"), subject(name="Ann Harbour"))
    assert weak.score < compare(subject(name="Ann Harbour"), subject(name="Ann Harbour")).score


def test_given_and_family_name_make_a_name_when_there_is_no_whole_one():
    parts = subject(firstName="Ann", lastName="Harbour")
    assert compare(parts, subject(name="Harbour Ann")).verdict == Verdict.POSSIBLE


def test_the_reasons_name_the_words_that_agree_and_the_one_that_does_not():
    found = compare(subject(name="Ann Maria Harbour"), subject(name="Anne Harbour"))
    rules = {r.rule: (r.left, r.right) for r in found.reasons}
    assert rules["name.same-word"] == ("harbour", "harbour")
    assert rules["name.missing-word"] == ("maria", "")
    assert found.names == ("Ann Maria Harbour", "Anne Harbour")


def test_comparing_stored_digests_is_comparing_the_subjects():
    a, b = subject(**ANN), subject(name="Anne Harbor", birthDate="1974")
    assert compare_prepared(unpack(pack(digest(a))), unpack(pack(digest(b)))) == compare(a, b)
