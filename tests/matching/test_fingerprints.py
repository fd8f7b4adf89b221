"""Normal forms by which a request that was made before is known again."""

import unicodedata

from hypothesis import assume, given
from hypothesis import strategies as st

from comity.matching.findable import words_of
from comity.matching.fingerprints import MOST, form_of_texts, forms
from comity.subjects import Subject

words = st.sampled_from(
    ["Khaled", "al", "Mansouri", "خالد", "المنصوري", "Σοφία", "Ivanova", "Иванова", "Dray", "Núñez", "李"]
)
names = st.lists(words, min_size=1, max_size=4)
years = st.integers(1930, 2010)


def person(name: str, *births: str, **others: list[str]) -> Subject:
    return Subject.of("Person", {"name": [name], **({"birthDate": list(births)} if births else {}), **others})


@given(names, years, st.randoms(), st.sampled_from([" ", "  ", " \t", "\u00a0 "]))
def test_order_case_marks_and_space_of_names_do_not_matter(name, year, chance, space):
    other = [one.upper() if chance.random() < 0.5 else unicodedata.normalize("NFD", one) for one in name]
    chance.shuffle(other)
    assert forms(person(" ".join(name), str(year))) == forms(person(f" {space.join(other)} ", f"{year}-03"))


@given(names, years, years)
def test_another_year_of_birth_is_another_person(name, year, other):
    assume(year != other)
    assert not set(forms(person(" ".join(name), str(year)))) & set(forms(person(" ".join(name), str(other))))


@given(names, names, years)
def test_another_name_is_another_person(name, other, year):
    assume(set(words_of(" ".join(name))) != set(words_of(" ".join(other))))
    assert not set(forms(person(" ".join(name), str(year)))) & set(forms(person(" ".join(other), str(year))))


@given(names, names, years)
def test_what_is_said_beside_hides_no_earlier_request(name, other, year):
    first = person(" ".join(name), str(year))
    more = Subject.of(
        "Person",
        {"name": [" ".join(other), " ".join(name)], "birthDate": [f"{year}-01-02"], "passportNumber": ["P 123-456"]},
    )
    assert set(forms(first)) <= set(forms(more))


def test_a_number_that_is_sure_names_by_itself_and_a_telephone_does_not():
    ship = Subject.of("Vessel", {"name": ["Estrella"], "imoNumber": ["IMO2345674"]})
    renamed = Subject.of("Vessel", {"name": ["Aurora"], "imoNumber": ["2345674"]})
    assert forms(ship) == forms(renamed)
    assert forms(person("Dray", "1974", phone=["+999 1 555 0147"])) == forms(person("Dray", "1974"))
    assert forms(Subject.of("Phone", {"number": ["+999 1 555 0147"]}))


def test_kinds_are_kept_apart_and_forms_are_few():
    assert not set(forms(person("Aurora"))) & set(forms(Subject.of("Vessel", {"name": ["Aurora"]})))
    many = {"name": [f"Dray {n}" for n in range(40)], "birthDate": ["1974", "1975"]}
    assert len(forms(Subject.of("Person", many))) == MOST
    assert forms(Subject.of("Address", {"notes": ["?"]})) == ()


def test_a_request_that_names_nobody_is_known_by_its_words():
    assert form_of_texts(["Two containers.", "Whose?"]) == form_of_texts(["two  CONTAINERS", "whose"])
    assert form_of_texts(["Two containers."]) != form_of_texts(["Three containers."])
