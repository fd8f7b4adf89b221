"""How long the answers to acts of national systems are kept, so that the same key gives the same answer."""

from datetime import datetime, timedelta
from typing import Final

from comity.node.officers.models import KeptAnswer
from comity.node.writing import writing

KEPT: Final = timedelta(hours=24)


def forget_old(at: datetime) -> None:
    """Forget answers that are older than a day; a chore of the worker."""
    if KeptAnswer.objects.filter(at__lt=at - KEPT).exists():
        with writing():
            KeptAnswer.objects.filter(at__lt=at - KEPT).delete()
