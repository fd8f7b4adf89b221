"""Which things an officer may see: the same policies, evaluated with the thing left open.

The engine is asked with everything but the thing, and gives back what is left of each policy: a residual over the
thing's attributes (docs/protocol/agreements.md, section 5). Here the residuals become a `Filter`. A store lists what
the filter lets through, so that a page of fifty needs one query, and rows that may not be seen are never read.

Partial evaluation is experimental in the engine, so nothing rests on it alone: a property test compares the filter with
one decision for each thing, and whoever opens a single thing asks `decide`.
"""

import json
from datetime import date
from functools import lru_cache
from typing import Any

import cedarpy

from comity.agreements.asking import Action, Ask, Circumstances, Official, Thing, ThingKind, kinds, stated
from comity.agreements.compiled import ASKER, PRINCIPAL_TYPE, Compiled
from comity.agreements.conditions import Json
from comity.agreements.deciding import check, context_of
from comity.agreements.document import Effect
from comity.agreements.errors import UndecidableError
from comity.agreements.filters import (
    AtLeast,
    AtMost,
    Everything,
    Filter,
    Holds,
    In,
    Is,
    Nothing,
    Stated,
    Within,
    all_of,
    any_of,
    assume,
    negate,
)

REMEMBERED = 1024
"""How many filters are kept: some per officer, purpose and kind of thing."""

_UNKNOWN = {"unknown": [{"Value": "resource"}]}


class _StrangeResidualError(Exception):
    """The engine left something that no clause of ours can leave."""


def visible(
    compiled: Compiled,
    officer: Official,
    kind: ThingKind,
    *,
    context: Circumstances,
    today: date,
    action: Action = Action.VIEW,
) -> Filter:
    """Return which things of one kind the officer may see (or search, or export) under house rules.

    The same questions give the same answers as `decide` would for each thing by itself. Where anything is in doubt the
    answer is `Nothing`.

    Args:
        compiled: house rules.
        officer: who looks, in which role.
        kind: one kind of thing, as a store keeps it in one table.
        context: its ``part`` says whether content or metadata is asked for, its ``purpose`` what for.
        today: day in UTC.
        action: what is to be done with them.
    """
    ask = Ask(officer, action, Thing(kind=kind), context, today)
    try:
        return _remembered(compiled, ask, kinds(ask))
    except (TypeError, AttributeError, UndecidableError):
        return Nothing()


@lru_cache(maxsize=REMEMBERED)
def _remembered(compiled: Compiled, ask: Ask, _kinds: tuple[type, ...]) -> Filter:
    check(compiled, ask)
    try:
        permits, prohibitions = _residuals(compiled, ask)
        tree = all_of(any_of(*permits), negate(any_of(*prohibitions)))
    except Exception:  # noqa: BLE001  # a strange residual, or whatever an engine that fails may raise: it is a no
        return Nothing()
    return assume(tree, "kind", str(ask.resource.kind))


def forget() -> None:
    """Forget all remembered filters; nothing but time changes by it."""
    _remembered.cache_clear()


def _residuals(compiled: Compiled, ask: Ask) -> tuple[list[Filter], list[Filter]]:
    """Ask the engine with the thing left open; return what is left of permissions and of prohibitions."""
    principal = PRINCIPAL_TYPE[compiled.agreement.form]
    request = {
        "principal": f'{principal}::"{ASKER}"',
        "action": f'Action::"{ask.action}"',
        "context": json.dumps(context_of(compiled, ask)),
    }
    entities = [{"uid": {"type": principal, "id": ASKER}, "attrs": stated(ask.principal), "parents": []}]
    answer = cedarpy.is_authorized_partial(request, compiled.permissions, json.dumps(entities), compiled.schema)
    if answer.diagnostics.errors or answer.diagnostics.unknown_entities:
        raise _StrangeResidualError
    permits: list[Filter] = []
    prohibitions: list[Filter] = []
    for clause in compiled.agreement.clauses:
        # The engine leaves out no policy: where one is missing, indexing fails, and nothing is shown.
        if clause.effect is Effect.PERMIT:
            permits.append(_policy(answer.residuals[clause.id]))
        elif clause.effect is Effect.FORBID:
            prohibitions.append(_policy(answer.residuals[clause.id]))
    return permits, prohibitions


def _policy(policy: Json) -> Filter:
    if any(policy[scope] != {"op": "All"} for scope in ("principal", "action", "resource")):
        raise _StrangeResidualError
    parts = (
        _truth(condition["body"]) if condition["kind"] == "when" else negate(_truth(condition["body"]))
        for condition in policy["conditions"]
    )
    return all_of(*parts)


def _truth(expression: Json) -> Filter:  # noqa: PLR0911 - one line a shape, read side by side
    """Return the filter for an expression that is true or false."""
    match expression:
        case {"Value": True}:
            return Everything()
        case {"Value": False}:
            return Nothing()
        case {"&&": {"left": left, "right": right}}:
            return all_of(_truth(left), _truth(right))
        case {"if-then-else": {"if": test, "then": then, "else": other}}:
            tested = _truth(test)
            return any_of(all_of(tested, _truth(then)), all_of(negate(tested), _truth(other)))
        case {"has": {"left": unknown, "attr": str(name)}} if unknown == _UNKNOWN:
            return Stated(name)
        case {"!": {"arg": argument}}:
            return _not(argument)
        case _:
            return _comparison(expression)


def _not(argument: Json) -> Filter:
    # The engine says "at least" as "not less". It stands behind a guard, where its field is stated: it may be turned.
    match argument:
        case {"<": {"left": left, "right": {"Value": int(number)}}}:
            return AtLeast(_field(left), number)
        case {"<": {"left": {"Value": int(number)}, "right": right}}:
            return AtMost(_field(right), number)
        case _:
            return negate(_truth(argument))


def _comparison(expression: Json) -> Filter:  # noqa: PLR0911 - as above
    match expression:
        case {"==": {"left": left, "right": {"Value": str() | int() as value}}}:
            return Is(_field(left), value)
        case {"==": {"left": {"Value": str() | int() as value}, "right": right}}:
            return Is(_field(right), value)
        case {"<=": {"left": left, "right": {"Value": int(number)}}}:
            return AtMost(_field(left), number)
        case {"<=": {"left": {"Value": int(number)}, "right": right}}:
            return AtLeast(_field(right), number)
        case {"contains": {"left": {"Set": members}, "right": right}}:
            return In(_field(right), _texts(members))
        case {"contains": {"left": left, "right": {"Value": str(value)}}}:
            return Holds(_field(left), value)
        case {"isEmpty": {"arg": argument}}:
            return Within(_field(argument), ())
        case {"containsAll": {"left": {"Set": members}, "right": right}}:
            return Within(_field(right), _texts(members))
        case _:
            raise _StrangeResidualError


def _field(expression: Any) -> str:  # noqa: ANN401 - any JSON value
    match expression:
        case {".": {"left": unknown, "attr": str(name)}} if unknown == _UNKNOWN:
            return name
        case _:
            raise _StrangeResidualError


def _texts(members: list[Json]) -> tuple[str, ...]:
    return tuple(str(member["Value"]) for member in members)
