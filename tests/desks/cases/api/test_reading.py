import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.desks.cases.api.conftest import System, system_of
from tests.desks.cases.conftest import officer_named, sit_down

from comity.desks.cases.api import reading
from comity.desks.cases.models import CaseMessage, State
from comity.node.ledger.models import Entry
from comity.node.officers.models import AccessToken, Officer, WrongPasswords


def acts() -> list[str]:
    from comity.messages import canonical

    return [canonical.decode(bytes(one.opening))["kind"] for one in Entry.objects.exclude(opening=None).order_by("id")]


def test_a_case_is_read_as_its_page_shows_it(system: System, asked: CaseMessage) -> None:
    found = system.get(f"/cases/{asked.case_id}").json()
    assert found["reference"] == asked.case.reference
    (message,) = found["messages"]
    assert message["content"]["subjects"][0]["properties"]["name"] == ["Khaled al-Mansouri", "خالد المنصوري"]
    assert {"answer", "refusal", "clarification"} <= set(message["may"])
    assert system.get(f"/messages/{asked.pk}").json() == message


def test_reading_is_recorded_and_marks_nothing_as_read(system: System, asked: CaseMessage) -> None:
    before = acts().count("message.consulted")
    system.get(f"/cases/{asked.case_id}")
    system.get(f"/messages/{asked.pk}")
    assert acts().count("message.consulted") == before + 2
    asked.refresh_from_db()
    assert asked.state == State.NEW
    assert system.post(f"/cases/{asked.case_id}/read", {}).json() == {"case": asked.case_id, "new": True}
    asked.refresh_from_db()
    assert asked.state == State.OPEN


def test_cases_are_listed_by_tab_kind_and_partner(system: System, asked: CaseMessage, sent: CaseMessage) -> None:
    def ids(**query: Any) -> list[int]:
        return [one["id"] for one in system.get("/cases", **query).json()["cases"]]

    both = sorted([asked.case_id, sent.case_id], reverse=True)
    assert ids() == both
    assert ids(tab="open") == [asked.case_id]
    assert ids(tab="waiting") == [sent.case_id]
    assert ids(partner="xc.ncb") == [sent.case_id]
    assert ids(kind="answer") == []


def test_rare_and_frequent_cases_are_listed_alike(
    system: System, asked: CaseMessage, sent: CaseMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks: list[dict[str, str]] = [{"tab": "open"}, {"kind": "request"}, {"partner": "xb.spoc"}, {"partner": "xc.ncb"}]
    rare = [system.get("/cases", **one).json() for one in asks]
    monkeypatch.setattr(reading, "_FEW", 1)
    assert [system.get("/cases", **one).json() for one in asks] == rare


def test_pages_of_cases_follow_each_other_and_miss_none(
    system: System, asked: CaseMessage, sent: CaseMessage, partner: Callable[..., Any]
) -> None:
    first = system.get("/cases", limit=1).json()
    second = system.get("/cases", limit=1, cursor=first["next"]).json()
    assert [one["id"] for page in (first, second) for one in page["cases"]] == sorted(
        [sent.case_id, asked.case_id], reverse=True
    )
    assert second["next"] is None


def test_a_list_of_cases_needs_a_fixed_number_of_queries(
    system: System, sent: CaseMessage, asked: CaseMessage, django_assert_max_num_queries: Any
) -> None:
    system.get("/cases")
    with django_assert_max_num_queries(4):
        assert len(system.get("/cases").json()["cases"]) == 2


def test_partners_are_named_in_the_language_asked_for(system: System, asked: CaseMessage) -> None:
    named = {one["authority"]: one["name"] for one in system.get("/partners").json()["partners"]}
    system.language = "fr"
    assert named != {one["authority"]: one["name"] for one in system.get("/partners").json()["partners"]}
    assert "xb.spoc" in named


def test_what_is_foreign_and_what_is_absent_get_the_same_answer(asked: CaseMessage) -> None:
    stranger = system_of(officer_named("stranger", authority="xa.cid"))
    for place, number in (("cases", asked.case_id), ("messages", asked.pk)):
        foreign, absent = stranger.get(f"/{place}/{number}"), stranger.get(f"/{place}/{number + 10_000}")
        assert foreign.status_code == absent.status_code == 404
        assert foreign.content == absent.content
        assert dict(foreign.headers) == dict(absent.headers)
    assert stranger.get("/cases").json() == {"cases": [], "next": None}


def test_a_signed_in_browser_can_do_nothing_here_without_a_token(browser: Client, asked: CaseMessage) -> None:
    answer = browser.get(f"/api/v1/cases/{asked.case_id}")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert not answer.cookies


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer \x00"])
def test_without_a_valid_token_nothing_is_told(client: Client, officer: Officer, shown: str) -> None:
    answer = client.get("/api/v1/me", headers={"Authorization": shown})
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/api/v1/problems/no-token"


def test_wrong_tokens_have_to_wait_as_wrong_passwords_do(system: System, officer: Officer) -> None:
    right = system.token
    system.token = right[:-1] + ("A" if right[-1] != "A" else "B")
    answers = [system.get("/me").status_code for _ in range(6)]
    assert answers == [401] * 4 + [429] * 2
    system.token = right
    answer = system.get("/me")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 61
    assert WrongPasswords.objects.get().officer == officer


def test_a_token_can_do_no_more_than_its_officer_and_stops_with_him(system: System, officer: Officer) -> None:
    assert system.get("/cases").status_code == 200
    officer.role = "auditor"
    officer.save()
    assert system.get("/cases").status_code == 403
    officer.is_active = False
    officer.save()
    assert system.get("/cases").status_code == 401


def test_the_first_use_of_a_day_is_recorded(system: System) -> None:
    for _ in range(3):
        system.get("/me")
    assert acts().count("token.used") == 1
    assert AccessToken.objects.get().used_at is not None


def test_problems_are_told_in_the_language_asked_for_else_in_the_officers(system: System, officer: Officer) -> None:
    system.language = "fr-CH, en;q=0.5"
    french = system.get("/cases/99999")
    assert french["Content-Language"] == "fr"
    officer.language = "es"
    officer.save()
    system.language = ""
    spanish = system.get("/cases/99999")
    assert spanish["Content-Language"] == "es"


@pytest.mark.parametrize(
    "place", ["/nowhere", "/cases/x", "/cases/0", "/cases/" + "9" * 30, "/cases?limit=x", "/cases?tabs=open", "/", ""]
)
def test_whatever_is_asked_the_answer_is_a_problem_and_no_page(system: System, place: str) -> None:
    answer = system.get(place)
    assert answer.status_code in {400, 404}
    assert answer["Content-Type"] == "application/problem+json"


def test_a_method_that_is_not_known_is_named_as_such(system: System) -> None:
    answer = system.client.delete("/api/v1/cases", headers=system._headers())
    assert (answer.status_code, answer["Allow"]) == (405, "GET")
    assert answer.json()["type"] == "/api/v1/problems/no-such-method"


def test_the_document_is_openapi_3_1_and_needs_no_token(client: Client) -> None:
    found = client.get("/api/v1/openapi.json")
    assert found.status_code == 200
    assert json.loads(found.content)["openapi"] == "3.1.0"


def test_a_data_protection_officer_reads_and_does_not_write(asked: CaseMessage) -> None:
    dpo = system_of(officer_named("privacy", role="dpo"))
    assert dpo.get(f"/cases/{asked.case_id}").json()["messages"][0]["may"] == []
    assert dpo.post(f"/cases/{asked.case_id}/take", {"seen": None}).status_code == 403


def test_the_pages_of_the_console_do_not_take_a_token(system: System, officer: Officer) -> None:
    assert system.client.get("/cases/", headers=system._headers()).status_code == 302
    assert sit_down(officer).get("/cases/").status_code == 200


def test_words_are_searched_by_post_and_that_is_recorded(system: System, asked: CaseMessage) -> None:
    from comity.desks.cases import indexing

    while indexing.catch_up():
        pass
    found = system.post("/search", {"text": "Khaled"}).json()
    assert [(one["message"], one["case"]) for one in found["hits"]] == [(asked.pk, asked.case_id)]
    assert "case.searched" in acts()
    assert (
        system_of(officer_named("stranger", authority="xa.cid")).post("/search", {"text": "Khaled"}).json()["hits"]
        == []
    )


def test_notes_are_kept_and_read(system: System, asked: CaseMessage, officer: Officer) -> None:
    made = system.post(f"/cases/{asked.case_id}/notes", {"text": "Called him."}).json()
    (note,) = system.get(f"/cases/{asked.case_id}/notes").json()["notes"]
    assert (note["id"], note["text"], note["author"]) == (made["note"], "Called him.", str(officer))
    assert system.post(f"/cases/{asked.case_id}/notes", {"text": "  "}).status_code == 422
