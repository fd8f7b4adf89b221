"""Have ready what the first page would wait for: addresses with their views, templates, the agreements.

Loaded with the first page they cost it a second and a half, and four officers who sign in at the beginning of a shift
wait for one another. Loaded before the console listens, a restarted node would be away for as long; so they are loaded
beside it, a moment later.
"""

import logging
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from django.apps import apps
from django.db import connections
from django.template import TemplateDoesNotExist, engines
from django.urls import NoReverseMatch, reverse

_LOG: Final = logging.getLogger(__name__)
PAUSE_S: Final = 0.5
"""First comes whoever is waiting already."""


def begin() -> threading.Thread:
    """Load all of it beside the requests that come."""
    thread = threading.Thread(target=_warm, name="warming", daemon=True)
    thread.start()
    return thread


def _warm() -> None:
    time.sleep(PAUSE_S)
    try:
        with suppress(NoReverseMatch):
            reverse("cases:home")  # every address with its view
        for name in templates():
            with suppress(TemplateDoesNotExist):
                engines["django"].get_template(name)
        _agreements()
    except Exception:  # noqa: BLE001  # whatever is wrong, the page that needs it says so better
        _LOG.warning("not everything could be loaded ahead", exc_info=True)
    finally:
        connections.close_all()


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
