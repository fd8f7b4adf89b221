"""Entering what came, or was answered, by telephone or on paper."""

import secrets
from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comity.desks.cases import actions, choices, composing, drafts, rules
from comity.desks.cases.actions.entering import enter_answer, enter_request
from comity.desks.cases.forms import Draft, posted
from comity.desks.cases.forms.entering import HappenedForm, SpokenAnswerForm
from comity.desks.cases.forms.requesting import AskingForm
from comity.desks.cases.models import CaseMessage, DraftState, StoredDraft
from comity.desks.cases.views.pages import UNCHANGED, message_of, page_of, writer
from comity.desks.cases.views.writing import AUTOSAVE, after, key_of, kinds_of_subject
from comity.node.officers.models import Officer


@require_http_methods(["GET", "POST"])
def request_(request: HttpRequest) -> HttpResponse:
    """Enter a request that came outside the exchange; it opens a case."""
    return _enter(request, "request")


@require_http_methods(["GET", "POST"])
def assistance(request: HttpRequest) -> HttpResponse:
    """Enter a request for assistance that came outside the exchange; it opens a case."""
    return _enter(request, "assistance")


def _enter(request: HttpRequest, kind: str) -> HttpResponse:
    officer, step = writer(request), request.POST.get("step", "edit")
    stored = _stored(request, officer, kind)
    if stored is not None and stored.message is not None:
        return redirect("cases:case", case_id=stored.message.case_id)
    data = request.POST if request.method == "POST" else posted(stored.data) if stored is not None else None
    offered, checked = choices.for_officer(officer, get_language() or "en"), step == "enter"
    happened = HappenedForm(
        data if checked else None,
        initial=_initial(data, officer),
        partners=offered.partners,
        people=actions.colleagues(officer),
    )
    draft = after(Draft.read(data, offered, checked=checked, kind=kind), step)
    if isinstance(draft.form, AskingForm):  # both kinds are
        draft.form.came_on(happened.day)
    if request.method == "POST":
        key = stored.key if stored is not None else key_of(request)
        stored = actions.save(replace(draft, kind=drafts.ENTERED[kind]), officer, key, at=timezone.now())
        if request.headers.get(AUTOSAVE):
            return HttpResponse(status=UNCHANGED, headers={"Content-Location": drafts.address_of(stored)})
    if step == "files" and stored is not None:
        return redirect("cases:draft_files", draft_id=stored.pk)
    if step == "save":
        messages.success(request, _("Your draft is saved. You find it on the page of the desk."))
        return redirect("cases:home")
    if stored is not None and checked and all([happened.is_valid(), draft.is_valid()]):
        made = enter_request(draft, happened.happened(), officer, at=timezone.now(), stored=stored)
        if made is not None:
            messages.success(request, _("Entered. The clock runs from when the request came."))
            return redirect("cases:case", case_id=made.case_id)
        messages.error(request, _("A file of this message is no longer here. Attach it again."))
    return _form(request, draft, happened, stored, step)


def _form(
    request: HttpRequest, draft: Draft, happened: HappenedForm, stored: StoredDraft | None, step: str
) -> HttpResponse:
    return page_of(
        request,
        "cases/enter.html",
        draft=draft,
        stored=stored,
        key=stored.key if stored is not None else secrets.token_hex(16),
        form=draft.form,
        happened=happened,
        files=list(stored.files.order_by("pk")) if stored is not None else (),
        address=drafts.begun_at(drafts.ENTERED[draft.kind]),
        errors_of=(happened, *draft.forms) if step == "enter" else (),
        **kinds_of_subject(),
        added=draft.subjects[-1].prefix if step.startswith("add:") and draft.subjects else "",
    )


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, message_id: int) -> HttpResponse:
    """Enter an answer that came, or that we gave, outside the exchange."""
    officer = writer(request)
    asked = message_of(officer, message_id)
    if not rules.may_be_entered(asked):
        messages.warning(request, _("No answer can be entered here: the request waits no more, or it came sealed."))
        return redirect("cases:case", case_id=asked.case_id)
    form = SpokenAnswerForm(
        request.POST if request.method == "POST" else None,
        initial=_initial(request.POST, officer),
        partners=_partners_of(asked),
        people=actions.colleagues(officer),
        after=asked.arrived_at or asked.sent_at,
        given=asked.incoming,
        helps=asked.kind == "assistance",
    )
    if request.method == "POST" and form.is_valid():
        made = enter_answer(asked, form.cleaned_data, form.happened(), officer, at=timezone.now())
        if made is None:
            messages.warning(request, _("Nothing was entered: somebody has dealt with the request meanwhile."))
        else:
            messages.success(request, _("The answer is entered."))
        return redirect("cases:case", case_id=asked.case_id)
    return page_of(request, "cases/enter_answer.html", form=form, asked=asked, case=asked.case)


def _partners_of(asked: CaseMessage) -> tuple[tuple[str, str], ...]:
    """Return who may have answered, or was answered: of our request those who still owe an answer."""
    found = map(str, composing.recipients_of(asked, "reminder"))
    language = get_language() or "en"
    return tuple((one, choices.authority_name(one, language)) for one in found)


def _initial(data: QueryDict | None, officer: Officer) -> dict[str, str]:
    return {"by": str(officer.pk), **{name: str(value) for name, value in (data or QueryDict()).items()}}


def _stored(request: HttpRequest, officer: Officer, kind: str) -> StoredDraft | None:
    """Return the draft that the form or the address names."""
    own = drafts.own(officer).filter(kind=drafts.ENTERED[kind]).select_related("message")
    if key := request.POST.get("draft", ""):
        return own.filter(key=key).first()
    if not (named := request.GET.get("draft", "")).isdecimal():
        return None
    found = own.exclude(state=DraftState.DISCARDED).filter(pk=int(named)).first()
    if found is None:
        raise Http404
    return found
