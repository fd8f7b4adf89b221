"""Names of countries in the reader's language, from the tables of ICU."""

from functools import cache
from typing import Final

import icu

# Codes that documents carry though ISO 3166-1 does not list them.
_BESIDE_ISO: Final = frozenset({"XK"})


@cache
def country_name(code: str, language: str) -> str:
    """Return the name of a country in `language`, empty where the code is none in force.

    Codes that ISO leaves to users have no name, although ICU gives some of them one for tests of software; a code
    taken out of use (SU) has none either, since ICU would name the successor.

    Args:
        code: two letters of ISO 3166-1, in any case.
        language: such as ``ar``.
    """
    wanted = code.upper()
    if wanted not in _countries():
        return ""
    return str(icu.Locale("", wanted).getDisplayCountry(icu.Locale(language)))


@cache
def _countries() -> frozenset[str]:
    return frozenset(icu.Locale.getISOCountries()) | _BESIDE_ISO


# Codes of three letters in travel documents that ISO 3166-1 gives to no country (ICAO Doc 9303 part 3, section 5).
_IN_DOCUMENTS: Final = {"D": "de", "GBD": "gb", "GBN": "gb", "GBO": "gb", "GBP": "gb", "GBS": "gb", "RKS": "xk"}


def country_of(code: str) -> str:
    """Return the country of a code of three letters as documents carry it, in two small letters; empty for none.

    Stateless persons, refugees and organisations have codes in documents too, but no country.
    """
    return _IN_DOCUMENTS.get(code.upper()) or _by_three_letters().get(code.upper(), "")


@cache
def _by_three_letters() -> dict[str, str]:
    found = {icu.Locale("", code).getISO3Country(): code.lower() for code in icu.Locale.getISOCountries()}
    return {str(three): code for three, code in found.items() if three}
