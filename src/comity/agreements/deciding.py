"""The one door: may this be done, under which clauses, with which duties, and if not, why not.

A yes needs all of these (docs/protocol/agreements.md, section 3); everything else is a no with a reason:

1. the ask is made of the values of this package and names a known action of this form of agreement;
2. the engine was given the schema, the question and both entities, and accepted them;
3. the engine says Allow, without any error;
4. the duties could be worked out in the same way.

The engine decides. What stands here beside it only explains its no.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import cedarpy

from comity.agreements.asking import (
    OFFICIAL_ATTRIBUTES,
    PARTY_ATTRIBUTES,
    Action,
    Ask,
    Circumstances,
    Official,
    Party,
    Thing,
    kinds,
    stated,
)
from comity.agreements.compiled import ASKED, ASKER, PRINCIPAL_TYPE, RESOURCE_TYPE, Compiled
from comity.agreements.conditions import Condition, Json, holds
from comity.agreements.conditions import stated as is_stated
from comity.agreements.document import ACTIONS_OF, Clause, DutyKind, Effect, Form
from comity.agreements.errors import UndecidableError

REMEMBERED = 4096
"""How many answers are kept, over all agreements of the process; some 2 KB each, and never more than 20."""

MAX_TEXT = 4096
"""How many characters all texts of a question have together. Questions are made from what partners send, and are
remembered: without a bound a partner could fill the memory of a node with purposes a megabyte long."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against, for the ledger, the officer and the partner; pages put the rule into words.

    Attributes:
        rule: stable key, such as ``purpose.refused``, ``originator-consent.missing`` or ``agreement.none``.
        clause: id of the clause that asks for it; empty where no clause was reached.
        found: what was stated instead, in short; empty where nothing was. Never personal data: attributes hold none.
        wanted: the condition as the clause has it.
    """

    rule: str
    clause: str = ""
    found: str = ""
    wanted: str = ""


GENERAL_RULES: Mapping[str, str] = MappingProxyType(
    {
        "agreement.none": "no agreement in force binds both authorities, or not the one named as basis",
        "principal.unknown": "whoever asks is no authority (for a convention) or no officer (for house rules)",
        "action.unknown": "no such action is decided by this form of document",
        "action.not-covered": "no clause of the document permits this action at all",
        "clause.forbids": "a clause forbids this without condition",
        "ask.invalid": "something stated has the wrong type or size, so that the question has no meaning",
        "engine.error": "the policy engine reported an error while deciding",
    }
)
"""Reasons that come from no condition of a clause."""


def reason_rules() -> tuple[str, ...]:
    """Return every key a `Reason` can bear, for those who put them into words."""
    stems = sorted({attribute.key for attribute in (*PARTY_ATTRIBUTES.values(), *OFFICIAL_ATTRIBUTES.values())})
    return (*GENERAL_RULES, *(f"{stem}.{fault}" for stem in stems for fault in ("missing", "refused")))


@dataclass(frozen=True, slots=True)
class Duty:
    """What a permitted act obliges to.

    Attributes:
        amount: days, hours or officers, after its kind; 0 where the kind needs none.
    """

    kind: DutyKind
    clause: str
    amount: int = 0


def strictest(duties: Iterable[Duty], kind: DutyKind) -> Duty | None:
    """Return the duty of this kind that binds when several are owed, with the clause it comes from.

    The shortest time to keep or to answer, the largest number of approvals; ``None`` where none is owed.

    Source: docs/protocol/agreements.md, section 4.
    """
    owed = [duty for duty in duties if duty.kind is kind]
    wanted = max if kind is DutyKind.FOUR_EYES else min
    return wanted(owed, key=lambda duty: duty.amount, default=None)


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, complete enough to be kept in the ledger and shown in four languages.

    Attributes:
        allowed: the only field that code may act on.
        clauses: the clauses which determined it: the permissions of a yes, the prohibitions of a no.
        reasons: why not; empty for a yes.
        duties: what a yes obliges to, in the order of the clauses; empty for a no.
        policy_hash: which policies decided; empty where no agreement was reached.
        agreement: id of the document that decided; empty where none was reached.
        nearest: where nothing permits: the permission that came nearest; `reasons` name its failed conditions.
    """

    allowed: bool
    clauses: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    duties: tuple[Duty, ...] = ()
    policy_hash: str = ""
    agreement: str = ""
    nearest: str = ""


def decide(compiled: Compiled, ask: Ask) -> Decision:
    """Answer a question under one agreement; equal questions are answered from memory.

    Never raises for anything an ask may hold: what cannot be decided is a no.
    """
    try:
        return _remembered(compiled, ask, kinds(ask))
    except UndecidableError as error:
        return _no(compiled, Reason(error.rule, found=error.found))
    except (TypeError, AttributeError):
        # Something in the ask cannot be hashed or is of another class: no value of this package.
        return _no(compiled, Reason("ask.invalid"))


@lru_cache(maxsize=REMEMBERED)
def _remembered(compiled: Compiled, ask: Ask, _kinds: tuple[type, ...]) -> Decision:
    check(compiled, ask)  # (1)
    return _judge(compiled, ask)


def forget() -> None:
    """Forget all remembered answers; nothing but time changes by it."""
    _remembered.cache_clear()


def question(compiled: Compiled, ask: Ask) -> tuple[Json, str]:
    """Return the engine's request and its entities, as JSON; the agreement's own facts are filled in here."""
    principal = {"type": PRINCIPAL_TYPE[compiled.agreement.form], "id": ASKER}
    resource = {"type": RESOURCE_TYPE, "id": ASKED}
    request = {
        "principal": principal,
        "action": {"type": "Action", "id": str(ask.action)},
        "resource": resource,
        "context": json.dumps(context_of(compiled, ask)),
    }
    entities = [
        {"uid": principal, "attrs": stated(ask.principal), "parents": []},
        {"uid": resource, "attrs": stated(ask.resource), "parents": []},
    ]
    return request, json.dumps(entities)


def context_of(compiled: Compiled, ask: Ask) -> Json:
    """Return the stated circumstances with day and force of the agreement."""
    computed = {"today": ask.today.toordinal(), "in_force": compiled.agreement.is_in_force(ask.today)}
    return stated(ask.context) | computed


def _judge(compiled: Compiled, ask: Ask) -> Decision:
    found = _answers(compiled, ask)
    if isinstance(found, str):
        return _no(compiled, Reason(found))
    answer, owed = found
    determining = _in_order(compiled, answer.diagnostics.reasons)
    if answer.decision is not cedarpy.Decision.Allow:  # (3)
        return _refused(compiled, ask, determining)
    if not determining or any(c.effect is not Effect.PERMIT or ask.action not in c.actions for c in determining):
        # A yes that no permission of this document bears is none, whatever the engine says.
        return _no(compiled, Reason("engine.error"))
    duties = tuple(Duty(c.duty[0], c.id, c.duty[1]) for c in _in_order(compiled, owed.diagnostics.reasons) if c.duty)
    return Decision(
        allowed=True,
        clauses=tuple(clause.id for clause in determining),
        duties=duties,
        policy_hash=compiled.policy_hash,
        agreement=compiled.agreement.id,
    )


def _answers(compiled: Compiled, ask: Ask) -> tuple[cedarpy.AuthzResult, cedarpy.AuthzResult] | str:
    """Return what the engine says of permissions and of duties, or the rule under which there is no answer."""
    try:
        request, entities = question(compiled, ask)
        answer = cedarpy.is_authorized(request, compiled.permissions, entities, compiled.schema)
        owed = cedarpy.is_authorized(request, compiled.duties, entities, compiled.schema)
    except (TypeError, ValueError, AttributeError):
        return "ask.invalid"
    except Exception:  # noqa: BLE001  # whatever an engine that fails may raise, it is a no
        return "engine.error"
    if cedarpy.Decision.NoDecision in {answer.decision, owed.decision}:  # (2)
        return "ask.invalid"
    if answer.diagnostics.errors or owed.diagnostics.errors:  # (3), (4)
        return "engine.error"
    return answer, owed


def check(compiled: Compiled, ask: Ask) -> None:
    """Refuse what is no question at all for this agreement.

    Raises:
        UndecidableError: with the reason.
    """
    form = compiled.agreement.form
    asks = Party if form is Form.CONVENTION else Official
    if not isinstance(ask.principal, asks):
        raise UndecidableError("principal.unknown")
    # The types are a promise of the caller; broken, it must come to a no, not to an exception in the middle of an act.
    if not all(isinstance(*pair) for pair in ((ask.resource, Thing), (ask.context, Circumstances))):
        raise UndecidableError("ask.invalid")
    if ask.action not in list(Action) or Action(ask.action) not in ACTIONS_OF[form]:
        raise UndecidableError("action.unknown", found=_short(ask.action))
    size = 0
    for value in (*ask.principal, *ask.resource, *ask.context):
        members = value if isinstance(value, frozenset | tuple) else (value,)
        size += len(members) + sum(len(str(member)) for member in members)
    if size > MAX_TEXT:
        raise UndecidableError("ask.invalid")


def _in_order(compiled: Compiled, ids: list[str]) -> tuple[Clause, ...]:
    found = set(ids)
    return tuple(clause for clause in compiled.agreement.clauses if clause.id in found)


def _no(compiled: Compiled, *reasons: Reason, clauses: tuple[str, ...] = (), nearest: str = "") -> Decision:
    return Decision(
        allowed=False,
        clauses=clauses,
        reasons=reasons,
        policy_hash=compiled.policy_hash,
        agreement=compiled.agreement.id,
        nearest=nearest,
    )


def facts(compiled: Compiled, ask: Ask) -> dict[str, object]:
    """Return everything the ask states, by attribute path."""
    context = context_of(compiled, ask)
    values = {"principal": stated(ask.principal), "resource": stated(ask.resource), "context": context}
    return {f"{of}.{name}": value for of, named in values.items() for name, value in named.items()}


def _refused(compiled: Compiled, ask: Ask, prohibitions: tuple[Clause, ...]) -> Decision:
    known = facts(compiled, ask)
    if prohibitions:
        reasons = tuple(reason for clause in prohibitions for reason in _against(clause, known))
        return _no(compiled, *reasons, clauses=tuple(clause.id for clause in prohibitions))
    permissions = [c for c in compiled.agreement.clauses if c.effect is Effect.PERMIT and ask.action in c.actions]
    if not permissions:
        return _no(compiled, Reason("action.not-covered", found=str(ask.action)))
    nearest = min(permissions, key=lambda clause: _distance(clause, known))
    return _no(compiled, *(_reason(nearest, c, known) for c in _failed(nearest.when, known)), nearest=nearest.id)


def _distance(clause: Clause, known: dict[str, object]) -> tuple[int, int]:
    """Return how far a permission is: first whether it speaks of such things at all, then in how much it fails.

    Where two are equally near, the first of the document is taken.
    """
    failed = _failed(clause.when, known)
    return sum(condition.attribute.path in _SUBJECT_MATTER for condition in failed), len(failed)


_SUBJECT_MATTER = frozenset({"principal.role", "resource.kind", "resource.message"})
"""Conditions that say what a clause is about. A request about a wrong purpose is nearest to the clause on requests, not
to the one that lets withdrawals pass whatever their purpose."""


def _failed(conditions: tuple[Condition, ...], known: dict[str, object]) -> tuple[Condition, ...]:
    return tuple(condition for condition in conditions if not holds(condition, known))


def _against(clause: Clause, known: dict[str, object]) -> tuple[Reason, ...]:
    """Say why a prohibition applies: the exceptions that are not met or, where it has none, what it is about."""
    # What is not stated narrows no prohibition: where that is why it applies, it is a reason as well.
    unknown = tuple(condition for condition in clause.when if not is_stated(condition, known))
    conditions = (*unknown, *(_failed(clause.unless, known) or clause.when))
    reasons = tuple(dict.fromkeys(_reason(clause, condition, known) for condition in conditions))
    return reasons or (Reason("clause.forbids", clause.id),)


def _reason(clause: Clause, condition: Condition, known: dict[str, object]) -> Reason:
    missing = next((attribute for attribute in condition.attributes if attribute.path not in known), None)
    wanted = condition.words()
    if missing is not None:
        return Reason(f"{missing.key}.missing", clause.id, "", wanted)
    return Reason(f"{condition.attribute.key}.refused", clause.id, _short(known[condition.attribute.path]), wanted)


def _short(value: object) -> str:
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return text[:120]
