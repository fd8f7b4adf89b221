"""Count what was refused without a trace in the chain."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from comity.node.partners.models import Rejection
from comity.node.writing import writing
from comity.vocabulary.authority import AuthorityId


def count(peer: Iterable[AuthorityId], code: str, at: datetime) -> None:
    """Add one to the rejections of a connected node, under the first of its authorities."""
    partner = str(min(peer, default=""))
    with writing():
        row, created = Rejection.objects.get_or_create(partner=partner, code=code, defaults={"count": 1, "last_at": at})
        if not created:
            Rejection.objects.filter(id=row.id).update(count=F("count") + 1, last_at=at)
