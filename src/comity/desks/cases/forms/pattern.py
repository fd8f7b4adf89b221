"""What an authority fills in for a template of its messages."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from comity.desks.cases import words
from comity.desks.cases.forms.messages import Handled, free_text, offer
from comity.desks.cases.forms.subject import EMPTY, choices, composed

KINDS: Final = ("request", "information")
_TEXTS: Final = ("legal_basis", "facts", "questions", "conditions")


class PatternForm(Handled):
    """A template: its name, for what it is meant, and the texts with which a message begins."""

    name = free_text(_("Name of the template"), most=80, missing=_("give the template a name"))
    kind = forms.ChoiceField(label=_("Kind of message"), choices=choices(words.KINDS, KINDS))
    language = forms.ChoiceField(label=_("Language of its texts"), choices=settings.LANGUAGES)
    crime_area = forms.ChoiceField(label=_("Crime area"), error_messages={"required": _("choose the crime area")})
    purpose = forms.ChoiceField(label=_("Purpose"), required=False)
    legal_basis = free_text(_("Offence and legal basis"), most=300)
    facts = free_text(_("Facts"), _("Write … where the officer fills something in. Name no person here."), rows=4)
    questions = free_text(_("Questions"), _("One question on a line."), rows=4, most=4000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on to Django
        super().__init__(*args, **kwargs)
        offer(
            self,
            purpose=[EMPTY, *choices(words.PURPOSES, self.offered.purposes)],
            crime_area=[EMPTY, *choices(words.CRIME_AREAS, self.offered.areas)],
        )

    @property
    def data_(self) -> dict[str, list[str]]:
        """What a message begins with, field to values as a draft keeps them. The form is valid."""
        given = self.cleaned_data
        found = {name: [composed(given.get(name))] for name in (*_TEXTS, "purpose", "crime_area")}
        if given["kind"] == "request":
            found["subjects"] = ["0:Person"]
        else:
            del found["legal_basis"], found["questions"]
        return {**found, "handling": sorted({"H0", *given["handling"]})}


def initial_of(data: dict[str, list[str]]) -> dict[str, Any]:
    """Return what stands in the form of a template that is kept."""
    kept = QueryDict(mutable=True)
    for name, values in data.items():
        kept.setlist(name, values)
    return {**{name: kept.get(name) for name in kept}, "handling": kept.getlist("handling")}
