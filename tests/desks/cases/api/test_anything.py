"""Whatever is sent to the interface, by whomever, is answered as its document says."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection
from tests.desks.cases.api.conftest import REQUEST, system_of
from tests.desks.cases.conftest import officer_named
from tests.desks.cases.test_access import asked

from comity.desks.cases.api.interface import document
from comity.desks.cases.models import CaseMessage
from comity.node.officers.models import AccessToken, WrongPasswords
from comity.node.officers.rules import Role

__all__ = ["asked"]


@pytest.fixture
def schema(db: None) -> Iterator[Any]:
    for signal in (request_started, request_finished):  # as Django's own client does: a test is one transaction
        signal.disconnect(close_old_connections)
    # What is written as the document says and is not right is refused by the form, which is a 422.
    # An empty file is sent here without its length, as no server would: that is a 411, and not an empty attachment.
    config = schemathesis.Config.from_dict(
        {
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ["2xx", 403, 404, 409, 411, 422]},
                "negative_data_rejection": {"expected-statuses": [*range(400, 430)]},
            }
        }
    )
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application(), config=config)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _is_sent_right(case: Any) -> bool:
    """Whether nothing wrong is left of a case: an empty list in a query is sent as nothing, and the token is ours."""
    return any(value in (None, [], {}) for value in (case.query or {}).values())


@pytest.mark.parametrize("role", list(Role))
def test_every_operation_keeps_to_its_document(
    schema: Any, role: Role, asked: CaseMessage, sampled: Callable[[int, int], int]
) -> None:
    system = system_of(officer_named("somebody", role=role))
    token = system.token
    AccessToken.objects.update(confirmed_until=timezone.now() + timedelta(days=1))  # so that exports are tried, too
    here = {"case_id": asked.case_id, "message_id": asked.pk, "candidate_id": asked.candidates.get().pk}
    if (draft := system.post("/drafts", REQUEST)).status_code == 201:
        here["draft_id"] = draft.json()["draft"]
    began, most_s = time.monotonic(), sampled(4, 600)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == sum(len(methods) for methods in document()["paths"].values())
    first = list(Role).index(role) * len(operations) // len(Role)  # on a busy machine each role begins elsewhere
    for operation in (*operations[first:], *operations[:first]):
        if time.monotonic() - began > most_s:
            break
        wanted = {one.name for one in operation.path_parameters}
        known = {name: value for name, value in here.items() if name in wanted}
        cases = st.one_of(
            operation.as_strategy(GenerationMode.POSITIVE),
            operation.as_strategy(GenerationMode.NEGATIVE),
            *([operation.as_strategy(GenerationMode.POSITIVE, path_parameters=known)] if known else []),
        )

        @settings(
            max_examples=sampled(6, 1000),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases)
        def keeps(case: Any) -> None:
            WrongPasswords.objects.all().delete()  # the checks try wrong tokens, too
            if time.monotonic() - began < most_s:
                case.call_and_validate(
                    headers={"Authorization": f"Bearer {token}"},
                    excluded_checks=[negative_data_rejection] if _is_sent_right(case) else [],
                )

        keeps()
