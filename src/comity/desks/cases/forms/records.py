"""Why an officer looks into the records, and for what."""

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from comity.desks.cases import words
from comity.desks.cases.forms.subject import EMPTY, choices

# Arabic, and the scripts of China, Japan and Korea: two letters are a whole name there.
_DENSE: Final = re.compile("[\u0620-\u064a\u0671-\u06d3\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]")


class WhyForm(forms.Form):
    """The purpose and the reason, without which no record is shown."""

    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=[EMPTY, *choices(words.PURPOSES)],
        error_messages={"required": _("choose the purpose")},
    )
    reason = forms.CharField(
        label=_("Case or reason"),
        max_length=120,
        help_text=_("The reference of a case, or why you look. It is recorded with every search and every look."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": _("name a case, or say why you look")},
    )


class LookUpForm(WhyForm):
    """A search in the records."""

    q = forms.CharField(
        label=_("Name, number or reference"),
        max_length=200,
        help_text=_("A name is also found in another spelling or script."),
        widget=forms.TextInput(attrs={"dir": "auto", "type": "search"}),
        error_messages={"required": _("write at least three letters or digits")},
    )

    field_order = ("q", "purpose", "reason")

    def clean_q(self) -> Any:  # noqa: ANN401 - what was typed
        """Ask for more than two letters: fewer would show half of the records; where two make a name, for two."""
        text = self.cleaned_data["q"].strip()
        if len(text) < (2 if _DENSE.search(text) else 3):
            raise forms.ValidationError(_("write at least three letters or digits"))
        return text
