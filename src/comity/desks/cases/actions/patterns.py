"""Keeping templates of messages, and starting from one."""

from datetime import datetime
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from comity.desks.cases.actions.recording import record
from comity.desks.cases.models import Pattern
from comity.node.officers.models import Officer
from comity.node.officers.rules import Duty
from comity.node.writing import writing

MOST: Final = 200
"""Templates of one authority; more nobody would find his way in."""


def may_keep(officer: Officer) -> bool:
    """Whether this officer may change the templates of his authority: whoever approves messages may."""
    return officer.may(Duty.APPROVE)


def keep(pattern: Pattern, officer: Officer, *, at: datetime) -> bool:
    """Keep a template, new or changed; tells whether its name was free and there was room.

    Args:
        pattern: of the officer's authority, filled in.
        officer: who keeps it.
        at: now, UTC.

    Raises:
        PermissionDenied: the role does not include it, or it is another authority's.
    """
    if not may_keep(officer) or pattern.authority != officer.authority:
        raise PermissionDenied
    pattern.by, pattern.at = officer, at
    try:
        with writing():
            if not pattern.pk and Pattern.objects.filter(authority=officer.authority).count() >= MOST:
                return False
            pattern.save()
            record("template.kept", officer, at, facts={"template": pattern.pk})
    except IntegrityError:
        return False
    return True


def drop(pattern: Pattern, officer: Officer, *, at: datetime) -> None:
    """Remove a template; drafts begun from it stay (raises as `keep`)."""
    if not may_keep(officer) or pattern.authority != officer.authority:
        raise PermissionDenied
    with writing():
        record("template.removed", officer, at, facts={"template": pattern.pk})
        pattern.delete()
