"""The marks by which a request is known again, and how far old messages bear them."""

from typing import ClassVar

from django.db import models


class SubjectMark(models.Model):
    """By what a request is known again when the same is asked once more: `marks`."""

    message = models.ForeignKey("cases.CaseMessage", on_delete=models.CASCADE, related_name="marks", db_index=False)
    authority = models.CharField(max_length=40)
    mark = models.BinaryField(max_length=16)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["message", "mark"], name="a_message_bears_a_mark_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["authority", "mark", "message"], name="messages_by_mark"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}"


class Marking(models.Model):
    """How far the messages of before are marked, and by which key."""

    key = models.CharField(max_length=40)  # what tells the key, and the version of the normal form
    until = models.BigIntegerField()
    upto = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.upto} of {self.until}"
