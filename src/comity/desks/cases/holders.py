"""Who came to hold a case when, and by whom: the timeline shows it. The models import it."""

from collections.abc import Iterable
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class Passing(models.TextChoices):
    """How a case came from one officer to another, or to nobody."""

    TAKEN = "taken", "taken"
    ASSIGNED = "assigned", "assigned"
    HANDED_OVER = "handed-over", "handed-over"  # at the end of a shift
    GIVEN_BACK = "given-back", "given-back"
    FORWARDED = "forwarded", "forwarded"  # to a unit, of which nobody has taken it yet


class Passed(models.Model):
    """That a case passed to another officer, or to nobody; the act of the ledger stands beside it."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="passed")
    how = models.CharField(max_length=20, choices=Passing)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    unit = models.CharField(max_length=120, blank=True)  # to which it was forwarded
    why = models.CharField(max_length=500, blank=True)  # it was forwarded; for colleagues
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(how__in=["given-back", "forwarded"], to__isnull=True)
                | (~Q(how__in=["given-back", "forwarded"]) & Q(to__isnull=False)),
                name="only_what_is_given_back_or_forwarded_goes_to_nobody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.how}"


def of(case_id: int) -> Iterable[Passed]:
    """Return how a case passed, in order; one query."""
    return Passed.objects.filter(case=case_id).select_related("by", "to").order_by("id")
