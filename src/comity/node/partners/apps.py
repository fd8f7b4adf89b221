"""Django's entry for the app."""

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """With whom this node exchanges."""

    name = "comity.node.partners"
    label = "partners"
    default_auto_field = "django.db.models.BigAutoField"
