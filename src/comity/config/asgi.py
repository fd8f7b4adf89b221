"""The console as an ASGI application: the form in which live updates hold no thread."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.config.settings")

application = get_asgi_application()
