"""Where the command palette leads: the pages that an officer may open, beside the desks and the acts of the page."""

from dataclasses import dataclass
from typing import Any, Final

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the palette: what it is called, and where it leads."""

    name: Any
    icon: str
    address: str


_COMMANDS: Final[tuple[tuple[Any, str, str, str, Duty], ...]] = (
    (_("Write a request"), "plus", "cases:new", "", Duty.WRITE_MESSAGES),
    (_("Ask for assistance"), "users", "cases:assist", "", Duty.WRITE_MESSAGES),
    (_("Inform partners"), "info-circle", "cases:inform", "", Duty.WRITE_MESSAGES),
    (_("My drafts"), "edit", "cases:drafts", "", Duty.WRITE_MESSAGES),
    (_("Waits for my approval"), "users", "cases:approvals", "", Duty.APPROVE),
    (_("Cases that I hold"), "user", "cases:list", "show=mine", Duty.READ_CASES),
    (_("To be answered"), "inbox", "cases:list", "show=open", Duty.READ_CASES),
    (_("Nearly late or late"), "clock", "cases:list", "show=late", Duty.READ_CASES),
    (_("Waiting for partners"), "send", "cases:list", "show=waiting", Duty.READ_CASES),
    (_("All messages"), "list", "cases:list", "", Duty.READ_CASES),
    (_("Shift hand-over"), "users", "cases:handover", "", Duty.WRITE_MESSAGES),
)
# For everybody who is signed in.
_OWN: Final = ((_("My account"), "user", "me"), (_("Sign-in security"), "shield-lock", "mfa_index"))


def commands(officer: Officer) -> tuple[Command, ...]:
    """Return the pages that this officer may open, the most used first."""
    found = [
        Command(name, icon, address)
        for name, icon, url, query, duty in _COMMANDS
        if officer.may(duty) and (address := _address(url, query))
    ]
    return (*found, *(Command(name, icon, address) for name, icon, url in _OWN if (address := _address(url, ""))))


def _address(url: str, query: str) -> str:
    try:
        return f"{reverse(url)}?{query}" if query else reverse(url)
    except NoReverseMatch:
        return ""
