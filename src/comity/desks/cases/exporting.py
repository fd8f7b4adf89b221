"""A list of messages as a file: CSV, XLSX or JSON, of what the officer may see and may take out of the node.

What a cell holds came from others. Nothing in it is a formula: in CSV a text that a spreadsheet would calculate gets an
apostrophe before it, as OWASP advises; in XLSX every text is stored as text; JSON is as given.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import xlsxwriter
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comity.desks.cases import words
from comity.desks.cases.choices import authority_name
from comity.desks.cases.models import CaseMessage
from comity.desks.cases.visibility import may_export
from comity.node.officers.models import Officer

MOST: Final = 10_000
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Table:
    """What is exported: keys and headings of columns, rows of texts with their messages' roots, and how many stayed."""

    keys: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    roots: tuple[bytes, ...]
    withheld: int


def table(officer: Officer, messages: QuerySet[CaseMessage], keys: Sequence[str] = ()) -> Table:
    """Return the first 10,000 messages as texts in the reader's language; times in UTC by ISO 8601.

    Args:
        officer: what he may not take out is left out and counted.
        messages: visible to him, in their order, with case, holder and addressees loaded.
        keys: of the columns wanted, in their order; without any, all.
    """
    every = {column[0]: column for column in _columns()}
    columns = [every[key] for key in keys or every if key in every]
    allowed: dict[tuple[object, ...], bool] = {}
    rows: list[tuple[str, ...]] = []
    roots: list[bytes] = []
    withheld = 0
    for one in messages[:MOST]:
        if _may(officer, one, allowed):
            rows.append(tuple(str(value(one)) for _key, _heading, value in columns))
            roots.append(bytes(one.msg))
        else:
            withheld += 1
    return Table(tuple(c[0] for c in columns), tuple(str(c[1]) for c in columns), tuple(rows), tuple(roots), withheld)


def written(found: Table, form: str) -> bytes:
    """Return a table as the bytes of a file of one of `TYPES`."""
    return {"csv": _csv, "xlsx": _xlsx, "json": _json}[form](found)


def _may(officer: Officer, one: CaseMessage, known: dict[tuple[object, ...], bool]) -> bool:
    """Ask the rules once for all messages about which they would be asked the same."""
    key = (one.originator, one.kind, one.purpose, one.crime_area, tuple(sorted(one.handling)), one.restricted, one.unit)
    if key not in known:
        known[key] = may_export(officer, one)
    return known[key]


def _columns() -> tuple[tuple[str, str, Callable[[CaseMessage], object]], ...]:
    language = get_language() or "en"
    names: dict[str, str] = {}

    def name(authority: str) -> str:
        if authority not in names:
            names[authority] = authority_name(authority, language)
        return names[authority]

    def partner(one: CaseMessage) -> str:
        return "; ".join(name(who) for who in _partners(one))

    return (
        ("reference", _("Reference"), lambda one: one.reference),
        ("case", _("Case"), lambda one: one.case.reference),
        ("operation", _("Operation"), lambda one: one.case.operation),
        ("direction", _("Direction"), lambda one: _("Incoming") if one.incoming else _("Outgoing")),
        ("kind", _("Kind"), lambda one: words.word(words.KINDS, one.kind)),
        ("partner", _("Partner"), partner),
        ("partner_id", _("Partner's id"), lambda one: "; ".join(_partners(one))),
        ("subject", _("Subject"), lambda one: one.caption or one.case.title),
        ("purpose", _("Purpose"), lambda one: words.word(words.PURPOSES, one.purpose) if one.purpose else ""),
        ("crime_area", _("Crime area"), lambda one: words.word(words.CRIME_AREAS, one.crime_area or "")),
        ("urgency", _("Urgency"), lambda one: words.word(words.URGENCIES, one.urgency)),
        ("state", _("State"), lambda one: words.word(words.STATES, one.state)),
        ("standing", _("Later"), lambda one: words.word(words.STANDINGS, one.standing) if one.standing else ""),
        ("sent", _("Sent"), lambda one: moment(one.sent_at)),
        ("arrived", _("Arrived"), lambda one: moment(one.arrived_at)),
        ("due", _("Due"), lambda one: moment(one.due_at)),
        ("holder", _("Held by"), lambda one: one.case.holder or ""),
        ("handling", _("Handling codes"), lambda one: " ".join(sorted(one.handling))),
    )


def _partners(one: CaseMessage) -> Sequence[str]:
    return [one.originator] if one.incoming else [to.authority for to in one.addressees.all()]


def moment(at: datetime | None) -> str:
    """Return a time in UTC as `2026-11-02T08:00:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv(found: Table) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    writer.writerow(found.headings)
    writer.writerows([harmless(cell) for cell in row] for row in found.rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()  # without the mark Excel takes UTF-8 for something else


def _xlsx(found: Table) -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(
        data,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    sheet = book.add_worksheet(_("Messages")[:31])
    bold = book.add_format({"bold": True, "bottom": 1})
    if get_language() == "ar":
        sheet.right_to_left()
    sheet.write_row(0, 0, found.headings, bold)
    for number, row in enumerate(found.rows, 1):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell[:32_767])  # of Excel's cells
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(found.rows)), len(found.headings) - 1)
    sheet.set_column(0, len(found.headings) - 1, 18)
    book.close()
    return data.getvalue()


def _json(found: Table) -> bytes:
    return json.dumps(list(_objects(found.keys, found.rows)), ensure_ascii=False, indent=1).encode()


def _objects(keys: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[dict[str, Any]]:
    return (dict(zip(keys, row, strict=True)) for row in rows)
