"""The pages of the records: what this node holds, and who looked at it for what."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from comity.desks.cases import actions, records
from comity.desks.cases.forms.records import LookUpForm, WhyForm
from comity.desks.cases.records import Why
from comity.node.officers.models import Officer
from comity.node.officers.requests import officer_of
from comity.node.officers.rules import Duty
from comity.node.records.models import Record

_WHY = "records_why"  # in the session: as long as it lasts, the next look is for the same


def _reader(request: HttpRequest) -> Officer:
    return officer_of(request, Duty.READ_RECORDS)


def _why(request: HttpRequest) -> Why | None:
    stated = request.session.get(_WHY)
    return Why(stated["purpose"], stated["reason"]) if stated else None


def _state(request: HttpRequest, form: WhyForm) -> Why:
    why = Why(form.cleaned_data["purpose"], form.cleaned_data["reason"])
    request.session[_WHY] = {"purpose": why.purpose, "reason": why.reason}
    return why


def _page(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    return render(request, template, {"active_desk": "records", **context})


@require_GET
def sources(request: HttpRequest) -> HttpResponse:
    """Show which lists this node holds, and the form of a search."""
    officer = _reader(request)
    stated = request.session.get(_WHY)
    found = records.sources(officer, timezone.now().date())
    return _page(request, "cases/records.html", sources=found, form=LookUpForm(initial=stated))


@require_POST
def look_up(request: HttpRequest) -> HttpResponse:
    """Show what a search finds; by POST, so that no name stands in an address or a log."""
    officer, now = _reader(request), timezone.now()
    form = LookUpForm(request.POST)
    if not form.is_valid():
        return _page(request, "cases/records.html", sources=records.sources(officer, now.date()), form=form)
    why = _state(request, form)
    found = records.search(officer, form.cleaned_data["q"], why, now.date())
    actions.note_look_up(officer, why, found, at=now)
    return _page(
        request,
        "cases/records.html",
        form=form,
        searched=form.cleaned_data["q"],
        found=found,
        full=len(found) == records.FOUND,
    )


def record(request: HttpRequest, record_id: int) -> HttpResponse:
    """Show a record with its source and time, once it is said why."""
    officer, now = _reader(request), timezone.now()
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _state(request, form)
    if (why := _why(request)) is None:
        return _page(request, "cases/why.html", form=form)
    try:
        found = records.record_for(officer, record_id, why, now.date())
    except Record.DoesNotExist:
        raise Http404 from None
    actions.note_consulted(officer, why, found, at=now)
    return _page(request, "cases/record.html", view=found, why=why)
