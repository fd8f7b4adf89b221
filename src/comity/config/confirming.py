"""The page between an act that asks for a fresh second factor and its going on (see node/officers/stepup.py)."""

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from comity.config.demosignin import demo_allowed
from comity.node.officers import stepup
from comity.node.officers.requests import officer_of


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a second factor; once it is fresh, send on what waits under `token`, exactly as it was asked for."""
    officer = officer_of(request)
    asked = stepup.waiting(request, token)
    if asked is None:
        return render(request, "account/confirm.html", {"state": "gone"}, status=410)
    if request.method == "POST" and demo_allowed(request):
        stepup.confirm(request)
    if stepup.is_fresh(request):
        stepup.forget(request, token)
        return render(request, "account/confirm.html", {"state": "on", "asked": asked})
    after = urlencode({"next": reverse(settings.STEP_UP_URL, args=[token])})
    ways = [
        {"text": way["description"], "address": f"{way['url']}?{after}"}
        for way in get_adapter().get_reauthentication_methods(officer)
    ]
    if demo_allowed(request):  # its visitors know no password and have perhaps left their passkey elsewhere
        return render(request, "account/confirm.html", {"state": "demo", "asked": asked, "ways": ways})
    if not ways:
        raise PermissionDenied
    return redirect(ways[0]["address"])
