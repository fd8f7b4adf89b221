"""A message being written: its form, one form for each subject, and what was filled in so far."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comity.desks.cases import classified, copying, rules
from comity.desks.cases.copying import Copy
from comity.desks.cases.forms import picking
from comity.desks.cases.forms.kinds import FORMS
from comity.desks.cases.forms.messages import Choices
from comity.desks.cases.forms.subject import SubjectForm
from comity.desks.cases.forms.zone import Filled, fill, unread
from comity.desks.cases.models import CaseMessage
from comity.desks.cases.passages import IN_WORDS, Passage, Passages, grouped
from comity.formats.pasted import MAX_TEXT

_NOT_CONTENT: Final = frozenset({"csrfmiddlewaretoken", "step", "draft"})
_SEVERAL: Final = frozenset({"recipients", "handling", "include", "codes", "copies"})
_TEXTS: Final = ("facts", "text", "questions")
"""Fields for facts in words; the first that a form has is the one."""


@dataclass(frozen=True)
class Draft:
    """A message being written.

    Attributes:
        form: of its kind.
        subjects: one form each; none for kinds that name nobody.
        data: as posted or kept; `None` for an empty form.
        choices: what may be chosen.
        kind: of message.
        about: the message that it answers, reminds of, corrects or withdraws.
        zone: what became of a machine readable zone that was pasted.
        told: what became of what was picked out of a text.
    """

    form: forms.Form
    subjects: tuple[SubjectForm, ...]
    data: QueryDict | None
    choices: Choices
    kind: str = "request"
    about: CaseMessage | None = None
    zone: Filled | None = None
    told: picking.Told | None = None

    @classmethod
    def read(
        cls,
        data: QueryDict | None,
        choices: Choices,
        *,
        checked: bool = True,
        kind: str = "request",
        about: CaseMessage | None = None,
    ) -> "Draft":
        """Read what was posted; without it, an empty form (a request begins with one person).

        Args:
            data: as posted; the hidden field `subjects` lists the subjects as `0:Person,2:Vessel`.
            choices: what may be chosen.
            checked: whether errors are shown, which they are not while subjects are added.
            kind: of message.
            about: the message it refers to, for the kinds that refer to one.
        """
        begun = "0:Person" if kind == "request" else ""
        listed = _listed(str(data.get("subjects", "")) if data is not None else begun)
        bound = data if checked else None
        initial = None if data is None or checked else _initial(data)
        form = FORMS[kind](bound, initial=initial, offered=replace(choices, copies=choices.copies_of(kind)))
        if about is not None and "classification" in form.fields:  # what speaks of something is classified like it
            form.fields["classification"].initial = classified.of(about) or classified.NONE
        subjects = tuple(
            SubjectForm(
                bound,
                initial=_with_schema(data, place, schema),
                prefix=f"s{place}",
                schema=schema,
                linked=kind in rules.LINKED,
            )
            for place, schema in (listed if kind in rules.WITH_SUBJECTS else ())
        )
        found = picking.origins(data, [(place, schema) for place, schema in listed])
        for one in subjects:
            one.origins = found.get(one.prefix or "", ())
        return cls(form, subjects, data, choices, kind, about)

    @property
    def listed(self) -> str:
        """The value of the hidden field `subjects`."""
        return ",".join(f"{place}:{schema}" for place, schema in self._pairs())

    def with_subject(self, schema: str) -> "Draft":
        """Return the draft with an empty subject of that kind at its end, nothing checked yet."""
        places = [place for place, _schema in self._pairs()]
        if schema not in rules.FIELDS or len(places) >= rules.MAX_SUBJECTS:
            return self
        return self._again([*self._pairs(), (max(places, default=-1) + 1, schema)])

    def without_subject(self, place: str) -> "Draft":
        """Return the draft without the subject at that place, nothing checked yet."""
        return self._again([(number, schema) for number, schema in self._pairs() if str(number) != place])

    def with_again(self, entry: str) -> "Draft":
        """Return the draft with a subject (`2:Vessel`) that was removed, as it was."""
        pairs = self._pairs()
        back = [one for one in _listed(entry) if one[0] not in {place for place, _schema in pairs}]
        return self._again(sorted([*pairs, *back]))

    def with_zone(self, place: str, today: date, *, anyway: bool = False) -> "Draft":
        """Return the draft with what the zone pasted at that subject says, nothing checked yet.

        Args:
            place: of the subject.
            today: births lie before it.
            anyway: whether to fill it in although a check digit does not fit.
        """
        schema = next((schema for number, schema in self._pairs() if str(number) == place), "")
        if schema not in rules.WITH_ZONE:
            return self
        data = self._copy()
        zone = fill(data, self._pairs(), int(place), today, anyway=anyway)
        again = Draft.read(data, self.choices, checked=False, kind=self.kind, about=self.about)
        return replace(again, zone=zone)

    def with_picked(self, today: date) -> "Draft":
        """Return the draft with what was picked out of its text put where the officer said, nothing checked yet."""
        data = self._copy()
        told, zone = picking.put(data, self._target, today)
        again = Draft.read(data, self.choices, checked=False, kind=self.kind, about=self.about)
        return replace(again, zone=zone, told=told)

    def without_text(self) -> "Draft":
        """Return the draft without the text that was pasted; what was picked out of it stays."""
        data = self._copy()
        picking.without_text(data)
        return Draft.read(data, self.choices, checked=False, kind=self.kind, about=self.about)

    @property
    def pasted(self) -> picking.Picking | None:
        """The text that was pasted and what can be picked out of it; `None` for kinds that state no facts."""
        if self.kind not in rules.WITH_FILES:
            return None
        return picking.picking(self.data, self._target, timezone.localdate())

    @property
    def all_origins(self) -> tuple[picking.Origin, ...]:
        """Where every value came from that was picked out of a text and still stands as it was."""
        return tuple(one for found in picking.origins(self.data, self._pairs()).values() for one in found)

    @property
    def passages(self) -> Passages:
        """From which passages of the text values came that still stand as picked; with the text, if any does."""
        data = posted(self.kept)  # without what must not be on this node
        places = {one.prefix: place for place, one in enumerate(self.subjects)}
        found = tuple(
            Passage(places.get(prefix, IN_WORDS), one.prop, one.value, one.written, one.line, one.source)
            for prefix, some in picking.origins(data, self._pairs()).items()
            for one in some
        )
        text = str(data.get(picking.TEXT, "")).replace("\r\n", "\n")[:MAX_TEXT] if found else ""
        return grouped(found, [one.caption for one in self.subjects], text)

    @property
    def picked(self) -> tuple[str, ...]:
        """Where values came from, as the form carries it."""
        return tuple(map(str, self.data.getlist(picking.PICKED))) if self.data is not None else ()

    @property
    def _target(self) -> picking.Target:
        name = next((name for name in _TEXTS if name in self.form.fields), "")
        return picking.Target(
            pairs=tuple(self._pairs()),
            text_field=(name, str(self.form.fields[name].label)) if name else ("", ""),
            grows=self.kind in rules.WITH_SUBJECTS and self.kind != "correction",
            captions={int(one.prefix[1:]): one.caption for one in self.subjects if one.prefix},
        )

    def _pairs(self) -> list[tuple[int, str]]:
        return [(int(one.prefix[1:]), one.schema_code) for one in self.subjects if one.prefix]

    def _copy(self) -> QueryDict:
        data = QueryDict(mutable=True)
        for key, values in (self.data or QueryDict()).lists():
            data.setlist(key, values)
        return data

    def _again(self, pairs: list[tuple[int, str]]) -> "Draft":
        data = self._copy()
        data["subjects"] = ",".join(f"{place}:{schema}" for place, schema in pairs)
        return Draft.read(data, self.choices, checked=False, kind=self.kind, about=self.about)

    def is_valid(self) -> bool:
        """Whether everything is filled in; asks every form, so that all errors show at once."""
        answers = [self.form.is_valid(), *(one.is_valid() for one in self.subjects)]
        for one in self.subjects:
            if one.paste is not None and one.zone_text.strip():
                one.add_error(None, unread())
                answers.append(False)
        if picking.waiting(self.data):
            self.form.add_error(
                None, _("Something was picked out of the text and not put in: put it in, or unpick it.")
            )
            answers.append(False)
        if answers[0] and not self._leaves_copies_out_rightly():
            text = _("only in a case of terrorism that is not urgent; choose another ground, or send the copy")
            self.form.add_error("no_copy", text)
            answers.append(False)
        if self.kind == "request" and not self.subjects:
            self.form.add_error(None, _("A request asks about at least one subject."))
            return False
        return all(answers)

    def _leaves_copies_out_rightly(self) -> bool:
        given = self.form.cleaned_data
        area, urgency = given.get("crime_area", ""), given.get("urgency", "")
        if self.about is not None:
            area, urgency = self.about.crime_area, self.about.urgency
        return copying.left_out_rightly(given.get("no_copy", ""), area, urgency)

    @property
    def copies(self) -> tuple[Copy, ...]:
        """The copies that agreements know of messages of this kind."""
        return self.choices.copies_of(self.kind)

    @property
    def owes_copies(self) -> bool:
        """Whether a copy is owed of what goes abroad."""
        return any(one.owed for one in self.copies)

    @property
    def offers_copies(self) -> bool:
        """Whether the author may choose to send a copy."""
        return any(not one.owed for one in self.copies)

    @property
    def copied_to(self) -> tuple[str, ...]:
        """To whom copies go, by id; only after `is_valid`."""
        return copying.taken(self.copies, self.given, self._recipients, self.choices.own)

    @property
    def not_copied(self) -> tuple[Copy, ...]:
        """The copies that are owed and left out on a ground; only after `is_valid`."""
        return copying.left_out(self.copies, self.given, self._recipients, self.choices.own)

    @property
    def _recipients(self) -> tuple[str, ...]:
        return tuple(self.given.get("recipients") or ([self.about.originator] if self.about is not None else ()))

    @property
    def given(self) -> dict[str, Any]:
        """What the form holds, checked; only after `is_valid`."""
        return self.form.cleaned_data

    @property
    def forms(self) -> tuple[forms.Form, ...]:
        """Every form, in the order of the page, for the summary of errors."""
        return (*self.subjects, self.form)

    @property
    def hidden(self) -> tuple[tuple[str, str], ...]:
        """Everything that was filled in, to travel through the preview."""
        return tuple(_content(self.data))

    @property
    def kept(self) -> dict[str, list[str]]:
        """Everything that was filled in, as it is kept on the server."""
        found: dict[str, list[str]] = {}
        for key, value in _content(self.data):
            found.setdefault(key, []).append(value)
        return found


def posted(kept: Mapping[str, list[str]]) -> QueryDict:
    """Return what was kept as if it were posted again."""
    data = QueryDict(mutable=True)
    for key, values in kept.items():
        data.setlist(key, values)
    return data


def _content(data: QueryDict | None) -> Iterator[tuple[str, str]]:
    for key, values in (data or QueryDict()).lists():
        if key not in _NOT_CONTENT and not picking.is_open(key, values):
            for value in map(str, values):
                if not classified.borne(value):  # what must not be on this node is not kept as a draft either
                    # No database and no message holds the sign of number 0.
                    yield key, value.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _listed(text: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for entry in text.split(",")[: rules.MAX_SUBJECTS]:
        place, _colon, schema = entry.partition(":")
        if place.isdecimal() and schema in rules.FIELDS and int(place) not in {number for number, _name in found}:
            found.append((int(place), schema))
    return found


def _initial(data: QueryDict) -> dict[str, Any]:
    return {key: data.getlist(key) if key in _SEVERAL else data.get(key) for key in data}


def _with_schema(data: QueryDict | None, place: int, schema: str) -> dict[str, Any]:
    prefix = f"s{place}-"
    given = {key.removeprefix(prefix): data.get(key) for key in data or () if key.startswith(prefix)} if data else {}
    return {**given, "schema": schema}
