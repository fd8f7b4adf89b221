"""Names that hide, and names that say nothing: no sign that nobody sees hides a match, and no empty word makes one."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.matching import Verdict, compare, compare_prepared, digest, pack, tokens, tokens_of, unpack
from comity.subjects import Subject
from comity.vocabulary.visible import shown, visible


def subject(schema: str = "Person", **values: str | list[str]) -> Subject:
    properties = {k: [v] if isinstance(v, str) else v for k, v in values.items()}
    return Subject.from_ftm({"id": "x", "schema": schema, "properties": properties})


UNSEEN = [
    "\u0000", "\u0007", "\u007f", "\u009f", "\u00ad", "\u034f", "\u061c", "\u0640", "\u115f", "\u1160", "\u17b4",
    "\u180e", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e",
    "\u2060", "\u2063",
    "\u2066", "\u2067", "\u2068", "\u2069", "\u3164", "\ufe0f", "\ufeff", "\uffa0", "\ufff9", "\ud800", "\U000e0041",
    "\U000e0100",
]  # fmt: skip
NAMES = [
    "Mohammed al-Duri", "محمد الدوري", "Владимир Иванов", "김정은", "דוד כהן", "习近平", "Müller Jürgen", "नरेन्द्र मोदी",
]  # fmt: skip


@pytest.mark.parametrize("sign", UNSEEN, ids=lambda sign: f"U+{ord(sign):04X}")
@pytest.mark.parametrize("name", NAMES)
def test_a_sign_that_nobody_sees_hides_no_name(name, sign):
    plain = subject(name=name, birthDate="1974-03-22", passportNumber="XA1234567")
    for text in (sign + name, name + sign, sign.join(name), name.replace(" ", f"{sign} {sign}")):
        hidden = subject(name=text, birthDate="1974-03-22", passportNumber=f"XA{sign}1234567")
        assert compare(hidden, plain).score == compare(plain, plain).score
        assert tokens(hidden) == tokens(plain)


@given(st.lists(st.sampled_from(UNSEEN), max_size=30), st.sampled_from(NAMES))
def test_no_heap_of_unseen_signs_pushes_a_name_out_of_sight(signs, name):
    assert visible("".join(signs) * 50 + name, 200) == visible(name, 200)


@pytest.mark.parametrize(
    "number", ["ＸＡ１２３４５６７", "XA\u0661\u0662\u0663\u0664\u0665\u0666\u0667", "xa 123-45.67", "ХА1234567"]
)
def test_a_number_in_other_digits_or_letters_is_the_same_number(number):
    found = compare(subject(passportNumber=number), subject(passportNumber="XA1234567"))
    assert found.reasons[0].rule == "identifier.same.document"


@given(st.text())
def test_nothing_shown_turns_the_direction_of_writing(text):
    assert not set(shown(text)) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert not set(Subject.of("Person", {"name": [text]}).caption) & set("\u202a\u202b\u202d\u202e")


def test_joiners_that_belong_to_a_name_are_shown():
    assert shown("علی\u200cرضا") == "علی\u200cرضا"


EMPTY = [
    "", " ", "-", "?", "...", "N/A", "M", "M.", "J. M.", "A B C", "\u200b", "Unknown", "Unknown Unknown", "FNU LNU",
    "no name", "(unknown)", "м", "م", "김", "1",
]  # fmt: skip
GIVEN = ["Mohammed", "محمد", "Maria", "Мария", "Sheikh Mohammed", "Mr. Ahmed", "Mohammed X", "Ann-", "Ali", "Anna M."]
ALL_ELSE = {"birthDate": "1974-03-22", "nationality": "xa", "gender": "male"}


@pytest.mark.parametrize("schema", ["Person", "LegalEntity"])
@pytest.mark.parametrize("name", [*EMPTY, *GIVEN])
def test_a_name_that_says_nothing_makes_no_hit(name, schema):
    same = subject(schema, name=name, **ALL_ELSE)
    assert compare(same, same).verdict == Verdict.DIFFERENT
    for other in ("Mohammed al-Duri", "Maria Petrova", "Ann Harbour", "J. Moss", "Mohammed"):
        assert compare(same, subject("Person", name=other, **ALL_ELSE)).verdict == Verdict.DIFFERENT


@pytest.mark.parametrize(
    "schema", ["Organization", "Company", "Vessel", "Vehicle", "Airplane", "Firearm", "LegalEntity"]
)
@pytest.mark.parametrize("name", ["", "M", "?", "-", "Unknown", "\u202e"])
def test_no_thing_is_recognised_by_one_letter(name, schema):
    same = subject(schema, name=name)
    assert compare(same, same).verdict == Verdict.DIFFERENT
    assert not tokens(same)


@pytest.mark.parametrize("schema", ["Person", "Organization", "Vessel", "Vehicle", "Phone", "Passport", "CryptoWallet"])
def test_an_empty_record_makes_no_hit(schema):
    assert compare(Subject(schema), Subject(schema)).score == 0.0
    assert not tokens(Subject(schema))
    assert (
        compare(subject(schema, passportNumber=["", "0", "000000", "unknown", "\u200b"]), Subject(schema)).score == 0.0
    )


LONG = {
    "words": lambda i: f"word{i} " * 1700,
    "twelve words of two letters": lambda i: (
        " ".join(f"{(i * 7919 + w * 104729) % 4096:012b}" for w in range(12)).replace("0", "a").replace("1", "b")
    ),
    "marks": lambda i: "a" + "\u0301" * 9000 + str(i),
    "a ligature of eighteen letters": lambda i: "\ufdfa" * 9000 + str(i),
    "dots": lambda i: "a." * 5000 + str(i),
    "servants": lambda i: "abd al " * 1500 + str(i),
    "commas": lambda i: "," * 10_000 + f"x{i}",
    "quotes": lambda i: "'" * 10_000 + f"x{i}",
    "hangul": lambda i: "김정은 " * 2500 + str(i),
    "thai": lambda i: "ประยุทธ์" * 1200 + str(i),
    "legal forms": lambda i: "joint-stock company " * 500 + str(i),
}


@pytest.mark.parametrize("kind", LONG)
def test_200_names_of_ten_thousand_letters_cost_bounded_time_and_room(kind):
    schema = "Company" if kind == "legal forms" else "Person"
    a, b = (subject(schema, name=[LONG[kind](i + 1000 * side) for i in range(200)]) for side in (0, 1))
    start = time.process_time()
    left, right = digest(a), digest(b)
    assert len(tokens_of(left)) <= 200
    compare_prepared(left, right)
    assert time.process_time() - start < 5
    assert len(pack(left)) < 40_000
    assert unpack(pack(left)) == left
