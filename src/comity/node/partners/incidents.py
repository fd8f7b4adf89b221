"""Keep evidence of what a partner cannot explain away, once."""

import hashlib
import logging
from datetime import datetime

from comity.messages import canonical
from comity.node.partners.models import Incident
from comity.node.writing import writing

log = logging.getLogger(__name__)


def keep(code: str, subject: str, evidence: tuple[bytes, ...], *, shown_by: str, at: datetime) -> Incident:
    """Store an incident with its evidence; the same evidence twice is one incident.

    Args:
        code: such as ``log.forked`` or ``lane.equivocation``.
        subject: the log, lane or member concerned.
        evidence: texts that cannot all be true, as received.
        shown_by: who showed them to us.
        at: UTC.
    """
    data = canonical.encode([code, subject, list(evidence)])
    with writing():
        incident, created = Incident.objects.get_or_create(
            digest=hashlib.sha256(data).digest(),
            defaults={"code": code, "subject": subject, "evidence": data, "shown_by": shown_by, "at": at},
        )
    if created:
        log.error("incident %s concerning %s; evidence kept as incident %d", code, subject, incident.id)
    return incident


def is_known(code: str, subject: str, text: bytes) -> bool:
    """Tell whether an incident is kept in which a text of ours is contradicted: one proof of it is enough."""
    kept = Incident.objects.filter(code=code, subject=subject).values_list("evidence", flat=True)
    return any(text in texts_of(bytes(evidence)) for evidence in kept)


def texts_of(evidence: bytes) -> tuple[bytes, ...]:
    """Return the texts that cannot all be true, as received, from what `keep` stored."""
    match canonical.decode(evidence):
        case [_, _, [*texts]]:
            return tuple(text for text in texts if isinstance(text, bytes))
        case _:
            return ()
