"""The pages on which cases are read and candidates decided: parse, call one read or action, render."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from comity.desks.cases import (
    actions,
    comparing,
    drafts,
    escalations,
    forms,
    gathering,
    handing_over,
    keeping,
    partner_page,
    partners,
    proofs,
    reads,
)
from comity.desks.cases.models import Candidate, Case, Verdict
from comity.desks.cases.views.pages import UNCHANGED, message_of, page_of, reader, writer
from comity.desks.cases.visibility import may_export
from comity.node.officers.rules import Duty
from comity.node.officers.stepup import fresh_second_factor


@require_GET
@vary_on_headers("HX-Request")
def home(request: HttpRequest) -> HttpResponse:
    """Show what is new, what waits for an answer, and what is still on its way."""
    officer = reader(request)
    stamp = "-".join(one.stamp(officer) for one in (reads, drafts, escalations, handing_over))
    if request.GET.get("stamp") == stamp:
        return HttpResponse(status=UNCHANGED)
    template = "cases/home.html#live" if "stamp" in request.GET else "cases/home.html"
    return page_of(
        request,
        template,
        page=reads.home(officer),
        escalated=escalations.to_me(officer),
        approvals=drafts.listed(drafts.to_approve(officer), approving=True),
        drafts=drafts.open_own(officer),
        handed=handing_over.unread(officer),
        may_write=officer.may(Duty.WRITE_MESSAGES),
        stamp=stamp,
    )


@require_GET
def partner_list(request: HttpRequest) -> HttpResponse:
    """Show the partners and how the exchange with each is going."""
    officer = reader(request)
    found = partners.partners(officer, get_language() or "en", at=timezone.now())
    return render(request, "cases/partners.html", {"active_desk": "partners", "partners": found})


@require_GET
def partner(request: HttpRequest, authority: str) -> HttpResponse:
    """Show a partner: its people, how the exchange goes both ways, what is open, and what to compare by telephone."""
    page = partner_page.partner_page(reader(request), authority, get_language() or "en", at=timezone.now())
    if page is None:
        raise Http404
    return render(request, "cases/partner.html", {"active_desk": "partners", "page": page})


@require_GET
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show a case: its messages, what was found, how far each copy got. Opening it marks what is new as read."""
    officer = reader(request)
    try:
        page = reads.case_page(officer, case_id)
        if request.GET.get("stamp") == page.stamp:
            return HttpResponse(status=UNCHANGED)
        # A hidden page does not ask (see frame.js): what arrives while the case is on the screen has been seen.
        if actions.open_case(page, officer, at=timezone.now()):
            page = reads.case_page(officer, case_id)
    except Case.DoesNotExist:
        raise Http404 from None
    live = "stamp" in request.GET
    unit = next((one.message.unit for one in page.messages if one.message.unit), "")
    return page_of(
        request,
        "cases/case.html#live" if live else "cases/case.html",
        page=page,
        overview=gathering.overview(page),
        kept=None if live else keeping.kept(officer, case_id),
        supervises=officer.may(Duty.APPROVE),
        may_write=officer.may(Duty.WRITE_MESSAGES),
        colleagues=actions.colleagues(officer) if officer.may(Duty.APPROVE) else (),
        units=[one for one in actions.units(officer) if one != (unit or officer.unit)],
        unit=unit,
    )


@require_GET
def review(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show what the records hold about the subjects of a request, side by side with it."""
    officer = reader(request)
    message = message_of(officer, message_id)
    return page_of(
        request,
        "cases/review.html",
        message=message,
        comparisons=comparing.comparisons(message),
        wrong=int(wrong) if (wrong := request.GET.get("wrong", "")).isdecimal() else 0,
        may_write=officer.may(Duty.WRITE_MESSAGES),
    )


@require_POST
def decide(request: HttpRequest, candidate_id: int) -> HttpResponse:
    """Keep an officer's decision whether a record is the subject asked about."""
    officer = writer(request)
    try:
        candidate = reads.candidate_for(officer, candidate_id)
    except Candidate.DoesNotExist:
        raise Http404 from None
    form = forms.VerdictForm(request.POST)
    place = f"#candidate-{candidate.pk}"
    if form.is_valid():
        actions.decide_candidate(
            candidate, Verdict(form.cleaned_data["verdict"]), form.cleaned_data["reason"], officer, at=timezone.now()
        )
    elif "reason" in form.errors:
        place = f"?wrong={candidate.pk}#reason-{candidate.pk}"  # it is told where it is to be written
    response = redirect("cases:review", message_id=candidate.message_id)
    response["Location"] += place
    return response


@require_GET
def proof(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show what proves a message: signatures, inclusion, witnesses."""
    officer = reader(request)
    message = message_of(officer, message_id)
    whole = may_export(officer, message)
    return page_of(request, "cases/proof.html", message=message, seals=proofs.seals(message), whole=whole)


@require_GET
@fresh_second_factor
def evidence(request: HttpRequest, message_id: int) -> HttpResponse:
    """Hand out the file with which anybody can verify a message without this node."""
    officer = reader(request)
    message = message_of(officer, message_id)
    note = request.GET.get("note", "")
    found = proofs.evidence(message, int(note) if note.isdigit() else 0, officer, at=timezone.now())
    if found is None:
        messages.warning(
            request, _("There is no proof of this copy yet: it is made when the partner's receipt arrives.")
        )
        return redirect("cases:proof", message_id=message.pk)
    return HttpResponse(
        found.data,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{found.name}"'},
    )
