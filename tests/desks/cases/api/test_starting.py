"""What a national system begins with, and the figures that it may fetch."""

from datetime import datetime

import pytest
from tests.desks.cases.api.conftest import System, system_of
from tests.desks.cases.conftest import officer_named

from comity.desks.cases.models import CaseMessage, Pattern
from comity.node.ledger.models import Entry
from comity.node.officers.models import Officer
from comity.node.officers.rules import Role


@pytest.fixture
def template(officer: Officer, at: datetime) -> Pattern:
    data = {
        "subjects": ["0:Person"],
        "purpose": ["criminal-investigation"],
        "crime_area": ["vehicle-crime"],
        "facts": ["The car was stolen on …"],
        "handling": ["H0", "H1"],
    }
    return Pattern.objects.create(
        authority="xa.ncb", name="Cars", kind="request", language="en", crime_area="vehicle-crime", data=data,
        by=officer, at=at,
    )  # fmt: skip


def test_a_template_gives_a_body_that_only_lacks_what_is_new(system: System, template: Pattern) -> None:
    (line,) = system.get("/templates").json()["templates"]
    assert (line["id"], line["name"], line["kind"]) == (template.pk, "Cars", "request")
    body = system.get(f"/templates/{template.pk}/start").json()["body"]
    assert body["fields"]["facts"] == "The car was stolen on …"
    assert body["fields"]["handling"] == ["H0", "H1"]
    body["fields"] |= {"recipients": ["xb.spoc"], "legal_basis": "s 7", "questions": "Known?", "urgency": "normal"}
    body["subjects"] = [{"schema": "Person", "name": ["Juan Vega"], "category": "suspect", "link": "He sold it."}]
    assert system.post("/messages", body).status_code == 201


def test_an_earlier_message_gives_a_body_and_that_it_was_read_is_recorded(system: System, asked: CaseMessage) -> None:
    before = Entry.objects.count()
    found = system.get(f"/messages/{asked.pk}/start").json()
    assert found["body"]["subjects"][0]["name"][0] == "Khaled al-Mansouri"
    assert found["left"]
    assert Entry.objects.count() > before


def test_templates_of_others_do_not_exist(system: System, template: Pattern) -> None:
    stranger = system_of(officer_named("stranger", authority="xa.cid"))
    assert stranger.get("/templates").json() == {"templates": []}
    absent = stranger.get(f"/templates/{template.pk + 1}/start")
    foreign = stranger.get(f"/templates/{template.pk}/start")
    assert foreign.status_code == 404
    assert foreign.json() == absent.json()
    assert system_of(officer_named("watcher", role="auditor")).get("/templates").status_code == 403


def test_a_partner_is_told_of_as_on_its_page(system: System, sent: CaseMessage) -> None:
    found = system.get("/partners/xb.spoc").json()
    assert found["authority"] == "xb.spoc"
    assert [one["message"] for one in found["they_owe"]] == [sent.pk]
    assert found["we_owe"] == []
    assert len(found["identity"]) > 20
    for none in ("xz.ncb", "xa.ncb", "nobody"):
        assert system.get(f"/partners/{none}").status_code in {404, 400}


def test_the_figures_of_a_year_are_for_whoever_may_read_them(at: datetime, asked: CaseMessage) -> None:
    statuses = {}
    for role in Role:
        system = system_of(officer_named(f"of-{role}", role=role))
        answer = system.get(f"/statistics/{at.year}")
        statuses[role] = answer.status_code
        if answer.status_code == 200:
            assert answer.json()["same"]
            assert system.get("/statistics/1999").status_code == 404
    assert set(statuses.values()) == {200, 403}
    assert statuses[Role.ADMINISTRATOR] == 403


KEPT = {
    "name": "Stolen boats",
    "kind": "request",
    "language": "en",
    "crime_area": "vehicle-crime",
    "purpose": "criminal-investigation",
    "facts": "The boat … was stolen on …",
    "handling": ["H1"],
}


def test_a_template_is_kept_changed_and_removed_by_whoever_approves(desk: None) -> None:
    chief = system_of(officer_named("chief", role=Role.SUPERVISOR))
    made = chief.post("/templates", KEPT)
    assert made.status_code == 201, made.content
    key = made.json()["template"]
    assert chief.get(f"/templates/{key}/start").json()["body"]["fields"]["handling"] == ["H0", "H1"]
    assert chief.put(f"/templates/{key}", {**KEPT, "name": "Boats"}).json() == {"template": key}
    assert [one["name"] for one in chief.get("/templates").json()["templates"]] == ["Boats"]
    assert chief.delete(f"/templates/{key}").json() == {"removed": key}
    assert not Pattern.objects.exists()
    assert b"template.removed" in bytes(Entry.objects.order_by("-id")[0].opening or b"")


def test_a_template_has_a_name_of_its_own_and_names_what_is_wrong(desk: None, template: Pattern) -> None:
    chief = system_of(officer_named("chief", role=Role.SUPERVISOR))
    taken = chief.post("/templates", {**KEPT, "name": "Cars"})
    assert (taken.status_code, taken.json()["errors"][0]["pointer"]) == (422, "/name")
    wrong = chief.put(f"/templates/{template.pk}", {**KEPT, "crime_area": "gossip"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/crime_area")
    template.refresh_from_db()
    assert template.crime_area == "vehicle-crime"


def test_who_does_not_approve_keeps_no_template(system: System, template: Pattern) -> None:
    chief = officer_named("chief", role=Role.SUPERVISOR)
    for one in (system, system_of(chief, writes=False)):
        assert one.post("/templates", KEPT).status_code == 403
        assert one.put(f"/templates/{template.pk}", KEPT).status_code == 403
        assert one.delete(f"/templates/{template.pk}").status_code == 403
    stranger = system_of(officer_named("stranger", authority="xa.cid", role=Role.SUPERVISOR))
    assert stranger.delete(f"/templates/{template.pk}").status_code == 404
    assert stranger.put(f"/templates/{template.pk}", KEPT).status_code == 404
    assert Pattern.objects.count() == 1
