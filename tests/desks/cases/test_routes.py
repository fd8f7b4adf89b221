"""Every address of a node, read from its own configuration: who opens it, and that what is foreign looks absent.

A new address without a rule here fails, and so does one that tells a stranger whether something exists.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from tests.desks.cases.api.conftest import REQUEST, system_of
from tests.desks.cases.conftest import FILLED, officer_named, posted, sit_down
from tests.desks.cases.test_access import asked
from tests.desks.cases.test_patterns import FILLED as TEMPLATE
from tests.desks.cases.test_records import WHY, held

from comity.desks.cases import actions
from comity.desks.cases.actions import announcing
from comity.desks.cases.hooked import Subscription, Told
from comity.desks.cases.models import CaseMessage, DraftState, Handover, Pattern, SavedFilter, StoredDraft
from comity.node.officers.models import AccessToken, Officer
from comity.node.officers.rules import Role
from comity.node.partners.models import Incident

__all__ = ["asked"]  # a request of a partner with a candidate

READ = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.DPO})
WRITE = frozenset({Role.OFFICER, Role.SUPERVISOR})
APPROVE = frozenset({Role.SUPERVISOR})
OVERSEE = frozenset({Role.SUPERVISOR, Role.DPO, Role.AUDITOR})
SETTLE = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
ADMINISTER = frozenset({Role.ADMINISTRATOR})
SIGNED_IN = frozenset(Role)
OPEN = None
"""Asks for no sign-in: it is one itself, shows nothing of anybody, or its address is a secret."""

RULES: dict[str, frozenset[Role] | None] = {
    **dict.fromkeys(
        ["health", "language", "theme", "demo_sign_in", "provider", "provider_back", "account_login",
         "account_inactive", "account_signup", "account_reset_password", "mfa_authenticate", "mfa_login_webauthn",
         "cases:calendar",
         "api:openapi-json", "api:problem", "api:nowhere"], OPEN),
    **dict.fromkeys(
        ["home", "me", "pulse", "end_own_session", "confirm", "account_logout", "account_reauthenticate",
         "account_change_password", "mfa_index", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp",
         "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "mfa_list_webauthn",
         "mfa_add_webauthn", "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "mfa_edit_webauthn", "api:me"],
        SIGNED_IN),
    **dict.fromkeys(["sign_ins", "end_session", "open_again"], ADMINISTER),
    **dict.fromkeys(["incidents", "incident_evidence", "incident_settle"], SETTLE),
    **dict.fromkeys(["cases:statistics", "api:statistics"], OVERSEE),
    **dict.fromkeys(
        ["cases:approvals", "cases:approval", "cases:add_pattern", "cases:pattern", "cases:remove_pattern",
         "api:approvals", "api:approval", "api:approve", "api:return", "api:template"], APPROVE),
    **dict.fromkeys(
        ["make_calendar", "revoke_calendar", "mail", "systems", "make_token", "confirm_token", "end_confirmation",
         "revoke_token", "subscribe", "unsubscribe", "cases:home", "cases:list", "cases:export", "cases:choose_columns",
         "cases:keep_filter", "cases:drop_filter", "cases:search", "cases:partners", "cases:partner", "cases:records",
         "cases:look_up", "cases:record", "cases:case", "cases:bundle", "cases:kept", "cases:review", "cases:proof",
         "cases:evidence", "cases:download", "cases:look", "api:cases", "api:case", "api:message", "api:messages",
         "api:partners", "api:partner", "api:download", "api:read", "api:links", "api:search", "api:notes",
         "api:filters", "api:filter", "api:home", "api:at_home", "api:bundle", "api:export", "api:proofs",
         "api:evidence", "api:records", "api:look_up", "api:record"], READ),
    **dict.fromkeys(
        ["cases:bulk", "cases:new", "cases:start_from", "cases:patterns", "cases:inform", "cases:assist", "cases:enter",
         "cases:enter_assistance", "cases:handover", "cases:handover_read", "cases:drafts", "cases:draft",
         "cases:discard", "cases:restore", "cases:take_back", "cases:draft_files", "cases:detach", "cases:draft_look",
         "cases:leaving", "cases:call_back", "cases:send_now", "cases:ringing", "cases:notes", "cases:links",
         "cases:facts", "cases:hold", "cases:answer", "cases:nothing_found", "cases:refuse", "cases:clarify",
         "cases:supplement", "cases:hit", "cases:ask_consent", "cases:consent", "cases:acknowledge",
         "cases:enter_answer", "cases:remind", "cases:correct", "cases:withdraw", "cases:decide", "api:decision",
         "api:take", "api:give_back", "api:preview", "api:drafts", "api:draft", "api:draft_preview", "api:draft_send",
         "api:discard", "api:restore", "api:take_back", "api:files", "api:file", "api:colleagues", "api:units",
         "api:forward", "api:assign", "api:bulk", "api:handovers", "api:handover_read", "api:link", "api:operation",
         "api:note", "api:close", "api:reopen", "api:nothing_found", "api:templates", "api:start_from_template",
         "api:start_from_message", "api:entered", "api:entered_drafts", "api:entered_answer", "api:ringing"], WRITE),
}  # fmt: skip
SHOWN_TO_ALL = {"authority", "code", "year", "token", "secret"}
"""Parameters that name nothing of anybody's: members of the directory, kinds, years, and secrets drawn for one."""

POSTED: dict[str, Any] = {
    "step": "take", "shown": "", "text": "K", "q": "K", "verdict": "return", "reason": "Leave it out.", "pick": "1",
    "found": "They told us.", "name": "K", **WHY,
}  # fmt: skip
"""What suits most forms."""
HAPPENED = {"channel": "telephone", "happened_at": "2026-11-02T08:00:00+00:00", "partner": "xb.spoc", "spoken_to": "A"}
CAME = {**REQUEST, "fields": {name: one for name, one in REQUEST["fields"].items() if name != "recipients"}}
SAID: dict[str, Any] = {
    "decision": {"verdict": "same"}, "take": {"seen": None}, "give_back": {"seen": 1}, "notes": {"text": "Called."},
    "messages": REQUEST, "preview": REQUEST, "drafts": REQUEST, "draft": REQUEST, "search": {"text": "Khaled"},
    "forward": {"unit": "fraud", "seen": None}, "assign": {"to": 1, "seen": None}, "operation": {"name": "Tide"},
    "links": {"reference": "XA-1", "why": "The same ship."}, "approve": {"read": "0" * 64}, "return": {"reason": "No."},
    "bulk": {"act": "take", "cases": [1]}, "handovers": {"to": 1, "cases": [1]}, "filters": {"name": "Mine"},
    "look_up": {"text": "Nabil", **WHY}, "record": WHY,
    "entered": {"happened": HAPPENED, "message": CAME}, "entered_drafts": {"message": CAME},
    "entered_answer": {"happened": HAPPENED, "outcome": "negative", "text": "Not known."},
    "templates": TEMPLATE, "template": TEMPLATE,
}  # fmt: skip
"""What suits an operation of the interface; nothing for the others."""


_KEYS = count(1)


@dataclass(frozen=True)
class Route:
    """An address as it is configured."""

    name: str
    form: str

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(re.findall(r"<(?:\w+:)?(\w+)>", self.form))

    def address(self, values: dict[str, Any]) -> str:
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), self.form)

    @property
    def is_interface(self) -> bool:
        return self.name.startswith("api:")


def routes() -> tuple[Route, ...]:
    """Return every address of the node, each once."""

    def walk(patterns: list[Any], space: str, before: str) -> Iterator[Route]:
        for one in patterns:
            if isinstance(one, URLResolver):
                within = f"{space}{one.namespace}:" if one.namespace else space
                yield from walk(one.url_patterns, within, before + str(one.pattern))
            elif isinstance(one, URLPattern):
                yield Route(space + (one.name or "?"), before + str(one.pattern))

    return tuple(dict.fromkeys(walk(get_resolver().url_patterns, "", "")))


@pytest.fixture
def there(asked: CaseMessage, officer: Officer, at: datetime) -> dict[str, Any]:
    """One of everything that an address can name, all of one officer of our authority."""
    browser = sit_down(officer)
    browser.post("/cases/new", dict(posted(draft="0123456789abcdef" * 2, step="files").lists()))
    draft = StoredDraft.objects.get()
    file = SimpleUploadedFile("plan.txt", b"the harbour at night")
    browser.post(f"/cases/drafts/{draft.pk}/files", {"file": file})
    draft_file = draft.files.get()
    StoredDraft.objects.create(
        key="1" * 32, kind="request", authority="xa.ncb", author=officer, saved_at=at, state=DraftState.WAITING,
        needed=1, submitted_at=at, data=draft.data,
    )  # fmt: skip
    actions.add_note(asked.case, "Called.", officer, at=at)
    handover = Handover.objects.create(authority="xa.ncb", by=officer, to=officer, at=at)
    handover.cases.add(asked.case)
    announcing.subscribe(officer, "https://cases.example.org/in", [Told.ARRIVED], at=at)
    system_of(officer)
    passkey = Authenticator.objects.create(
        user=officer, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}, "passwordless": True}
    )
    return {
        "case_id": asked.case_id,
        "message_id": asked.pk,
        "candidate_id": asked.candidates.get().pk,
        "draft_id": draft.pk,
        "waiting_id": StoredDraft.objects.get(state=DraftState.WAITING).pk,
        "file_id": draft_file.pk,
        "sha256": bytes(draft_file.sha256).hex(),
        "filter_id": SavedFilter.objects.create(officer=officer, name="Mine", query="way=in", at=at).pk,
        "pattern_id": (made := Pattern.objects.create(
            authority="xa.ncb", name="Ship", crime_area="drug-trafficking", kind="request", language="en",
            data=dict(FILLED), by=officer, at=at,
        )).pk,
        "template_id": made.pk,
        "handover_id": handover.pk,
        "record_id": held(at).pk,
        "incident_id": Incident.objects.create(code="log.forked", subject="xb.spoc/x1", digest=bytes(32), at=at).pk,
        "note_id": asked.case.notes.get().pk,
        "link_id": 1,
        "token_id": AccessToken.objects.get(officer=officer).pk,
        "subscription_id": Subscription.objects.get().pk,
        "pk": passkey.pk,
        "authority": "xb.spoc", "code": "wait", "year": 2026, "token": "no-token", "secret": "no-secret",
    }  # fmt: skip


@dataclass
class Caller:
    """Somebody at a browser with a token beside it; both answer for him."""

    browser: Client
    bearer: str
    officer: Officer | None = None

    @classmethod
    def of(cls, officer: Officer) -> "Caller":
        system = system_of(officer)
        AccessToken.objects.filter(officer=officer).update(confirmed_until=timezone.now() + timedelta(hours=1))
        return cls(sit_down(officer), system.token, officer)

    def call(self, route: Route, address: str, method: str) -> HttpResponse:
        if not route.is_interface:
            if self.officer is not None and "_auth_user_id" not in self.browser.session:  # an address before signed out
                self.browser = sit_down(self.officer)
            return self.browser.post(address, POSTED) if method == "POST" else self.browser.get(address)
        headers = {"Idempotency-Key": f"key-of-a-test-{next(_KEYS)}"}
        if self.bearer:
            headers["Authorization"] = f"Bearer {self.bearer}"
        said = json.dumps(SAID.get(route.name.partition(":")[2], {}))
        kind = "application/octet-stream" if route.name == "api:files" else "application/json"
        if route.name == "api:files":
            headers["File-Name"] = "plan.txt"
        made: HttpResponse = self.browser.generic(
            method, address, said if method in {"POST", "PUT"} else "", content_type=kind, headers=headers
        )
        return made


def methods(route: Route) -> tuple[str, ...]:
    return ("GET", "POST", "PUT", "DELETE") if route.is_interface else ("GET", "POST")


def values_for(route: Route, there: dict[str, Any]) -> dict[str, Any]:
    """Return what an address names: what waits for approval is another draft than what can be written on."""
    waits = "approval" in route.form
    return {**there, "draft_id": there["waiting_id"]} if waits else there


def answers(caller: Caller, there: dict[str, Any]) -> Iterator[tuple[Route, str, HttpResponse]]:
    for route in routes():
        for method in methods(route):
            yield route, method, caller.call(route, route.address(values_for(route, there)), method)


CLOSED = {401, 403, 404, 405, 411, 415}


def test_every_address_has_a_rule() -> None:
    assert {one.name for one in routes()} == set(RULES)


def test_without_a_sign_in_nothing_opens_but_what_is_meant_to(there: dict[str, Any]) -> None:
    opened = [
        (route.name, method, answer.status_code)
        for route, method, answer in answers(Caller(Client(), ""), there)
        if RULES[route.name] is not OPEN
        and answer.status_code not in CLOSED
        and not (answer.status_code == 302 and answer["Location"].startswith("/account/login/"))
    ]
    assert opened == []


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_nothing_that_it_does_not_include(there: dict[str, Any], role: Role) -> None:
    opened = [
        (route.name, method, answer.status_code)
        for route, method, answer in answers(Caller.of(officer_named("somebody", role=role)), there)
        if (rule := RULES[route.name]) is not OPEN and role not in rule and answer.status_code not in CLOSED
    ]
    assert opened == []


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_kept_out_of_nothing_that_it_includes(there: dict[str, Any], role: Role) -> None:
    """What is forbidden to it by method or state is another answer than a no."""
    caller = Caller.of(officer_named("somebody", role=role))
    kept_out = [
        route.name
        for route in routes()
        if (rule := RULES[route.name]) is not OPEN
        and role in rule
        and all(
            caller.call(route, route.address(values_for(route, there)), method).status_code in {401, 403}
            for method in methods(route)
        )
    ]
    assert kept_out == []


def told(answer: HttpResponse, address: str, values: dict[str, Any]) -> tuple[int, dict[str, str], str]:
    """Return all that an answer tells, without what is drawn anew each time and what the asker said himself."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = body.decode(errors="replace").replace(address, "ADDRESS")
    text = re.sub(r'nonce="[^"]+"', "nonce", text)
    text = re.sub(r'(csrfmiddlewaretoken" value=)"[^"]+"', r"\1", text)
    text = re.sub(r'("X-CSRFToken": ?)"[^"]+"', r"\1", text)
    headers = {
        name: re.sub(r"'nonce-[^']+'", "nonce", value).replace(address, "ADDRESS")
        for name, value in answer.items()
        if name not in {"Content-Length", "Date"}
    }
    for value in values.values():
        headers = {name: one.replace(f"/{value}/", "/ID/") for name, one in headers.items()}
    return answer.status_code, headers, text


@pytest.mark.parametrize("who", ["of another authority", "a colleague"])
def test_what_is_foreign_looks_as_what_is_absent(there: dict[str, Any], who: str) -> None:
    """Of a colleague's things only those that are his own: drafts, tokens, filters, hand-overs, passkeys."""
    if who == "a colleague":
        stranger = officer_named("berg", role=Role.OFFICER)
        own = {"draft_id", "token_id", "subscription_id", "filter_id", "handover_id", "pk", "file_id"}
    else:
        stranger = officer_named("stranger", role=Role.SUPERVISOR, authority="xa.cid")
        own = set(there) - SHOWN_TO_ALL - {"incident_id"}  # an incident is the node's
    caller, differing, vague, compared = Caller.of(stranger), [], [], 0
    for route in routes():
        named = set(route.parameters) & own
        if not named:
            continue
        real = {name: values_for(route, there)[name] for name in route.parameters}
        absent = real | {name: ("f" * 64 if name == "sha256" else 987_654_321) for name in named}
        for method in methods(route):
            found = []
            for values in (real, absent):
                address = route.address(values)
                found.append(told(caller.call(route, address, method), address, values))
            compared += 1
            vague += [(route.name, method, one[0]) for one in found if one[0] == 400]  # was it judged at all?
            if found[0] != found[1]:
                differing.append((route.name, method, found))
    assert compared > 80
    assert {status for _route, _method, status in vague} == set(), vague
    assert differing == []
