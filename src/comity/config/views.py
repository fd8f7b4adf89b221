"""Pages that belong to no desk: the way home, language, health, demo sign-in, errors."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse


@login_not_required
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Say `ok` when the database answers; nothing else is told to a stranger."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


def home(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Lead to the first desk that the officer may use."""
    return HttpResponse("home")
