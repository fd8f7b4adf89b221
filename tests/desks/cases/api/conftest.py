"""A national system with an access token, as an officer gave it to it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from comity.node.officers import tokens
from comity.node.officers.models import Officer

_KEYS = count(1)


@dataclass
class System:
    """A client of the interface; every act has a key of its own if the test names none."""

    token: str
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))
    language: str = "en"

    def get(self, place: str, **query: Any) -> HttpResponse:
        return self.client.get(f"/api/v1{place}", query, headers=self._headers())

    def post(self, place: str, body: Any, *, key: str = "", **headers: str) -> HttpResponse:
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        given = {**self._headers(), "Idempotency-Key": key or f"key-of-a-test-{next(_KEYS)}", **headers}
        return self.client.post(f"/api/v1{place}", data, content_type="application/json", headers=given)

    def put(self, place: str, body: Any, *, key: str = "") -> HttpResponse:
        given = {**self._headers(), "Idempotency-Key": key or f"key-of-a-test-{next(_KEYS)}"}
        return self.client.put(f"/api/v1{place}", json.dumps(body), content_type="application/json", headers=given)

    def delete(self, place: str, *, key: str = "") -> HttpResponse:
        given = {**self._headers(), "Idempotency-Key": key or f"key-of-a-test-{next(_KEYS)}"}
        return self.client.delete(f"/api/v1{place}", headers=given)

    def upload(self, place: str, data: bytes, *, name: str = "plan.svg", key: str = "", **headers: str) -> HttpResponse:
        given = {**self._headers(), "Idempotency-Key": key or f"key-of-a-test-{next(_KEYS)}", "File-Name": name}
        kind = headers.pop("content_type", "application/octet-stream")
        return self.client.post(f"/api/v1{place}", data, content_type=kind, headers={**given, **headers})

    def _headers(self) -> dict[str, str]:
        shown = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {**shown, **({"Accept-Language": self.language} if self.language else {})}


def system_of(officer: Officer, *, writes: bool = True) -> System:
    made = tokens.make(officer, f"Registry {next(_KEYS)}", writes=writes, at=datetime.now(UTC))
    return System(made[1])


@pytest.fixture
def system(officer: Officer) -> System:
    return system_of(officer)


REQUEST: dict[str, Any] = {
    "kind": "request",
    "fields": {
        "recipients": ["xb.spoc", "xc.ncb"],
        "purpose": "criminal-investigation",
        "crime_area": "drug-trafficking",
        "legal_basis": "Drug trafficking, section 4",
        "facts": "Two containers were seized.",
        "questions": "Is he known?\nUnder which documents?",
        "urgency": "normal",
        "handling": ["H0"],
    },
    "subjects": [
        {
            "schema": "Person",
            "name": ["Khaled al-Mansouri", "خالد المنصوري"],
            "birthDate": ["1974-03"],
            "nationality": ["XD"],
            "category": "suspect",
            "link": "Released both containers.",
        }
    ],
}


def changed(**fields: Any) -> dict[str, Any]:
    """Return the request above with other fields."""
    return {**REQUEST, "fields": {**REQUEST["fields"], **fields}}


Systems = Callable[[Officer], System]
