"""Code H3 as conditions that a node can read: stated on the form, read by the partner in its own language."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import translation
from tests.desks.cases.conftest import FILLED, Partner, officer_named
from tests.desks.cases.test_copies import as_sent
from tests.desks.cases.test_following_up import newest, write

from comity.desks.cases import composing, reads, restrictions
from comity.desks.cases.api.shapes import CaseShape
from comity.desks.cases.content import content_of
from comity.desks.cases.forms import Draft
from comity.desks.cases.models import CaseMessage
from comity.desks.cases.printing.paper import paper
from comity.messages import Condition, ConditionRule
from comity.node.officers.models import Officer
from comity.vocabulary.handling import Handling

FillIn = Callable[..., Draft]
DAY = date.today() + timedelta(days=90)  # noqa: DTZ011 - some day ahead
KEPT = {"erase_on": DAY.isoformat(), "only_units": "Drugs\n\n  Harbour \nDrugs", "no_contact": "on"}


def test_what_is_stated_travels_as_conditions_and_brings_the_code_with_it(browser: Client) -> None:
    write(browser, "new", **{**FILLED, **KEPT})
    message = as_sent(newest())
    assert Handling.H3 in message.head.handling
    assert message.conditions == (
        Condition(ConditionRule.ERASE_ON, DAY.isoformat()),
        Condition(ConditionRule.ONLY_UNITS, "Drugs\nHarbour"),
        Condition(ConditionRule.NO_CONTACT),
    )


def test_code_h3_needs_one_of_them_or_words(fill_in: FillIn) -> None:
    assert not fill_in(handling=["H0", "H3"]).is_valid()
    for name, value in {**KEPT, "conditions": "Not to the press."}.items():
        assert fill_in(handling=["H0", "H3"], **{name: value}).is_valid(), name
    assert fill_in().is_valid()
    assert "H3" not in fill_in().form["handling"].value()


@pytest.mark.parametrize("day", ["2020-01-01", "someday"])
def test_a_day_that_is_over_or_none_is_refused_and_stays_on_the_form(browser: Client, day: str) -> None:
    page = write(browser, "new", **{**FILLED, "erase_on": day}).content.decode()
    assert not CaseMessage.objects.exists()
    assert f'value="{day}"' in page
    assert '<details class="more" open>' in page


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("To be erased on", "Only for these units: Drugs, Harbour", "No contact with")),
        ("fr", ("À effacer le", "Réservé à ces unités", "Aucun contact avec")),
        ("es", ("Debe suprimirse el", "Solo para estas unidades", "Ningún contacto con")),
        ("ar", ("تُمحى في", "لهذه الوحدات فقط", "لا اتصال")),
    ],
)
def test_each_reader_reads_it_in_his_language(browser: Client, language: str, said: tuple[str, ...]) -> None:
    write(browser, "new", **{**FILLED, **KEPT})
    with translation.override(language):
        words = restrictions.in_words(content_of(as_sent(newest())))
    assert all(any(one.startswith(text) for one in words) for text in said)
    assert not restrictions.in_words(None)


def test_the_page_the_preview_and_a_correction_show_them(browser: Client) -> None:
    preview = browser.post("/cases/new", {**FILLED, **KEPT, "step": "preview"}).content.decode()
    assert "Only for these units: Drugs, Harbour" in preview
    write(browser, "new", **{**FILLED, **KEPT})
    message = newest()
    assert "No contact with whom or what it is about" in browser.get(f"/cases/{message.case_id}/").content.decode()
    form = browser.get(f"/cases/messages/{message.pk}/correct").content.decode()
    assert f'value="{DAY.isoformat()}"' in form
    assert "Drugs\nHarbour</textarea>" in form


def test_words_of_the_author_and_what_a_node_reads_are_kept_apart(browser: Client) -> None:
    write(browser, "new", **{**FILLED, "conditions": "Not to the press.", "no_contact": "on"})
    said = content_of(as_sent(newest()))
    assert said["conditions"] == ["Not to the press."]
    assert said["restrictions"] == [{"rule": "no-contact", "value": ""}]


def test_the_preview_says_them_in_the_languages_of_the_recipients(browser: Client) -> None:
    asked = {**FILLED, **KEPT, "recipients": ["xb.spoc", "xd.ncb"], "step": "preview"}
    page = browser.post("/cases/new", asked).content.decode()
    assert "Recipients are told in French:" in page
    assert "Réservé à ces unités" in page
    assert "لهذه الوحدات فقط" in page
    assert (
        "Recipients are told in"
        not in browser.post("/cases/new", {**asked, **dict.fromkeys(KEPT, "")}).content.decode()
    )


def said_at(page: str, message: CaseMessage) -> str:
    """Return what the page of a case says at one message."""
    return page.partition(f'id="message-{message.pk}"')[2].partition("</article>")[0]


def test_each_message_says_its_own_and_the_bar_says_each_once(
    browser: Client, officer: Officer, at: datetime, fill_in: FillIn, partner: Callable[[str], Partner]
) -> None:
    draft = fill_in(**KEPT)
    assert draft.is_valid()
    asked = partner("xb.spoc").asks(composing.request(draft, officer, "XA-1", at))
    write(
        browser,
        f"messages/{asked.pk}/answer",
        kind="negative",
        text="Not here.",
        handling=["H0", "H3"],
        no_contact="on",
    )
    officer.language = "fr"
    officer.save()
    page = browser.get(f"/cases/{asked.case_id}/", headers={"Accept-Language": "fr"}).content.decode()
    assert "Réservé à ces unités" in said_at(page, asked)
    assert "Aucun contact avec" in said_at(page, newest())
    assert "Réservé à ces unités" not in said_at(page, newest())
    assert page.partition('class="handling"')[2].partition("</div>")[0].count("Aucun contact avec") == 1


def test_paper_and_interface_say_them_in_the_language_of_who_reads(browser: Client, officer: Officer) -> None:
    write(browser, "new", **{**FILLED, **KEPT})
    with translation.override("es"):
        case = reads.case_page(officer, newest().case_id)
        printed = str(paper(case, officer_named("marsh", role="supervisor"), at=newest().sent_at)["messages"])
        (shape,) = CaseShape.of_page(case, officer).messages
    assert "Solo para estas unidades" in printed
    assert any(one.startswith("Ningún contacto con") for one in shape.conditions)
