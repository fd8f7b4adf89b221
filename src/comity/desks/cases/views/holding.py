"""Taking a case, giving it back, forwarding it to a unit, assigning it."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comity.desks.cases import actions, reads
from comity.desks.cases.views.pages import writer

LONGEST_KEY: Final = 18  # digits of a row's number


@require_POST
def hold(request: HttpRequest, case_id: int) -> HttpResponse:
    """Change who works on a case, if it is still held as the officer saw it."""
    officer, at = writer(request), timezone.now()
    seen = reads.visible_to(officer).filter(case=case_id).select_related("case").first()
    if seen is None:
        raise Http404
    text = request.POST.get("shown", "")
    shown = int(text) if text.isdecimal() and len(text) <= LONGEST_KEY else None
    step = request.POST.get("step", "")
    if step == "take":  # from nobody: what another took a moment before is not taken from him by the same click
        done = actions.take(seen.case, officer, shown=None, at=at)
    elif step == "take-over":
        done = actions.take(seen.case, officer, shown=shown, at=at)
    elif step == "give-back":
        done = actions.let_go(seen.case, officer, shown=shown, at=at)
    elif step == "forward":
        unit = request.POST.get("unit", "")
        if unit not in actions.units(officer):
            messages.error(request, _("Choose the unit to which the case is forwarded."))
            return redirect("cases:case", case_id=case_id)
        done = actions.forward(seen.case, unit, request.POST.get("why", ""), officer, shown=shown, at=at)
        if done.done:
            messages.success(request, _("The case is forwarded to %(unit)s.") % {"unit": unit})
            seen_still = reads.visible_to(officer).filter(case=case_id).exists()
            return redirect("cases:case", case_id=case_id) if seen_still else redirect("cases:home")
    else:
        to = next((one for one in actions.colleagues(officer) if str(one.pk) == request.POST.get("to")), None)
        if to is None:
            messages.error(request, _("Choose to whom the case is assigned."))
            return redirect("cases:case", case_id=case_id)
        done = actions.assign(seen.case, to, officer, shown=shown, at=at)
    if not done.done:
        name = done.holder or _("nobody")
        messages.warning(request, _("Nothing was changed: meanwhile the case is held by %(name)s.") % {"name": name})
    return redirect("cases:case", case_id=case_id)
