"""Have ready what the first page would wait for: addresses with their views, templates, the agreements.

Loaded by the first request they cost it a second and a half, and several first requests at once would load them at the
same time, where one may see a module of another that is only half there. So they are loaded once, by whoever comes
first: a request, for which the others wait, or a timer a moment after the start.
"""

import gc
import logging
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.db import connections
from django.template import TemplateDoesNotExist, engines
from django.urls import NoReverseMatch, reverse

type Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_LOG: Final = logging.getLogger(__name__)
PAUSE_S: Final = 2.0
"""A node that is only restarted, or whose console nobody visits yet, has other things to do first."""


class Warm:
    """An application that answers once everything is loaded."""

    def __init__(self, application: Application, load: "Callable[[], None] | None" = None) -> None:
        self._application = application
        self._load = load or _load
        self._lock = threading.Lock()
        self._loaded = False

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        if not self._loaded:
            self.load()
        return self._application(environ, start_response)

    def load(self) -> None:
        """Load what is not loaded yet, or wait until it is; whatever fails, the page that needs it says so better."""
        with self._lock:
            if self._loaded:
                return
            try:
                self._load()
            except Exception:  # noqa: BLE001  # as said
                _LOG.warning("not everything could be loaded ahead", exc_info=True)
            gc.collect()
            gc.freeze()  # looking through all that was loaded would stop everybody for an eighth of a second
            self._loaded = True

    def load_soon(self) -> threading.Thread:
        """Load it in a moment even if nobody comes."""

        def wait() -> None:
            time.sleep(PAUSE_S)
            self.load()
            connections.close_all()

        thread = threading.Thread(target=wait, name="warming", daemon=True)
        thread.start()
        return thread


def _load() -> None:
    with suppress(NoReverseMatch):
        reverse("cases:home")  # every address with its view
    for name in templates():
        with suppress(TemplateDoesNotExist):
            engines["django"].get_template(name)
    _agreements()


def templates() -> list[str]:
    """Return the names of our own templates."""
    folders = [Path(__file__).resolve().parent.parent / "templates"]
    folders += [Path(app.path) / "templates" for app in apps.get_app_configs() if app.name.startswith("comity.")]
    return sorted(str(path.relative_to(one)) for one in folders if one.is_dir() for path in one.rglob("*.html"))


def _agreements() -> None:
    from comity.node.partners import members  # noqa: PLC0415  # models need loaded apps
    from comity.node.partners.errors import PartnersError  # noqa: PLC0415  # as above

    with suppress(PartnersError):
        members.policies()
