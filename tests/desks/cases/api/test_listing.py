"""The list of messages for a national system, and the filters that its officer keeps."""

from typing import Any

import pytest
from django.test import Client
from tests.desks.cases.api.conftest import System, system_of
from tests.desks.cases.conftest import officer_named

from comity.desks.cases.models import CaseMessage, SavedFilter


def roots(system: System, **asked: Any) -> list[int]:
    answer = system.get("/messages", **asked)
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["messages"]]


def test_messages_are_listed_newest_first_and_narrowed(system: System, asked: CaseMessage, sent: CaseMessage) -> None:
    both = sorted([asked.pk, sent.pk], reverse=True)
    assert roots(system) == both
    assert roots(system, way="in") == [asked.pk]
    assert roots(system, tab="waiting") == [sent.pk]
    assert roots(system, partner="xc.ncb") == [sent.pk]
    assert roots(system, since="2999-01-01") == []
    (line,) = system.get("/messages", way="out").json()["messages"]
    assert (line["partners"], line["case"], line["incoming"]) == (["xb.spoc", "xc.ncb"], sent.case_id, False)


def test_pages_follow_one_another_without_a_gap(system: System, asked: CaseMessage, sent: CaseMessage) -> None:
    first = system.get("/messages", limit=1).json()
    second = system.get("/messages", limit=1, cursor=first["next"]).json()
    assert [first["messages"][0]["id"], second["messages"][0]["id"]] == sorted([asked.pk, sent.pk], reverse=True)
    assert second["next"] is None


def test_its_number_of_queries_does_not_grow(
    system: System, asked: CaseMessage, sent: CaseMessage, django_assert_max_num_queries: Any
) -> None:
    system.get("/messages")
    with django_assert_max_num_queries(7):
        assert len(roots(system)) == 2


@pytest.mark.parametrize("wrong", [{"kindd": "request"}, {"kind": "rumour"}, {"since": "yesterday"}, {"cursor": "x"}])
def test_a_condition_that_is_none_is_refused_and_not_dropped(system: System, wrong: dict[str, str]) -> None:
    assert system.get("/messages", **wrong).status_code == 400


def test_a_filter_is_kept_used_shown_on_the_pages_and_removed(
    system: System, browser: Client, asked: CaseMessage, sent: CaseMessage
) -> None:
    said = {"name": "From Belcourt", "tab": "open", "partner": "xb.spoc", "kind": "request"}
    made = system.post("/filters", said)
    assert made.status_code == 201, made.content
    (kept,) = system.get("/filters").json()["filters"]
    assert {name: kept[name] for name in said} == said
    assert roots(system, filter=kept["id"]) == [asked.pk]
    assert "From Belcourt" in browser.get("/cases/list").content.decode()
    assert system.get("/messages", filter=kept["id"], kind="answer").status_code == 422
    assert system.post("/filters", {**said, "kind": "answer"}).json() == {"filter": kept["id"]}
    assert system.delete(f"/filters/{kept['id']}").status_code == 200
    assert system.get("/filters").json() == {"filters": []}
    assert system.delete(f"/filters/{kept['id']}").status_code == 404


def test_the_pages_filter_is_the_interfaces(system: System, browser: Client, asked: CaseMessage) -> None:
    browser.post("/cases/list/filters", {"name": "Late", "show": "late", "urgency": "urgent"})
    (kept,) = system.get("/filters").json()["filters"]
    assert (kept["name"], kept["tab"], kept["urgency"], kept["kind"]) == ("Late", "late", "urgent", None)


def test_a_filter_is_its_officers_own(system: System, asked: CaseMessage) -> None:
    made = system.post("/filters", {"name": "Mine"}).json()["filter"]
    colleague = system_of(officer_named("colleague"))
    assert colleague.get("/filters").json() == {"filters": []}
    foreign = colleague.get("/messages", filter=made)
    absent = colleague.get("/messages", filter=made + 1)
    assert (foreign.status_code, foreign.json()) == (absent.status_code, absent.json()) == (404, absent.json())
    assert colleague.delete(f"/filters/{made}").status_code == 404
    assert SavedFilter.objects.count() == 1


def test_a_token_for_reading_keeps_and_removes_nothing(system: System, asked: CaseMessage) -> None:
    made = system.post("/filters", {"name": "Mine"}).json()["filter"]
    reading = system_of(officer_named("reading"), writes=False)
    assert reading.post("/filters", {"name": "Other"}).status_code == 403
    assert reading.delete(f"/filters/{made}").status_code == 403


def test_a_filter_needs_a_name_and_there_is_room_for_thirty(system: System, asked: CaseMessage) -> None:
    empty = system.post("/filters", {"name": " "})
    assert (empty.status_code, empty.json()["errors"][0]["pointer"]) == (422, "/name")
    for number in range(30):
        assert system.post("/filters", {"name": f"F{number}"}).status_code == 201
    assert system.post("/filters", {"name": "one more"}).status_code == 422
    assert system.post("/filters", {"name": "F3", "way": "in"}).status_code == 201


def test_a_note_is_struck_out_by_its_author_or_a_supervisor(system: System, asked: CaseMessage) -> None:
    place = f"/cases/{asked.case_id}/notes"
    first, second = (system.post(place, {"text": text}).json()["note"] for text in ("Call her.", "Call him."))
    colleague = system_of(officer_named("colleague"))
    assert colleague.delete(f"{place}/{first}").status_code == 403
    assert system.delete(f"{place}/{first}").status_code == 200
    assert system.delete(f"{place}/{first}").status_code == 409
    chief = system_of(officer_named("chief", role="supervisor"))
    assert chief.delete(f"{place}/{second}").status_code == 200
    assert [one["text"] for one in system.get(place).json()["notes"]] == ["", ""]
    stranger = system_of(officer_named("stranger", authority="xa.cid"))
    assert stranger.delete(f"{place}/{second}").status_code == stranger.delete(f"{place}/999999").status_code == 404
