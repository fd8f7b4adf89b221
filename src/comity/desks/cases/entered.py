"""What came, or was answered, by telephone, on paper or by another system, and was entered here. The models import it.

Nothing proves such a message: there is no note, no seal and no signature. So it is marked wherever it is shown, and
with it stand who took it, who entered it, and both times.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Channel(models.TextChoices):
    """By what a message came that did not come through the exchange."""

    TELEPHONE = "telephone", "telephone"
    PAPER = "paper", "paper"
    EMAIL = "e-mail", "e-mail"
    SIENA = "siena", "siena"
    I247 = "i-24-7", "i-24-7"
    MEETING = "meeting", "meeting"
    INFORMATION = "information", "information"  # our answer to such a request, which went as spontaneous information


class Entered(models.Model):
    """Who took or gave such a message here, who entered it, and both times."""

    message = models.OneToOneField("cases.CaseMessage", on_delete=models.PROTECT, related_name="entered")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    spoken_to = models.CharField(max_length=200, blank=True)  # who spoke or wrote at the partner, as far as known
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    happened_at = models.DateTimeField()
    entered_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(entered_at__gte=F("happened_at")), name="nothing_is_entered_before_it_happened"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.happened_at}"
