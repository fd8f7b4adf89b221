"""Django's entry for the app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """What was done, and the proof of it."""

    name = "comity.node.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
