"""How far the worker has got with what it does bit by bit. The models import it."""

from django.db import models


class DroppedWords(models.Model):
    """That words were dropped from an index and may still lie in its pages, until the worker has tidied up."""

    index = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.index


class Counted(models.Model):
    """Up to which message an authority's requests have been counted for its statistics."""

    authority = models.CharField(max_length=40, unique=True)
    upto = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.authority}: {self.upto}"
