"""The case desk's app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases, the messages in them, and candidates found for what partners ask about."""

    name = "comity.desks.cases"
    label = "cases"
