"""What is stored about telling people: escalations, calendars, wishes for e-mail. The models import it."""

from typing import ClassVar

from django.conf import settings
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


class Scope(models.TextChoices):
    """Whose deadlines a calendar shows."""

    MINE = "mine", "mine"  # of the cases that the officer holds
    ALL = "all", "all"  # of all cases that the officer may see


class Calendar(models.Model):
    """An officer's address from which a calendar program fetches deadlines. Only the digest of its secret is kept."""

    officer = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True)
    scope = models.CharField(max_length=10, choices=Scope)
    made_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)  # last, to the hour: an address that leaked shows itself

    def __str__(self) -> str:
        return f"{self.officer_id}: {self.scope}"


class MailWish(models.Model):
    """That an officer wants to be told by e-mail that something waits, and what the last e-mail counted."""

    officer = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    address = models.EmailField()
    counted = models.JSONField(default=dict)  # kind of waiting to how many, as last told
    sent_at = models.DateTimeField(null=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.officer_id}: {self.at}"
