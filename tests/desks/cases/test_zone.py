from collections.abc import Callable
from datetime import date

from django.test import Client
from tests.desks.cases.conftest import posted

from comity.desks.cases.forms import Draft
from comity.desks.cases.models import StoredDraft

TODAY = date(2026, 11, 23)
ZONE = "P<FRADUVAL<<CLAIRE<<<<<<<<<<<<<<<<<<<<<<<<<<\n12AB345673FRA8003155F3006151<<<<<<<<<<<<<<00"
WRONG = ZONE.replace("8003155F", "8003165F")
EMPTY = {"s0-name": "", "s0-birthDate": "", "s0-nationality": ""}
FillIn = Callable[..., Draft]


def value(draft: Draft, name: str, place: int = 0) -> str:
    return str(draft.subjects[place][name].value() or "")


def test_a_zone_fills_in_the_person_and_adds_the_document(fill_in: FillIn) -> None:
    draft = fill_in(**EMPTY, **{"s0-mrz": ZONE}).with_zone("0", TODAY)
    person = ("name", "birthDate", "gender", "nationality", "passportNumber")
    document = ("number", "country", "endDate", "surname", "givenName", "birthDate", "gender")
    assert [value(draft, name) for name in person] == ["CLAIRE DUVAL", "1980-03-15", "female", "FR", "12AB34567"]
    assert draft.listed == "0:Person,1:Passport"
    assert [value(draft, name, 1) for name in document] == [
        "12AB34567", "FR", "2030-06-15", "DUVAL", "CLAIRE", "1980-03-15", "female",
    ]  # fmt: skip
    assert draft.subjects[0].zone_text == ""


def test_what_is_filled_in_can_be_sent(fill_in: FillIn) -> None:
    draft = fill_in(**EMPTY, **{"s0-mrz": ZONE}).with_zone("0", TODAY)
    assert Draft.read(draft.data, draft.choices).is_valid()


def test_what_was_written_stays_and_everything_else_too(fill_in: FillIn) -> None:
    draft = fill_in(**{"s0-gender": "male", "s0-mrz": ZONE}).with_zone("0", TODAY)
    assert draft.zone is not None
    assert (value(draft, "gender"), draft.zone.kept) == ("male", ("Sex",))
    assert value(draft, "name").splitlines() == ["Khaled al-Mansouri", "خالد المنصوري", "CLAIRE DUVAL"]
    assert draft.form["facts"].value() == "Two containers were seized."


def test_a_zone_that_contradicts_itself_fills_in_nothing_until_the_officer_says_so(fill_in: FillIn) -> None:
    draft = fill_in(**EMPTY, **{"s0-mrz": WRONG}).with_zone("0", TODAY)
    assert draft.zone is not None
    assert (draft.zone.offered, draft.zone.filled, value(draft, "name")) == (True, (), "")
    assert "Line 2, sign 20" in draft.zone.faults[0]
    assert draft.subjects[0].zone_text == WRONG
    again = draft.with_zone("0", TODAY, anyway=True)
    assert value(again, "birthDate") == "1980-03-16"
    assert again.zone is not None
    assert len(again.zone.faults) == 2


def test_a_code_of_no_country_is_said_and_not_entered(fill_in: FillIn) -> None:
    stateless = ZONE.replace("673FRA", "673XXA")
    draft = fill_in(**EMPTY, **{"s0-mrz": stateless}).with_zone("0", TODAY, anyway=True)
    assert draft.zone is not None
    assert value(draft, "nationality") == ""
    assert any("XXA" in note for note in draft.zone.notes)


def test_a_zone_pasted_twice_changes_nothing_more(fill_in: FillIn) -> None:
    once = fill_in(**EMPTY, **{"s0-mrz": ZONE}).with_zone("0", TODAY)
    assert once.data is not None
    data = once.data.copy()
    data["s0-mrz"] = ZONE
    twice = Draft.read(data, once.choices).with_zone("0", TODAY)
    assert twice.zone is not None
    assert (twice.listed, twice.zone.filled, twice.zone.kept) == (once.listed, (), ())


def test_a_zone_that_nobody_read_is_not_lost_in_silence(fill_in: FillIn) -> None:
    draft = fill_in(**{"s0-mrz": ZONE})
    assert not draft.is_valid()
    assert "machine readable zone" in str(draft.subjects[0].errors)


def test_the_page_reads_a_zone_by_a_button_of_its_form(browser: Client) -> None:
    page = browser.post("/cases/new", posted(**EMPTY, **{"s0-mrz": ZONE, "step": "zone:0"}).urlencode(), FORM)
    text = page.content.decode()
    assert "Filled in from the machine readable zone" in text
    assert "CLAIRE DUVAL" in text
    assert StoredDraft.objects.get().data["s1-number"] == ["12AB34567"]


def test_the_page_says_which_digit_is_wrong(browser: Client) -> None:
    page = browser.post("/cases/new", posted(**EMPTY, **{"s0-mrz": WRONG, "step": "zone:0"}).urlencode(), FORM)
    text = page.content.decode()
    assert "Line 2, sign 20" in text
    assert 'value="zone-anyway:0"' in text


FORM = "application/x-www-form-urlencoded"
