"""Entering what came, or was answered, by telephone or on paper."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comity.desks.cases import actions, choices, composing, rules
from comity.desks.cases.actions.entering import enter_answer, enter_request
from comity.desks.cases.forms import Draft
from comity.desks.cases.forms.entering import HappenedForm, SpokenAnswerForm
from comity.desks.cases.models import CaseMessage
from comity.desks.cases.views.pages import message_of, page_of, writer
from comity.desks.cases.views.writing import after, kinds_of_subject
from comity.node.officers.models import Officer


@require_http_methods(["GET", "POST"])
def request_(request: HttpRequest) -> HttpResponse:
    """Enter a request that came outside the exchange; it opens a case."""
    officer, step = writer(request), request.POST.get("step", "edit")
    offered = choices.for_officer(officer, get_language() or "en")
    checked = step == "enter"
    happened = HappenedForm(
        request.POST if checked else None,
        initial=_initial(request, officer),
        partners=offered.partners,
        people=_people(officer),
    )
    draft = after(Draft.read(request.POST if request.method == "POST" else None, offered, checked=checked), step)
    del draft.form.fields["recipients"]  # nobody is written to
    if checked and all([happened.is_valid(), draft.is_valid()]):
        made = enter_request(draft, happened.happened(), officer, at=timezone.now())
        messages.success(request, _("Entered. The clock runs from when the request came."))
        return redirect("cases:case", case_id=made.case_id)
    return page_of(
        request,
        "cases/enter.html",
        draft=draft,
        form=draft.form,
        happened=happened,
        errors_of=(happened, *draft.forms) if checked else (),
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
        initial=_initial(request, officer),
        partners=_partners_of(asked),
        people=_people(officer),
        after=asked.arrived_at or asked.sent_at,
        given=asked.incoming,
    )
    if request.method == "POST" and form.is_valid():
        made = enter_answer(asked, form.cleaned_data, form.happened(), officer, at=timezone.now())
        if made is None:
            messages.warning(request, _("Nothing was entered: somebody has dealt with the request meanwhile."))
        else:
            messages.success(request, _("The answer is entered."))
        return redirect("cases:case", case_id=asked.case_id)
    return page_of(request, "cases/enter_answer.html", form=form, asked=asked, case=asked.case)


def _people(officer: Officer) -> tuple[Officer, ...]:
    return actions.colleagues(officer)


def _partners_of(asked: CaseMessage) -> tuple[tuple[str, str], ...]:
    """Return who may have answered, or was answered: of our request those who still owe an answer."""
    found = map(str, composing.recipients_of(asked, "reminder"))
    language = get_language() or "en"
    return tuple((one, choices.authority_name(one, language)) for one in found)


def _initial(request: HttpRequest, officer: Officer) -> dict[str, str]:
    return {"by": str(officer.pk), **{name: str(value) for name, value in request.POST.items()}}
