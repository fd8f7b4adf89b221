"""A database that holds messages already gets their clocks."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

AT = datetime(2026, 11, 2, 8, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_requests_of_before_are_given_the_laws_time_limits() -> None:
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes("cases")
    executor.migrate([("cases", "0004_what_came_in_is_kept_once")])
    try:
        old = executor.loader.project_state([("cases", "0004_what_came_in_is_kept_once")]).apps
        case = old.get_model("cases", "Case").objects.create(reference="R", authority="xa.ncb", opened_at=AT)
        stored = old.get_model("cases", "CaseMessage").objects

        def store(number: int, **given: object) -> object:
            plain = {"case": case, "authority": "xa.ncb", "originator": "xa.ncb", "incoming": False, "kind": "request"}
            codes = {"reference": "R", "msg": bytes([number]) * 32, "urgency": "normal", "sent_at": AT, "state": "open"}
            return stored.create(**{**plain, **codes, **given})

        ours = store(1, urgency="urgent")
        store(2, incoming=True, originator="xb.spoc", arrived_at=AT + timedelta(hours=1))
        store(3, deadline=AT + timedelta(days=3))
        store(4, kind="answer")
        old.get_model("cases", "Addressee").objects.create(message=ours, authority="xb.spoc", note_id=1)
        MigrationExecutor(connection).migrate(newest)
        state = MigrationExecutor(connection).loader.project_state(newest).apps
        due = dict(state.get_model("cases", "CaseMessage").objects.values_list("msg", "due_at"))
        assert {bytes(msg)[0]: at for msg, at in due.items()} == {
            1: AT + timedelta(hours=8),
            2: AT + timedelta(days=7, hours=1),
            3: AT + timedelta(days=3),
            4: None,
        }
        copy = state.get_model("cases", "Addressee").objects.get()
        assert (copy.limit_at, copy.due_at, copy.warn_at) == (
            AT + timedelta(hours=8), AT + timedelta(hours=8), AT + timedelta(hours=6),
        )  # fmt: skip
    finally:
        MigrationExecutor(connection).migrate(newest)
