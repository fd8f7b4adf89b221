import pytest

from comity.vocabulary.countries import country_name


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Germany"), ("fr", "Allemagne"), ("es", "Alemania"), ("ar", "ألمانيا")]
)
def test_a_country_is_named_in_the_readers_language(language: str, name: str) -> None:
    assert country_name("de", language) == country_name("DE", language) == name


@pytest.mark.parametrize("code", ["XA", "XB", "ZZ", "QQ", "", "Germany"])
def test_a_code_left_to_users_has_no_name(code: str) -> None:
    assert country_name(code, "en") == ""


def test_a_code_out_of_use_is_not_given_the_name_of_its_successor() -> None:
    assert country_name("SU", "en") == ""


def test_a_code_that_passports_carry_beside_the_list_has_its_name() -> None:
    assert country_name("XK", "en") == "Kosovo"
