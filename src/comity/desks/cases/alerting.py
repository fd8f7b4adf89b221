"""What is stored about telling people: escalations. Part of the desk's models, which import it."""

from typing import ClassVar

from django.db import models


class Told(models.TextChoices):
    """Who was told, and of what."""

    SUPERVISORS = "supervisors", "supervisors"  # of what rings and is not taken
    EVERYBODY = "everybody", "everybody"  # of the authority, of the same
    LATE = "late", "late"  # supervisors, of a request that is over its time


class Escalation(models.Model):
    """That those above were told of a message on which nobody acted.

    `begun_at` is when it began to ring, or when its time was over: a case that is given back, and a clock that was
    moved, can be escalated anew.
    """

    message = models.ForeignKey("cases.CaseMessage", on_delete=models.PROTECT, related_name="escalations")
    told = models.CharField(max_length=20, choices=Told)
    begun_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["message", "told", "begun_at"], name="a_message_is_escalated_once_a_time"),
            models.CheckConstraint(
                condition=models.Q(at__gte=models.F("begun_at")), name="nothing_is_escalated_before_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.told}"
