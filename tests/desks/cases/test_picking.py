from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from tests.desks.cases.conftest import posted
from tests.desks.cases.test_zone import WRONG, ZONE

from comity.desks.cases.forms import Draft
from comity.desks.cases.forms.picking import MAX_PICKED
from comity.desks.cases.models import StoredDraft
from comity.formats.pasted import Piece, recognise

TODAY = date(2026, 11, 23)
LETTER = f"""From the port authority
Khaled al-Mansouri, born 03/04/1974, passport no. X1234567,
arrived on IMO 9074729 with plate AB-123-CD; his brother was born 12 ربيع الأول 1405.
{ZONE}
"""
EMPTY = {"s0-name": "", "s0-birthDate": "", "s0-nationality": "", "s0-mrz": ""}
FillIn = Callable[..., Draft]


def named(written: str, text: str = LETTER) -> str:
    """Return the name of the question about what is written so."""
    one: Piece = next(one for one in recognise(text, TODAY) if one.written == written)
    return f"pick-{one.start}-{one.stop}"


def value(draft: Draft, name: str, place: int = 0) -> str:
    return str(draft.subjects[place][name].value() or "")


def test_nothing_is_filled_in_by_itself(fill_in: FillIn) -> None:
    before, after = fill_in(), fill_in(paste=LETTER).with_picked(TODAY)
    assert after.told is not None
    assert after.told.put == 0
    assert [value(after, name) for name in ("name", "birthDate", "passportNumber")] == [
        value(before, name) for name in ("name", "birthDate", "passportNumber")
    ]


def test_a_date_that_can_be_read_in_two_ways_goes_in_as_the_officer_reads_it(fill_in: FillIn) -> None:
    name = named("03/04/1974")
    for number, read in ((0, "1974-04-03"), (1, "1974-03-04")):
        draft = fill_in(**EMPTY, paste=LETTER, **{name: f"{number}|s0-birthDate"}).with_picked(TODAY)
        assert value(draft, "birthDate") == read


def test_what_is_picked_goes_where_the_officer_says_and_keeps_where_it_came_from(fill_in: FillIn) -> None:
    picked = {
        named("X1234567"): "0|s0-passportNumber",
        named("9074729"): "0|new-Vessel-imoNumber",
        named("AB-123-CD"): "0|text",
        named("12 ربيع الأول 1405"): "0|new-Person-birthDate",
        "passage": "Khaled  al-Mansouri",
        "passage_to": "0|s0-name",
        "paste_from": "Letter of 22 November",
    }
    draft = fill_in(**EMPTY, paste=LETTER, **picked).with_picked(TODAY)
    assert draft.listed == "0:Person,1:Vessel,2:Person"
    assert (value(draft, "passportNumber"), value(draft, "name")) == ("X1234567", "Khaled al-Mansouri")
    assert (value(draft, "imoNumber", 1), value(draft, "birthDate", 2)) == ("9074729", "1405-03-12 AH")
    assert draft.form["facts"].value() == "Two containers were seized.\nAB-123-CD"
    assert [(one.value, one.written, one.line, one.source) for one in draft.all_origins] == [
        ("X1234567", "X1234567", 2, "Letter of 22 November"),
        ("Khaled al-Mansouri", "Khaled al-Mansouri", 2, "Letter of 22 November"),
        ("9074729", "9074729", 3, "Letter of 22 November"),
        ("AB-123-CD", "AB-123-CD", 3, "Letter of 22 November"),
        ("1405-03-12 AH", "12 ربيع الأول 1405", 3, "Letter of 22 November"),
    ]


def test_a_value_that_was_changed_afterwards_says_no_more_where_it_came_from(fill_in: FillIn) -> None:
    draft = fill_in(**EMPTY, paste=LETTER, **{named("X1234567"): "0|s0-passportNumber"}).with_picked(TODAY)
    data = draft.data.copy()
    data["s0-passportNumber"] = "X7654321"
    assert Draft.read(data, draft.choices, checked=False).all_origins == ()


def test_a_field_for_one_value_stays_as_it_was_written(fill_in: FillIn) -> None:
    filled = {"subjects": "0:Vessel", "s0-schema": "Vessel", "s0-imoNumber": "9074728"}
    draft = fill_in(**filled, paste=LETTER, **{named("9074729"): "0|s0-imoNumber"}).with_picked(TODAY)
    assert draft.told is not None
    assert (value(draft, "imoNumber"), draft.told.kept, draft.told.put) == ("9074728", ("IMO number",), 0)


@pytest.mark.parametrize(("zone", "birth", "waits"), [(ZONE, "1980-03-15", ""), (WRONG, "", WRONG)])
def test_a_zone_is_read_as_if_it_were_pasted_at_the_subject(fill_in: FillIn, zone: str, birth: str, waits: str) -> None:
    text = LETTER.replace(ZONE, zone)
    draft = fill_in(**EMPTY, paste=text, **{named(zone, text): "0|s0-mrz"}).with_picked(TODAY)
    assert (value(draft, "birthDate"), draft.subjects[0].zone_text) == (birth, waits)
    assert bool(draft.all_origins) is bool(birth)
    assert all(one.written == " ".join(zone.split()) for one in draft.all_origins)


def test_words_that_do_not_stand_in_the_text_are_not_put_in(fill_in: FillIn) -> None:
    draft = fill_in(**EMPTY, paste=LETTER, passage="Somebody Else", passage_to="0|s0-name").with_picked(TODAY)
    assert draft.told is not None
    assert (value(draft, "name"), draft.told.faults) == ("", ("The words that you chose do not stand in the text.",))


def test_what_was_picked_in_a_text_that_has_changed_is_not_put_in(fill_in: FillIn) -> None:
    picked = {named("X1234567"): "0|s0-passportNumber"}
    draft = fill_in(**EMPTY, paste=LETTER.replace("Khaled", "K."), **picked).with_picked(TODAY)
    assert draft.told is not None
    assert (value(draft, "passportNumber"), len(draft.told.faults)) == ("", 1)


def test_signs_that_turn_the_writing_do_not_come_along(fill_in: FillIn) -> None:
    draft = fill_in(**EMPTY, paste="a \u202eKhaled b", passage="\u202eKhaled", passage_to="0|s0-name")
    assert value(draft.with_picked(TODAY), "name") == "Khaled"


@pytest.mark.parametrize(
    "to",
    ["0|s7-name", "0|s0-link", "0|s0-schema", "0|recipients", "9|s0-name", "x", "0|new-Planet-name", "0|", "0|sx-name"],
)
def test_nothing_goes_where_no_question_offers_it(fill_in: FillIn, to: str) -> None:
    draft = fill_in(**EMPTY, paste=LETTER, **{named("X1234567"): to}).with_picked(TODAY)
    assert draft.told is not None
    assert (draft.told.put, draft.all_origins) == (0, ())


def test_what_was_picked_and_not_put_in_holds_the_message_back(fill_in: FillIn) -> None:
    assert fill_in(paste=LETTER).is_valid()
    assert not fill_in(paste=LETTER, **{named("X1234567"): "0|s0-passportNumber"}).is_valid()
    assert not fill_in(paste=LETTER, passage="Khaled", passage_to="0|s0-name").is_valid()


def test_without_the_text_what_was_picked_stays(fill_in: FillIn) -> None:
    picked = {named("X1234567"): "0|s0-passportNumber"}
    draft = fill_in(**EMPTY, paste=LETTER, **picked).with_picked(TODAY).without_text()
    assert "paste" not in draft.kept
    assert [one.value for one in draft.all_origins] == ["X1234567"]


@pytest.mark.parametrize("raw", ["", "[]", "{}", "[1,2,3,4,5]", '["s0-name","Khaled al-Mansouri","x","1","y"]', "null"])
def test_a_broken_note_of_where_a_value_came_from_is_left_out(fill_in: FillIn, raw: str) -> None:
    assert fill_in(picked=raw).all_origins == ()


def test_the_notes_of_where_values_came_from_are_bounded(fill_in: FillIn) -> None:
    text = "\n".join(f"passport no. X{number:07}" for number in range(90))
    draft = fill_in(**EMPTY)
    for _turn in range(3):
        data = draft.data.copy() if draft.data is not None else posted()
        data["paste"] = text = text.replace("X", "XX", 1) if _turn else text
        for one in recognise(text, TODAY):
            data[f"pick-{one.start}-{one.stop}"] = "0|s0-passportNumber"
        draft = Draft.read(data, draft.choices, checked=False).with_picked(TODAY)
    assert len(draft.picked) <= MAX_PICKED


def test_the_page_shows_the_text_marked_and_a_question_for_each_piece(browser: Client) -> None:
    data = posted(step="pick-read", paste=f"{LETTER}<script>alert(1)</script> p\u0430ypal \u202e!").dict()
    page = browser.post("/cases/new", data).content.decode()
    assert f'<a class="found" href="#id_{named("X1234567")}"' in page
    assert f'<select class="form-select" name="{named("03/04/1974")}"' in page
    assert "Date of birth = 1974-03-04" in page
    assert "U+202E" in page
    assert "\u202e" not in page.partition('id="pasted"')[2].partition("</div>")[0]
    assert 'class="mixed"' in page
    assert "<script>alert(1)" not in page


def test_the_text_goes_with_the_draft(browser: Client) -> None:
    browser.post("/cases/new", posted(step="save", draft="a" * 32, paste=LETTER))
    stored = StoredDraft.objects.get()
    assert stored.data["paste"] == [LETTER]
    page = browser.post("/cases/new", posted(step="preview", draft="a" * 32, paste=LETTER))
    assert "Who will be able to read this" in page.content.decode()
    browser.post("/cases/new", posted(step="send", draft="a" * 32, paste=LETTER))
    assert "port authority" not in str(StoredDraft.objects.filter(message__isnull=False).values_list("data", flat=True))


def test_a_preview_says_where_values_came_from(browser: Client) -> None:
    origin = '["s0-name", "Khaled al-Mansouri", "K. al-Mansouri", 2, "Letter"]'
    page = browser.post("/cases/new", posted(step="preview", draft="b" * 32, picked=origin)).content.decode()
    assert "Picked out of a text" in page
    assert "K. al-Mansouri" in page


def test_what_no_database_holds_is_shown_as_replaced(browser: Client) -> None:
    browser.post("/cases/new", posted(step="save", draft="c" * 32, paste="a\0b"))
    assert StoredDraft.objects.get().data["paste"] == ["a\N{REPLACEMENT CHARACTER}b"]


def test_facts_can_be_picked_for_what_is_entered_by_hand(browser: Client) -> None:
    data = posted(step="pick", paste=LETTER, **{named("X1234567"): "0|s0-passportNumber"}, **EMPTY)
    page = browser.post("/cases/enter", data).content.decode()
    assert "1 value was put in" in page
    assert 'name="picked"' in page
