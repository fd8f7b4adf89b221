"""The composition as a Django app, so that its checks and receivers are in place before the first request."""

from django.apps import AppConfig


class CompositionConfig(AppConfig):
    """Registers system checks and hands the desks' receivers to the exchange."""

    name = "comity.config"
    label = "composition"

    def ready(self) -> None:
        """Connect what may not know each other."""
        from comity.config import checks, receivers, signins  # noqa: F401, PLC0415 - need loaded apps

        receivers.register_all()
