"""The officers' app."""

from django.apps import AppConfig


class OfficersConfig(AppConfig):
    """Officers and their roles."""

    name = "comity.node.officers"
    label = "officers"
