"""Filler records from a fixed seed, so that a cross-check has something to choose from.

Names are put together at random from the lists below; whoever bears such a name is not meant. Numbers come from ranges
kept for fiction or examples, and pass the checks of their field.
"""

# ruff: noqa: S311 - a fixed seed is the point: the demo holds the same records everywhere
import datetime as dt
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

SEED: Final = "comity demo 1"
PERSONS: Final = 240
OBJECTS: Final = 60
_DAYS: Final = (dt.date(2006, 12, 31) - dt.date(1950, 1, 1)).days
_LETTERS: Final = "ABCDEFGHJKLMNPRSTVWXYZ"

type Entity = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Sounds:
    """From what a state's names are made, and how its phone numbers begin."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]
    towns: tuple[str, ...]
    firms: tuple[str, ...]
    phone: str
    two_families: bool = False


_SOUNDS: Final[Mapping[str, _Sounds]] = {
    "XA": _Sounds(
        women=("Alice", "Bridget", "Clara", "Edith", "Freya", "Gillian", "Hester", "Imogen", "Joan", "Maud"),
        men=("Alfred", "Barnaby", "Cedric", "Duncan", "Ewan", "Felix", "Giles", "Hugh", "Leonard", "Miles", "Rupert"),
        families=(
            "Abbotsley", "Barrowman", "Cattermole", "Dunstable", "Everdell", "Fairbourne", "Gatesby", "Hollowell",
            "Inkpen", "Kettleby", "Larkham", "Merriden", "Netherby", "Oakenford", "Pellwether", "Quarrington",
            "Ravensby", "Stapleford", "Thornbeck", "Underwick", "Wetherall", "Yarborne",
        ),
        towns=("Thornquay", "Aldham", "Merrow", "Saltby"),
        firms=("Haulage Ltd", "Cold Stores Ltd", "Shipping Agents Ltd"),
        phone="+4477009001",
    ),
    "XB": _Sounds(
        women=("Adèle", "Blanche", "Céleste", "Edmée", "Flore", "Hélène", "Irène", "Jeanne", "Léonie", "Mathilde"),
        men=("Achille", "Benoît", "Clovis", "Étienne", "Fabrice", "Gaspard", "Honoré", "Jérôme", "Léandre", "Maxence"),
        families=(
            "Aubrecourt", "Beaulieure", "Chantreuil", "Dampvillier", "Esclarmont", "Fontvieille", "Grandjoie",
            "Hautefeuillet", "Jolivanne", "Lanternier", "Montclairet", "Nerval-Roche", "Pontauban", "Quesnoyel",
            "Rochebrune", "Saint-Aubier", "Tournelle", "Vaucresse",
        ),
        towns=("Port-Ligny", "Belcourt-Ville", "Sainte-Aure", "Vieux-Phare"),
        firms=("et fils SARL", "Logistique SA", "Transit SARL"),
        phone="+3363998",
    ),
    "XC": _Sounds(
        women=("Amparo", "Blanca", "Consuelo", "Dolores", "Elvira", "Fabiola", "Graciela", "Isaura", "Leonor"),
        men=("Anselmo", "Bernabé", "Ciro", "Dámaso", "Eladio", "Fermín", "Gaspar", "Isidro", "Leandro", "Nicanor"),
        families=(
            "Almenara", "Barranqueño", "Carrascosa", "Doñamayor", "Espinavieja", "Fuentelsol", "Guadarrama",
            "Hinojedo", "Larrazábal", "Montefrío", "Navalmoral", "Olmedilla", "Peñarrubia", "Quintanar", "Ribalta",
            "Sotomonte", "Torrevieja", "Valdehierro",
        ),
        towns=("Puerto Almenar", "Costa Serena", "Villanueva del Faro", "Castellar"),
        firms=("y Hijos S.L.", "Frutas S.A.", "Consignatarios S.A."),
        phone="+120255501",
        two_families=True,
    ),
    "XD": _Sounds(
        women=("أمينة", "بسمة", "جميلة", "حنان", "دلال", "رباب", "زينب", "سعاد", "عائشة", "فريدة", "نجلاء"),
        men=("أحمد", "بدر", "جمال", "حسان", "خالد", "رشيد", "سالم", "طارق", "عادل", "فؤاد", "ماجد", "ياسين"),
        families=(
            "البحري", "التاجر", "الجبلي", "الحلواني", "الخياط", "الدباغ", "الراوي", "الزيتوني", "الساحلي", "الشماع",
            "الصياد", "الطحان", "العطار", "الفاخوري", "القباني", "اللؤلؤي", "المرساوي", "النجار", "الوراق",
        ),
        towns=("المرسى القديمة", "باب البحر", "رأس المنارة", "وادي النخيل"),
        firms=("للنقل", "للشحن البحري", "للتجارة"),
        phone="+4416329600",
    ),
}  # fmt: skip


def records(code: str) -> Iterator[Entity]:
    """Yield the filler records of a state in FollowTheMoney's form, the same at each call; none for the Concord."""
    sounds = _SOUNDS.get(code)
    if sounds is None:
        return
    dice = random.Random(f"{SEED} {code}")
    for number in range(PERSONS):
        yield _person(code.lower(), number, sounds, dice)
    for number in range(OBJECTS):
        yield _vehicle(code.lower(), number, dice)
    for number in range(OBJECTS // 3):
        yield _firm(code.lower(), number, sounds, dice)
    for number in range(OBJECTS // 6):
        yield _vessel(code.lower(), number, sounds, dice)
    for number in range(OBJECTS // 3):
        yield _phone(code.lower(), number, sounds, dice)


def towns(code: str) -> tuple[str, ...]:
    """Return the towns of a state."""
    return _SOUNDS[code].towns


def lines(code: str) -> Iterator[str]:
    """Yield the same records as lines of JSON."""
    for record in records(code):
        yield json.dumps(record, ensure_ascii=False) + "\n"


def _entity(record_id: str, schema: str, **properties: str) -> Entity:
    return {"id": record_id, "schema": schema, "properties": {name: [value] for name, value in properties.items()}}


def _person(state: str, number: int, sounds: _Sounds, dice: random.Random) -> Entity:
    woman = dice.random() < 0.4  # noqa: PLR2004  # police records hold more men than women
    families = dice.sample(sounds.families, 2 if sounds.two_families else 1)
    name = " ".join((dice.choice(sounds.women if woman else sounds.men), *families))
    born = dt.date(1950, 1, 1) + dt.timedelta(days=dice.randrange(_DAYS))
    nationality = dice.choices((state, "xa", "xb", "xc", "xd"), (12, 1, 1, 1, 1))[0]
    known = dice.choices((4, 7, 10), (1, 1, 4))[0]  # a year, a month or the day
    return _entity(
        f"{state}-person-{number:04d}",
        "Person",
        name=name,
        birthDate=born.isoformat()[:known],
        birthPlace=dice.choice(sounds.towns),
        gender="female" if woman else "male",
        nationality=nationality,
        passportNumber=f"Q{nationality.upper()}{dice.randrange(2_000_000, 4_000_000)}",
    )


def _vehicle(state: str, number: int, dice: random.Random) -> Entity:
    plate = "".join(dice.choices(_LETTERS, k=3))
    return _entity(
        f"{state}-vehicle-{number:04d}",
        "Vehicle",
        registrationNumber=f"Q{state[1].upper()}{dice.randrange(10, 99)} {plate}",
        type=dice.choice(("car", "lorry", "van", "motorcycle")),
        country=state,
    )


def _firm(state: str, number: int, sounds: _Sounds, dice: random.Random) -> Entity:
    return _entity(
        f"{state}-company-{number:04d}",
        "Company",
        name=f"{dice.choice(sounds.families)} {dice.choice(sounds.firms)}",
        registrationNumber=f"{state.upper()}-{dice.randrange(10_000_000, 99_999_999)}",
        jurisdiction=state,
    )


def _vessel(state: str, number: int, sounds: _Sounds, dice: random.Random) -> Entity:
    return _entity(
        f"{state}-vessel-{number:04d}",
        "Vessel",
        name=f"{dice.choice(sounds.women)} {dice.choice(sounds.towns)}",
        imoNumber=imo(dice.randrange(240_000, 299_999)),
        flag=state,
    )


def _phone(state: str, number: int, sounds: _Sounds, dice: random.Random) -> Entity:
    length = 11 if sounds.phone.startswith(("+1202", "+336")) else 12
    missing = length - (len(sounds.phone) - 1)
    digits = "".join(dice.choices("0123456789", k=missing))
    return _entity(f"{state}-phone-{number:04d}", "Phone", number=sounds.phone + digits, country=state)


def imo(serial: int) -> str:
    """Return the IMO number of six digits and their check digit; those that begin with 2 are given to no ship.

    Source: IMO resolution A.1117(30): digits times 7 to 2, the last digit of the sum.
    """
    digits = f"{serial:06d}"
    return f"IMO{digits}{sum(int(digit) * (7 - place) for place, digit in enumerate(digits)) % 10}"
