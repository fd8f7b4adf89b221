"""Django's entry for the app."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """What this node holds."""

    name = "comity.node.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
