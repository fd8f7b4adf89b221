"""All agreements and the house rules of one node, with a no for whatever none of them covers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from comity.agreements.asking import Action, Ask, Circumstances, Official, Party, ThingKind
from comity.agreements.compiled import Compiled
from comity.agreements.deciding import Decision, Reason, decide
from comity.agreements.document import Form
from comity.agreements.errors import AgreementError
from comity.agreements.filters import Filter
from comity.agreements.visibility import visible
from comity.vocabulary.authority import AuthorityId

MAX_PAIRS = 8192
"""Of how many pairs it is remembered which agreements bind them: more than twice the authorities there may ever be."""


def _binds(compiled: Compiled, one: AuthorityId, other: AuthorityId, today: date) -> bool:
    agreement = compiled.agreement
    return agreement.is_in_force(today) and agreement.binds(one) and agreement.binds(other)


@dataclass(frozen=True, slots=True, eq=False)
class PolicyBook:
    """Every document that binds this node; one door for both kinds of question.

    Attributes:
        house: rules for officers at home.
        agreements: conventions, in the order in which they are tried; put the narrower ones first.
    """

    house: Compiled
    agreements: tuple[Compiled, ...]
    _between: dict[tuple[AuthorityId, AuthorityId, date], tuple[Compiled, ...]] = field(
        default_factory=dict, init=False, repr=False
    )

    @classmethod
    def of(cls, house: Compiled, agreements: Iterable[Compiled]) -> "PolicyBook":
        """Put a book together.

        Raises:
            AgreementError: a document stands where it does not belong, or an id occurs twice.
        """
        found = tuple(agreements)
        if house.agreement.form is not Form.HOUSE or any(c.agreement.form is not Form.CONVENTION for c in found):
            raise AgreementError("a book has one set of house rules, and conventions beside it")
        ids = [compiled.agreement.id for compiled in (house, *found)]
        if len(set(ids)) != len(ids):
            raise AgreementError("two documents of one book have the same id")
        return cls(house, found)

    def decide(self, ask: Ask, *, under: str = "") -> Decision:
        """Answer a question of an officer under house rules, of an authority under the agreements in force.

        An officer who sends asks twice: as an officer, whether he may, and as his authority, whether it may.

        Args:
            ask: the question.
            under: the agreement that the message names as its basis; only that one is then asked. Without it each
                agreement in force between the two is tried, and the first yes counts: an exchange needs one basis,
                and a prohibition of one agreement does not reach into another.
        """
        if not isinstance(ask.principal, Party):
            return decide(self.house, ask)
        candidates = [
            compiled
            for compiled in self._candidates(ask.principal.authority, getattr(ask.context, "partner", None), ask.today)
            if under in {"", compiled.agreement.id}
        ]
        if not candidates:
            return Decision(allowed=False, reasons=(Reason("agreement.none", found=under[:60]),))
        decisions = [decide(compiled, ask) for compiled in candidates]
        return next((decision for decision in decisions if decision.allowed), decisions[0])

    def _candidates(self, one: object, other: object, today: date) -> tuple[Compiled, ...]:
        # What is no authority at all is bound by nothing, and must not be looked up: it may not even be hashable.
        if isinstance(one, AuthorityId) and isinstance(other, AuthorityId):
            return self.between(one, other, today)
        return ()

    def between(self, one: AuthorityId, other: AuthorityId, today: date) -> tuple[Compiled, ...]:
        """Return the agreements in force on a day (UTC) that bind both authorities; remembered by pair."""
        if other == one:
            return ()
        pair = (one, other, today)
        found = self._between.get(pair)
        if found is None:
            found = tuple(compiled for compiled in self.agreements if _binds(compiled, *pair))
            if len(self._between) >= MAX_PAIRS:
                self._between.clear()
            self._between[pair] = found
        return found

    def visible(
        self,
        officer: Official,
        kind: ThingKind,
        *,
        context: Circumstances,
        today: date,
        action: Action = Action.VIEW,
    ) -> Filter:
        """Return which things of one kind an officer may see, as `comity.agreements.visibility.visible` does."""
        return visible(self.house, officer, kind, context=context, today=today, action=action)
