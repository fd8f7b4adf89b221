"""What officers fill in where they ask back, add to a request, tell of a hit, and ask for consent or give it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from comity.desks.cases import words
from comity.desks.cases.forms.messages import KEPT, Handled, Plain, free_text, offer
from comity.desks.cases.forms.subject import choices


class HitForm(Handled):
    """That what a partner named is in our records: only what a person confirmed."""

    include = forms.MultipleChoiceField(
        label=_("Confirmed subjects to send"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("choose at least one confirmed record; review the candidates where there is none")
        },
    )
    text = free_text(_("Text"), _("Only what the fields above cannot say; in your own language."), rows=5)
    field_order = ("include", "text", "handling", "conditions", *KEPT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on to Django
        super().__init__(*args, **kwargs)
        offer(self, include=self.offered.confirmed)


class ConsentRequestForm(Plain):
    """A use for which the owner's consent is asked."""

    use = forms.ChoiceField(
        label=_("What you want to do with it"),
        choices=choices(words.USES),
        widget=forms.RadioSelect,
        error_messages={"required": _("choose what you want to do with it")},
    )
    codes = forms.MultipleChoiceField(
        label=_("Handling codes you ask for"),
        choices=[(code, f"{code}: {text}") for code, text in words.HANDLING.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Needed where you ask for other handling codes."),
    )
    text = free_text(
        _("Why, and for whom"),
        _("The authority or court, the proceedings, and by when you need it."),
        rows=4,
        most=2000,
        missing=_("say why you need it, and for whom"),
    )
    field_order = ("use", "codes", "text")

    def clean(self) -> dict[str, Any]:
        """Ask for the codes where other codes are asked for; chosen for another use they were left from before."""
        found = super().clean()
        if found.get("use") != "handling":
            found["codes"] = []
        elif not found.get("codes"):
            self.add_error("codes", _("choose the handling codes you ask for"))
        return found


class ConsentForm(Handled):
    """Whether a partner may use what we supplied as it asks."""

    outcome = forms.ChoiceField(
        label=_("Your decision"),
        choices=choices(words.CONSENTS),
        widget=forms.RadioSelect,
        error_messages={"required": _("choose your decision")},
    )
    conditions = free_text(_("Conditions"), _("Needed where you grant it with conditions."), rows=3, most=2000)
    text = free_text(_("Explanation for the partner"), _("Needed where you refuse it."), rows=3, most=2000)
    field_order = ("outcome", "conditions", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on to Django
        super().__init__(*args, **kwargs)
        for name in ("handling", *KEPT):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Ask for what each decision needs; conditions of another decision were left from before."""
        found = super().clean()
        if found.get("outcome") != "granted-with-conditions":
            found["conditions"] = ""
        elif not found.get("conditions"):
            self.add_error("conditions", _("state the conditions"))
        if found.get("outcome") == "refused" and not found.get("text"):
            self.add_error("text", _("say why you refuse it"))
        return found


class ClarificationForm(Plain):
    """Questions about a request that cannot be answered as it is."""

    questions = free_text(
        _("What you need to know"),
        _("One question on a line. Until the partner answers, the clock of this request stands still on both sides."),
        rows=3,
        most=4000,
        missing=_("ask at least one question"),
    )
    text = free_text(_("Why it is needed"), _("Optional; the partner sees it beside the questions."), rows=3, most=2000)


class SupplementForm(Handled):
    """What is added to a request: the answer to a clarification, or what came to light meanwhile."""

    text = free_text(
        _("What you add"),
        _("Answer the questions, or say what is new. Add subjects below where there are any."),
        rows=4,
        missing=_("say what you add"),
    )
    field_order = ("text", "handling", "conditions", *KEPT)
