"""The steps of the play inside a node: each does what an officer does on a page, and returns what the page would show.

Needs Django; imported by `comity.demo.step` alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language

from comity.demo import stories
from comity.desks.cases import actions, choices, comparing, delivered, forms, proofs, reads, words
from comity.desks.cases.models import CaseMessage, Verdict
from comity.node.exchange.models import Note
from comity.node.ledger.models import Cosignature, Log
from comity.node.officers.models import Officer
from comity.node.partners import members
from comity.node.records.models import Record

type Answer = dict[str, Any]


def _officer(username: str) -> Officer:
    return Officer.objects.get_by_natural_key(username)


def _now() -> datetime:
    return timezone.now()


def overview() -> Answer:
    """Say what the node holds and which directory it has."""
    directory = members.directory()
    return {
        "records": Record.objects.count(),
        "official": Record.objects.filter(source=stories.OFFICIAL_SOURCE).count(),
        "members": len(tuple(directory.members())),
        "directory": [part.hex() if isinstance(part, bytes) else part for part in directory.version],
    }


def request(officer: str, recipients: list[str], job: Mapping[str, Any], *, send: bool) -> Answer:
    """Fill in the form of a request, look at the preview, and send it if told to."""
    who, at = _officer(officer), _now()
    draft = forms.Draft.read(_posted(recipients, job), choices.for_officer(who, get_language() or "en"))
    if not draft.is_valid():
        raise ValueError("; ".join(f"{form.prefix or 'request'}: {form.errors.as_json()}" for form in draft.forms))
    preview = actions.preview_request(draft, who, at=at)
    readers = [
        {
            "authority": one.authority,
            "name": str(one.name),
            "allowed": one.allowed,
            "agreement": str(one.agreement),
            "clauses": [[str(number), str(text)] for number, text in one.clauses],
            "reasons": [str(reason) for reason in one.reasons],
        }
        for one in preview.recipients
    ]
    answer: Answer = {"allowed": preview.allowed, "readers": readers}
    if send and preview.allowed:
        answer |= _sent(actions.send_request(draft, who, at=at))
    return answer


def _posted(recipients: list[str], job: Mapping[str, Any]) -> QueryDict:
    """Return what the browser would post for this request."""
    data = QueryDict(mutable=True)
    data["subjects"] = ",".join(f"{place}:{one['schema']}" for place, one in enumerate(job["subjects"]))
    for place, one in enumerate(job["subjects"]):
        data[f"s{place}-schema"] = one["schema"]
        data[f"s{place}-category"] = one["category"]
        data[f"s{place}-link"] = one["link"]
        for prop, values in one["properties"]:
            data[f"s{place}-{prop}"] = "\n".join(values)
    for name in ("purpose", "crime_area", "legal_basis", "facts"):
        data[name] = job[name]
    data["questions"] = "\n".join(job["questions"])
    data["urgency"] = "normal"
    data.setlist("recipients", recipients)
    data.setlist("handling", ["H0", "H1"])
    return data


def _sent(outcome: actions.Outcome) -> Answer:
    if outcome.message is None:
        raise ValueError("; ".join(str(one) for one in outcome.refusals))
    message = outcome.message
    return {
        "message": message.pk,
        "case": message.case_id,
        "reference": message.reference,
        "msg": bytes(message.msg).hex(),
        "addressees": sorted(one.authority for one in message.addressees.all()),
    }


def deliveries(officer: str, message: int) -> Answer:
    """Say how far each copy of a message of ours got."""
    found = reads.message_for(_officer(officer), message)
    copies = delivered.deliveries([found]).get(found.pk, ())
    return {"copies": [asdict(one) | {"word": str(one.word)} for one in copies]}


def inbox(officer: str) -> Answer:
    """List what came in, as far as this officer may read it."""
    found = reads.visible_to(_officer(officer)).filter(incoming=True).order_by("id")
    return {"messages": [_line(one) for one in found]}


def _line(message: CaseMessage) -> Answer:
    return {
        "message": message.pk,
        "case": message.case_id,
        "kind": message.kind,
        "originator": message.originator,
        "msg": bytes(message.msg).hex(),
        "in_reply_to": message.in_reply_to,
        "caption": message.caption,
    }


def open_case(officer: str, case: int) -> Answer:
    """Open a case, which marks what is new in it as read, and return what it says."""
    who = _officer(officer)
    page = reads.case_page(who, case)
    actions.open_case(page, who, at=_now())
    return {"messages": [_line(one.message) | {"content": one.content} for one in page.messages]}


def candidates(officer: str, message: int) -> Answer:
    """Return what the node found in its records for a request, and why."""
    found = reads.message_for(_officer(officer), message)
    return {"candidates": [_candidate(one) for one in comparing.comparisons(found)]}


def _candidate(one: comparing.ComparisonView) -> Answer:
    return {
        "candidate": one.candidate.pk,
        "asked": one.asked.caption,
        "held": one.held_caption,
        "record": one.candidate.record_reference.partition("/")[2],
        "confidence": str(words.word(words.CONFIDENCE, one.candidate.confidence)),
        "score": one.candidate.score,
        "verdict": str(one.candidate.verdict),
        "reasons": [{"text": str(reason.text), "left": reason.left, "right": reason.right} for reason in one.reasons],
    }


def decide(officer: str, candidate: int, verdict: str, reason: str) -> Answer:
    """Confirm or reject a candidate."""
    who = _officer(officer)
    actions.decide_candidate(reads.candidate_for(who, candidate), Verdict(verdict), reason, who, at=_now())
    return {"verdict": str(reads.candidate_for(who, candidate).verdict)}


def answer(officer: str, message: int, text: str) -> Answer:
    """Answer a request with everything that was confirmed."""
    who = _officer(officer)
    found = reads.message_for(who, message)
    confirmed = [str(one.pk) for one in comparing.confirmed(found)]
    given = {"kind": "full", "include": confirmed, "text": text, "handling": ["H0"], "conditions": ""}
    form = forms.AnswerForm(given, confirmed=[(one, one) for one in confirmed])
    if not form.is_valid():
        raise ValueError(form.errors.as_json())
    return _sent(actions.answer_request(found, form.cleaned_data, who, at=_now())) | {"included": len(confirmed)}


def refuse(officer: str, message: int, ground: str, text: str) -> Answer:
    """Refuse a request on a ground of the closed list."""
    who = _officer(officer)
    found = reads.message_for(who, message)
    form = forms.RefusalForm({"ground": ground, "text": text})
    if not form.is_valid():
        raise ValueError(form.errors.as_json())
    return _sent(actions.refuse_request(found, form.cleaned_data, who, at=_now()))


def traces(msg: str) -> Answer:
    """Count what this node has of a message: its notes and messages, whoever may read them."""
    root = bytes.fromhex(msg)
    return {"notes": Note.objects.filter(msg=root).count(), "messages": CaseMessage.objects.filter(msg=root).count()}


def evidence(officer: str, message: int, path: str, copy_to: str = "") -> Answer:
    """Write the file that proves a message that came in, or our copy to a partner; tells when there is none yet."""
    who = _officer(officer)
    found = reads.message_for(who, message)
    note = found.note_id if found.incoming else found.addressees.get(authority=copy_to).note_id
    made = proofs.evidence(found, note or 0, who, at=_now())
    if made is None:
        return {"made": False}
    Path(path).write_bytes(made.data)
    return {"made": True, "name": made.name, "size": len(made.data)}


def logs() -> Answer:
    """List this node's logs, how much of each is signed, and who is witness of it."""
    return {
        "logs": [
            {
                "name": log.name,
                "size": log.size,
                "signed": log.signed_size,
                "witnesses": sorted({row.witness for row in Cosignature.objects.filter(log=log)}),
            }
            for log in Log.objects.order_by("name")
        ]
    }


STEPS: Final[Mapping[str, Callable[..., Answer]]] = {
    step.__name__: step
    for step in (
        overview, request, deliveries, inbox, open_case, candidates, decide, answer, refuse, traces, evidence, logs,
    )
}  # fmt: skip
"""What the play may order."""
