"""What officers fill in where they ask for assistance, and where they say that somebody works on a message."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comity.desks.cases import words
from comity.desks.cases.forms.messages import KEPT, Plain, ahead, day_field, free_text
from comity.desks.cases.forms.requesting import AskingForm
from comity.desks.cases.forms.subject import choices
from comity.messages.assisting import NEEDS
from comity.vocabulary.measure import Measure

MOST_ACCOUNTS: Final = 50
MOST_EXPERTS: Final = 99
KEPT_FOR: Final = timedelta(days=60)
"""Data are preserved for at least so long, so that the asker can write its request for mutual legal assistance.

Source: Convention on Cybercrime (ETS 185), Art. 29(7).
"""

MISSING: Final[Mapping[str, Any]] = {
    "place": _("say where"),
    "begins": _("choose the first day"),
    "ends": _("choose the last day"),
    "goods": _("say what is delivered"),
    "route": _("say on which way it goes"),
    "handover": _("say where and how it is handed over"),
    "provider": _("name the provider"),
    "accounts": _("name at least one account, number or address"),
    "scope": _("say which data, and of which time"),
    "expertise": _("name the field of expertise"),
    "number": _("say how many"),
}


class AssistanceForm(AskingForm):
    """A request for assistance: a measure with what it needs."""

    measure = forms.ChoiceField(
        label=_("What you ask for"),
        choices=choices(words.MEASURES),
        widget=forms.RadioSelect,
        error_messages={"required": _("choose what you ask for")},
    )
    place = free_text(_("Place"), _("Where persons or things are to be watched."), rows=2, most=500)
    goods = free_text(_("Goods"), _("What is delivered, how much of it, and what was replaced."), rows=2, most=1000)
    route = free_text(_("Route"), _("From where to where, by what, and when it is expected."), rows=2, most=1000)
    handover = free_text(
        _("Handover point"), _("Where, and by whom to whom, the observation passes over."), rows=2, most=500
    )
    provider = free_text(_("Provider"), _("The company that holds the data, as exactly as you know it."), most=200)
    accounts = free_text(
        _("Accounts and identifiers"), _("One on a line: accounts, numbers, addresses."), rows=3, most=4000
    )
    scope = free_text(
        _("Data"),
        _(
            "Which data, and of which time. They are kept for at least 60 days, so that the judicial request can "
            "follow."
        ),
        rows=2,
        most=1000,
    )
    expertise = free_text(_("Field of expertise"), most=300)
    number = forms.IntegerField(label=_("How many experts"), required=False, min_value=1, max_value=MOST_EXPERTS)
    begins = day_field(_("From"))
    ends = day_field(_("Until"))
    facts = free_text(
        _("Facts"),
        _("What happened, and why this measure is needed. Written in your own language."),
        rows=4,
        missing=_("say what happened, so that the partner can judge the request"),
    )
    legal_basis = free_text(
        _("Offence and legal basis"),
        _("The offence under investigation, and the provision or treaty on which you ask for it."),
        most=300,
        missing=_("name the offence and the provision"),
    )
    deadline = day_field(
        _("Answer needed by"),
        _("No law sets a time limit for assistance, so name the day by which you must know."),
        missing=_("choose the day by which you need an answer"),
    )

    field_order = (
        "measure", "place", "goods", "route", "handover", "provider", "accounts", "scope", "expertise", "number",
        "begins", "ends", "purpose", "crime_area", "legal_basis", "facts", "urgency", "urgency_ground", "deadline",
        "handling", "conditions", *KEPT, "recipients",
    )  # fmt: skip

    def came_on(self, day: date) -> None:
        """Turn this into the form of what a partner asked on that day; nobody is written to."""
        super().came_on(day)
        self.fields["measure"].label = _("What is asked for")

    def clean_accounts(self) -> tuple[str, ...]:
        """Return the lines, each once."""
        lines = (line.strip() for line in self.cleaned_data["accounts"].splitlines())
        found = tuple(dict.fromkeys(line for line in lines if line))
        if len(found) > MOST_ACCOUNTS:
            raise forms.ValidationError(_("name at most 50 at once"))
        return found

    def clean(self) -> dict[str, Any]:
        """Ask for what the measure needs; what belongs to another was left from before and is dropped."""
        found = super().clean()
        if not found.get("measure"):
            return found
        needs = NEEDS[Measure(found["measure"])]
        for name, missing in MISSING.items():
            if name not in needs:
                found[name] = None
                self.errors.pop(name, None)
            elif not found.get(name) and name not in self.errors:
                self.add_error(name, missing)
        self._check_days(found)
        return found

    def _check_days(self, found: dict[str, Any]) -> None:
        begins, ends = found.get("begins"), found.get("ends")
        if ends is None:
            return
        first = self.since or timezone.localdate()
        if ends < (begins or first):
            self.add_error("ends", _("choose a day that is not over before it begins"))
        elif found["measure"] == Measure.DATA_PRESERVATION and ends < first + KEPT_FOR:
            self.add_error("ends", _("choose a day at least 60 days ahead"))


class AcknowledgementForm(Plain):
    """That somebody works on a message; it promises nothing."""

    by = free_text(
        _("Who works on it"),
        _("The unit or the person, as the partner may ask for them."),
        most=200,
        missing=_("say who works on it"),
    )
    answer_by = day_field(
        _("Answer may be expected by"), _("Leave empty where nobody can say; it moves no time limit.")
    )
    contact = free_text(_("How to reach them"), _("Optional: telephone or e-mail."), most=200)
    text = free_text(_("Text"), _("Optional; in your own language."), rows=3, most=2000)
    field_order = ("by", "answer_by", "contact", "text")

    def clean_answer_by(self) -> date | None:
        """Refuse a day that is over."""
        day: date | None = self.cleaned_data.get("answer_by")
        ahead(day)
        return day
