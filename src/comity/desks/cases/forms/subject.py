"""One subject of a message: the fields of its kind, each with what it needs."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from comity.desks.cases import classified, evaluations, given_dates, rules, words
from comity.desks.cases.forms.zone import FIELD, ZoneForm
from comity.vocabulary.errors import VocabularyError
from comity.vocabulary.evaluation import Evaluation
from comity.vocabulary.hijri import HijriDate
from comity.vocabulary.partial_date import PartialDate

CODE: Final = {"dir": "ltr", "spellcheck": "false", "autocapitalize": "characters"}
EMPTY: Final = ("", _("Choose"))
MAX_VALUES: Final = 20
"""Values of one property; who knows more of them sends a file."""

CALENDAR: Final = "calendar"
SOURCE, INFORMATION = evaluations.FIELDS
_EARLIEST: Final = 1700
"""Years before it are taken for years of the Hijri calendar that lack their mark."""
_OF_HIJRI: Final = re.compile(r"(.*\d)\s*(?:A\.?H\.?|\u0647\u0640?\.?)", re.IGNORECASE)  # heh, as Arabic writes AH
_OF_GREGORIAN: Final = re.compile(r"(.*\d)\s*(?:A\.?D\.?|\u0645\.?)", re.IGNORECASE)  # meem, as Arabic writes AD
_ONE_DIGIT: Final = re.compile(r"^[0-9](?![0-9])")
_YEAR_FIRST: Final = re.compile(r"[0-9]{4}[-/\u060D.]")  # among them the Arabic date separator
_COUNTRY: Final = re.compile(r"[A-Za-z]{2}")
_NOT_CODE: Final = re.compile(r"[\W_]+")
_IMO_DIGITS, _MMSI_DIGITS, _VIN_SIGNS = 7, 9, 17
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")  # ISO 13616: 15 to 34 signs
_VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}")  # ISO 3779: no I, O or Q


def choices(table: Mapping[str, Any], codes: Iterable[str] | None = None) -> list[tuple[str, Any]]:
    """Return (code, words) pairs for a field: of all codes of a table, or of those named."""
    return [(code, words.word(table, code)) for code in (table if codes is None else codes)]


def composed(text: object) -> str:
    """Return a text in composed form with plain line ends, which is the only one that messages carry."""
    return unicodedata.normalize("NFC", str(text or "")).replace("\r\n", "\n").strip()


def _plain_digits(text: str) -> str:
    """Return a code with the digits of other scripts, as an Arabic keyboard gives them, as 0 to 9."""
    return "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in text)


def _date(value: str) -> str:
    try:
        found = PartialDate.parse(value)
    except VocabularyError:
        raise ValidationError(_("write the date as 1974, 1974-03 or 1974-03-22")) from None
    if found.year < _EARLIEST:
        raise ValidationError(
            _("%(year)s looks like a year of the Hijri calendar: choose that calendar, or write AH behind the date")
            % {"year": f"{found.year:04}"}
        )
    return str(found)


def _hijri(value: str) -> HijriDate:
    try:
        return HijriDate.parse(value)
    except VocabularyError:
        raise ValidationError(
            _("write the Hijri date as 1405, 1405-03 or 1405-03-12, with a year from 1200 to 1500")
        ) from None


def _country(value: str) -> str:
    if not _COUNTRY.fullmatch(value):
        raise ValidationError(_("write the country as its code of two letters, such as XA"))
    return value.lower()


def _imo(value: str) -> str:
    digits = value.upper().removeprefix("IMO").strip()
    if len(digits) != _IMO_DIGITS or not digits.isdecimal():
        raise ValidationError(_("an IMO number has seven digits, such as IMO 9074729; compare it once more"))
    return f"IMO{digits}"


def _mmsi(value: str) -> str:
    digits = value.replace(" ", "")
    if len(digits) != _MMSI_DIGITS or not digits.isdecimal():
        raise ValidationError(_("an MMSI number has nine digits; compare it once more"))
    return digits


def _vin(value: str) -> str:
    signs = _NOT_CODE.sub("", value.upper()).removeprefix("VIN")
    if not _VIN.fullmatch(signs):
        raise ValidationError(
            _(
                "a vehicle identification number has 17 letters and digits and never I, O or Q; where part of it is "
                "illegible, write that into the facts"
            )
        )
    return f"{rules.VIN_PREFIX}{signs}"


def _iban(value: str) -> str:
    signs = _NOT_CODE.sub("", value.upper())
    if not _IBAN.fullmatch(signs):
        raise ValidationError(_("an IBAN begins with two letters and two digits and has 15 to 34 signs; compare it"))
    return signs


_TIDY: Final[Mapping[str, Callable[[str], str]]] = {
    "country": _country,
    "imo": _imo,
    "mmsi": _mmsi,
    "vin": _vin,
    "iban": _iban,
}
_HINTS: Final[Mapping[str, Any]] = {
    "date": _("As far as known: 1974-03-22, 1974-03, 1974; Hijri 1405-03-12 AH."),
    "country": _("Two letters, such as XA."),
    "imo": _("Seven digits."),
    "mmsi": _("Nine digits."),
    "vin": _("17 letters and digits."),
    "iban": _("With its two letters of the country."),
}


class SubjectForm(forms.Form):
    """One subject of a message, with the fields of its kind."""

    schema = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, schema: str, linked: bool = True, **kwargs: Any) -> None:  # noqa: ANN401 - passed on to Django
        kwargs.setdefault("initial", {"schema": schema})
        super().__init__(*args, **kwargs)
        self.schema_code = schema if schema in rules.FIELDS else "Person"
        self.origins: tuple[object, ...] = ()
        """Where values came from that were picked out of a text; set by the draft."""
        for asked in rules.FIELDS[self.schema_code]:
            self.fields[asked.prop] = self._field(asked)
            if asked.kind == "date" and CALENDAR not in self.fields:
                self.fields[CALENDAR] = _calendar()
        if self.schema_code in rules.WITH_CATEGORY:
            self.fields["category"] = forms.ChoiceField(
                label=_("Category of this person"),
                choices=[EMPTY, *choices(words.CATEGORIES)],
                error_messages={"required": _("choose why this person is named")},
            )
        self.fields[SOURCE] = forms.ChoiceField(
            label=_("Evaluation of the source"), required=False, choices=evaluations.choices(evaluations.SOURCES)
        )
        self.fields[INFORMATION] = forms.ChoiceField(
            label=_("Evaluation of the information"),
            required=False,
            choices=evaluations.choices(evaluations.INFORMATION),
        )
        self.fields["link"] = forms.CharField(
            label=_("What links it with the purpose"),
            required=linked,
            error_messages={"required": _("say in one sentence what links it with the purpose")},
            max_length=500,
            help_text=_("One sentence; the partner needs it to judge whether the request is necessary.")
            if linked
            else "",
            widget=forms.TextInput(attrs={"dir": "auto"}),
        )

    def _field(self, asked: rules.Asked) -> forms.Field:
        label = words.field(asked)
        if asked.kind == "sex":
            return forms.ChoiceField(
                label=label,
                required=False,
                choices=[("", _("Not known")), ("female", _("Female")), ("male", _("Male")), ("other", _("Other"))],
            )
        attrs: dict[str, str | int] = {"dir": "auto"} if asked.kind in {"text", "name"} else {**CODE}
        hint = _HINTS.get(asked.kind, "")
        widget: forms.Widget = forms.TextInput(attrs=attrs)
        if asked.several:
            widget = forms.Textarea(attrs={**attrs, "rows": 1, "class": "grows"})
        return forms.CharField(label=label, required=False, max_length=2000, widget=widget, help_text=hint)

    @property
    def paste(self) -> forms.BoundField | None:
        """The field for a machine readable zone; `None` for kinds of subject of which none tells."""
        if self.schema_code not in rules.WITH_ZONE:
            return None
        return ZoneForm(initial={FIELD: self.zone_text}, prefix=self.prefix)[FIELD]

    @property
    def zone_text(self) -> str:
        """The zone that was pasted and not read yet."""
        given = self.data.get(f"{self.prefix}-{FIELD}", "") if self.is_bound else self.initial.get(FIELD, "")
        return str(given or "")

    @property
    def title(self) -> Any:  # noqa: ANN401 - a lazy text
        """The kind of subject in words."""
        return words.word(words.SCHEMATA, self.schema_code)

    @property
    def icon(self) -> str:
        """The icon of the kind."""
        return words.SCHEMA_ICONS.get(self.schema_code, "id")

    @property
    def caption(self) -> str:
        """The first thing that was filled in, to tell this subject from its neighbours; empty where nothing was."""
        return next(
            (
                str(value).splitlines()[0]
                for asked in rules.FIELDS[self.schema_code]
                if asked.kind not in {"sex", "country"} and (value := self[asked.prop].value())
            ),
            "",
        )

    def clean(self) -> dict[str, Any]:
        """Bring every value into its one form, and ask for at least one fact by which the subject can be found."""
        found = super().clean() or {}
        for name, value in tuple(found.items()):
            if fault := classified.borne(str(value or "")):
                self.add_error(name, fault)
        self._hijri: list[tuple[str, HijriDate]] = []
        for asked in rules.FIELDS[self.schema_code]:
            try:
                if asked.kind == "date":
                    found[asked.prop] = self._dates(asked, found.get(asked.prop, ""), found.get(CALENDAR, ""))
                    continue
                found[asked.prop] = _values(asked, found.get(asked.prop, ""))
            except ValidationError as error:
                self.add_error(asked.prop, error)
        try:
            evaluations.parsed(found.get(SOURCE, ""), found.get(INFORMATION, ""))
        except VocabularyError:
            self.add_error(INFORMATION, _("evaluate source and information on the same scale, or neither"))
        if not self.errors and not any(found.get(asked.prop) for asked in rules.FIELDS[self.schema_code]):
            self.add_error(
                rules.FIELDS[self.schema_code][0].prop, _("state at least one fact by which it can be found")
            )
        return found

    @property
    def evaluation(self) -> Evaluation | None:
        """How sure what is said of it is; `None` where nobody said. The form is valid."""
        return evaluations.parsed(self.cleaned_data.get(SOURCE, ""), self.cleaned_data.get(INFORMATION, ""))

    def properties(self) -> dict[str, tuple[str, ...]]:
        """Return the facts stated: property to its values. The form is valid."""
        stated = ((asked.prop, self.cleaned_data.get(asked.prop)) for asked in rules.FIELDS[self.schema_code])
        known = {prop: tuple(values) for prop, values in stated if values}
        if self._hijri:
            notes = tuple(given_dates.note(prop, one) for prop, one in self._hijri)
            known[given_dates.PROPERTY] = (*known.get(given_dates.PROPERTY, ()), *notes)
        return known

    def _dates(self, asked: rules.Asked, given: object, calendar: str) -> tuple[str, ...]:
        """Return Gregorian dates; of a Hijri date all that it may be, and remember how it was given."""
        found: list[str] = []
        for line in _values(asked, given):
            plain = _date_signs(line)
            hijri, gregorian = _OF_HIJRI.fullmatch(plain), _OF_GREGORIAN.fullmatch(plain)
            if hijri is None and (gregorian is not None or calendar != "hijri"):
                found.append(_date(gregorian[1] if gregorian is not None else plain))
                continue
            one = _hijri(hijri[1] if hijri is not None else plain)
            self._hijri.append((asked.prop, one))
            found += [str(day) for day in one.gregorian]
        return tuple(dict.fromkeys(found))


def _calendar() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Calendar of the dates"),
        required=False,
        choices=[("", _("Gregorian")), ("hijri", _("Hijri"))],
        help_text=_("A Hijri date goes with every day it may be: its calendars differ by up to two days."),
    )


def _date_signs(text: str) -> str:
    """Return a date with hyphens between its parts and two digits in each: 1405/3/12 as 1405-03-12."""
    year, *rest = re.split(r"[-/\u060D.]", text, maxsplit=2) if _YEAR_FIRST.match(text) else (text,)
    return "-".join([year, *(_ONE_DIGIT.sub(r"0\g<0>", part) for part in rest)])


def _values(asked: rules.Asked, given: object) -> tuple[str, ...]:
    text = composed(given)
    lines = text.splitlines() if asked.several else [text.replace("\n", " ")]
    values = [line.strip() for line in lines if line.strip()]
    if len(values) > MAX_VALUES:
        raise ValidationError(
            _("state at most %(most)s; the others fit into the facts") % {"most": MAX_VALUES}, code="many"
        )
    if asked.kind not in {"text", "name", "sex"}:
        values = [_plain_digits(value) for value in values]
    tidy = _TIDY.get(asked.kind)
    return tuple(dict.fromkeys(tidy(value) if tidy else value for value in values))
