"""The terms under which records are held: whose they are, for what, how, and until when."""

from dataclasses import dataclass
from datetime import date

from comity.node.records.errors import TermsError
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.errors import VocabularyError
from comity.vocabulary.evaluation import Evaluation
from comity.vocabulary.handling import Handling
from comity.vocabulary.person_category import PersonCategory
from comity.vocabulary.purpose import Purpose

MAX_SOURCE_CHARS = 60


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the same for all records of one import.

    Attributes:
        authority: the authority of this node that holds them.
        originator: the authority or publisher that supplied them and stays their owner.
        source: short name of the list; with it a reference is unique within the authority.
        purpose: what they are held for.
        retain_until: last day they may be used, UTC.
        handling: codes they bear, sorted.
        evaluation: as `4x4 B2`; empty when the source is not evaluated.
        category: category of the persons among them; things have none.
        purpose_bound: whether they may be used for that purpose only.
        restricted: whether only `unit` may know them.
        unit: the unit that handles them; empty: every unit.
        special: whether they reveal special categories of data.
    """

    authority: str
    originator: str
    source: str
    purpose: str
    retain_until: date
    handling: tuple[str, ...] = (str(Handling.H0),)
    evaluation: str = ""
    category: str = str(PersonCategory.OTHER)
    purpose_bound: bool = False
    restricted: bool = False
    unit: str = ""
    special: bool = False

    def check(self, today: date) -> None:
        """Check that the terms can be kept.

        Raises:
            TermsError: an unknown code, no source or originator, or a day that has passed.
        """
        try:
            AuthorityId.parse(self.authority)
            Purpose(self.purpose)
            PersonCategory(self.category)
            tuple(Handling(code) for code in self.handling)
            if self.evaluation:
                Evaluation.parse(self.evaluation)
        except (VocabularyError, ValueError) as error:
            raise TermsError(f"the terms of the import name a code that is not known: {error}") from error
        if not self.source or len(self.source) > MAX_SOURCE_CHARS:
            raise TermsError(f"the name of the source must have 1 to {MAX_SOURCE_CHARS} characters")
        if not self.originator:
            raise TermsError("the originator is not stated")
        if self.retain_until < today:
            raise TermsError(f"the records may be kept until {self.retain_until}, a day that has passed")
        if self.restricted and not self.unit:
            raise TermsError("restricted records need the unit that handles them")
