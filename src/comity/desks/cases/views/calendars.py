"""The calendar of deadlines, fetched by a program that is not signed in."""

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from comity.desks.cases import calendars
from comity.desks.cases.actions.calendars import note_fetched


@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Hand out the deadlines of the officer to whom the address belongs; an unknown and a revoked one look the same."""
    calendar, at = calendars.of_secret(secret), timezone.now()
    if calendar is None:
        raise Http404
    note_fetched(calendar, at=at)
    data = calendars.to_ics(calendar, at)
    etag = quote_etag(hashlib.sha256(data).hexdigest()[:32])
    response = HttpResponse(
        data,
        content_type="text/calendar; charset=utf-8",
        headers={
            "ETag": etag,
            "Cache-Control": "private, no-cache",
            "Content-Language": calendar.officer.language,
            "Content-Disposition": 'inline; filename="deadlines.ics"',
            "Referrer-Policy": "no-referrer",
        },
    )
    return get_conditional_response(request, etag=etag, response=response) or response
