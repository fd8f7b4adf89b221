"""What leaves the node by an officer's hand."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from comity.desks.cases import printing, reads
from comity.desks.cases.models import Case
from comity.desks.cases.views.pages import handed_out, reader
from comity.node.officers.stepup import fresh_second_factor


@require_POST
@fresh_second_factor
def bundle(request: HttpRequest, case_id: int) -> HttpResponse:
    """Hand out a case on paper, with the files that prove each of its messages."""
    officer = reader(request)
    try:
        page = reads.case_page(officer, case_id)
    except Case.DoesNotExist:
        raise Http404 from None
    made = printing.bundle(page, officer, at=timezone.now())
    answer = HttpResponse(made.data, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return handed_out(request, answer)
