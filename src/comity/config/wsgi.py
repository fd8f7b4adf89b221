"""The console as a WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.config.settings")

_django = get_wsgi_application()

from comity.config import warming  # noqa: E402  # needs Django's set-up

application = warming.Warm(_django)
application.load_soon()
