"""What stays at home beside a message and no partner ever gets. The models import it.

Of one that was written with the help of a pasted text: the text, and from which passage of it each value came. Of one
of which a copy was owed and left out: to whom, by which clause, and on which ground.
"""

from typing import ClassVar

from django.db import models


class PickedFrom(models.Model):
    """The text out of which values of a message were picked; personal data, erased with the message."""

    message = models.OneToOneField("cases.CaseMessage", on_delete=models.CASCADE, related_name="picked_from")
    text = models.TextField(blank=True)  # empty where the officer removed it before sending
    values = models.JSONField(default=list)  # of `passages.Kept`, one object each

    def __str__(self) -> str:
        return f"{self.message_id}"


class LeftOut(models.Model):
    """A copy that was owed and left out; it names nobody, so it stays when the message is erased."""

    message = models.ForeignKey("cases.CaseMessage", on_delete=models.CASCADE, related_name="left_out")
    authority = models.CharField(max_length=40)  # who would have got it
    clause = models.CharField(max_length=200, blank=True)  # by its id in the agreement
    ground = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["message", "authority"], name="a_copy_is_left_out_once"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.authority}"
