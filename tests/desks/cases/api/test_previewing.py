"""What would become of a message if it were sent, told without keeping or sending anything."""

from tests.desks.cases.api.conftest import REQUEST, System, changed, system_of
from tests.desks.cases.api.test_reading import acts
from tests.desks.cases.conftest import officer_named

from comity.desks.cases.models import CaseMessage, StoredDraft
from comity.node.officers.models import Officer


def test_a_preview_says_who_may_read_it_and_by_which_clause(officer: Officer) -> None:
    found = system_of(officer, writes=False).post("/preview", REQUEST).json()
    assert (found["allowed"], found["approvals"]) == (True, 0)
    assert {one["authority"]: one["allowed"] for one in found["recipients"]} == {"xb.spoc": True, "xc.ncb": True}
    assert all(one["clauses"] and one["agreement"] for one in found["recipients"])
    assert found["content"]["subjects"][0]["properties"]["birthDate"] == ["1974-03"]
    assert found["earlier"] == []


def test_a_preview_names_who_must_not_receive_it_and_whom_to_leave_out(system: System) -> None:
    found = system.post("/preview", changed(recipients=["xb.spoc", "xo.sec"])).json()
    refused = next(one for one in found["recipients"] if one["authority"] == "xo.sec")
    assert (found["allowed"], found["leave_out"], refused["allowed"]) == (False, ["xo.sec"], False)
    assert refused["reasons"]


def test_a_preview_tells_how_many_have_to_approve(system: System) -> None:
    victim = {**REQUEST["subjects"][0], "category": "victim"}
    assert system.post("/preview", {**REQUEST, "subjects": [victim]}).json()["approvals"] == 1


def test_a_preview_leaves_nothing_behind(system: System) -> None:
    system.get("/me")  # the first use of a day is an act of its own
    before = acts()
    assert system.post("/preview", REQUEST).status_code == 200
    assert system.post("/preview", changed(recipients=["xo.sec"])).status_code == 200
    assert acts() == before
    assert not StoredDraft.objects.exists()
    assert not CaseMessage.objects.exists()


def test_a_preview_warns_of_the_same_request_sent_before_and_of_numbers_that_do_not_fit(system: System) -> None:
    sent = system.post("/messages", REQUEST).json()
    vessel = {"schema": "Vessel", "name": ["Aurora"], "imoNumber": "9074720", "link": "It carried them."}
    found = system.post("/preview", {**REQUEST, "subjects": [*REQUEST["subjects"], vessel]}).json()
    (earlier,) = found["earlier"]
    assert (earlier["message"], earlier["direction"]) == (sent["message"], "out")
    assert earlier["partners"] == ["xb.spoc", "xc.ncb"]
    assert len(found["doubts"]) == 1


def test_of_what_another_authority_asked_a_preview_says_nothing(system: System) -> None:
    system.post("/messages", REQUEST)
    stranger = system_of(officer_named("stranger", authority="xa.cid"))
    found = stranger.post("/preview", REQUEST)
    assert found.status_code in {200, 422}
    assert not found.json().get("earlier")


def test_what_cannot_be_sent_cannot_be_previewed(system: System, asked: CaseMessage) -> None:
    assert system.post("/preview", changed(deadline="2020-01-01")).status_code == 422
    assert system.post("/preview", {"kind": "reminder", "about": asked.pk, "fields": {"text": ""}}).status_code == 409
    assert system.post("/preview", {"kind": "refusal", "about": 99_999, "fields": {"ground": "f"}}).status_code == 404
