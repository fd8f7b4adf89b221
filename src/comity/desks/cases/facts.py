"""Subjects as pages show them: facts in words, in one order, with codes isolated left to right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils import formats
from django.utils.translation import get_language

from comity.desks.cases import evaluations, given_dates, rules, words
from comity.desks.cases.models import Candidate, CaseMessage
from comity.vocabulary.countries import country_name
from comity.vocabulary.hijri import HijriDate
from comity.vocabulary.visible import shown


@dataclass(frozen=True, slots=True)
class Fact:
    """One property of a subject in words, with its values; `code` ones are drawn left to right."""

    name: Any
    values: tuple[str, ...]
    code: bool


@dataclass(frozen=True, slots=True)
class SubjectView:
    """A subject as a page shows it, with what was found for it."""

    place: int
    schema: Any
    icon: str
    caption: str
    category: Any
    link: str
    facts: tuple[Fact, ...]
    evaluation: str = ""
    evaluated: tuple[Any, ...] = ()  # what it says of the source and of the information
    candidates: tuple[Candidate, ...] = ()


def measure_facts(said: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Return what is said of a measure for which assistance is asked, in words and in one order.

    Args:
        said: as `content.content_of` keeps it.
    """
    return tuple(
        Fact(name, _in_words(key, said[key]), key == "accounts")
        for key, name in words.MEASURE_FACTS.items()
        if said.get(key)
    )


def _in_words(key: str, value: Any) -> tuple[str, ...]:  # noqa: ANN401 - plain JSON
    if key in {"begins", "ends"}:
        return (formats.date_format(date.fromisoformat(value), "DATE_FORMAT"),)
    return tuple(map(shown, value)) if isinstance(value, list) else (shown(str(value)),)


CODES: Final = frozenset(
    [
        "passportNumber",
        "idNumber",
        "taxNumber",
        "registrationNumber",
        "imoNumber",
        "mmsi",
        "callSign",
        "vin",
        "number",
        "phone",
        "birthDate",
        "incorporationDate",
        "buildDate",
        "endDate",
        "email",
        "swiftBic",
        "leiCode",
        "ogrnCode",
        "innCode",
        "serialNumber",
        "createdAt",
        "modifiedAt",
        "imei",
        "imsi",
        "iban",
        "accountNumber",
        "bic",
        "publicKey",
        "icaoCode",
        "postalCode",
    ]
)
COUNTRIES: Final = frozenset(
    {"country", "nationality", "citizenship", "flag", "jurisdiction", "mainCountry", "pastFlags"}
)


def shown_value(prop: str, value: str) -> str:
    """Return a value as people read it: countries by name with the code beside it, coded values in words."""
    if prop in COUNTRIES:
        name = country_name(value, get_language() or "en")
        return f"{name} ({value.upper()})" if name else shown(value.upper())
    return str(words.VALUES[prop].get(value, value)) if prop in words.VALUES else shown(value)


def facts_of(properties: dict[str, Any]) -> tuple[Fact, ...]:
    """Return the properties in words, in the order in which `words.PROPERTIES` tells them."""
    order = {name: place for place, name in enumerate(words.PROPERTIES)}
    noted = given_dates.noted(properties)
    if notes := properties.get(given_dates.PROPERTY):
        properties = {**properties, given_dates.PROPERTY: given_dates.without_notes(notes)}
    shown = sorted((name for name in properties if properties[name]), key=lambda name: order.get(name, len(order)))
    return tuple(_dates(name, properties[name], noted) or _plain(name, properties[name]) for name in shown)


def _plain(name: str, values: Sequence[object]) -> Fact:
    return _fact(name, tuple(shown_value(name, str(value)) for value in values))


def _dates(name: str, values: Sequence[str], noted: dict[str, tuple[HijriDate, ...]]) -> Fact | None:
    """Return a date that was given in the Hijri calendar as it was given, what it may be beside it."""
    if name not in noted:
        return None
    spelled = [given_dates.spelled(one) for one in noted[name]]
    return Fact(words.word(words.PROPERTIES, name), (*spelled, *given_dates.others(values, noted[name])), code=True)


def _fact(name: str, values: tuple[str, ...]) -> Fact:
    if name == "description" and all(value.startswith(rules.VIN_PREFIX) for value in values):
        numbers = tuple(value.removeprefix(rules.VIN_PREFIX) for value in values)
        return Fact(words.word(words.PROPERTIES, "vin"), numbers, code=True)
    return Fact(words.word(words.PROPERTIES, name), values, name in CODES)


def subjects_of(message: CaseMessage, candidates: Sequence[Candidate] = ()) -> tuple[SubjectView, ...]:
    """Return the message's subjects as pages show them."""
    return tuple(
        SubjectView(
            place=place,
            schema=words.word(words.SCHEMATA, one["schema"]),
            icon=words.SCHEMA_ICONS.get(one["schema"], "id"),
            caption=one.get("caption", ""),
            category=words.word(words.CATEGORIES, one["category"]) if one.get("category") else "",
            link=one.get("link", ""),
            facts=facts_of(one.get("properties", {})),
            evaluation=one.get("evaluation", ""),
            evaluated=evaluations.in_words(one.get("evaluation", "")),
            candidates=tuple(item for item in candidates if item.place == place),
        )
        for place, one in enumerate((message.content or {}).get("subjects", []))
    )
