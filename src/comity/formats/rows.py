"""What a reader yields: one row after the other, good or rejected, each with its place in the file."""

from dataclasses import dataclass

from comity.subjects import Subject


@dataclass(frozen=True, slots=True)
class Good:
    """One entry that could be read.

    Attributes:
        position: ordinal of the entry in the file, from 1; the same at each reading, so an import can go on after it.
        reference: the publisher's stable public reference of the entry.
        subjects: what the entry describes; the first is the entry itself.
    """

    position: int
    reference: str
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """One entry that could not be read; reading goes on after it.

    Attributes:
        position: ordinal of the entry in the file, from 1.
        where: how a person finds the entry: `line 12` or `entry QDe.069`.
        rule: rule key, such as `row.no-name`; pages translate it.
        found: what was seen instead, without personal data.
    """

    position: int
    where: str
    rule: str
    found: str = ""


type Row = Good | Rejected
