"""How sure a fact is, per subject and on either scale; and the language in which a text is written."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.desks.cases.conftest import FILLED
from tests.desks.cases.test_copies import as_sent
from tests.desks.cases.test_following_up import newest, write

from comity.desks.cases import evaluations
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import CaseMessage
from comity.messages import Text
from comity.vocabulary.errors import VocabularyError
from comity.vocabulary.evaluation import Evaluation, Scale

FillIn = Callable[..., Draft]
SURE = {"s0-evaluated_source": "4x4 B", "s0-evaluated_information": "4x4 2"}


def test_each_subject_goes_with_its_evaluation_and_is_shown_with_its_words(browser: Client) -> None:
    write(browser, "new", **{**FILLED, **SURE})
    message = newest()
    (about,) = as_sent(message).subjects
    assert about.evaluation == Evaluation(Scale.FOUR, "B", "2")
    page = browser.get(f"/cases/{message.case_id}/").content.decode()
    assert "4x4 B2" in page
    assert "Reliable in most instances" in page
    assert "Known personally to the source" in page
    assert 'value="4x4 B" selected' in browser.get(f"/cases/messages/{message.pk}/correct").content.decode()


@pytest.mark.parametrize(
    ("changed", "right"),
    [
        ({}, True),
        (SURE, True),
        ({"s0-evaluated_source": "6x6 F", "s0-evaluated_information": "6x6 6"}, True),
        ({"s0-evaluated_source": "4x4 B"}, False),
        ({"s0-evaluated_information": "4x4 2"}, False),
        ({"s0-evaluated_source": "4x4 B", "s0-evaluated_information": "6x6 2"}, False),
        ({"s0-evaluated_source": "4x4 Q", "s0-evaluated_information": "4x4 2"}, False),
    ],
)
def test_both_halves_are_of_one_scale_or_there_is_none(
    fill_in: FillIn, changed: dict[str, str], *, right: bool
) -> None:
    assert fill_in(**changed).is_valid() == right


def test_every_code_of_both_scales_has_its_words_and_its_way_back() -> None:
    for scale in Scale:
        for source in evaluations.SOURCES[scale]:
            for information in evaluations.INFORMATION[scale]:
                code = f"{scale} {source}{information}"
                assert evaluations.parsed(*evaluations.chosen(code)) == Evaluation.parse(code)
                assert len(evaluations.in_words(code)) == 2
    assert evaluations.in_words("3x5 A1") == ()
    assert evaluations.chosen("") == ("", "")
    with pytest.raises(VocabularyError):
        evaluations.parsed("4x4 A", "")


@pytest.mark.parametrize(("chosen", "language"), [("", "en"), ("ar", "ar")])
def test_a_text_says_in_which_language_it_is(browser: Client, chosen: str, language: str) -> None:
    write(browser, "new", **{**FILLED, "language": chosen})
    assert {part.language for part in as_sent(newest()).of(Text)} == {language}


def test_a_language_that_the_desk_does_not_speak_is_refused(browser: Client) -> None:
    write(browser, "new", **{**FILLED, "language": "tlh"})
    assert not CaseMessage.objects.exists()
