"""From clauses to policies of the engine: ids, schema, validation, and the hash under which decisions are kept.

Positions in this file are never identities: each policy carries the id of its clause, set through the engine's JSON
form, because the text form numbers policies by position. Policies, duties and schema are parsed once, here.
"""

import hashlib
import json
from dataclasses import dataclass, field

import cedarpy

from comity.agreements.asking import Action, Attribute, Type
from comity.agreements.conditions import Json, both, unless_missing, when
from comity.agreements.document import ACTIONS_OF, ATTRIBUTES_OF, Agreement, Clause, Effect, Form
from comity.agreements.errors import CompileError

PRINCIPAL_TYPE = {Form.CONVENTION: "Party", Form.HOUSE: "Official"}
RESOURCE_TYPE = "Thing"
# One fixed plain-ASCII name for whoever asks and whatever is asked about: names of people and things never reach the
# engine's syntax, and equal questions stay equal.
ASKER = "asker"
ASKED = "asked"


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """An agreement the engine can decide under.

    Two compilations are never equal, so that none answers from another's memory.

    Attributes:
        policy_hash: sha256, in hex, over policies, duties and schema; the ledger keeps it with each decision.
        permissions: the policy set that decides.
        duties: a second set in which every duty is a prohibition, so that the engine reports all that apply.
        schema: types of all attributes; every ask is checked against it.
    """

    agreement: Agreement
    policy_hash: str
    permissions: cedarpy.PolicySet = field(repr=False)
    duties: cedarpy.PolicySet = field(repr=False)
    schema: cedarpy.Schema = field(repr=False)


def compile_agreement(agreement: Agreement) -> Compiled:
    """Turn clauses into policies and have the engine check them against the schema.

    Raises:
        CompileError: the engine refuses the set; the text says which clause.
    """
    schema_json = schema_of(agreement.form)
    permissions = policies_of(agreement, (Effect.PERMIT, Effect.FORBID))
    duties = policies_of(agreement, (Effect.DUTY,))
    canonical = json.dumps([permissions, duties, schema_json], sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    try:
        schema = cedarpy.Schema.from_json_str(json.dumps(schema_json))
        sets = [cedarpy.PolicySet.from_json_str(json.dumps(policies)) for policies in (permissions, duties)]
    except ValueError as error:
        raise CompileError(f"the engine does not read agreement `{agreement.id}`: {error}") from error
    for policies in sets:
        _validate(agreement, policies, schema)
    return Compiled(agreement, hashlib.sha256(canonical.encode("ascii")).hexdigest(), sets[0], sets[1], schema)


def _validate(agreement: Agreement, policies: cedarpy.PolicySet, schema: cedarpy.Schema) -> None:
    # The validator takes text only, in which ids are positions; the expressions are the same.
    result = cedarpy.validate_policies(str(policies), schema)
    if not result.validation_passed:
        faults = "; ".join(str(error) for error in result.errors)
        raise CompileError(f"the engine finds faults in agreement `{agreement.id}`: {faults}")


def policies_of(agreement: Agreement, effects: tuple[Effect, ...]) -> Json:
    """Return the engine's JSON policy set for the clauses with these effects."""
    principal = PRINCIPAL_TYPE[agreement.form]
    static = {clause.id: _policy(clause, principal) for clause in agreement.clauses if clause.effect in effects}
    return {"staticPolicies": static, "templates": {}, "templateLinks": []}


def _policy(clause: Clause, principal: str) -> Json:
    if clause.effect is Effect.PERMIT:
        conditions = [{"kind": "when", "body": both(tuple(when(c) for c in clause.when))}]
    else:
        conditions = [{"kind": "when", "body": both(tuple(unless_missing(c) for c in clause.when))}]
        if clause.unless:
            conditions.append({"kind": "unless", "body": both(tuple(when(c) for c in clause.unless))})
    return {
        "effect": "permit" if clause.effect is Effect.PERMIT else "forbid",
        "principal": {"op": "is", "entity_type": principal},
        "action": {"op": "in", "entities": [{"type": "Action", "id": str(action)} for action in clause.actions]},
        "resource": {"op": "All"},  # one type exists; a scope by type would leave a needless rest in partial evaluation
        "conditions": conditions,
    }


def schema_of(form: Form) -> Json:
    """Return the engine's JSON schema for documents of this form.

    Every attribute is optional in it: that a fact is missing is for a clause to judge and to name, while a fact of the
    wrong type is nobody's to judge, and the whole question is refused.
    """
    attributes = ATTRIBUTES_OF[form].values()

    def record(who: str) -> Json:
        return {"type": "Record", "attributes": {a.name: _type(a) for a in attributes if a.of == who}}

    principal = PRINCIPAL_TYPE[form]
    applies = {"principalTypes": [principal], "resourceTypes": [RESOURCE_TYPE], "context": record("context")}
    return {
        "": {
            "entityTypes": {principal: {"shape": record("principal")}, RESOURCE_TYPE: {"shape": record("resource")}},
            "actions": {str(action): {"appliesTo": applies} for action in Action if action in ACTIONS_OF[form]},
        }
    }


def _type(attribute: Attribute) -> Json:
    if attribute.type is Type.TEXTS:
        return {"type": "Set", "element": {"type": "String"}, "required": False}
    kind = "Boolean" if attribute.type is Type.TRUTH else str(attribute.type)
    return {"type": kind, "required": False}
