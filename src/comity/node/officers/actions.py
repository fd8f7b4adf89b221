"""What can be done with officers.

The ledger stands above this package; who calls these functions records the act.
"""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from comity.node.officers.errors import NameTakenError, UnknownAuthorityError, UnknownRoleError, WeakPasswordError
from comity.node.officers.models import Officer, OutsideIdentity, Sitting
from comity.node.officers.rules import Role


@transaction.atomic
def register_officer(
    username: str,
    *,
    password: str | None,
    display_name: str,
    authority: str,
    served: Collection[str],
    role: str = Role.OFFICER,
    unit: str = "",
    language: str = "en",
    check_password: bool = True,
) -> Officer:
    """Register an officer and return it.

    Args:
        username: the sign-in name; folded to lower case.
        password: in clear; stored as scrypt hash. `None`: there is none yet, and no sign-in with one.
        display_name: the name as colleagues write it.
        authority: an authority id.
        served: the ids of the authorities this node serves; `authority` must be one of them.
        role: one of `rules.Role`.
        unit: free text.
        language: en, fr, es or ar.
        check_password: False only for the printed passwords of a demo.

    Raises:
        OfficerError: one of its kinds (see errors.py); nothing was stored.
    """
    if authority not in served:
        raise UnknownAuthorityError(f"`{authority}` is not served here; this node serves {', '.join(sorted(served))}")
    if role not in set(Role):
        raise UnknownRoleError(f"`{role}` is no role; roles are {', '.join(Role)}")
    officer = Officer(
        username=username.casefold(),
        display_name=display_name,
        authority=authority,
        role=role,
        unit=unit,
        language=language,
    )
    if Officer.objects.filter(username=officer.username).exists():
        raise NameTakenError(f"another officer signs in as `{officer.username}`")
    if check_password and password is not None:
        _check_password(password, officer)
    officer.set_password(password)
    try:
        officer.full_clean()
    except ValidationError as error:
        raise NameTakenError("; ".join(error.messages)) from error
    officer.save()
    return officer


@transaction.atomic
def set_password(officer: Officer, password: str) -> None:
    """Give the officer a new password (raises `WeakPasswordError`)."""
    _check_password(password, officer)
    officer.set_password(password)
    officer.save(update_fields=["password"])


@transaction.atomic
def deactivate(officer: Officer) -> None:
    """Close the officer's access; every later request of an open session is refused, what he did stays."""
    officer.is_active = False
    officer.save(update_fields=["is_active"])


@transaction.atomic
def end_sittings(officer: Officer, *, handle: str = "", keep: str = "") -> int:
    """Sign an officer out of his browsers and return of how many.

    Args:
        officer: whose.
        handle: of the only session to end; empty for all of them.
        keep: the key of a session that stays, since somebody is working in it.
    """
    found = Sitting.objects.filter(officer=officer).exclude(session_key=keep)
    count, _ = (found.filter(handle=handle) if handle else found).delete()
    return count


@transaction.atomic
def link(officer: Officer, issuer: str, subject: str, *, at: datetime) -> None:
    """Let an officer sign in as a subject of an identity provider; an earlier link to it ends.

    Raises:
        NameTakenError: the subject is another officer; nothing was changed.
    """
    if OutsideIdentity.objects.filter(issuer=issuer, subject=subject).exclude(officer=officer).exists():
        raise NameTakenError(f"another officer signs in as the subject `{subject}`")
    OutsideIdentity.objects.update_or_create(officer=officer, issuer=issuer, defaults={"subject": subject, "at": at})


@transaction.atomic
def unlink(officer: Officer) -> int:
    """End all links of an officer to identity providers; return how many there were."""
    count, _ = OutsideIdentity.objects.filter(officer=officer).delete()
    return count


@transaction.atomic
def choose_language(officer: Officer, language: str) -> None:
    """Remember the language in which the officer reads the console."""
    officer.language = language
    officer.save(update_fields=["language"])


def _check_password(password: str, officer: Officer) -> None:
    try:
        validate_password(password, officer)
    except ValidationError as error:
        raise WeakPasswordError(" ".join(error.messages)) from error
