"""What stands in a form before the officer has typed: the facts as they were sent, or those of an earlier message."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.desks.cases import evaluations, given_dates, restrictions, rules
from comity.desks.cases.choices import authority_name, contact_of
from comity.desks.cases.models import CaseMessage
from comity.messages import ConditionRule
from comity.node.officers.models import Officer
from comity.vocabulary.handling import Handling

_BOUND: Final = frozenset({Handling.H2, Handling.H3})
"""Codes under which what an authority supplied is not passed on as it is."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A request begun from an earlier message.

    Attributes:
        data: the form as if it were posted.
        left: what was not copied or needs a look, in words.
    """

    data: QueryDict
    left: tuple[Any, ...] = ()


def correction(sent: CaseMessage) -> QueryDict:
    """Return the form of a correction, filled in with the subjects, handling codes and conditions of what was sent.

    Args:
        sent: the message of ours that is corrected.
    """
    content = sent.content or {}
    data = QueryDict(mutable=True)
    _add_subjects(data, content)
    data.setlist("handling", list(sent.handling))
    _restrict(data, content)
    return data


def acknowledgement(asked: CaseMessage, officer: Officer) -> QueryDict:
    """Return the form of an acknowledgement: the unit that works on it, the day it is due, and the contact point.

    Args:
        asked: the partner's message that is acknowledged.
        officer: who writes; where nobody has a unit, the office itself stands there.
    """
    language, own = get_language() or officer.language, officer.authority
    data = QueryDict(mutable=True)
    data["by"] = asked.unit or officer.unit or authority_name(own, language)
    if asked.due_at is not None and asked.due_at > timezone.now():
        data["answer_by"] = timezone.localdate(asked.due_at).isoformat()
    data["contact"] = contact_of(own)
    return data


def copied(message: CaseMessage) -> Copied:
    """Return the form of a request with the subjects, facts, purpose and handling of an earlier message.

    To whom it went, its references, its deadline, its urgency and its files are its own. What another authority
    supplied under a code that keeps it from being passed on stays where it is.
    """
    content, left = message.content or {}, []
    data = QueryDict(mutable=True)
    data["purpose"], data["crime_area"], data["subjects"] = message.purpose, message.crime_area, ""
    foreign = message.originator != message.authority
    if foreign and (_BOUND & set(message.handling) or restrictions.in_words(content)):
        return Copied(data, (_("Only purpose and crime area are copied: its originator keeps the rest from being used "
                               "in another message without permission. Ask for consent first."),))  # fmt: skip
    _add_subjects(data, content)
    data["legal_basis"] = content.get("legal_basis", "")
    data["facts"] = "\n\n".join(text["text"] for text in content.get("texts", []))
    data["questions"] = "\n".join(content.get("questions", []))
    data.setlist("handling", list(message.handling))
    _restrict(data, content)
    if foreign:
        left.append(_("It holds what another authority supplied; its handling codes are copied with it."))
    if message.standing == "corrected":
        left.append(_("This message was corrected later: compare what was copied with the correction."))
    if any(one["schema"] not in rules.FIELDS for one in content.get("subjects", [])):
        left.append(_("Subjects of kinds that this form does not have are not copied."))
    return Copied(data, tuple(left))


def _restrict(data: QueryDict, content: dict[str, Any]) -> None:
    data["conditions"] = "\n".join(content.get("conditions", []))
    fields = {ConditionRule.ERASE_ON: "erase_on", ConditionRule.ONLY_UNITS: "only_units"}
    for one in content.get("restrictions", []):
        data[fields.get(one["rule"], "no_contact")] = one["value"] or "on"


def _add_subjects(data: QueryDict, content: dict[str, Any]) -> None:
    known = [one for one in content.get("subjects", []) if one["schema"] in rules.FIELDS][: rules.MAX_SUBJECTS]
    data["subjects"] = ",".join(f"{place}:{one['schema']}" for place, one in enumerate(known))
    for place, one in enumerate(known):
        data[f"s{place}-schema"] = one["schema"]
        data[f"s{place}-category"] = one.get("category", "")
        data[f"s{place}-link"] = one.get("link", "")
        for name, value in zip(evaluations.FIELDS, evaluations.chosen(one.get("evaluation", "")), strict=True):
            data[f"s{place}-{name}"] = value
        properties = one.get("properties", {})
        noted = given_dates.noted(properties)
        for asked in rules.FIELDS[one["schema"]]:
            given = noted.get(asked.prop, ()) if asked.kind == "date" else ()
            values = [f"{date}{given_dates.MARK}" for date in given]
            values += [_shown(asked, value) for value in given_dates.others(properties.get(asked.prop, []), given)]
            data[f"s{place}-{asked.prop}"] = "\n".join(values if asked.several else values[:1])


def _shown(asked: rules.Asked, value: str) -> str:
    if asked.kind == "vin":
        return value.removeprefix(rules.VIN_PREFIX)
    return value.upper() if asked.kind == "country" else value
