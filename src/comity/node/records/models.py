"""Records, the index of their tokens, and the imports that brought them."""

from datetime import date
from typing import ClassVar

import msgspec
from django.db import models
from django.db.models import F, Q

from comity.subjects import Subject


class RunState(models.TextChoices):
    """How far an import has come."""

    STAGING = "staging", "staging"
    APPLIED = "applied", "applied"
    DISCARDED = "discarded", "discarded"


class ImportRun(models.Model):
    """One import of one file; its records show, all at once, when `state` becomes applied."""

    authority = models.CharField(max_length=40)
    source = models.CharField(max_length=60)
    originator = models.CharField(max_length=120)
    format = models.CharField(max_length=20)
    file_name = models.CharField(max_length=200)
    sha256 = models.BinaryField(max_length=32)  # of the file and the terms: the same import goes on, another does not
    state = models.CharField(max_length=10, choices=RunState, default=RunState.STAGING)
    officer = models.CharField(max_length=60, blank=True)
    total = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    withdrawn = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["authority", "source"], condition=Q(state="staging"), name="a_source_is_imported_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state="applied", applied_at__isnull=False) | (~Q(state="applied") & Q(applied_at=None)),
                name="an_applied_import_says_when",
            ),
        ]

    def __str__(self) -> str:
        """Return source and state."""
        return f"{self.source}: {self.state}"


class Rejection(models.Model):
    """A row of an import that could not be read or repeated a reference; never holds personal data."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rejections")
    position = models.PositiveIntegerField()
    where = models.CharField(max_length=200)
    rule = models.CharField(max_length=60)
    found = models.CharField(max_length=200, blank=True)

    class Meta:
        """Constraints."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "position"], name="a_row_of_an_import_is_rejected_once"),
        ]

    def __str__(self) -> str:
        """Return place and rule."""
        return f"{self.where}: {self.rule}"


class LiveRecords(models.QuerySet["Record"]):
    """Queries over records."""

    def live(self) -> "LiveRecords":
        """Narrow to the records in force: not those of an import that is not applied, nor those it replaced."""
        return self.filter(
            Q(since__isnull=True) | Q(since__state=RunState.APPLIED),
            Q(until__isnull=True) | ~Q(until__state=RunState.APPLIED),
        )


class Record(models.Model):
    """A subject that this node holds, with the terms it is held under.

    A record belongs to the time between two imports of its source: `since` brought it, `until` replaced or withdrew
    it, and `seen` is the last one that contained it. `retain_until` is a day number, as agreements count days.
    """

    authority = models.CharField(max_length=40)
    originator = models.CharField(max_length=120)
    source = models.CharField(max_length=60)
    reference = models.CharField(max_length=300)
    schema = models.CharField(max_length=40)
    caption = models.CharField(max_length=300)
    subject = models.TextField()  # FollowTheMoney JSON
    digest = models.BinaryField()  # made ready for comparison, see comity.matching.pack
    content = models.BinaryField(max_length=32)  # SHA-256 of subject and terms
    handling = models.CharField(max_length=20)
    evaluation = models.CharField(max_length=10, blank=True)
    purpose = models.CharField(max_length=40)
    category = models.CharField(max_length=20, blank=True)
    purpose_bound = models.BooleanField(default=False)
    restricted = models.BooleanField(default=False)
    special = models.BooleanField(default=False)
    unit = models.CharField(max_length=120, blank=True)
    retain_until = models.PositiveIntegerField()
    since = models.ForeignKey(ImportRun, on_delete=models.PROTECT, null=True, related_name="+")
    until = models.ForeignKey(ImportRun, on_delete=models.PROTECT, null=True, related_name="+")
    seen = models.ForeignKey(ImportRun, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Record"]] = LiveRecords.as_manager()

    class Meta:
        """Constraints and indexes."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["authority", "source", "reference", "since"], name="an_import_brings_a_reference_once"
            ),
            models.UniqueConstraint(
                fields=["authority", "source", "reference"],
                condition=Q(since__isnull=True, until__isnull=True),
                name="a_reference_is_entered_by_hand_once",
            ),
            models.CheckConstraint(condition=~Q(since=F("until")), name="no_import_replaces_what_it_brought"),
        ]

    def __str__(self) -> str:
        """Return source and reference."""
        return f"{self.source} {self.reference}"

    def value(self) -> Subject:
        """Return the subject."""
        return Subject.from_ftm(msgspec.json.decode(self.subject))

    @property
    def last_day(self) -> date:
        """The last day the record may be used, UTC."""
        return date.fromordinal(self.retain_until)


class RecordToken(models.Model):
    """One entry of the token index: (36 bits of the token's hash) << 27 | record id.

    A key of one whole number makes the table itself the index: no second tree to write and half the size. The record
    ids of one token stand side by side, so that candidates are a range. See docs/explanation/matching.md.
    """

    id = models.BigAutoField(primary_key=True)

    def __str__(self) -> str:
        """Return the number."""
        return str(self.id)
