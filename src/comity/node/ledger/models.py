"""Logs, entries, tiles, checkpoints and cosignatures: append-only, but for what erasure takes out of an opening."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Log(models.Model):
    """A Merkle log under our keys.

    `size`, `root` and `frontier` are stored and synced before anything is signed; `signed_size` follows.
    """

    name = models.CharField(max_length=60, unique=True)
    authority = models.CharField(max_length=40)
    size = models.BigIntegerField(default=0)
    root = models.BinaryField(max_length=32)
    frontier = models.BinaryField()
    signed_size = models.BigIntegerField(default=0)
    pad_to = models.PositiveIntegerField(default=1)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(signed_size__lte=models.F("size")), name="what_is_signed_is_stored"),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    def signed(self, size: int, root: bytes) -> bool:
        """Tell whether we signed this size with this root."""
        return Checkpoint.objects.filter(log=self, size=size, root=root, text__isnull=False).exists()


class Entry(models.Model):
    """One leaf. `index` is given by the sequencer; an erased entry has lost its opening, never its hash."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="+", db_index=False)
    index = models.BigIntegerField(null=True)
    kind = models.PositiveSmallIntegerField()
    h = models.BinaryField(max_length=32)
    salt = models.BinaryField(max_length=32, null=True)
    opening = models.BinaryField(null=True)  # the bytes that h commits to; notes keep theirs with the note
    at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints and indexes."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "index"], name="an_index_of_a_log_is_given_once"),
        ]

    def __str__(self) -> str:
        """Return log and index."""
        return f"{self.log_id}#{self.index}"


HASH_ONLY = 255
"""Kind of an entry that came back from a partner's mirror: its `h` is the leaf hash itself."""


class Tile(models.Model):
    """Up to 256 hashes of one level in C2SP coordinates; the last of a level grows."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="+", db_index=False)
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        """Constraints."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "level", "index"], name="a_tile_stands_once"),
        ]

    def __str__(self) -> str:
        """Return the coordinates."""
        return f"{self.log_id}/{self.level}/{self.index}"


class Checkpoint(models.Model):
    """A size and root of a log; `text` is null between storing and signing.

    Padding leaves stand at `pad_first` and after it: SHA-256(seed || i) each, so that a verifier can tell them from
    leaves whose rows were taken away.
    """

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="+", db_index=False)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    pad_first = models.BigIntegerField(default=0)
    pad_count = models.PositiveIntegerField(default=0)
    pad_seed = models.BinaryField(max_length=32, null=True)
    text = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        """Constraints."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "size"], name="a_size_of_a_log_is_signed_once"),
        ]

    def __str__(self) -> str:
        """Return log and size."""
        return f"{self.log_id} at {self.size}"


class Cosignature(models.Model):
    """A partner's word that it saw a checkpoint of ours and that it extends what the partner saw before."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="+", db_index=False)
    size = models.BigIntegerField()
    witness = models.CharField(max_length=40)
    hour = models.BigIntegerField()  # since 1970: the newest of each hour is kept
    text = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        """Constraints."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "witness", "hour"], name="one_cosignature_an_hour_is_kept"),
        ]

    def __str__(self) -> str:
        """Return witness, log and size."""
        return f"{self.witness} on {self.log_id} at {self.size}"
