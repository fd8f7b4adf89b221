"""Django's entry for the app."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The door through which notes leave and arrive."""

    name = "comity.node.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"
