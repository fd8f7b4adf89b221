"""What leaves the node in a file: a case on paper with its proofs, a list, the evidence of one message.

Each asks for a token that its officer has just confirmed by a second factor, as the pages ask for one, and is recorded.
"""

from typing import Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from comity.desks.cases import actions, columns, exporting, printing, proofs, reads, tabs
from comity.desks.cases.actions.attached import SAFE
from comity.desks.cases.api import problems
from comity.desks.cases.api.bearer import ask_confirmed, reader
from comity.desks.cases.api.listing import Narrowed, chosen
from comity.desks.cases.api.reading import MISSING, Number, message_of, page_of
from comity.desks.cases.api.shapes import Problem, RowId

router = Router()


_BYTES: Final = {"type": "string", "format": "binary"}


def _file(what: str, kinds: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of an operation that hands out a file; `kinds` is its schema by media type."""
    content = {kind: {"schema": schema} for kind, schema in kinds.items()}
    return {"responses": {200: {"description": what, "content": content}}}


_WHOLE_CASE: Final = _file(
    "The case as PDF, with a file for each message that `comity verify` reads.", {"application/zip": _BYTES}
)
_PROVED: Final = _file("What proves the copy, for `comity verify`.", {"application/json": {"type": "object"}})
_LIST: Final = _file(
    "The list; the header Comity-Withheld says how many messages the rules keep here.",
    {
        kind.partition(";")[0]: {"type": "array", "items": {"type": "object"}} if form == "json" else _BYTES
        for form, kind in exporting.TYPES.items()
    },
)


class Export(Narrowed):
    """Which messages are put into a file, and of which form."""

    form: Literal["csv", "xlsx", "json"] = "csv"


class Proof(Schema):
    """What proves one copy of a message."""

    note: RowId = Field(description="Names the copy; give it to get its evidence.")
    sender: str
    to: str = Field(description="Empty for what came in.")
    complete: bool
    facts: dict[str, str] = Field(description="To be compared by hand, named in the caller's language.")
    witnesses: list[str]

    @classmethod
    def of(cls, seal: proofs.Seal) -> "Proof":
        """Return a seal."""
        return cls(
            note=seal.note_id,
            sender=seal.sender,
            to=seal.to,
            complete=seal.complete,
            facts={str(name): value for name, value in seal.facts},
            witnesses=list(seal.witnesses),
        )


class ProofList(Schema):
    """What proves each copy of a message; nothing for what was entered by hand."""

    proofs: list[Proof]


@router.get(
    "/cases/{case_id}/bundle",
    response=MISSING,
    operation_id="export_case",
    url_name="bundle",
    openapi_extra=_WHOLE_CASE,
)
def bundle(request: HttpRequest, case_id: Number) -> HttpResponse:
    """Hand out a case on paper, with the files that prove each of its messages."""
    officer, at = reader(request), timezone.now()
    page = page_of(officer, case_id)
    ask_confirmed(request, at)
    made = printing.bundle(page, officer, at=at)
    return _handed(made.data, made.name, "application/zip")


@router.get(
    "/exports/messages",
    response={**MISSING, 422: Problem},
    operation_id="export_messages",
    url_name="export",
    openapi_extra=_LIST,
)
def export(request: HttpRequest, asked: Query[Export]) -> HttpResponse:
    """Hand out a list of at most ten thousand messages, narrowed as the list is. Formulas are made harmless."""
    officer, at = reader(request), timezone.now()
    narrowed, tab = chosen(request, officer, asked)
    ask_confirmed(request, at)
    found = reads.listed(officer, tabs.tab_of(tab), narrowed)
    made = exporting.table(officer, found, columns.in_files(columns.keys_of(officer)))
    actions.note_export(officer, form=asked.form, withheld=made.withheld, messages=made.roots, at=at)
    answer = _handed(
        exporting.written(made, asked.form), f"messages-{at:%Y%m%dT%H%M%SZ}.{asked.form}", exporting.TYPES[asked.form]
    )
    answer["Comity-Withheld"] = str(made.withheld)
    return answer


@router.get(
    "/messages/{message_id}/proofs", response={200: ProofList, **MISSING}, operation_id="list_proofs", url_name="proofs"
)
def proof_list(request: HttpRequest, message_id: Number) -> ProofList:
    """List what proves each copy of a message."""
    return ProofList(proofs=[Proof.of(one) for one in proofs.seals(message_of(reader(request), message_id))])


@router.get(
    "/messages/{message_id}/evidence/{note_id}",
    response=MISSING,
    operation_id="export_evidence",
    url_name="evidence",
    openapi_extra=_PROVED,
)
def evidence(request: HttpRequest, message_id: Number, note_id: Number) -> HttpResponse:
    """Hand out the file with which anybody can verify one copy of a message without this node."""
    officer, at = reader(request), timezone.now()
    message = message_of(officer, message_id)
    ask_confirmed(request, at)
    found = proofs.evidence(message, note_id, officer, at=at)
    if found is None:
        detail = _("There is no proof of this copy yet: it is made when the partner's receipt arrives.")
        return problems.problem("not-found", detail=detail)
    return _handed(found.data, found.name, "application/json")


def _handed(data: bytes, name: str, media_type: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=media_type, headers=SAFE)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
