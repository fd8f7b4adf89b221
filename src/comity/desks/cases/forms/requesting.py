"""What officers fill in where they ask for information, and what all that asks by a day has in common."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from comity.desks.cases.forms.messages import KEPT, InformationForm, ahead, day_field, free_text


class AskingForm(InformationForm):
    """What asks somebody by a day."""

    since: date | None = None
    """The day on which it came, of what is entered afterwards: what it names may be over by now."""

    def came_on(self, day: date) -> None:
        """Turn this into the form of what a partner asked on that day; nobody is written to."""
        self.since = day
        del self.fields["recipients"]

    def clean_deadline(self) -> date | None:
        """Refuse a day that is over, or that was over when it came."""
        day: date | None = self.cleaned_data.get("deadline")
        if self.since is None:
            ahead(day)
        elif day is not None and day < self.since:
            raise ValidationError(_("choose a day that is not before the request"))
        return day


class RequestForm(AskingForm):
    """A request for information."""

    legal_basis = free_text(
        _("Offence and legal basis"),
        _("The offence under investigation and the provision, as your law names them."),
        most=300,
        missing=_("name the offence and the provision"),
    )
    facts = free_text(
        _("Facts"),
        _("What happened, and why this partner may hold something. Written in your own language."),
        rows=4,
        missing=_("say what happened, so that the partner can judge the request"),
    )
    questions = free_text(
        _("Questions"), _("One question on a line."), rows=3, most=4000, missing=_("ask at least one question")
    )
    deadline = day_field(_("Answer needed by"), _("Leave empty for the time limit of the agreement."))
    only_positive = forms.BooleanField(
        label=_("Answer only if you have something"),
        required=False,
        help_text=_(
            "For a question to many: no time limit runs, nobody owes an answer, and silence does not say that somebody "
            "has looked."
        ),
    )

    field_order = (
        "purpose", "crime_area", "legal_basis", "facts", "questions", "urgency", "urgency_ground", "deadline",
        "handling", "conditions", *KEPT, "recipients", "only_positive",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse to let everybody off an answer where one is needed."""
        found = super().clean()
        if not found.get("only_positive"):
            return found
        if len(found.get("recipients") or ()) == 1:
            self.add_error("only_positive", _("choose more than one partner, or expect an answer"))
        if found.get("urgency") in {"urgent", "life-at-risk"}:
            self.add_error(
                "only_positive",
                _("expect an answer from everybody: in a hurry, silence must not be taken for a “no”"),
            )
        if found.get("deadline"):
            self.add_error("deadline", _("leave it empty: nobody owes an answer, so none is late"))
        return found
