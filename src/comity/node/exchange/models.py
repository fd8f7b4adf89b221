"""Sealed bodies, notes in both directions, the proofs they came with, receipts and attachment chunks."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from comity.node.ledger.models import Entry
from comity.node.partners.models import Pair


class Body(models.Model):
    """A sealed body, once for any number of recipients, with the content key that opens it.

    Erasure empties `sealed` and `cek`; the hash stays.
    """

    sha256 = models.BinaryField(max_length=32)
    sealed = models.BinaryField(null=True)
    cek = models.BinaryField(max_length=32, null=True)
    size = models.PositiveIntegerField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints and indexes."""

        indexes: ClassVar = [models.Index(fields=["sha256"], name="bodies_by_hash")]

    def __str__(self) -> str:
        """Return the start of the hash."""
        return bytes(self.sha256).hex()[:16]


class Proof(models.Model):
    """The proof that came with a parcel: enough to derive the path of each of its leaves for evidence."""

    log = models.CharField(max_length=60)
    size = models.BigIntegerField()
    checkpoint = models.BinaryField()
    leaves = models.BinaryField()  # canonical CBOR: {runs, path, hashes of the leaves}
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Return log and size."""
        return f"{self.log} at {self.size}"


class Receipt(models.Model):
    """A run of notes acknowledged: by us where `entry` is set, by the partner where `proof` is."""

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="+", db_index=False)
    ours = models.BooleanField()
    lane = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10)
    code = models.CharField(max_length=100, blank=True)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    statement = models.BinaryField()
    salt = models.BinaryField(max_length=32)
    index = models.BigIntegerField(null=True)  # in the partner's log
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    proof = models.ForeignKey(Proof, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    told = models.BooleanField(default=False)  # ours: given in an answer, or the partner answered what carried it
    at = models.DateTimeField()

    class Meta:
        """Constraints and indexes."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ours=True, entry__isnull=False) | Q(ours=False, proof__isnull=False),
                name="a_receipt_stands_in_our_log_or_came_with_a_proof",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["pair", "ours", "lane", "last"], name="receipts_by_run"),
            models.Index(fields=["pair", "ours", "told"], name="receipts_to_tell"),
        ]

    def __str__(self) -> str:
        """Return kind and run."""
        return f"{self.kind} {self.first} to {self.last} in lane {self.lane} of {self.pair_id}"


class NoteState(models.TextChoices):
    """Where a note is."""

    WAITING = "w", "waiting"  # out: not yet acknowledged
    STORED = "s", "stored"  # out: acknowledged; in: accepted
    REFUSED = "r", "refused"  # out: refused by the partner; in: by us
    REPLACED = "x", "replaced"  # out: sent again as a new note


class Note(models.Model):
    """A note in either direction."""

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="+", db_index=False)
    out = models.BooleanField()
    lane = models.PositiveSmallIntegerField()
    seq = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    raw = models.BinaryField()
    msg = models.BinaryField(max_length=32)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=1, choices=NoteState)
    code = models.CharField(max_length=100, blank=True)  # rule of the refusal
    ahead = models.BooleanField(default=False)  # an earlier note was missing when it came
    index = models.BigIntegerField(null=True)  # in: place in the sender's log
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    proof = models.ForeignKey(Proof, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()  # queued or received

    class Meta:
        """Constraints and indexes."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pair", "out", "lane", "seq"], name="a_place_in_a_lane_is_taken_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["msg"], name="notes_by_message"),  # is an answer one to what we asked?
        ]

    def __str__(self) -> str:
        """Return the place in its lane."""
        return f"{'to' if self.out else 'from'} {self.pair_id}, lane {self.lane}, seq {self.seq}"


class Chunk(models.Model):
    """A sealed chunk of an attachment; its bytes lie in the folder ``bodies`` under their hash."""

    sha256 = models.BinaryField(max_length=32)
    attachment = models.BinaryField(max_length=32)  # sha256 of the plain file
    msg = models.BinaryField(max_length=32)
    number = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, null=True, related_name="+")  # in: from whom to fetch
    here = models.BooleanField(default=False)
    code = models.CharField(max_length=100, blank=True)  # in: why the last attempt to fetch it failed
    failures = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints and indexes."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["msg", "attachment", "number"], name="a_chunk_of_an_attachment_stands_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["sha256"], name="chunks_by_hash"),
            models.Index(fields=["pair"], condition=Q(here=False), name="chunks_to_fetch"),
        ]

    def __str__(self) -> str:
        """Return number and start of the hash."""
        return f"{self.number}: {bytes(self.sha256).hex()[:16]}"


class MirrorTile(models.Model):
    """A tile of a partner's exchange log, kept so that the partner can go on with it after losing its disk."""

    log = models.CharField(max_length=60)
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        """Constraints."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "level", "index"], name="a_mirrored_tile_stands_once"),
        ]

    def __str__(self) -> str:
        """Return the coordinates."""
        return f"{self.log} {self.level}/{self.index}"
