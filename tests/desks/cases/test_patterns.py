import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.desks.cases.conftest import officer_named, sit_down

from comity.desks.cases.models import Pattern, StoredDraft
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer
from comity.node.officers.rules import Role

FILLED = {
    "name": "Vehicle used by smugglers",
    "kind": "request",
    "language": "en",
    "crime_area": "drug-trafficking",
    "purpose": "criminal-investigation",
    "legal_basis": "Drug trafficking, section 4",
    "facts": "On … the vehicle was seen at …",
    "questions": "Who is its keeper?",
    "handling": ["H0", "H2"],
}


@pytest.fixture
def keeper(officer: Officer) -> Client:
    return sit_down(officer_named("okafor", role=Role.SUPERVISOR))


@pytest.fixture
def pattern(keeper: Client) -> Pattern:
    answer = keeper.post("/cases/new/templates/add", FILLED)
    assert answer.status_code == 302, answer.content.decode()
    return Pattern.objects.get()


def test_what_a_supervisor_keeps_every_officer_can_start_from(pattern: Pattern, browser: Client) -> None:
    assert FILLED["name"] in browser.get("/cases/new/templates").content.decode()
    answer = browser.post("/cases/new/templates", {"from": pattern.pk})
    draft = StoredDraft.objects.get()
    assert answer["Location"] == f"/cases/new?draft={draft.pk}"
    names = ("crime_area", "purpose", "legal_basis", "facts", "questions")
    assert {name: draft.data[name] for name in names} == {name: [FILLED[name]] for name in names}
    assert (draft.data["handling"], draft.data["subjects"]) == (["H0", "H2"], ["0:Person"])


def test_a_template_of_information_begins_information(keeper: Client, browser: Client) -> None:
    keeper.post("/cases/new/templates/add", {**FILLED, "kind": "information"})
    answer = browser.post("/cases/new/templates", {"from": Pattern.objects.get().pk})
    assert answer["Location"].startswith("/cases/inform?draft=")
    assert browser.get(answer["Location"]).status_code == 200


def test_keeping_and_removing_are_recorded(pattern: Pattern, keeper: Client) -> None:
    before = Entry.objects.count()
    assert keeper.post(f"/cases/new/templates/{pattern.pk}/", {**FILLED, "name": "Cars"}).status_code == 302
    assert Pattern.objects.get().name == "Cars"
    assert keeper.post(f"/cases/new/templates/{pattern.pk}/remove").status_code == 302
    assert (Pattern.objects.count(), Entry.objects.count()) == (0, before + 2)


def test_it_is_changed_where_it_was_written(pattern: Pattern, keeper: Client) -> None:
    page = keeper.get(f"/cases/new/templates/{pattern.pk}/").content.decode()
    assert "Who is its keeper?" in page
    assert 'value="H2" checked' in " ".join(page.split()) or "checked" in page


@pytest.mark.parametrize("path", ["add", "{}/", "{}/remove"])
def test_an_officer_without_the_duty_changes_none(pattern: Pattern, browser: Client, path: str) -> None:
    assert browser.post(f"/cases/new/templates/{path.format(pattern.pk)}", FILLED).status_code == 403
    assert Pattern.objects.get().name == FILLED["name"]


@pytest.mark.parametrize("path", ["{}/", "{}/remove"])
def test_those_of_another_authority_do_not_exist(pattern: Pattern, path: str) -> None:
    stranger = sit_down(officer_named("moro", authority="xa.cid", role=Role.SUPERVISOR))
    assert stranger.post(f"/cases/new/templates/{path.format(pattern.pk)}", FILLED).status_code == 404
    assert stranger.post("/cases/new/templates", {"from": pattern.pk}).status_code == 404
    assert str(FILLED["name"]) not in stranger.get("/cases/new/templates").content.decode()


def test_a_name_is_given_once(pattern: Pattern, keeper: Client) -> None:
    page = keeper.post("/cases/new/templates/add", FILLED)
    assert page.status_code == 200
    assert "there is a template of this name already" in page.content.decode()


@pytest.mark.parametrize("missing", ["name", "crime_area"])
def test_a_template_says_what_it_is_for(keeper: Client, missing: str) -> None:
    assert keeper.post("/cases/new/templates/add", {**FILLED, missing: ""}).status_code == 200
    assert not Pattern.objects.exists()


def test_the_list_needs_as_many_queries_for_many_as_for_one(
    pattern: Pattern, browser: Client, officer: Officer
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            browser.get("/cases/new/templates")
        return len(made)

    queries()
    few = queries()
    for number in range(5):
        Pattern.objects.create(authority="xa.ncb", name=str(number), kind="request", by=officer, at=pattern.at)
    assert queries() == few
