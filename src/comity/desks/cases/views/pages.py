"""What every page of the case desk begins and ends with: who asks, which message, and the rendering."""

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from comity.desks.cases import reads
from comity.desks.cases.models import CaseMessage
from comity.node.officers.models import Officer
from comity.node.officers.requests import officer_of
from comity.node.officers.rules import Duty

UNCHANGED: Final = 204
MOST_DIGITS: Final = 16


def reader(request: HttpRequest) -> Officer:
    """Return who asks, who must be allowed to read cases."""
    return officer_of(request, Duty.READ_CASES)


def writer(request: HttpRequest) -> Officer:
    """Return who asks, who must be allowed to write messages."""
    return officer_of(request, Duty.WRITE_MESSAGES)


def approver(request: HttpRequest) -> Officer:
    """Return who asks, who must be allowed to approve what others wrote."""
    return officer_of(request, Duty.APPROVE)


def handed_out(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Return a file's answer with the word that its form sent along, so that the page knows that it has begun."""
    word = request.POST.get("handed") or request.GET.get("handed") or ""
    if word.isascii() and word.isdecimal() and len(word) <= MOST_DIGITS:
        answer.set_cookie("handed", word, max_age=10, samesite="Strict", secure=request.is_secure())
    return answer


def message_of(officer: Officer, message_id: int) -> CaseMessage:
    """Return a message that this officer may read; to anybody else it does not exist."""
    try:
        return reads.message_for(officer, message_id)
    except CaseMessage.DoesNotExist:
        raise Http404 from None


def page_of(request: HttpRequest, template: str, **context: Any) -> HttpResponse:  # noqa: ANN401 - a template's context
    """Render a page of this desk, or one fragment of it where the template names one."""
    return render(request, template, {"active_desk": "cases", "fragment": "#" in template, **context})
