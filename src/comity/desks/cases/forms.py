"""What officers fill in: requests with their subjects, answers, refusals, decisions on candidates."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from comity.desks.cases import rules, words

_PARTIAL_DATE: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_CODE: Final = {"dir": "ltr", "spellcheck": "false", "autocapitalize": "characters"}
_EMPTY: Final = ("", _("Choose"))


def _choices(table: Mapping[str, Any], codes: Iterable[str] | None = None) -> list[tuple[str, Any]]:
    return [(code, words.word(table, code)) for code in (table if codes is None else codes)]


class SubjectForm(forms.Form):
    """One subject of a request, with the fields of its kind."""

    schema = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, schema: str, **kwargs: Any) -> None:  # noqa: ANN401 - passed on to Django
        kwargs.setdefault("initial", {"schema": schema})
        super().__init__(*args, **kwargs)
        self.schema_code = schema if schema in rules.FIELDS else "Person"
        for asked in rules.FIELDS[self.schema_code]:
            self.fields[asked.prop] = self._field(asked)
        if self.schema_code not in rules.WITHOUT_CATEGORY:
            self.fields["category"] = forms.ChoiceField(
                label=_("Why this person: category"), choices=[_EMPTY, *_choices(words.CATEGORIES)]
            )
        self.fields["link"] = forms.CharField(
            label=_("What links it with the purpose"),
            max_length=500,
            help_text=_("One sentence; the partner needs it to judge whether the request is necessary."),
        )

    def _field(self, asked: rules.Asked) -> forms.Field:
        label = words.word(words.PROPERTIES, asked.prop)
        if asked.kind == "date":
            return forms.CharField(
                label=label,
                required=False,
                max_length=10,
                help_text=_("Year-month-day as far as known: 1974, 1974-03 or 1974-03-22."),
                widget=forms.TextInput(attrs=_CODE),
            )
        if asked.kind == "sex":
            return forms.ChoiceField(
                label=label,
                required=False,
                choices=[("", _("Not known")), ("female", _("Female")), ("male", _("Male")), ("other", _("Other"))],
            )
        if asked.kind == "country":
            return forms.CharField(
                label=label,
                required=False,
                max_length=2,
                help_text=_("Two letters, such as XA."),
                widget=forms.TextInput(attrs=_CODE),
            )
        widget: forms.Widget = forms.TextInput(attrs=_CODE if asked.kind == "code" else {"dir": "auto"})
        hint: Any = ""
        if asked.several:
            widget = forms.Textarea(attrs={"rows": 1 if asked.prop == "name" else 2, "dir": "auto"})
            hint = _("As written in any script; one name on a line.") if asked.prop == "name" else ""
        return forms.CharField(label=label, required=False, max_length=500, widget=widget, help_text=hint)

    @property
    def title(self) -> Any:  # noqa: ANN401 - a lazy text
        """The kind of subject in words."""
        return words.word(words.SCHEMATA, self.schema_code)

    @property
    def icon(self) -> str:
        """The icon of the kind."""
        return words.SCHEMA_ICONS.get(self.schema_code, "id")

    def clean_birthDate(self) -> str:  # noqa: N802 - named after the property
        """Accept a date as far as it is known."""
        text = str(self.cleaned_data.get("birthDate", "")).strip()
        if text and not _PARTIAL_DATE.fullmatch(text):
            raise ValidationError(_("write the date as 1974, 1974-03 or 1974-03-22"))
        return text

    def clean(self) -> dict[str, Any]:
        """Ask for at least one fact by which the subject can be found."""
        found = super().clean() or {}
        if not self.errors and not self.properties():
            self.add_error(
                rules.FIELDS[self.schema_code][0].prop, _("state at least one fact by which it can be found")
            )
        return found

    def properties(self) -> dict[str, tuple[str, ...]]:
        """Return the facts stated: property to its values."""
        found = {}
        for asked in rules.FIELDS[self.schema_code]:
            text = str(self.cleaned_data.get(asked.prop, "") or "").strip()
            values = tuple(line.strip() for line in text.splitlines()) if asked.several else (text,)
            if kept := tuple(self._tidy(asked, value) for value in values if value):
                found[asked.prop] = kept
        return found

    def _tidy(self, asked: rules.Asked, value: str) -> str:
        return value.lower() if asked.kind == "country" else value


class RequestForm(forms.Form):
    """A request for information."""

    recipients = forms.MultipleChoiceField(label=_("To whom"), widget=forms.CheckboxSelectMultiple)
    purpose = forms.ChoiceField(label=_("Purpose"))
    crime_area = forms.ChoiceField(label=_("Crime area"))
    legal_basis = forms.CharField(
        label=_("Offence and legal basis"),
        max_length=300,
        help_text=_("The offence under investigation and the provision, as your law names them."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    facts = forms.CharField(
        label=_("Facts"),
        max_length=8000,
        help_text=_("What happened, and why this partner may hold something. Written in your own language."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    questions = forms.CharField(
        label=_("Questions"),
        max_length=4000,
        help_text=_("One question on a line."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    urgency = forms.ChoiceField(label=_("Urgency"), initial="normal", widget=forms.RadioSelect)
    urgency_ground = forms.ChoiceField(
        label=_("Ground of urgency"), required=False, help_text=_("Needed when the request is not of normal urgency.")
    )
    deadline = forms.DateField(
        label=_("Answer needed by"),
        required=False,
        help_text=_("Leave empty for the time limit of the agreement."),
        widget=forms.DateInput(attrs={"type": "date", "dir": "ltr"}, format="%Y-%m-%d"),
    )
    handling = forms.MultipleChoiceField(
        label=_("Handling codes"), initial=["H0"], widget=forms.CheckboxSelectMultiple, required=False
    )
    conditions = forms.CharField(
        label=_("Condition of code H3"),
        required=False,
        max_length=500,
        help_text=_("Needed with code H3 only."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - passed on to Django
        partners: Sequence[tuple[str, str]],
        purposes: Sequence[str],
        areas: Sequence[str],
        **kwargs: Any,  # noqa: ANN401 - passed on to Django
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("recipients", list(partners)),
            ("purpose", [_EMPTY, *_choices(words.PURPOSES, purposes)]),
            ("crime_area", [_EMPTY, *_choices(words.CRIME_AREAS, areas)]),
            ("urgency", _choices(words.URGENCIES)),
            ("urgency_ground", [_EMPTY, *_choices(words.URGENCY_GROUNDS)]),
            ("handling", [(code, f"{code}: {text}") for code, text in _choices(words.HANDLING)]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Check what depends on two fields."""
        found = super().clean() or {}
        if found.get("urgency") not in {"normal", None} and not found.get("urgency_ground"):
            self.add_error("urgency_ground", _("choose the ground that makes it urgent"))
        if "H3" in found.get("handling", []) and not found.get("conditions"):
            self.add_error("conditions", _("state the restriction that code H3 stands for"))
        return found


class AnswerForm(forms.Form):
    """An answer to a request."""

    kind = forms.ChoiceField(label=_("Kind of answer"), choices=_choices(words.ANSWER_KINDS), widget=forms.RadioSelect)
    more_by = forms.DateField(
        label=_("More will follow by"),
        required=False,
        help_text=_("Needed in an interim answer."),
        widget=forms.DateInput(attrs={"type": "date", "dir": "ltr"}, format="%Y-%m-%d"),
    )
    include = forms.MultipleChoiceField(
        label=_("Confirmed subjects to send"), required=False, widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=8000,
        help_text=_("Only what the fields above cannot say; in your own language."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    handling = forms.MultipleChoiceField(
        label=_("Handling codes"), initial=["H0"], widget=forms.CheckboxSelectMultiple, required=False
    )
    conditions = forms.CharField(
        label=_("Condition of code H3"), required=False, max_length=500, widget=forms.TextInput(attrs={"dir": "auto"})
    )

    def __init__(self, *args: Any, confirmed: Sequence[tuple[str, str]], **kwargs: Any) -> None:  # noqa: ANN401 - passed on to Django
        super().__init__(*args, **kwargs)
        include, handling = self.fields["include"], self.fields["handling"]
        assert isinstance(include, forms.ChoiceField)  # noqa: S101 - tells the type checker
        assert isinstance(handling, forms.ChoiceField)  # noqa: S101 - tells the type checker
        include.choices = list(confirmed)
        handling.choices = [(code, f"{code}: {text}") for code, text in _choices(words.HANDLING)]
        if not confirmed:
            del self.fields["include"]

    def clean(self) -> dict[str, Any]:
        """Check that the kind of answer and what it holds agree."""
        found = super().clean() or {}
        kind, holds = found.get("kind"), bool(found.get("include") or found.get("text"))
        if kind == "negative" and found.get("include"):
            self.add_error("kind", _("a negative answer cannot send a confirmed subject"))
        if kind in {"full", "partial", "interim"} and not holds:
            self.add_error("text", _("say something, or send a confirmed subject"))
        if kind == "interim" and not found.get("more_by"):
            self.add_error("more_by", _("say by when more will follow"))
        if "H3" in found.get("handling", []) and not found.get("conditions"):
            self.add_error("conditions", _("state the restriction that code H3 stands for"))
        return found


class RefusalForm(forms.Form):
    """A refusal, on one ground of a closed list."""

    ground = forms.ChoiceField(label=_("Ground"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Explanation for the partner"),
        required=False,
        max_length=2000,
        help_text=_("Say what the partner could do instead, if anything."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on to Django
        super().__init__(*args, **kwargs)
        ground = self.fields["ground"]
        assert isinstance(ground, forms.ChoiceField)  # noqa: S101 - tells the type checker
        ground.choices = [(code, f"({code}) {text}") for code, text in words.REFUSAL_GROUNDS.items()]


class VerdictForm(forms.Form):
    """Whether a record is the subject that the partner asks about."""

    verdict = forms.ChoiceField(choices=[("same", ""), ("different", ""), ("open", "")])
    reason = forms.CharField(label=_("Why"), required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where a proposal is rejected."""
        found = super().clean() or {}
        if found.get("verdict") == "different" and not found.get("reason", "").strip():
            self.add_error("reason", _("say why it is not the same, so that the decision can be checked later"))
        return found


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen on a request: partners (id, name) and the codes that agreements in force know."""

    partners: tuple[tuple[str, str], ...]
    purposes: tuple[str, ...]
    areas: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """A request being written: its form and one form for each subject."""

    form: RequestForm
    subjects: tuple[SubjectForm, ...]
    data: Mapping[str, Any] | None
    choices: Choices

    @classmethod
    def read(cls, data: QueryDict | None, choices: Choices, *, checked: bool = True) -> "Draft":
        """Read what was posted; without it, an empty request about one person.

        Args:
            data: as posted; the hidden field `subjects` lists the subjects as `0:Person,2:Vessel`.
            choices: what may be chosen.
            checked: whether errors are shown, which they are not while subjects are added.
        """
        listed = _listed(str(data.get("subjects", "")) if data is not None else "0:Person")
        bound = data if checked else None
        initial = None if data is None or checked else _initial(data)
        form = RequestForm(
            bound, initial=initial, partners=choices.partners, purposes=choices.purposes, areas=choices.areas
        )
        subjects = tuple(
            SubjectForm(bound, initial=_with_schema(data, place, schema), prefix=f"s{place}", schema=schema)
            for place, schema in listed
        )
        return cls(form, subjects, data, choices)

    @property
    def listed(self) -> str:
        """The value of the hidden field `subjects`."""
        return ",".join(f"{one.prefix[1:]}:{one.schema_code}" for one in self.subjects if one.prefix)

    def with_subject(self, schema: str) -> "Draft":
        """Return the draft with an empty subject of that kind at its end, nothing checked yet."""
        places = [int(one.prefix[1:]) for one in self.subjects if one.prefix]
        if schema not in rules.FIELDS or len(places) >= rules.MAX_SUBJECTS:
            return self
        return self._again([*self._pairs(), (max(places, default=-1) + 1, schema)])

    def without_subject(self, place: str) -> "Draft":
        """Return the draft without the subject at that place, nothing checked yet."""
        return self._again([(number, schema) for number, schema in self._pairs() if str(number) != place])

    def _pairs(self) -> list[tuple[int, str]]:
        return [(int(one.prefix[1:]), one.schema_code) for one in self.subjects if one.prefix]

    def _again(self, pairs: list[tuple[int, str]]) -> "Draft":
        data = QueryDict(mutable=True)
        for key in self.data or {}:
            data.setlist(key, self.data.getlist(key))  # type: ignore[union-attr] # a QueryDict wherever there is data
        data["subjects"] = ",".join(f"{place}:{schema}" for place, schema in pairs)
        return Draft.read(data, self.choices, checked=False)

    def is_valid(self) -> bool:
        """Whether everything is filled in; asks every form, so that all errors show at once."""
        answers = [self.form.is_valid(), *(one.is_valid() for one in self.subjects)]
        if not self.subjects:
            self.form.add_error(None, _("A request asks about at least one subject."))
            return False
        return all(answers)

    @property
    def forms(self) -> tuple[forms.Form, ...]:
        """Every form, for the summary of errors."""
        return (self.form, *self.subjects)

    @property
    def hidden(self) -> tuple[tuple[str, str], ...]:
        """Everything that was filled in, to travel through the preview."""
        if not isinstance(self.data, QueryDict):
            return ()
        skipped = {"csrfmiddlewaretoken", "step"}
        return tuple((key, value) for key in self.data if key not in skipped for value in self.data.getlist(key))


def _listed(text: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for entry in text.split(",")[: rules.MAX_SUBJECTS]:
        place, _colon, schema = entry.partition(":")
        if place.isdigit() and schema in rules.FIELDS:
            found.append((int(place), schema))
    return found


def _initial(data: QueryDict) -> dict[str, Any]:
    several = {"recipients", "handling"}
    return {key: data.getlist(key) if key in several else data.get(key) for key in data}


def _with_schema(data: QueryDict | None, place: int, schema: str) -> dict[str, Any]:
    prefix = f"s{place}-"
    given = {key.removeprefix(prefix): data.get(key) for key in data or () if key.startswith(prefix)} if data else {}
    return {**given, "schema": schema}
