"""Facts picked by hand out of a text that was pasted: what is found in it, where it can go, where it came from.

A value that was picked keeps the words, the line and the source it came from. When the message has been sent they stay
at home beside it, with the text unless the officer removed it (`passages`); a text of which nothing was picked goes
with the draft.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.desks.cases import classified, rules, words
from comity.desks.cases.forms.zone import FIELD as ZONE
from comity.desks.cases.forms.zone import Filled, fill
from comity.desks.cases.passages import Stretch, stretches
from comity.formats.pasted import MAX_TEXT, Kind, Piece, find, recognise, strange
from comity.vocabulary.visible import shown

TEXT, SOURCE, PASSAGE, PASSAGE_TO, PICKED = "paste", "paste_from", "passage", "passage_to", "picked"
_PICK: Final = "pick-"
_NEW: Final = "new"
MAX_PICKED: Final = 200
_MAX_PASSAGE: Final = 2000

KINDS: Final[Mapping[Kind, Any]] = {
    Kind.DATE: gettext_lazy("Date"),
    Kind.HIJRI: gettext_lazy("Hijri date"),
    Kind.ZONE: gettext_lazy("Machine readable zone"),
    Kind.DOCUMENT: gettext_lazy("Number of a document"),
    Kind.PLATE: gettext_lazy("Registration plate"),
    Kind.VIN: gettext_lazy("Vehicle identification number"),
    Kind.IMO: gettext_lazy("IMO number"),
    Kind.MMSI: gettext_lazy("MMSI number"),
    Kind.PHONE: gettext_lazy("Telephone"),
    Kind.IMEI: gettext_lazy("IMEI"),
    Kind.EMAIL: gettext_lazy("E-mail"),
    Kind.IBAN: gettext_lazy("IBAN"),
    Kind.WALLET: gettext_lazy("Crypto address"),
}
_PLACES: Final[Mapping[Kind, frozenset[tuple[str, str]]]] = {
    Kind.DOCUMENT: frozenset({
        ("Person", "passportNumber"), ("Person", "idNumber"), ("Passport", "number"), ("Identification", "number"),
        ("Organization", "registrationNumber"), ("Firearm", "serialNumber"),
    }),
    Kind.PLATE: frozenset({
        ("Vehicle", "registrationNumber"), ("Plate", "registrationNumber"), ("Airplane", "registrationNumber"),
    }),
    Kind.PHONE: frozenset({("Person", "phone"), ("Organization", "phone"), ("Phone", "number")}),
    Kind.EMAIL: frozenset({("Person", "email"), ("Organization", "email")}),
    Kind.IMEI: frozenset({("Phone", "imei")}),
    Kind.WALLET: frozenset({("CryptoWallet", "publicKey")}),
}  # fmt: skip
_FORMS: Final[Mapping[Kind, str]] = {
    Kind.DATE: "date", Kind.HIJRI: "date", Kind.VIN: "vin", Kind.IMO: "imo", Kind.MMSI: "mmsi", Kind.IBAN: "iban",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from that was picked out of a text.

    Attributes:
        to: name of the field it was put into, such as ``s0-birthDate``.
        value: as it was put there; of a field for several values, one of them.
        written: as it stood in the text.
        line: of the text, from 1.
        source: of the text, as the officer named it; may be empty.
        label: of the field.
        prop: name of the property, ``vin`` for that number; empty for the field for text.
    """

    to: str
    value: str
    written: str
    line: int
    source: str
    label: str = ""
    prop: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing found in the text, and where it can go.

    Attributes:
        name: of its field in the form.
        piece: what was found.
        kind: in words.
        groups: label of a subject, then value and label of each of its fields.
        chosen: the value that is chosen already.
    """

    name: str
    piece: Piece
    kind: Any
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of what was picked: how many values were put in, which fields were left, what could not be done."""

    put: int = 0
    kept: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picking:
    """The text of a draft and what can be picked out of it.

    Attributes:
        text: as it was pasted; empty before.
        source: where it is from, in the officer's words.
        stretches: the text as it is shown, line feeds in it.
        offers: what was found, in the order of the text.
        groups: where any words of it can go.
        passage: words that were chosen and not put in yet, and where they shall go.
        strange: whether something in it is not what it looks like.
        too_long: whether there is more text than is looked at.
        barred: why the text is not kept here, in words; empty where it is.
    """

    text: str = ""
    source: str = ""
    stretches: tuple[Stretch, ...] = ()
    offers: tuple[Offer, ...] = ()
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    passage: tuple[str, str] = ("", "")
    strange: bool = False
    too_long: bool = False
    barred: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where picked values can go: the subjects of a form, new ones, and its field for text.

    Attributes:
        pairs: place and kind of every subject of the form.
        text_field: name and label of the field for facts in words; empty where it has none.
        grows: whether subjects can be added.
    """

    pairs: tuple[tuple[int, str], ...]
    text_field: tuple[str, str] = ("", "")
    grows: bool = True
    captions: Mapping[int, str] = field(default_factory=dict)


def picking(data: QueryDict | None, target: Target, today: date) -> Picking:
    """Return what a draft's page shows of its text; nothing is looked for where none was pasted."""
    if data is None:
        return Picking()
    text = str(data.get(TEXT, "")).replace("\r\n", "\n")
    if not text.strip() or (barred := classified.borne(text)):
        return Picking(source=str(data.get(SOURCE, "")), barred=barred if text.strip() else "")
    pieces = recognise(text, today)
    offers = tuple(
        Offer(name, one, KINDS[one.kind], _groups(target, one), str(data.get(name, "")))
        for one in pieces
        for name in (_name(one),)
    )
    return Picking(
        text=text[: MAX_TEXT + 1],
        source=str(data.get(SOURCE, "")),
        stretches=tuple(stretches(text[:MAX_TEXT], pieces, lambda one: (_name(one), KINDS[one.kind]))),
        offers=offers,
        groups=_groups(target, None),
        passage=(str(data.get(PASSAGE, ""))[:_MAX_PASSAGE], str(data.get(PASSAGE_TO, ""))),
        strange=bool(strange(text[:MAX_TEXT])),
        too_long=len(text) > MAX_TEXT,
    )


def put(data: QueryDict, target: Target, today: date) -> tuple[Told, Filled | None]:
    """Put what was picked where the officer said; what stands in a field for one value already is left there.

    Args:
        data: of the form; changed in place.
        target: where it can go.
        today: births lie before it.

    Returns:
        what became of it, and of a machine readable zone among it.
    """
    text, source = str(data.get(TEXT, "")).replace("\r\n", "\n"), str(data.get(SOURCE, ""))[:_MAX_PASSAGE]
    work = _Work(data, list(target.pairs), target, today, source)
    offered = {_name(one): one for one in recognise(text, today)}
    for name in [key for key in data if key.startswith(_PICK)]:
        number, _bar, to = str(data.get(name, "")).partition("|")
        piece = offered.get(name)
        if piece is not None and number.isdecimal() and int(number) < len(piece.readings):
            work.put(piece, piece.readings[int(number)], to)
        elif to:
            work.faults.append(_("The text has changed since: pick again what you had picked."))
        del data[name]
    passage, to = " ".join(shown(str(data.get(PASSAGE, ""))[:_MAX_PASSAGE]).split()), str(data.get(PASSAGE_TO, ""))
    if passage and to:
        piece = find(text, passage)
        if piece is None:
            work.faults.append(_("The words that you chose do not stand in the text."))
        else:
            work.put(piece, passage, to.partition("|")[2])
            data[PASSAGE] = data[PASSAGE_TO] = ""
    return Told(work.count, tuple(dict.fromkeys(work.kept)), tuple(dict.fromkeys(work.faults))), work.zone


def waiting(data: QueryDict | None) -> bool:
    """Whether something was picked and not put in yet."""
    given = data or QueryDict()
    chosen = any(given.get(key) for key in given if key.startswith(_PICK))
    return chosen or bool(given.get(PASSAGE) and given.get(PASSAGE_TO))


def is_open(key: str, values: Sequence[object]) -> bool:
    """Whether a field is one for a piece of the text that was left where it is."""
    return key.startswith(_PICK) and not any(values)


def without_text(data: QueryDict) -> None:
    """Remove the text and what was found in it; what was picked stays."""
    for key in [key for key in data if key.startswith(_PICK) or key in {TEXT, SOURCE, PASSAGE, PASSAGE_TO}]:
        del data[key]


def origins(data: QueryDict | None, pairs: Sequence[tuple[int, str]]) -> dict[str, tuple[Origin, ...]]:
    """Return where the values came from that still stand as they were picked, by prefix of the subject.

    What went into the text stands under the empty prefix.
    """
    found: dict[str, tuple[Origin, ...]] = {}
    fields = {f"s{place}-{asked.prop}": asked for place, kind in pairs for asked in rules.FIELDS[kind]}
    for raw in (data or QueryDict()).getlist(PICKED)[:MAX_PICKED]:
        one = _origin(str(raw))
        if one is None or data is None or one.value not in str(data.get(one.to, "")).splitlines():
            continue
        if (asked := fields.get(one.to)) is not None:
            one = replace(one, label=str(words.field(asked)), prop="vin" if asked.kind == "vin" else asked.prop)
        prefix = one.to.partition("-")[0] if asked is not None else ""
        found[prefix] = (*found.get(prefix, ()), one)
    return found


def _origin(raw: str) -> Origin | None:
    try:
        to, value, written, line, source = json.loads(raw)
    except (ValueError, TypeError):
        return None
    if not all(isinstance(one, str) for one in (to, value, written, source)) or not isinstance(line, int):
        return None
    return Origin(to, value, written, line, source)


@dataclass
class _Work:
    """Putting values into the fields of a form, one after the other."""

    data: QueryDict
    pairs: list[tuple[int, str]]
    target: Target
    today: date
    source: str
    count: int = 0
    kept: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    zone: Filled | None = None
    added: dict[str, int] = field(default_factory=dict)

    def put(self, piece: Piece, value: str, to: str) -> None:
        """Put one value into the field that its choice names; a choice of no field of this form is left out."""
        place, prop = self._place(to)
        if to == "text" and self.target.text_field[0]:
            self._append(self.target.text_field[0], " ".join(shown(piece.written).split()), piece)
        elif place is None:
            return
        elif prop == ZONE:
            self._read_zone(place, value, piece)
        else:
            asked = next((one for one in rules.FIELDS[dict(self.pairs)[place]] if one.prop == prop), None)
            if asked is not None:
                self._fill(f"s{place}-{prop}", asked, value, piece)

    def _place(self, to: str) -> tuple[int | None, str]:
        first, _dash, prop = to.partition("-")
        if first == _NEW and self.target.grows:
            kind, _dash, prop = prop.partition("-")
            return self._new(kind), prop
        place = int(first[1:]) if first[:1] == "s" and first[1:].isdecimal() else -1
        return (place if place in dict(self.pairs) else None), prop

    def _new(self, kind: str) -> int | None:
        """Return the place of the subject of that kind that is added now; one for all that is picked in one go."""
        if kind in self.added or kind not in rules.FIELDS:
            return self.added.get(kind)
        if len(self.pairs) >= rules.MAX_SUBJECTS:
            self.faults.append(_("No further subject can be added to this message."))
            return None
        place = max((number for number, _kind in self.pairs), default=-1) + 1
        self.pairs.append((place, kind))
        self.added[kind] = place
        self.data["subjects"] = ",".join(f"{number}:{name}" for number, name in self.pairs)
        self.data[f"s{place}-schema"] = kind
        return place

    def _fill(self, key: str, asked: rules.Asked, value: str, piece: Piece) -> None:
        stands = str(self.data.get(key, "")).strip()
        if asked.kind == "date" and piece.kind is Kind.DATE and self.data.get(f"{key.partition('-')[0]}-calendar"):
            value = f"{value} AD"
        if stands and not asked.several and stands != value:
            self.kept.append(str(words.field(asked)))
        else:
            self._append(key, value, piece)

    def _append(self, key: str, value: str, piece: Piece) -> None:
        """Put a value on a line of its own, unless it stands there, and remember where it came from."""
        stands = str(self.data.get(key, "")).replace("\r\n", "\n").rstrip()
        if value not in stands.splitlines():
            self.data[key] = f"{stands}\n{value}" if stands else value
        self._remember(key, value, piece)

    def _remember(self, key: str, value: str, piece: Piece) -> None:
        self.count += 1
        written = " ".join(shown(piece.written).split())[:_MAX_PASSAGE]
        made = json.dumps([key, value, written, piece.line, self.source], ensure_ascii=False)
        known = self.data.getlist(PICKED)
        if made not in known:
            self.data.setlist(PICKED, [*known, made][-MAX_PICKED:])

    def _read_zone(self, place: int, value: str, piece: Piece) -> None:
        """Read a zone into a subject, as if it had been pasted there; what contradicts itself waits in its field."""
        if dict(self.pairs)[place] not in rules.WITH_ZONE:
            return
        before = {key: str(self.data.get(key, "")) for key in self.data}
        self.data[f"s{place}-{ZONE}"] = value
        self.zone = fill(self.data, self.pairs, place, self.today, anyway=False)
        self.pairs = [
            (int(number), kind)
            for number, _colon, kind in (one.partition(":") for one in str(self.data["subjects"]).split(","))
        ]
        for key in [key for key in self.data if key[:1] == "s" and "-" in key]:
            lines = str(self.data.get(key, "")).splitlines()
            for line in lines if key.rpartition("-")[2] not in {"schema", "link", ZONE} else ():
                if line not in before.get(key, "").splitlines():
                    self._remember(key, line, piece)


def _name(piece: Piece) -> str:
    return f"{_PICK}{piece.start}-{piece.stop}"


def _fields(kind: str, piece: Piece | None) -> Iterator[tuple[str, str]]:
    """Yield the fields of a kind of subject that a piece can go to, every one for words that were chosen."""
    if piece is not None and piece.kind is Kind.ZONE and kind in rules.WITH_ZONE:
        yield ZONE, _("Read it into the fields")
    for asked in rules.FIELDS[kind]:
        if (
            (piece is None and asked.kind != "sex")
            or (piece is not None and _FORMS.get(piece.kind) == asked.kind)
            or (piece is not None and (kind, asked.prop) in _PLACES.get(piece.kind, ()))
        ):
            yield asked.prop, str(words.field(asked))


def _groups(target: Target, piece: Piece | None) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return where a piece can go: to subjects that there are, to a new one, into the text."""
    readings = tuple(enumerate(piece.readings)) if piece is not None else ((0, ""),)
    named = len(readings) > 1
    found: list[tuple[str, tuple[tuple[str, str], ...]]] = []
    if target.text_field[0]:
        found.append((_("In words"), (("0|text", target.text_field[1]),)))
    for place, kind in target.pairs:
        title = str(words.word(words.SCHEMATA, kind))
        caption = target.captions.get(place, "")
        options = _options(f"s{place}", kind, piece, readings, named=named)
        found.append((f"{title} {place + 1}" + (f" ({caption[:40]})" if caption else ""), options))
    for kind in rules.FIELDS if target.grows and len(target.pairs) < rules.MAX_SUBJECTS else ():
        new = _("New: %(kind)s") % {"kind": words.word(words.SCHEMATA, kind)}
        found.append((new, _options(f"{_NEW}-{kind}", kind, piece, readings, named=named)))
    return tuple((label, options) for label, options in found if options)


def _options(
    prefix: str, kind: str, piece: Piece | None, readings: Sequence[tuple[int, str]], *, named: bool
) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"{number}|{prefix}-{prop}", f"{label} = {reading}" if named else label)
        for prop, label in _fields(kind, piece)
        for number, reading in readings
    )
