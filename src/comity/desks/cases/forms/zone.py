"""A machine readable zone pasted into a subject: what it fills in, and what is said about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from comity.desks.cases import rules, words
from comity.formats.mrz import Alike, Fault, Zone, read
from comity.vocabulary.countries import country_of

FIELD: Final = "mrz"
MAX_ZONE: Final = 400
"""Signs that are read; the longest zone has 90."""

_CHECKED: Final = {
    "number": pgettext_lazy("check digit of", "the document number"),
    "birth": pgettext_lazy("check digit of", "the date of birth"),
    "expiry": pgettext_lazy("check digit of", "the date of expiry"),
    "optional": pgettext_lazy("check digit of", "the optional data"),
    "whole": pgettext_lazy("check digit of", "the whole zone"),
}


class ZoneForm(forms.Form):
    """The field into which a zone is pasted."""

    mrz = forms.CharField(
        label=gettext_lazy("Machine readable zone"),
        required=False,
        help_text=gettext_lazy(
            "The two or three lines at the foot of a passport, identity card or visa, as they stand there."
        ),
        widget=forms.Textarea(
            attrs={"dir": "ltr", "rows": 3, "class": "zone", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of a zone that was pasted.

    Attributes:
        prefix: of the subject it was pasted into.
        faults: what is wrong with it, in words.
        notes: what was read otherwise than it stands there, in words.
        filled: labels of the fields that were filled in; empty where none was.
        kept: labels of fields that were left as they were, because something else stood there.
        offered: whether it can be filled in although something is wrong with it.
        added: whether a subject was added for the document.
    """

    prefix: str
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    offered: bool = False
    added: bool = False


def unread() -> Any:  # noqa: ANN401 - a lazy text
    """Return what is said of a zone that still stands in its field when the message is to be sent."""
    return gettext_lazy("a machine readable zone was pasted and not read; read it, or empty its field")


def fill(data: QueryDict, pairs: Sequence[tuple[int, str]], place: int, today: date, *, anyway: bool) -> Filled:
    """Fill in what the zone pasted at a subject says; what stands in a field already is left there.

    Args:
        data: of the form; changed in place.
        pairs: place and kind of every subject of the form.
        place: of the subject.
        today: births lie before it.
        anyway: whether to do so although a check digit does not fit.
    """
    prefix, schema = f"s{place}", dict(pairs)[place]
    given = str(data.get(f"{prefix}-{FIELD}", ""))
    if len(given) > MAX_ZONE:
        return Filled(prefix, (_("This is too long for a machine readable zone; paste its lines alone."),))
    zone = read(given, today)
    if not isinstance(zone, Zone):
        return Filled(prefix, tuple(map(_fault, zone)))
    notes = (*map(_repair, zone.repaired), *_unknown(zone))
    if zone.faults and not anyway:
        return Filled(prefix, tuple(map(_fault, zone.faults)), notes, offered=True)
    filled, kept = _into(data, prefix, schema, zone)
    data[f"{prefix}-{FIELD}"] = ""
    added = schema == "Person" and _add_document(data, pairs, zone)
    return Filled(prefix, tuple(map(_fault, zone.faults)), notes, filled, kept, added=added)


def _into(data: QueryDict, prefix: str, schema: str, zone: Zone) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Fill the empty fields of a subject; a field for several values gets another line."""
    said, filled, kept = _said(schema, zone), [], []
    for asked in rules.FIELDS[schema]:
        value, key = said.get(asked.prop, ""), f"{prefix}-{asked.prop}"
        stands = str(data.get(key, "")).strip()
        if not value or value in stands.splitlines():
            continue
        if stands and not asked.several:
            kept.append(str(words.field(asked)))
            continue
        if asked.kind == "date" and data.get(f"{prefix}-calendar"):
            value = f"{value} AD"
        data[key] = f"{stands}\n{value}" if stands else value
        filled.append(str(words.field(asked)))
    return tuple(filled), tuple(kept)


def _said(schema: str, zone: Zone) -> dict[str, str]:
    """Return what a zone says of a subject of that kind: property to what would be typed."""
    birth, issuer = str(zone.birth or ""), country_of(zone.issuer).upper()
    if schema == "Person":
        numbered = "passportNumber" if zone.is_passport else "idNumber"
        return {
            "name": zone.name,
            "birthDate": birth,
            "gender": zone.sex,
            "nationality": country_of(zone.nationality).upper(),
            numbered: "" if zone.is_visa else zone.number,
        }
    document = {"number": zone.number, "country": issuer, "endDate": str(zone.expiry or "")}
    if schema == "Passport":
        return {**document, "surname": zone.surname, "givenName": zone.given, "birthDate": birth, "gender": zone.sex}
    return {**document, "type": _("Visa") if zone.is_visa else zone.document}


def _add_document(data: QueryDict, pairs: Sequence[tuple[int, str]], zone: Zone) -> bool:
    """Add the document itself as a subject, which alone can say who issued it and until when it is valid."""
    there = any(data.get(f"s{place}-number") == zone.number for place, _schema in pairs)
    if there or not zone.number or len(pairs) >= rules.MAX_SUBJECTS:
        return False
    schema = "Passport" if zone.is_passport else "Identification"
    place = max(number for number, _schema in pairs) + 1
    data["subjects"] = ",".join(f"{number}:{kind}" for number, kind in (*pairs, (place, schema)))
    data[f"s{place}-schema"] = schema
    data[f"s{place}-link"] = _("Document of %(name)s.") % {"name": zone.name} if zone.name else ""
    _into(data, f"s{place}", schema, zone)
    return True


def _fault(fault: Fault) -> str:
    """Return in words what is wrong with a zone, and which signs may have been taken for each other."""
    values = {
        "line": fault.line,
        "place": fault.place,
        "found": _code(fault.found),
        "expected": _code(fault.expected),
        "field": _CHECKED.get(fault.field, ""),
    }
    said = {
        "lines": _(
            "A machine readable zone has two lines of 36 or 44 signs, or three of 30; the number of lines here is "
            "%(found)s."
        ),
        "width": _("Line %(line)s has %(found)s signs and not %(expected)s."),
        "sign": _("Line %(line)s, sign %(place)s: %(found)s never stands in a machine readable zone."),
        "date": _("Line %(line)s, from sign %(place)s: %(found)s is no date."),
        "check": _(
            "Line %(line)s, sign %(place)s: the check digit of %(field)s is %(found)s, but what stands there gives "
            "%(expected)s."
        ),
    }[fault.rule] % values
    hints = [
        _("It would fit if sign %(place)s of line %(line)s were %(instead)s and not %(found)s.") % _alike(one)
        for one in fault.alike
    ]
    return " ".join([said, *hints])


def _repair(one: Alike) -> str:
    if one.instead.isdigit():
        return _(
            "Line %(line)s, sign %(place)s: %(found)s was read as the digit %(instead)s; only a digit can stand there."
        ) % _alike(one)
    return _(
        "Line %(line)s, sign %(place)s: %(found)s was read as the letter %(instead)s; only a letter can stand there."
    ) % _alike(one)


def _alike(one: Alike) -> dict[str, object]:
    return {"line": one.line, "place": one.place, "found": _code(one.found), "instead": _code(one.instead)}


def _unknown(zone: Zone) -> Iterator[str]:
    """Say which codes stand for no country, such as those of stateless persons and of organisations."""
    for code in dict.fromkeys((zone.nationality, zone.issuer)):
        if code and not country_of(code):
            yield _("%(code)s is the code of no country and was not entered; write it into the facts.") % {
                "code": _code(code)
            }


def _code(text: str) -> str:
    """Return a code isolated left to right, so that it does not turn in an Arabic sentence."""
    return f"\N{LEFT-TO-RIGHT ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
