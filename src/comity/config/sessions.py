"""Sessions in the database that a full disk does not end: what an officer may still read stays readable."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError

from comity.node.writing import fault_of


class SessionStore(db.SessionStore):
    """Sessions as Django keeps them; while the disk is full, the time of the last click is not written down."""

    @classmethod
    def get_model_class(cls) -> type:
        """Return the table of Django's own sessions."""
        return db.SessionStore.get_model_class()

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  # Django's own signature
        """Save the session; a new one, which somebody signs in to, fails like any other writing."""
        try:
            super().save(must_create)
        except UpdateError as error:  # Django takes it that the session was ended elsewhere, and signs the officer out
            why = error.__context__
            if not isinstance(why, OperationalError) or fault_of(why) != "full":
                raise
