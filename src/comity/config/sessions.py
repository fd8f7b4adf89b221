"""Sessions in the database: known by their officer, and not ended by a full disk."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError

from comity.node.writing import fault_of

SEEN: Final = "seen_at"
BEGUN: Final = "begun_at"
BROWSER: Final = "browser"


def handle_of(session_key: str) -> str:
    """Return the name under which pages speak of a session; its key cannot be had from it."""
    return hashlib.sha256(b"comity/session/v1\0" + session_key.encode()).hexdigest()[:20]


class SessionStore(db.SessionStore):
    """Sessions as rows of `Sitting`.

    While the disk is full, the time of the last click is not written down, so that what may be read stays readable.
    """

    @classmethod
    def get_model_class(cls) -> type:
        """Return the table of sessions."""
        from comity.node.officers.models import Sitting  # noqa: PLC0415 - the store is named before the apps are loaded

        return Sitting

    def create_model_instance(self, data: Mapping[str, Any]) -> Any:  # noqa: ANN401 - Django's own signature
        """Return the row of this session, with the columns by which it is found."""
        row: Any = super().create_model_instance(dict(data))
        who = str(data.get(SESSION_KEY, ""))
        row.handle = handle_of(row.session_key)
        row.officer_id = int(who) if who.isdecimal() else None
        row.begun_at, row.seen_at = _moment(data.get(BEGUN)), _moment(data.get(SEEN))
        row.browser = str(data.get(BROWSER, ""))[:40]
        return row

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  # Django's own signature
        """Save the session; a new one, which somebody signs in to, fails like any other writing."""
        try:
            super().save(must_create)
        except UpdateError as error:  # Django takes it that the session was ended elsewhere, and signs the officer out
            why = error.__context__
            if not isinstance(why, OperationalError) or fault_of(why) != "full":
                raise


def _moment(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, float | int) else None
