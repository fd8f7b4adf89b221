"""Addresses of the interface for national systems, below /api/v1/."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt

from comity.desks.cases.api import problems
from comity.desks.cases.api.interface import patterns


@csrf_exempt
@login_not_required
def nowhere(_request: HttpRequest) -> HttpResponse:
    """Answer at every address that there is not."""
    return problems.problem("not-found")


app_name = "api"
urlpatterns = [*patterns(), re_path("", nowhere, name="nowhere")]
