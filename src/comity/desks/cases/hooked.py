"""What is stored about telling national systems: subscriptions, and what is announced. The models import it."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Told(models.TextChoices):
    """What a national system can be told of."""

    ARRIVED = "message.arrived", "message.arrived"
    ANSWERED = "message.answered", "message.answered"  # an answer or refusal of what we asked
    STORED = "receipt.stored", "receipt.stored"  # a partner has a copy of what we sent
    READ = "receipt.read", "receipt.read"  # somebody there has opened it


class Subscription(models.Model):
    """That a national system of an officer is told at an address what happens.

    The key of its signatures is made from `salt` and the node's web secret, and is kept nowhere. `seen_message` and
    `seen_receipt` are up to which rows it has been looked for what to tell.
    """

    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=500)
    kinds = models.JSONField(default=list)  # of `Told`
    salt = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    seen_message = models.BigIntegerField()
    seen_receipt = models.BigIntegerField()
    reached_at = models.DateTimeField(null=True)  # last, with an answer that it took
    failing_since = models.DateTimeField(null=True)
    code = models.CharField(max_length=40, blank=True)  # why the last try failed
    stopped_at = models.DateTimeField(null=True)  # it failed for too long, or said that it is gone

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["officer", "url"], name="an_officer_subscribes_an_address_once"),
        ]

    def __str__(self) -> str:
        return f"{self.officer_id}: {self.url}"


class Announcement(models.Model):
    """One thing to be told to a subscription, until its address has taken it.

    `thing` is the row of the message, or of the note of the copy that a receipt is about: it is announced once.
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="announcements")
    handle = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=20, choices=Told)
    thing = models.BigIntegerField()
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    message = models.ForeignKey("cases.CaseMessage", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()  # when it happened
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subscription", "kind", "thing"], name="a_thing_is_announced_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["subscription", "due_at"], condition=models.Q(taken_at=None), name="announcements_that_wait"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.tries}"
