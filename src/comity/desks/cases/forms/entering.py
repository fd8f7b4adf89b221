"""What officers fill in where they enter what came, or was answered, outside the exchange."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comity.desks.cases import classified, words
from comity.desks.cases.forms.messages import free_text, offer
from comity.desks.cases.forms.subject import EMPTY, choices
from comity.node.officers.models import Officer


@dataclass(frozen=True, slots=True)
class Happened:
    """When, by what and between whom something was said outside the exchange.

    Attributes:
        partner: id of the authority that wrote, or was answered.
        channel: one of `entered.Channel`.
        at: when it came or was given, UTC.
        by: who took or gave it here.
        spoken_to: who spoke or wrote at the partner; may be empty.
    """

    partner: str
    channel: str
    at: datetime
    by: Officer
    spoken_to: str = ""


class HappenedForm(forms.Form):
    """When, by what and between whom it was."""

    partner = forms.ChoiceField(label=_("Partner"), error_messages={"required": _("choose the partner")})
    channel = forms.ChoiceField(
        label=_("By what"), widget=forms.RadioSelect, error_messages={"required": _("choose by what it came")}
    )
    happened_at = forms.DateTimeField(
        label=_("When it was"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "dir": "ltr"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": _("say when it was"), "invalid": _("give day and time")},
    )
    by = forms.ChoiceField(label=_("Who took or gave it here"))
    spoken_to = free_text(_("Who spoke or wrote there"), _("Name and number, as far as you know them."), most=200)

    def __init__(
        self,
        data: Any = None,  # noqa: ANN401 - passed on to Django
        *,
        partners: Sequence[tuple[str, str]],
        people: Sequence[Officer],
        after: datetime | None = None,
        **kwargs: Any,  # noqa: ANN401 - as above
    ) -> None:
        """Make the form.

        Args:
            data: as posted; `None` for an empty form.
            partners: id and name of those who may be meant; of one alone nobody is asked which.
            people: officers of this authority.
            after: before this nothing of it can have been, UTC.
            **kwargs: passed on to Django.
        """
        super().__init__(data, **kwargs)
        self.people, self.after = people, after
        offer(
            self,
            partner=partners if len(partners) == 1 else [EMPTY, *partners],
            channel=choices(words.CHANNELS),
            by=[(str(one.pk), one.display_name) for one in people],
        )
        hint = _("Day and time in the time zone of this node, %(zone)s.")
        self.fields["happened_at"].help_text = hint % {"zone": timezone.get_current_timezone_name()}

    def clean_happened_at(self) -> datetime:
        """Refuse what is still to come, and what was before it could be."""
        found: datetime = self.cleaned_data["happened_at"]
        if found > timezone.now():
            raise ValidationError(_("choose a time that is not in the future"))
        if self.after is not None and found < self.after.replace(second=0, microsecond=0):
            raise ValidationError(_("choose a time that is not before the request"))
        return found

    @property
    def day(self) -> date:
        """The day on which it was, as this node counts days; today where no time can be read."""
        at = self.cleaned_data.get("happened_at") if self.is_bound and self.is_valid() else None
        return timezone.localdate(at)

    def happened(self) -> Happened:
        """Return what was filled in; only after `is_valid`."""
        given = self.cleaned_data
        by = next(one for one in self.people if str(one.pk) == given["by"])
        return Happened(given["partner"], given["channel"], given["happened_at"], by, given["spoken_to"])


class SpokenAnswerForm(HappenedForm):
    """An answer that came, or was given, outside the exchange."""

    outcome = forms.ChoiceField(
        label=_("Kind of answer"), widget=forms.RadioSelect, error_messages={"required": _("choose the kind of answer")}
    )
    text = free_text(
        _("What was answered"),
        _("As it was said, in your own language."),
        rows=5,
        missing=_("say what was answered"),
    )

    def __init__(self, *args: Any, given: bool = False, helps: bool = False, **kwargs: Any) -> None:  # noqa: ANN401 - passed on to Django
        """Make the form.

        Args:
            *args: passed on to Django.
            given: whether it is we who answered, which may have been through the exchange.
            helps: whether assistance was asked for, and not what somebody knows.
            **kwargs: passed on to `HappenedForm`.
        """
        super().__init__(*args, **kwargs)
        if given:
            offer(self, channel=[*choices(words.CHANNELS), *choices(words.INFORMED)])
        kinds = words.HELP_KINDS if helps else words.ANSWER_KINDS
        offer(self, outcome=choices(kinds, [code for code in kinds if code != "interim"]))

    def clean_text(self) -> str:
        """Refuse a text that bears a marking for which the node is not accredited."""
        text: str = self.cleaned_data["text"]
        if fault := classified.borne(text):
            raise ValidationError(fault)
        return text
