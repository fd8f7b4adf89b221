"""Who is signed in where: my own sessions, and for an administrator everybody's, with names that are closed."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comity.config import browsers, lockout
from comity.config.frame import left_s
from comity.config.signins import record
from comity.node.officers import actions
from comity.node.officers.models import Officer, Sitting, WrongPasswords
from comity.node.officers.requests import officer_of
from comity.node.officers.rules import Duty
from comity.node.writing import writing

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class SittingView:
    """One session as a page shows it."""

    handle: str
    officer: Officer
    begun_at: datetime | None
    seen_at: datetime | None
    browser: str
    mine: bool


def of(officer: Officer, own_key: str) -> tuple[SittingView, ...]:
    """Return the officer's sessions, this browser's first, then the one used last."""
    found = [_view(one, own_key) for one in _open().filter(officer=officer)]
    return tuple(sorted(found, key=lambda one: not one.mine))


@never_cache
@require_http_methods(["GET", "POST"])
def pulse(request: HttpRequest) -> HttpResponse:
    """Tell a page for how many seconds its session lives on; asked by POST, at an officer's hand, prolong it."""
    officer_of(request)
    now = time.time()
    if request.method == "POST":
        request.session["seen_at"] = now
    idle_s, hours_s = left_s(request, now)
    return JsonResponse({"idle_s": int(idle_s), "hours_s": int(hours_s)})


@require_POST
def end_own(request: HttpRequest) -> HttpResponse:
    """Sign me out of one of my browsers, or of all but this one."""
    officer = officer_of(request)
    handle, own = request.POST.get("handle", ""), request.session.session_key or ""
    if handle and Sitting.objects.filter(officer=officer, handle=handle, session_key=own).exists():
        logout(request)
        return redirect("account_login")
    with writing():
        count = actions.end_sittings(officer, handle=handle, keep=own)
        if count:
            record("officer.session-ended", officer, why="self", sessions=count)
    messages.success(request, _ended(count))
    return redirect("me")


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show an administrator who is signed in, and for whom sign-in is closed."""
    officer_of(request, Duty.ADMINISTER)
    page = Paginator(_open(), PAGE).get_page(request.GET.get("page"))
    shown = [_view(one, request.session.session_key or "") for one in page]
    closed = lockout.all_closed(timezone.now())
    return render(request, "sign_ins.html", {"active_desk": "sign-ins", "page": page, "shown": shown, "closed": closed})


@require_POST
def end_of_officer(request: HttpRequest) -> HttpResponse:
    """End one session of an officer, or all of them."""
    administrator = officer_of(request, Duty.ADMINISTER)
    handle = request.POST.get("handle", "")
    sitting = Sitting.objects.filter(handle=handle, officer__isnull=False).select_related("officer").first()
    if sitting is None or sitting.officer is None:
        messages.info(request, _("This session is over already."))
        return redirect("sign_ins")
    of_all = request.POST.get("which") == "all"
    with writing():
        count = actions.end_sittings(
            sitting.officer, handle="" if of_all else handle, keep=request.session.session_key or ""
        )
        if count:
            record("officer.session-ended", sitting.officer, by=administrator, why="administrator", sessions=count)
    messages.success(request, _ended(count))
    return redirect("sign_ins")


@require_POST
def open_again(request: HttpRequest) -> HttpResponse:
    """Let passwords be tried again for a name from an address."""
    administrator = officer_of(request, Duty.ADMINISTER)
    number = request.POST.get("id", "")
    found = WrongPasswords.objects.filter(pk=int(number) if number.isdecimal() else 0).first()
    if found is None:
        raise Http404
    with writing():
        found.delete()
        record("officer.sign-in-opened", found.officer or administrator, by=administrator)
    messages.success(request, _("Sign-in is open again."))
    return redirect("sign_ins")


def _open() -> QuerySet[Sitting]:
    now, node = timezone.now(), settings.NODE
    return (
        Sitting.objects.filter(
            officer__isnull=False,
            seen_at__gt=now - timedelta(minutes=node.idle_minutes),
            begun_at__gt=now - timedelta(hours=node.session_hours),
        )
        .select_related("officer")
        .defer("session_data")
        .order_by("-seen_at", "handle")
    )


def _view(row: Sitting, own_key: str) -> SittingView:
    assert row.officer is not None  # noqa: S101  # the query leaves out rows without an officer
    return SittingView(
        row.handle, row.officer, row.begun_at, row.seen_at, browsers.in_words(row.browser), row.session_key == own_key
    )


def _ended(count: int) -> str:
    if not count:
        return _("There was no other session.")
    return ngettext("%(count)s session is ended.", "%(count)s sessions are ended.", count) % {"count": count}
