"""What is remembered of each partner: pairs, lanes, heads, incidents."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Pair(models.Model):
    """One of our authorities and one partner."""

    own = models.CharField(max_length=40)
    partner = models.CharField(max_length=40)
    failures = models.PositiveIntegerField(default=0)  # deliveries that failed in a row
    retry_at = models.DateTimeField(null=True)
    last_code = models.CharField(max_length=100, blank=True)  # why the last one failed
    reached_at = models.DateTimeField(null=True)  # last verified parcel from the partner
    partner_has = models.BigIntegerField(default=0)  # size of the head of our exchange log that the partner holds
    heads_told_at = models.DateTimeField(null=True)  # until when it has heard of third parties' heads, and answered
    heads_answered_at = models.DateTimeField(null=True)  # the same by answers of ours, which may have been lost
    automation_stopped = models.CharField(max_length=100, blank=True)  # rule that stopped it; an officer lifts it

    class Meta:
        """Constraints."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["own", "partner"], name="a_pair_stands_once"),
        ]

    def __str__(self) -> str:
        """Return both ids."""
        return f"{self.own} - {self.partner}"


class Lane(models.Model):
    """Both directions of one lane of a pair."""

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="lanes")
    number = models.PositiveSmallIntegerField()
    out_next = models.BigIntegerField(default=1)
    out_prev = models.BinaryField(max_length=32)
    out_acked = models.BigIntegerField(default=0)  # every note up to here has a receipt
    in_next = models.BigIntegerField(default=1)
    in_last = models.BinaryField(max_length=32)
    in_ahead = models.PositiveIntegerField(default=0)

    class Meta:
        """Constraints."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pair", "number"], name="a_lane_of_a_pair_stands_once"),
            models.CheckConstraint(condition=Q(number__in=[0, 1]), name="a_lane_is_urgent_or_ordinary"),
        ]

    def __str__(self) -> str:
        """Return pair and number."""
        return f"{self.pair} lane {self.number}"


class Head(models.Model):
    """The highest checkpoint of another member's log that we verified: what we are witness of."""

    log = models.CharField(max_length=60, unique=True)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    text = models.BinaryField()
    verified_at = models.DateTimeField()

    def __str__(self) -> str:
        """Return log and size."""
        return f"{self.log} at {self.size}"


class Claim(models.Model):
    """A signed head that somebody else showed us and that is not yet connected with what we verified ourselves."""

    log = models.CharField(max_length=60)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    text = models.BinaryField()
    shown_by = models.CharField(max_length=40)
    shown_at = models.DateTimeField()

    class Meta:
        """Constraints."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "size", "root"], name="a_claim_is_kept_once"),
        ]

    def __str__(self) -> str:
        """Return log and size."""
        return f"{self.log} at {self.size}, shown by {self.shown_by}"


class Incident(models.Model):
    """Something a partner cannot explain away, with evidence that convinces third parties."""

    code = models.CharField(max_length=100)
    subject = models.CharField(max_length=60)  # the log, lane or member concerned
    shown_by = models.CharField(max_length=40, blank=True)
    evidence = models.BinaryField()  # canonical CBOR list of the texts as received
    digest = models.BinaryField(max_length=32, unique=True)  # the same evidence is one incident
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=150, blank=True)

    def __str__(self) -> str:
        """Return code and subject."""
        return f"{self.code}: {self.subject}"


class AgreedKey(models.Model):
    """The key of a pair for fingerprints, for one week; the worker writes it down for the console."""

    own = models.CharField(max_length=40)
    partner = models.CharField(max_length=40)
    begins = models.DateTimeField()
    until = models.DateTimeField()
    public = models.CharField(max_length=16)  # id of the partner's public key
    key = models.BinaryField(max_length=32)

    class Meta:
        """Constraints."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["own", "partner", "begins"], name="a_pair_agrees_on_one_key_a_week"),
        ]

    def __str__(self) -> str:
        """Return the pair."""
        return f"{self.own} and {self.partner}"


class Rejection(models.Model):
    """How often a partner's bytes were refused without a trace in the chain, by reason."""

    partner = models.CharField(max_length=40, blank=True)  # empty where even that was not to be believed
    code = models.CharField(max_length=100)
    count = models.PositiveBigIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        """Constraints."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partner", "code"], name="rejections_are_counted_by_partner_and_code"),
        ]

    def __str__(self) -> str:
        """Return partner, code and count."""
        return f"{self.partner or '?'} {self.code}: {self.count}"
