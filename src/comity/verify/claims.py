"""What a judgement says, claim by claim: does it hold, and on whose word does it rest."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MATHEMATICS: Final = "mathematics"
"""Rests on nobody: hashes and the commitment of a sealed body."""
ROOT: Final = "root"
"""Rests on the holders of the root keys whose fingerprint the verifier was given."""
REGISTRAR: Final = "registrar"
"""Rests on the registrar's threshold, within what the root allows."""
VERIFIER: Final = "verifier"
"""Rests on what the verifier himself was given, such as a list of compromised logs."""


class Verdict(StrEnum):
    """Whether a claim holds."""

    HOLDS = "holds"
    FAILS = "fails"
    ERASED = "erased"  # what would show it was erased as the law asks; neither right nor wrong
    WITHHELD = "withheld"  # whoever made the file chose not to show it
    ABSENT = "absent"  # the file does not speak of it; weaker, and not wrong


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that was judged.

    Attributes:
        rule: such as ``log.inclusion``; pages and the command line put it into words.
        verdict: whether it holds.
        rests_on: authorities, or the words of this module; whoever doubts the claim must doubt one of these.
        details: names and values for the sentence, in order; never a message's content.
    """

    rule: str
    verdict: Verdict
    rests_on: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing speaks against it."""
        return self.verdict is not Verdict.FAILS


@dataclass(frozen=True, slots=True)
class Report:
    """What came of judging a piece of evidence.

    Attributes:
        claims: in the order in which they build on each other.
        proved_time: Unix seconds, UTC, by which the note demonstrably existed; `None` if nothing shows one.
    """

    claims: tuple[Claim, ...]
    proved_time: int | None

    @property
    def sound(self) -> bool:
        """Whether every claim that was judged holds."""
        return all(claim.ok for claim in self.claims)

    @property
    def faults(self) -> tuple[Claim, ...]:
        """The claims that fail."""
        return tuple(claim for claim in self.claims if not claim.ok)

    def claim(self, rule: str) -> Claim | None:
        """Return the first claim of a rule."""
        return next((claim for claim in self.claims if claim.rule == rule), None)
