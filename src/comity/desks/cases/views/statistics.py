"""The yearly statistics on requests: a page, and the same figures as a file."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from comity.desks.cases import counting, statistics, year_counts
from comity.desks.cases.views.pages import page_of
from comity.node.officers.requests import officer_of
from comity.node.officers.rules import Duty


@require_GET
def yearly(request: HttpRequest) -> HttpResponse:
    """Show what the authority publishes on a year, and whether its acts log says the same."""
    officer, at = officer_of(request, Duty.READ_STATISTICS), timezone.now()
    years = statistics.years(officer.authority, at)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 and int(asked) in years else years[0]  # noqa: PLR2004  # digits
    counting.count(at)
    if request.GET.get("form") == "json":
        return _file(year_counts.counted(officer.authority, year, at), officer.authority, year)
    found = year_counts.counting(officer.authority, year, at, anew="anew" in request.GET)
    if "anew" in request.GET:
        return redirect(f"{request.path}?year={year}")  # to look again is not to count again
    if "wait" in request.GET:
        return _how_far(request, found)
    count = found.count
    if count is None:
        return page_of(request, "cases/counting.html", active_desk="statistics", year=year, years=years, counting=found)
    report, logged = count.report, count.logged
    return page_of(
        request,
        "cases/statistics.html",
        active_desk="statistics",
        year=year,
        counted_at=count.at,
        years=years,
        report=report,
        partners=statistics.by_partner(report),
        urgencies=statistics.by_urgency(report),
        circulars=dict(statistics.circulars(report)),
        refused=sorted(report.refused.items()),
        late=sorted(report.late.items()),
        unread=logged.unread,
        same=statistics.as_json(report) == {**statistics.as_json(logged), "unread": 0},
    )


def _file(count: year_counts.Count, authority: str, year: int) -> HttpResponse:
    answer = HttpResponse(json.dumps(statistics.as_json(count.report), indent=1), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="requests-{authority}-{year}.json"'
    return answer


def _how_far(request: HttpRequest, found: year_counts.Counting) -> HttpResponse:
    """Tell a page that waits how far the count is; when it has ended, to load itself again."""
    if found.ended.is_set():
        return HttpResponse(headers={"HX-Refresh": "true"})
    return page_of(request, "cases/counting.html#far", counting=found)
