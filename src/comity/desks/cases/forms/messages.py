"""What officers fill in for each kind of message, beside its subjects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Protocol

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comity.desks.cases import classified, copying, words
from comity.desks.cases.copying import Copy
from comity.desks.cases.forms.subject import EMPTY, choices
from comity.vocabulary.handling import Handling


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen on a form.

    Attributes:
        partners: (id, name) of those whom one may write to.
        purposes: codes that agreements in force know.
        areas: crime areas that agreements in force know.
        confirmed: (row, caption) of the records that were confirmed to be subjects of the request that is answered.
        questions: of the request that is answered, in order; each can be refused by itself.
        asked: kind of the message that is answered; empty where none is.
        own: id of the authority that writes.
        language: in which its officer writes.
        copies: which agreements know of, of every kind of message.
    """

    partners: tuple[tuple[str, str], ...] = ()
    purposes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    confirmed: tuple[tuple[str, str], ...] = field(default=())
    questions: tuple[str, ...] = ()
    asked: str = ""
    own: str = ""
    language: str = ""
    copies: tuple[Copy, ...] = ()

    def copies_of(self, kind: str) -> tuple[Copy, ...]:
        """Return the copies that agreements know of a kind of message."""
        return tuple(one for one in self.copies if kind in one.kinds)


class MessageForm(Protocol):
    """A form of this file: made of what was filled in and what may be chosen."""

    def __call__(self, data: Any, *, initial: Any, offered: Choices) -> forms.Form:  # noqa: ANN401 - as Django has it
        """Return the form."""
        ...


def free_text(label: Any, hint: Any = "", *, rows: int = 0, missing: Any = "", most: int = 8000) -> forms.CharField:  # noqa: ANN401 - lazy texts
    """Return a field for free text; `missing` is what is said where it is empty, and without it may be empty."""
    attrs: dict[str, str | int] = {"dir": "auto", **({"rows": rows} if rows else {})}
    widget = forms.Textarea(attrs=attrs) if rows else forms.TextInput(attrs=attrs)
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=most,
        required=bool(missing),
        widget=widget,
        error_messages={"required": missing} if missing else None,
    )


def day_field(label: Any, hint: Any = "", *, missing: Any = "") -> forms.DateField:  # noqa: ANN401 - lazy texts
    """Return a field for a day; `missing` is what is said where it is empty, and without it may be empty."""
    widget = forms.DateInput(attrs={"type": "date", "dir": "ltr"}, format="%Y-%m-%d")
    errors = {"required": missing} if missing else None
    return forms.DateField(label=label, help_text=hint, required=bool(missing), widget=widget, error_messages=errors)


def offer(form: forms.Form, **offered: Iterable[tuple[str, Any]]) -> None:
    """Let these fields offer these choices."""
    for name, found in offered.items():
        chosen = form.fields[name]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101 - tells the type checker
        chosen.choices = list(found)


def ahead(day: date | None) -> None:
    """Refuse a day that is over."""
    if day is not None and day < timezone.localdate():
        raise ValidationError(_("choose today or a later day"))


KEPT: Final = ("erase_on", "only_units", "no_contact")
"""Restrictions of code H3 that are stated so that a node can read them, not only people."""


class Handled(forms.Form):
    """The questions about how something may be used, asked of everything that carries information."""

    handling = forms.MultipleChoiceField(
        label=_("Handling codes"),
        initial=["H0"],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("H0 always applies."),
    )
    conditions = free_text(
        _("Condition of code H3"), _("In words, where none of the conditions below says it."), most=500
    )
    erase_on = day_field(_("Erase it on"))
    only_units = free_text(_("Only for these units"), _("One on a line, as the partner names them."), rows=2, most=500)
    no_contact = forms.BooleanField(label=_("No contact with whom or what it is about"), required=False)
    language = forms.ChoiceField(
        label=_("Language of your text"),
        choices=settings.LANGUAGES,
        required=False,
        help_text=_("The partner is told which it is; codes and fields it reads in its own."),
    )
    classification = forms.ChoiceField(
        label=_("Classification"),
        choices=[("", ""), *classified.LEVELS.items()],
        required=False,
        help_text=_("Of the whole, files included. Handling codes apply beside it."),
    )

    def __init__(self, data: Any = None, *, initial: Any = None, offered: Choices | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - passed on to Django
        super().__init__(data, initial=initial, **kwargs)
        self.offered = offered or Choices()
        widget = self.fields["classification"].widget
        assert isinstance(widget, forms.Select)  # noqa: S101 - tells the type checker
        self.fields["language"].initial = self.offered.language
        widget.choices = classified.offered()  # a code above is known and refused with its reason, but not offered
        if "handling" in self.fields:
            said = _("%(code)s: %(text)s")
            offer(
                self, handling=[(code, said % {"code": code, "text": text}) for code, text in choices(words.HANDLING)]
            )

    def clean(self) -> dict[str, Any]:
        """Check what depends on two fields."""
        found = super().clean() or {}
        self._check_classification(found)
        if "handling" in self.fields:
            found["handling"] = self._with_h3(found)
        return found

    def _with_h3(self, found: dict[str, Any]) -> list[str]:
        """Ask for the condition that code H3 stands for; a condition that a node can read brings the code with it."""
        codes = list(found.get("handling") or [])
        lines = (line.strip() for line in (found.get("only_units") or "").splitlines())
        found["only_units"] = "\n".join(dict.fromkeys(filter(None, lines)))
        kept = any(found.get(name) for name in KEPT)
        if Handling.H3.value in codes:
            if not (kept or found.get("conditions")) and not any(name in self.errors for name in KEPT):
                self.add_error("conditions", _("state the restriction that code H3 stands for"))
        elif kept:
            codes.append(Handling.H3.value)
        return codes

    def clean_erase_on(self) -> date | None:
        """Refuse a day that is over."""
        day: date | None = self.cleaned_data.get("erase_on")
        ahead(day)
        return day

    @property
    def keeps_open(self) -> bool:
        """Whether the conditions that a node can read are shown at once: one of them is stated, or wrong."""
        return any(self[name].value() or self[name].errors for name in KEPT if name in self.fields)

    def _check_classification(self, found: dict[str, Any]) -> None:
        """Refuse what the node is not accredited for: chosen, or borne by a text that was copied here."""
        code = found.get("classification") or classified.NONE
        if "classification" in self.fields and (fault := classified.too_high(code)):
            self.add_error("classification", fault)
        texts = {name: value for name, value in found.items() if isinstance(value, str)}
        for name, value in texts.items():
            if fault := classified.borne(value):
                self.add_error(name, fault)
        if "classification" in self.fields and not self.errors and classified.lowered(code, *texts.values()):
            self.add_error("classification", _("A text of this message bears a higher marking than is chosen here."))


class Copied(Handled):
    """Who at home, or which organisation, gets a copy of what goes abroad."""

    copies = forms.MultipleChoiceField(
        label=_("Copy also to"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("As you judge.")
    )
    no_copy = forms.ChoiceField(
        label=_("Leave the copy out"),
        required=False,
        help_text=_("Only where one of these grounds holds; it is recorded with your name."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on to Django
        super().__init__(*args, **kwargs)
        found = {one.to: one.name for one in self.offered.copies if not one.owed}
        offer(self, copies=found.items(), no_copy=[("", _("No, send it")), *choices(copying.GROUNDS)])


class InformationForm(Copied):
    """Information that nobody asked for."""

    recipients = forms.MultipleChoiceField(
        label=_("To whom"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("choose at least one partner")},
    )
    purpose = forms.ChoiceField(label=_("Purpose"), error_messages={"required": _("choose the purpose")})
    crime_area = forms.ChoiceField(label=_("Crime area"), error_messages={"required": _("choose the crime area")})
    facts = free_text(
        _("Information"),
        _("What is known, from where, and why it matters to this partner. Written in your own language."),
        rows=6,
        missing=_("say what is known"),
    )
    urgency = forms.ChoiceField(label=_("Urgency"), initial="normal", widget=forms.RadioSelect)
    urgency_ground = forms.ChoiceField(
        label=_("Ground of urgency"), required=False, help_text=_("Needed when it is not of normal urgency.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on to Django
        super().__init__(*args, **kwargs)
        offer(
            self,
            recipients=self.offered.partners,
            purpose=[EMPTY, *choices(words.PURPOSES, self.offered.purposes)],
            crime_area=[EMPTY, *choices(words.CRIME_AREAS, self.offered.areas)],
            urgency=choices(words.URGENCIES),
            urgency_ground=[EMPTY, *choices(words.URGENCY_GROUNDS)],
        )

    def clean(self) -> dict[str, Any]:
        """Check what depends on two fields; a ground without urgency was left from before and is dropped."""
        found = super().clean()
        if found.get("urgency") == "normal":
            found["urgency_ground"] = ""
        elif found.get("urgency") and not found.get("urgency_ground"):
            self.add_error("urgency_ground", _("choose the ground that makes it urgent"))
        return found


class AnswerForm(Copied):
    """An answer to a request."""

    kind = forms.ChoiceField(
        label=_("Kind of answer"),
        choices=choices(words.ANSWER_KINDS),
        widget=forms.RadioSelect,
        error_messages={"required": _("choose the kind of answer")},
    )
    more_by = day_field(_("More will follow by"), _("Needed in an interim answer."))
    delay = forms.BooleanField(
        label=_("A judicial authorisation is needed first"),
        required=False,
        help_text=_(
            "In an interim answer only. It is the one reason for which the time limit may be missed: the partner sees "
            "it, and until the day above the request is not late."
        ),
    )
    include = forms.MultipleChoiceField(
        label=_("Confirmed subjects to send"), required=False, widget=forms.CheckboxSelectMultiple
    )
    text = free_text(_("Text"), _("Only what the fields above cannot say; in your own language."), rows=5)
    field_order = ("kind", "more_by", "delay", "include", "text", "handling", "conditions", *KEPT)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - passed on to Django
        confirmed: Sequence[tuple[str, str]] | None = None,
        **kwargs: Any,  # noqa: ANN401 - passed on to Django
    ) -> None:
        super().__init__(*args, **kwargs)
        offered = self.offered.confirmed if confirmed is None else confirmed
        offer(self, include=offered)
        if not offered:
            del self.fields["include"]
        if self.offered.asked == "assistance":
            offer(self, kind=choices(words.HELP_KINDS))
        for place, question in enumerate(self.offered.questions):
            self.fields[f"refused{place}"] = forms.ChoiceField(
                label=question,
                required=False,
                choices=[("", _("Not refused")), *grounds()],
            )

    @property
    def parts(self) -> tuple[forms.BoundField, ...]:
        """The fields of the questions, each of which can be refused."""
        return tuple(self[f"refused{place}"] for place in range(len(self.offered.questions)))

    @property
    def offered_open(self) -> bool:
        """Whether the questions are shown at once: one of them is refused, or wrong."""
        return any(one.value() or one.errors for one in self.parts)

    def _check_refused(self, found: dict[str, Any]) -> None:
        """Refuse to refuse everything in parts, or a part of what is said to be answered whole."""
        places = [place for place in range(len(self.offered.questions)) if found.get(f"refused{place}")]
        found["refused"] = tuple((place, found[f"refused{place}"]) for place in places)
        if not places:
            return
        if found.get("kind") in {"full", "negative"}:
            self.add_error("kind", _("an answer that refuses a question is partial or interim"))
        elif len(places) == len(self.offered.questions) and not (found.get("include") or found.get("text")):
            self.add_error(f"refused{places[-1]}", _("to refuse every question, refuse the request"))

    def clean_more_by(self) -> date | None:
        """Refuse a day that is over."""
        day: date | None = self.cleaned_data.get("more_by")
        ahead(day)
        return day

    def clean(self) -> dict[str, Any]:
        """Check that the kind of answer and what it holds agree."""
        found = super().clean()
        kind, holds = found.get("kind"), bool(found.get("include") or found.get("text"))
        if kind == "negative" and found.get("include"):
            self.add_error("kind", _("a negative answer cannot send a confirmed subject"))
        self._check_refused(found)
        if found.get("delay") and kind and kind != "interim":
            self.add_error("delay", _("only an interim answer can await an authorisation"))
        holds = holds or (kind == "interim" and bool(found.get("delay") or found["refused"]))
        if kind in {"full", "partial", "interim"} and not holds:
            self.add_error("text", _("say something, or send a confirmed subject"))
        if kind == "interim" and not found.get("more_by") and "more_by" not in self.errors:
            self.add_error("more_by", _("say by when more will follow"))
        return found


class Plain(Handled):
    """A message that carries no information of its own, so that no handling code is asked for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on to Django
        super().__init__(*args, **kwargs)
        for name in ("handling", "conditions", "classification", *KEPT):
            del self.fields[name]


class RefusalForm(Plain):
    """A refusal, on one ground of a closed list."""

    ground = forms.ChoiceField(
        label=_("Ground"), widget=forms.RadioSelect, error_messages={"required": _("choose the ground")}
    )
    text = free_text(
        _("Explanation for the partner"),
        _("Say what the partner could do instead, if anything."),
        rows=4,
        most=2000,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on to Django
        super().__init__(*args, **kwargs)
        offer(self, ground=grounds())


def grounds() -> list[tuple[str, Any]]:
    """Return the closed list of grounds of refusal, each with its letter."""
    said = _("(%(code)s) %(text)s")
    return [(code, said % {"code": code, "text": text}) for code, text in words.REFUSAL_GROUNDS.items()]


class ReminderForm(Plain):
    """A reminder of a request that nobody has answered."""

    text = free_text(
        _("Why it is needed now"),
        _("Optional; the partner sees the request and its date anyway."),
        rows=3,
        most=2000,
    )


class CorrectionForm(Handled):
    """A correction of what we sent."""

    text = free_text(
        _("What was wrong, and what is right"),
        _("One or two sentences in your own language. Change the facts below where they were wrong."),
        rows=4,
        missing=_("say what was wrong and what is right"),
    )
    field_order = ("text", "handling", "conditions", *KEPT)


class WithdrawalForm(Plain):
    """A withdrawal of what we sent."""

    text = free_text(
        _("Why it is withdrawn"),
        _("The partners are told to stop using it; that it was sent stays on record."),
        rows=4,
        most=2000,
        missing=_("say why it is withdrawn"),
    )


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


class ReturnForm(forms.Form):
    """Why what waits for approval goes back to its author."""

    reason = free_text(_("What has to change"), rows=3, most=500, missing=_("say what has to change"))
