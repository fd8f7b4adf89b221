"""Settle an incident, or take its evidence away: the ledger keeps who and when."""

from datetime import datetime

from comity.node.ledger import actions
from comity.node.partners.models import Incident
from comity.node.writing import writing


class SettlingError(Exception):
    """An incident cannot be settled: there is none of that number, or it was settled before."""


def settle(number: int, *, by: str, authority: str, found: str, at: datetime) -> Incident:
    """Close an incident; its evidence stays.

    Args:
        number: of the incident.
        by: the officer's id.
        authority: of this node, in whose name.
        found: what came of it, in a few words without personal data.
        at: UTC.

    Raises:
        SettlingError: there is no such incident that is open.
    """
    with writing():
        incident = Incident.objects.select_for_update().filter(id=number).first()
        if incident is None:
            raise SettlingError(f"there is no incident {number}")
        if incident.settled_at is not None:
            raise SettlingError(f"incident {number} was settled by {incident.settled_by}")
        incident.settled_at, incident.settled_by = at, by
        incident.save(update_fields=["settled_at", "settled_by"])
        facts = actions.facts({"code": incident.code, "subject": incident.subject, "found": found})
        subjects = (bytes(incident.digest),)
        actions.record(actions.Act("incident.settled", authority, by, at, facts=facts, subjects=subjects))
    return incident


def exported(incident: Incident, *, by: str, authority: str, at: datetime) -> None:
    """Record that an officer takes the evidence of an incident out of the house; arguments as for `settle`."""
    with writing():
        facts, subjects = actions.facts({"code": incident.code}), (bytes(incident.digest),)
        actions.record(actions.Act("incident.exported", authority, by, at, facts=facts, subjects=subjects))
