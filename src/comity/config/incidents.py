"""The page of incidents: what a partner cannot explain away, the evidence to take along, and who settled it."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from comity.node.exchange import contradictions
from comity.node.ledger import settling
from comity.node.officers.models import Officer
from comity.node.officers.requests import officer_of
from comity.node.officers.rules import Duty
from comity.node.officers.stepup import fresh_second_factor
from comity.node.partners.models import Incident

PAGE: Final = 50
MAX_FOUND: Final = 200

_WORDS: Final[dict[str, Any]] = {
    "log.forked": gettext_lazy("A log was shown in two versions that cannot both be true."),
    "log.unconnected": gettext_lazy("A partner could not connect two heads of its log within a day."),
    "log": gettext_lazy("A log does not continue what was signed before."),
    "lane.equivocation": gettext_lazy("Two different messages were sent under one number."),
    "lane.unproved": gettext_lazy("Messages stand above what is trusted of a log: a thief may have sent them."),
    "lane": gettext_lazy("The order of messages was broken."),
    "key.stolen": gettext_lazy("Somebody else signs with the keys of our log."),
    "directory.forked": gettext_lazy("Two different directories were shown under one number."),
    "directory.unshown": gettext_lazy(
        "A partner works by another directory than ours under the same number, and does not show it."
    ),
    "directory": gettext_lazy("A directory was shown that cannot be believed."),
    "head": gettext_lazy("A partner's statement about a log cannot be true."),
}


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident in words."""

    incident: Incident

    @property
    def text(self) -> Any:  # noqa: ANN401 - a lazy text or the code itself
        """What happened."""
        code = self.incident.code
        return _WORDS.get(code) or _WORDS.get(code.partition(".")[0]) or code


def may_see(officer: Officer) -> bool:
    """Whether incidents are this officer's matter: those who keep the machine, and those who telephone the partner."""
    return officer.may(Duty.ADMINISTER) or officer.may(Duty.APPROVE)


def _reader(request: HttpRequest) -> Officer:
    officer = officer_of(request)
    if not may_see(officer):
        raise PermissionDenied
    return officer


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show incidents, those that nobody has settled first."""
    _reader(request)
    found = Incident.objects.defer("evidence").order_by(F("settled_at").desc(nulls_first=True), "-id")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    shown = [IncidentView(one) for one in page]
    return render(request, "incidents.html", {"active_desk": "incidents", "page": page, "shown": shown})


@require_GET
@fresh_second_factor
def evidence(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Hand out a file that anybody can check; where what is kept convicts nobody, the texts as they were received.

    It holds signed statements about logs or directories, and no message.
    """
    officer = _reader(request)
    incident = get_object_or_404(Incident, pk=incident_id)
    found = contradictions.make(incident)
    settling.exported(incident, by=officer.username, authority=officer.authority, at=timezone.now())
    data, kind, suffix = (
        (bytes(incident.evidence), "application/cbor", "cbor")
        if found is None
        else (found.to_bytes(), "application/json", "json")
    )
    name = f"comity-incident-{incident.pk}.{suffix}"
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_POST
def settle(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Write down what came of an incident, and who cleared it up."""
    officer = _reader(request)
    found = request.POST.get("found", "").strip()[:MAX_FOUND]
    if not found:
        messages.error(request, _("Say in a few words what came of it, without personal data."))
        return redirect("incidents")
    try:
        settling.settle(incident_id, by=officer.username, authority=officer.authority, found=found, at=timezone.now())
    except settling.SettlingError:
        messages.warning(request, _("Somebody has settled it already."))
    else:
        messages.success(request, _("The incident is marked as settled; its evidence stays."))
    return redirect("incidents")
