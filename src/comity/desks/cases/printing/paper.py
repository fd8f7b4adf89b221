"""A case as pages of paper, in the reader's language and direction.

The words are put together here; `paper.typ` only sets them. Text in another direction is isolated by Unicode's own
marks, so that a telephone number in an Arabic line stays as it is dialled.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import get_language, get_language_bidi, ngettext
from django.utils.translation import gettext as _

from comity.desks.cases import circulars, classified, due, restrictions, words
from comity.desks.cases.choices import authority_name
from comity.desks.cases.facts import SubjectView, measure_facts
from comity.desks.cases.models import CaseMessage
from comity.desks.cases.moments import Moment
from comity.desks.cases.reads import CasePage, MessageView
from comity.desks.cases.visibility import may_export
from comity.node.officers.models import Officer

TEMPLATE: Final = Path(__file__).with_name("paper.typ")
_VENDOR: Final = Path(__file__).resolve().parents[3] / "static" / "vendor"
FONTS: Final = tuple(_VENDOR / name for name in ("paper-inter", "paper-noto-sans-arabic"))
_LTR, _OWN, _END = "\u2066", "\u2068", "\u2069"

type Rows = list[list[str]]


def paper(page: CasePage, officer: Officer, *, at: datetime) -> dict[str, Any]:
    """Return all that is printed of a case, in the language that is active.

    What an officer may not take out of the node is named and kept back.

    Args:
        page: as this officer may see it.
        officer: who takes it away.
        at: now, UTC.
    """
    language = get_language() or "en"
    office = authority_name(officer.authority, language)
    return {
        "language": language[:2],
        "rtl": get_language_bidi(),
        "demo": _("Demonstration: every state, person and case here is invented.") if settings.NODE.demo else "",
        "title": _own(page.case.title or page.case.reference),
        "office": office,
        "line": f"{_own(office)} · {_ltr(page.case.reference)}",
        "marks": [*filter(None, [classified.of_case(view.message for view in page.messages)])]
        + [f"{_ltr(code)} {words.word(words.HANDLING, code)}" for code in page.handling] + list(page.conditions),
        "rows": [
            [_("Printed"), f"{_moment(at)} · {_own(officer)}"],
            [_("Messages"), str(len(page.messages))],
        ],
        "messages": [_message(one, officer, language) for one in page.messages],
        "timeline_title": _("What happened"),
        "timeline": [[_("Time"), _("Event"), _("Who")], *(_event(one, language) for one in page.timeline)],
        "proof_title": _("Proof"),
        "proof": [
            _("Beside this paper lie files, one for each copy of each message. Each proves what was said, when and "
              "between whom, to anybody who knows the fingerprint of the directory, without this node."),
            _("To check one: comity verify FILE --root FINGERPRINT"),
        ],
        "footer": f"{_ltr(page.case.reference)} · {_moment(at)}",
    }  # fmt: skip


def pdf(data: dict[str, Any], *, at: datetime) -> bytes:
    """Set what `paper` returned on A4 pages; some ten milliseconds a case.

    The result is PDF/A-2u, which archives take. That form needs a glyph for every sign: of a script that our fonts
    lack (they have Latin, Greek, Cyrillic and Arabic) boxes are printed in plain PDF; the whole text is in the proofs.
    """
    from typst import TypstError  # noqa: PLC0415  # as below

    try:
        return _set(data, at, "a-2u")
    except TypstError:
        return _set(data, at, "1.7")


def _set(data: dict[str, Any], at: datetime, standard: Literal["a-2u", "1.7"]) -> bytes:
    import typst  # noqa: PLC0415  # 80 MB on the disk that only printing needs

    made = typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        sys_inputs={"data": json.dumps(data)},
        font_paths=list(FONTS),
        ignore_system_fonts=True,
        pdf_standards=standard,
        timestamp=int(at.timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError("one document was asked for")
    return made


def _message(view: MessageView, officer: Officer, language: str) -> dict[str, Any]:
    one, content = view.message, view.content
    asked = view.asked.kind if view.asked is not None else ""
    outcomes = words.HELP_KINDS if asked == "assistance" else words.ANSWER_KINDS
    outcome = outcomes.get(str(content.get("answer", "")))
    who = authority_name(one.originator, language) if one.incoming else str(one.written_by or one.originator)
    shown = bool(content) and may_export(officer, one)
    return {
        "title": str(outcome or words.word(words.KINDS, one.kind)),
        "line": f"{_own(who)} · {_moment(one.sent_at)} · {_ltr(one.reference)}",
        "rows": _rows(one, content) if shown else [["", _withheld(one)]],
        "subjects": [_subject(subject) for subject in view.subjects] if shown else [],
        "texts": _texts(content) if shown else [],
        "copies": _copies(view, language),
    }


def _withheld(message: CaseMessage) -> str:
    if message.content is None:
        return _("The content was erased; the proof that it was exchanged remains.")
    return _("Kept back: the rules do not let you take the content of this message out of the node.")


def _copied(content: dict[str, Any]) -> Rows:
    named = ((_("Addressed to"), content.get("asked")), (_("Copy to"), content.get("copies")))
    return [[name, "\n".join(_own(one) for one in found)] for name, found in named if found]


def _rows(message: CaseMessage, content: dict[str, Any]) -> Rows:
    rows = _standing(message)
    if content.get("purpose"):
        area = words.word(words.CRIME_AREAS, content["crime_area"])
        rows.append([_("Purpose"), f"{words.word(words.PURPOSES, content['purpose'])} · {area}"])
    if content.get("legal_basis"):
        rows.append([_("Offence and legal basis"), _own(content["legal_basis"])])
    if content.get("urgency", "normal") != "normal":
        ground = words.URGENCY_GROUNDS.get(content.get("urgency_ground", ""), "")
        rows.append(
            [
                _("Urgency"),
                " · ".join(filter(None, [str(words.word(words.URGENCIES, content["urgency"])), str(ground)])),
            ]
        )
    rows += _copied(content)
    if content.get("expects"):
        rows.append([_("Which answers are expected"), str(circulars.MEANS)])
    if (limit := due.due_of(message)) is not None:
        rows.append([_("Answer needed by"), _moment(limit)])
    rows += _help(content)
    if content.get("more_by"):
        rows.append([_("More will follow by"), _moment(datetime.fromtimestamp(content["more_by"], UTC))])
    if content.get("ground"):
        rows.append([_("Ground"), f"({content['ground']}) {words.word(words.REFUSAL_GROUNDS, content['ground'])}"])
    if content.get("approvals"):
        count = content["approvals"]
        by = ngettext("by %(count)s further officer", "by %(count)s further officers", count) % {"count": count}
        rows.append([_("Approved"), by])
    if stated := restrictions.in_words(content):
        rows.append([_("Conditions"), _own("\n".join(stated))])
    rows += [
        [_("File"), f"{_own(one['title'])}\nSHA-256 {_ltr(one['sha256'])}"] for one in content.get("attachments", [])
    ]
    return rows


def _help(content: dict[str, Any]) -> Rows:
    """Return for which measure assistance is asked, or who works on a message."""
    rows: Rows = []
    if asked := content.get("assistance"):
        rows.append([_("What is asked for"), str(words.word(words.MEASURES, asked["measure"]))])
        rows += [
            [str(fact.name), "\n".join((_ltr if fact.code else _own)(value) for value in fact.values)]
            for fact in measure_facts(asked)
        ]
    if taken := content.get("taken_up"):
        rows.append([_("Who works on it"), _own(" · ".join(filter(None, [taken["by"], taken.get("contact", "")])))])
        if taken.get("answer_by"):
            rows.append([_("Answer may be expected by"), _moment(due.moment(taken["answer_by"]))])
    return rows


def _standing(message: CaseMessage) -> Rows:
    """Return where a message stands, what was said of it later, and whether it was entered by hand."""
    rows = [[_("State"), str(words.word(words.STATES, message.state))]]
    if message.channel:
        rows.append([_("Entered by hand"), _by_hand(message)])
    if message.standing:
        rows.append([_("Since then"), str(words.word(words.STANDINGS, message.standing))])
    return rows


def _by_hand(message: CaseMessage) -> str:
    """Say by what a message came that did not come through the exchange, and that nothing proves it."""
    entered = message.entered
    who = _("%(time)s, by %(name)s. Entered by %(by)s, %(at)s.") % {
        "time": _moment(entered.happened_at),
        "name": _own(str(entered.taken_by)),
        "by": _own(str(entered.entered_by)),
        "at": _moment(entered.entered_at),
    }
    proof = _("It did not come through the exchange: no signature, no seal and no note proves it.")
    return f"{words.word({**words.CHANNELS, **words.INFORMED}, message.channel)}\n{who}\n{proof}"


def _subject(subject: SubjectView) -> dict[str, Any]:
    rows = [
        [str(fact.name), "\n".join((_ltr if fact.code else _own)(value) for value in fact.values)]
        for fact in subject.facts
    ]
    if subject.evaluation:
        rows.append([_("Evaluation"), " · ".join([_ltr(subject.evaluation), *map(str, subject.evaluated)])])
    if subject.link:
        rows.append([_("Link with the purpose"), _own(subject.link)])
    kind = " · ".join(str(one) for one in (subject.schema, subject.category) if one)
    return {"title": f"{_own(subject.caption)} ({kind})", "rows": rows}


def _texts(content: dict[str, Any]) -> list[dict[str, str]]:
    texts = []
    if questions := content.get("questions"):
        numbered = "\n".join(f"{number}. {_own(text)}" for number, text in enumerate(questions, 1))
        texts.append({"title": _("Questions"), "text": numbered})
    for one in content.get("texts", []):
        title = _("Free text, in the author's language (%(language)s)") % {"language": one["language"].upper()}
        texts.append({"title": title, "text": _own(one["text"])})
    return texts


def _copies(view: MessageView, language: str) -> Rows:
    if not view.deliveries:
        return []
    rows = [[_("Partner"), _("State"), _("Receipt"), _("Reply")]]
    for copy in view.deliveries:
        receipt = copy.read_at or copy.stored_at
        reply = f"{words.word(words.REPLIES, copy.reply)} · {_moment(copy.replied_at)}" if copy.replied_at else ""
        rows.append([_own(authority_name(copy.authority, language)), str(copy.word), _moment(receipt), reply])
    return rows


def _event(moment: Moment, language: str) -> Sequence[str]:
    what = f"{moment.text} · {_own(moment.detail)}" if moment.detail else str(moment.text)
    return [_moment(moment.at), what, _own(authority_name(moment.who, language)) if moment.who else ""]


def _moment(at: datetime | None) -> str:
    """Return `22 Nov 2026, 14:05 (UTC+01:00)` in the reader's language and the node's zone."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    zone = f"{local:%z}"
    return f"{formats.date_format(local, 'j M Y, H:i')} {_ltr(f'(UTC{zone[:3]}:{zone[3:]})')}"


def _ltr(text: object) -> str:
    return f"{_LTR}{text}{_END}"


def _own(text: object) -> str:
    return f"{_OWN}{text}{_END}"
