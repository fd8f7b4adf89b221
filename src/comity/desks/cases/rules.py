"""Which facts a subject is asked by, and what a case's reference looks like."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a subject on the form.

    `kind` is text, date (partial dates allowed), country, sex, or code: something read letter by letter, drawn left to
    right in every language. `several` values are written one on a line.
    """

    prop: str
    kind: str = "text"
    several: bool = False


# What an officer is asked for each kind of subject, most telling first; names are FollowTheMoney's.
FIELDS: Final[dict[str, tuple[Asked, ...]]] = {
    "Person": (
        Asked("name", several=True),
        Asked("alias", several=True),
        Asked("birthDate", "date"),
        Asked("birthPlace"),
        Asked("nationality", "country"),
        Asked("gender", "sex"),
        Asked("passportNumber", "code"),
        Asked("idNumber", "code"),
    ),
    "Vessel": (
        Asked("name", several=True),
        Asked("imoNumber", "code"),
        Asked("mmsi", "code"),
        Asked("callSign", "code"),
        Asked("flag", "country"),
        Asked("type"),
    ),
    "Vehicle": (
        Asked("registrationNumber", "code"),
        Asked("vin", "code"),
        Asked("type"),
        Asked("model"),
        Asked("country", "country"),
    ),
    "Organization": (
        Asked("name", several=True),
        Asked("alias", several=True),
        Asked("registrationNumber", "code"),
        Asked("jurisdiction", "country"),
        Asked("address"),
    ),
    "Plate": (Asked("number", "code"), Asked("country", "country")),
    "Phone": (Asked("number", "code"), Asked("country", "country")),
}

MAX_SUBJECTS: Final = 20
"""A request about more belongs into a batch check."""

WITHOUT_CATEGORY: Final = frozenset({"Vessel", "Vehicle", "Plate", "Phone", "Organization"})
"""Kinds that are no person, so that no category of person is asked for."""


def reference(authority: str, number: int, at: datetime) -> str:
    """Return a case's reference: `XA-NCB-2026-000042` for the 42nd case of `xa.ncb` in that year (UTC)."""
    state, _, name = authority.partition(".")
    return f"{state.upper()}-{name.upper()}-{at.year}-{number:06d}"


BETWEEN_NAMES: Final = " · "


def caption(names: tuple[str, ...]) -> str:
    """Return the title of a case from the captions of its subjects: two names, and how many more."""
    shown = BETWEEN_NAMES.join(names[:2])
    return f"{shown} +{len(names) - 2}" if len(names) > 2 else shown  # noqa: PLR2004 - as the docstring says
