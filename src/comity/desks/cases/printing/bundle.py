"""The bundle of a case: one archive with the paper and a proof file for each copy of each message."""

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from comity.desks.cases import proofs
from comity.desks.cases.actions.recording import record
from comity.desks.cases.printing.paper import paper, pdf
from comity.desks.cases.reads import CasePage, MessageView
from comity.desks.cases.visibility import may_export
from comity.node.officers.models import Officer
from comity.node.writing import writing

PAPER: Final = "case.pdf"
FOLDER: Final = "proofs"


@dataclass(frozen=True, slots=True)
class Bundle:
    """An archive to take away; its name holds the case's reference and no personal data.

    Attributes:
        name: of the file.
        data: a ZIP archive.
        proofs: how many proof files are in it.
        unproved: how many copies have no complete proof yet.
    """

    name: str
    data: bytes
    proofs: int
    unproved: int


def bundle(page: CasePage, officer: Officer, *, at: datetime) -> Bundle:
    """Put a case into an archive, and record that it was taken away.

    Args:
        page: as this officer may see it; what may not be taken out is kept back on paper and in the proofs alike.
        officer: who takes it.
        at: now, UTC.
    """
    made, missing = [], 0
    for number, view in enumerate(page.messages, 1):
        for note in _notes(view):
            found = proofs.evidence(view.message, note, officer, at=at)
            if found is None:
                missing += 1
            else:
                made.append((f"{FOLDER}/{number:03d}-{found.name}", found.data))
    printed = pdf(paper(page, officer, at=at), at=at)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in ((PAPER, printed), *made):
            file.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)
    shown = sum(may_export(officer, view.message) for view in page.messages)
    with writing():
        record(
            "case.exported",
            officer,
            at,
            case=page.case.reference,
            subjects=[bytes(view.message.msg) for view in page.messages],
            facts={"messages": len(page.messages), "shown": shown, "proofs": len(made)},
        )
    return Bundle(f"{page.case.reference}.zip", archive.getvalue(), len(made), missing)


def _notes(view: MessageView) -> tuple[int, ...]:
    if view.message.incoming:
        return (view.message.note_id,) if view.message.note_id else ()
    return tuple(copy.note_id for copy in view.deliveries)
