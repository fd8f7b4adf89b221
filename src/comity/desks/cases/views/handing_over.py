"""Handing over a shift: the list to print, the colleague who takes over, and what was handed over to oneself."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from comity.desks.cases import actions, handing_over
from comity.desks.cases.models import Handover
from comity.desks.cases.views.pages import page_of, writer


@require_http_methods(["GET", "POST"])
def handover(request: HttpRequest) -> HttpResponse:
    """Show the hand-over list; sent, leave its chosen cases to a colleague."""
    officer, at = writer(request), timezone.now()
    held = handing_over.held(officer)
    whole = "all" in request.GET or request.method == "POST"
    lines = handing_over.lines(officer, held if whole else held[: handing_over.MOST])
    others = [one for one in actions.colleagues(officer) if one != officer]
    to = next((one for one in others if str(one.pk) == request.POST.get("to")), None)
    chosen = set(request.POST.getlist("case"))
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        picked = [line.case for line in lines if str(line.case.pk) in chosen]
        if to is None:
            faults.append(("to", _("Choose who takes over.")))
        if not picked:
            faults.append(("cases", _("Choose at least one case.")))
        if to is not None and picked:
            done = actions.hand_over(picked, to, request.POST.get("text", ""), officer, at=at)
            if done.handover is not None:
                count = len(picked) - len(done.left)
                text = ngettext("%(n)s case is now with %(name)s.", "%(n)s cases are now with %(name)s.", count)
                messages.success(request, text % {"n": count, "name": to})
            if done.left:
                names = ", ".join(case.reference for case in done.left)
                messages.warning(request, _("Meanwhile held by others, and left there: %(names)s.") % {"names": names})
            return redirect("cases:handover")
    return page_of(
        request,
        "cases/handover.html",
        lines=lines,
        hidden=len(held) - len(lines),
        whole=whole,
        others=others,
        received=handing_over.received(officer),
        chosen=chosen if request.method == "POST" else {str(line.case.pk) for line in lines},
        text=request.POST.get("text", ""),
        to=request.POST.get("to", ""),
        faults=faults,
        at=at,
    )


@require_POST
def read(request: HttpRequest, handover_id: int) -> HttpResponse:
    """Note that one has read what was handed over to oneself."""
    officer = writer(request)
    found = get_object_or_404(Handover.objects.select_related("by"), pk=handover_id, to=officer)
    actions.note_read_handover(found, officer, at=timezone.now())
    return redirect("cases:list") if not found.cases.exists() else redirect("/cases/list?show=mine")
