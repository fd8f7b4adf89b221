"""A browser in words: which one, on which system. No version, which would make it a fingerprint."""

from typing import Final

from django.utils.translation import gettext as _

_BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("SamsungBrowser", "Samsung Internet"),
    ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("FxiOS", "Firefox"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def code_of(user_agent: str) -> str:
    """Return browser and system as `Firefox/Windows`; what is not known stays empty."""

    def first(table: tuple[tuple[str, str], ...]) -> str:
        return next((name for sign, name in table if sign in user_agent), "")

    return f"{first(_BROWSERS)}/{first(_SYSTEMS)}"


def in_words(code: str) -> str:
    """Return the code as an officer reads it."""
    browser, _slash, system = code.partition("/")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("unknown browser")
