"""The band over every page in which life-at-risk messages ring until somebody takes them."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from comity.desks.cases import ringing
from comity.desks.cases.views.pages import UNCHANGED, writer
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty


def band(request: HttpRequest) -> SafeString:
    """Return the band as a page begins with it; empty for who answers no messages."""
    officer = request.user
    if not isinstance(officer, Officer) or not officer.may(Duty.WRITE_MESSAGES):
        return SafeString("")
    return render_to_string("cases/ringing.html", _context(officer, ringing.rings_for(officer)), request)


@never_cache
@require_GET
def rings(request: HttpRequest) -> HttpResponse:
    """Answer a page that asks every few seconds what rings: nothing where that is what it shows."""
    officer = writer(request)
    found = ringing.rings_for(officer)
    if request.GET.get("stamp") == ringing.stamp(found) and not found:
        return HttpResponse(status=UNCHANGED)
    return render(request, "cases/ringing.html#rings", _context(officer, found))


def _context(officer: Officer, found: tuple[ringing.Ring, ...]) -> dict[str, Any]:
    return {
        "rings": found,
        "stamp": ringing.stamp(found),
        "minutes": settings.NODE.alarm_minutes,
        "approves": officer.may(Duty.APPROVE),
    }
