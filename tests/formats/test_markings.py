import pytest

from comity.formats.markings import marking, marking_of_name
from comity.vocabulary.classification import Classification


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SECRET UE/EU SECRET", Classification.SECRET),
        ("Header: TRES SECRET UE", Classification.TOP_SECRET),
        ("TRÈS SECRET UE", Classification.TOP_SECRET),
        ("EU TOP SECRET", Classification.TOP_SECRET),
        ("CONFIDENTIEL UE/EU CONFIDENTIAL", Classification.CONFIDENTIAL),
        ("INTERPOL CONFIDENTIAL", Classification.CONFIDENTIAL),
        ("RESTREINT UE, and below CONFIDENTIEL UE", Classification.CONFIDENTIAL),
        ("E\u200bU \u202eSECRET", Classification.SECRET),  # signs that show nothing do not hide it
        ("a secret compartment of the EU lorry", None),
        ("SECRET", None),
        ("The SECRETARIAT of the EU", None),
        ("", None),
    ],
)
def test_whole_markings_are_taken_at_their_word(text: str, found: Classification | None) -> None:
    assert marking(text) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [("plan_eu_secret.pdf", Classification.SECRET), ("secret.pdf", None), ("report-restreint-ue.odt", "restricted")],
)
def test_a_files_name_bears_a_marking_in_small_letters_too(name: str, found: Classification | None) -> None:
    assert marking_of_name(name) == found
