"""The same name in other scripts and spellings, and names that only look alike."""

import pytest

from comity.matching.names import compare_names, far_apart, name_of, similar
from comity.matching.scripts import romanise
from comity.matching.words import word

SAME = [
    ("محمد الدوري", "Mohammed al-Duri"),
    ("عبد الرحمن حسن", "Abdelrahman Hassan"),
    ("عبدالله صالح", "Abd Allah Saleh"),
    ("سيف الدين", "Saif ad-Din"),
    ("حسین رحمانی", "Hossein Rahmani"),
    ("ياسر الشامي", "Yasser El Chami"),
    ("Владимир Иванов", "Wladimir Iwanow"),
    ("Сергей Ходорков", "Sergej Chodorkow"),
    ("Юлія Шевченко", "Yuliya Shevchenko"),
    ("Νικόλαος Παπαδόπουλος", "Nikolaos Papadopoulos"),
    ("דוד כהן", "David Cohen"),
    ("习近平", "Xi Jinping"),
    ("김정은", "Kim Jong Un"),
    ("Müller, Jürgen", "Juergen Mueller"),
    ("Bill Harbour", "William Harbour"),
    ("J. Harbour", "John Harbour"),
    ("Ann Maria Harbour", "Harbour Ann"),
    ("Jean-Pierre Quai", "Jeanpierre Quai"),
    ("ABU BAKR SALEH", "Abou Bakr Saleh"),
]
OTHER = [
    ("Ann Harbour", "Ann Lagoon"),
    ("Mohammed Ali Hassan", "Mohammed Omar Karim"),
    ("Владимир Иванов", "Владимир Кузнецов"),
    ("محمد الدوري", "Mohammed al-Shami"),
    ("Kim Jong Un", "Kim Yo Jong"),
]
COMPANIES_SAME = [
    ("Harbour Shipping Ltd", "HARBOUR SHIPPING LIMITED"),
    ("OAO Neftegaz", "Open Joint Stock Company Neftegaz"),
    ("A.B.C. Quay Inc.", "ABC Quay Incorporated"),
    ("Stella Maris S.A. de C.V.", "STELLA MARIS SA"),
    ("Brigade Forty-Four", "Brigade 44"),
]
COMPANIES_OTHER = [("Harbour Shipping Ltd", "Lagoon Shipping Ltd"), ("Star 1 Holding", "Star 2 Holding")]
THRESHOLD = 0.74


def alike(a: str, b: str, *, person: bool) -> float:
    return compare_names(name_of(a, person=person), name_of(b, person=person))[0]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_one_name_in_two_spellings_is_one_name(a, b):
    assert alike(a, b, person=True) >= THRESHOLD


@pytest.mark.parametrize(("a", "b"), OTHER)
def test_two_names_with_a_word_in_common_are_two_names(a, b):
    assert alike(a, b, person=True) < THRESHOLD


@pytest.mark.parametrize(("a", "b"), COMPANIES_SAME)
def test_a_legal_form_is_the_same_however_it_is_written(a, b):
    assert alike(a, b, person=False) >= THRESHOLD


@pytest.mark.parametrize(("a", "b"), COMPANIES_OTHER)
def test_companies_that_differ_in_their_own_word_or_number_are_two(a, b):
    assert alike(a, b, person=False) < THRESHOLD


def test_latin_letters_hidden_in_a_cyrillic_word_change_nothing():
    assert romanise("Вл\u0061димир") == romanise("Владимир")


def test_tatweel_vowel_marks_and_presentation_forms_change_nothing():
    assert romanise("مـحـمد") == romanise("مُحَمَّد") == romanise("محمد")
    assert romanise("\ufee3\ufea4\ufee4\ufeaa") == romanise("محمد")


@pytest.mark.parametrize("text", ["", " ", "---", "\0", "١٢٣", "…", "\ud7a3" * 500, "a" * 10_000])
def test_no_name_is_too_strange_to_be_read(text):
    assert len(name_of(text, person=True).words) <= 12


def test_the_quick_look_at_letters_never_hides_what_the_slow_one_finds():
    texts = [
        "ann",
        "anna",
        "hanna",
        "harbour",
        "harbor",
        "haarbor",
        "lagoon",
        "laguna",
        "petrov",
        "petrova",
        "bedrow",
        "io",
    ]
    made = [word(t, voiceless=False, person=True) for t in texts]
    assert not [(a.text, b.text) for a in made for b in made if far_apart(a, b) and similar(a, b)[1]]
