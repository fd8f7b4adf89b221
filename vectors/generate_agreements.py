"""Write the golden vectors of docs/protocol/agreements.md: documents, what they compile to, and decisions under them.

Run `python vectors/generate_agreements.py`. One file asks one question; questions that are refused differ from one that
is allowed in one fact, and the file is named by it.
"""
# a script beside the files that it writes

import json
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any, Final

from comity.agreements import (
    Ask,
    Circumstances,
    Compiled,
    DocumentError,
    Filter,
    Official,
    Party,
    Thing,
    ThingKind,
    compile_agreement,
    decide,
    parse_agreement,
    visible,
)
from comity.agreements.compiled import policies_of, schema_of
from comity.agreements.document import Effect
from comity.agreements.filters import AllOf, AnyOf, Not
from comity.vocabulary.authority import AuthorityId

FOLDER: Final = Path(__file__).parent / "agreements"
TODAY: Final = "2026-11-23"
AUTHORITIES: Final = ("authority", "originator", "partner")
SETS: Final = ("schemata", "categories", "handling", "languages")

type Json = dict[str, Any]


def words(en: str) -> dict[str, str]:
    """Return a clause's text; the other languages are not what is tested here."""
    return {"en": en, "fr": f"fr: {en}", "es": f"es: {en}", "ar": f"ar: {en}"}


def clause(number: str, en: str, **machine: Any) -> Json:  # noqa: ANN401 - JSON as it comes
    """Return one clause of a document."""
    return {"number": number, "text": words(en), "machine": machine}


def convention() -> Json:
    """Return an agreement between two that uses every comparison."""
    exchange = ["send", "receive", "answer"]
    return {
        "v": 1,
        "id": "vector",
        "form": "convention",
        "title": words("Agreement of the test vectors"),
        "in_force": {"from": "2026-01-01", "to": "2026-12-31"},
        "parties": ["xa.ncb", "xb.spoc"],
        "observers": ["xo.sec"],
        "purposes": ["criminal-investigation", "missing-person"],
        "schemata": ["Person", "Vessel"],
        "handling": ["H0", "H1", "H2"],
        "retention_days": {"general": 1095, "victim": 365},
        "clauses": [
            clause("1", "It binds the two.", effect="declare"),
            clause(
                "1.1",
                "Parties only, while in force.",
                effect="forbid",
                actions=[*exchange, "forward"],
                unless=[
                    ["principal.authority", "in", "@parties"],
                    ["context.partner", "in", "@parties"],
                    ["context.in_force", "is", True],
                ],
            ),
            clause(
                "2.1",
                "Requests.",
                effect="permit",
                actions=["send", "receive"],
                when=[
                    ["resource.kind", "is", "message"],
                    ["resource.message", "is", "request"],
                    ["resource.purpose", "in", "@purposes"],
                    ["resource.schemata", "within", "@schemata"],
                    ["resource.handling", "one or more of", "@handling"],
                ],
            ),
            clause(
                "2.2",
                "Withdrawals, whatever they are about.",
                effect="permit",
                actions=["send", "receive"],
                when=[["resource.message", "is", "withdrawal"]],
            ),
            clause(
                "3.1",
                "Not yet codes of others.",
                effect="forbid",
                actions=exchange,
                when=[["resource.handling", "lacks", "H0"], ["resource.message", "is not", "withdrawal"]],
                unless=[["context.approvals", "at least", 2]],
            ),
            clause(
                "3.2",
                "Nothing about victims without a second officer, and never by more than three.",
                effect="forbid",
                actions=exchange,
                when=[["resource.categories", "holds", "victim"]],
                unless=[["context.approvals", "at least", 1], ["context.approvals", "at most", 3]],
            ),
            clause(
                "3.3",
                "What came from elsewhere needs consent.",
                effect="forbid",
                actions=exchange,
                when=[["resource.originator", "not in", "@parties"]],
                unless=[["context.originator_consent", "is", True]],
            ),
            clause(
                "4.1",
                "Kept three years.",
                effect="duty",
                actions=["receive"],
                duty="retain-days",
                amount="@retention_days.general",
            ),
            clause(
                "4.2",
                "Victims: one year.",
                effect="duty",
                actions=["receive"],
                when=[["resource.categories", "holds", "victim"]],
                duty="retain-days",
                amount="@retention_days.victim",
            ),
            clause("4.3", "Marks stay.", effect="duty", actions=["receive"], duty="mark"),
        ],
    }


def house() -> Json:
    """Return house rules for the filters."""
    return {
        "v": 1,
        "id": "vector-house",
        "form": "house",
        "title": words("House rules of the test vectors"),
        "in_force": {"from": "2026-01-01", "to": None},
        "clauses": [
            clause(
                "1",
                "Officers see what is their authority's.",
                effect="permit",
                actions=["view"],
                when=[
                    ["principal.role", "in", ["officer", "supervisor"]],
                    ["resource.authority", "same", "principal.authority"],
                    ["resource.kind", "in", ["message", "record"]],
                ],
            ),
            clause(
                "2",
                "Restricted things stay in their unit.",
                effect="forbid",
                actions=["view"],
                when=[["resource.restricted", "is", True], ["principal.role", "is not", "supervisor"]],
                unless=[["resource.unit", "same", "principal.unit"]],
            ),
            clause(
                "3",
                "Expired records are not seen.",
                effect="forbid",
                actions=["view"],
                when=[["resource.kind", "is", "record"]],
                unless=[["resource.retain_until", "at least", "context.today"]],
            ),
        ],
    }


REQUEST: Final[Json] = {
    "principal": {"authority": "xa.ncb"},
    "action": "send",
    "resource": {
        "kind": "message",
        "originator": "xa.ncb",
        "message": "request",
        "purpose": "missing-person",
        "schemata": ["Person"],
        "categories": ["suspect"],
        "handling": ["H0", "H1"],
    },
    "context": {"partner": "xb.spoc", "approvals": 0, "originator_consent": False},
    "today": TODAY,
}

# File name to what it changes in the request above; ``None`` leaves a fact out.
QUESTIONS: Final[dict[str, Json]] = {
    "a-request": {},
    "a-request-received": {"action": "receive"},
    "a-victim-received": {"action": "receive", "resource.categories": ["victim"], "context.approvals": 1},
    "a-withdrawal-needs-no-purpose": {
        "resource.message": "withdrawal",
        "resource.purpose": None,
        "resource.handling": None,
    },
    "another-purpose": {"resource.purpose": "taxation"},
    "no-purpose": {"resource.purpose": None},
    "purpose-in-other-letters": {"resource.purpose": "Missing-Person"},
    "another-kind-of-subject": {"resource.schemata": ["Person", "DnaProfile"]},
    "no-subject": {"resource.schemata": []},
    "subjects-not-stated": {"resource.schemata": None},
    "no-handling-code": {"resource.handling": []},
    "handling-not-stated": {"resource.handling": None},
    "unknown-handling-code": {"resource.handling": ["H0", "H9"]},
    "without-h0": {"resource.handling": ["H1"]},
    "without-h0-approved-by-two": {"resource.handling": ["H1"], "context.approvals": 2},
    "a-victim-approved-by-nobody": {"resource.categories": ["victim"]},
    "a-victim-approved-by-one": {"resource.categories": ["victim", "suspect"], "context.approvals": 1},
    "a-victim-approved-by-four": {"resource.categories": ["victim"], "context.approvals": 4},
    "categories-not-stated": {"resource.categories": None},
    "from-elsewhere": {"resource.originator": "xc.ncb"},
    "from-elsewhere-with-consent": {"resource.originator": "xc.ncb", "context.originator_consent": True},
    "originator-not-stated": {"resource.originator": None},
    "to-a-stranger": {"context.partner": "xe.ncb"},
    "to-an-observer": {"context.partner": "xo.sec"},
    "to-nobody": {"context.partner": None},
    "from-a-stranger": {"principal.authority": "xe.ncb"},
    "on-the-first-day": {"today": "2026-01-01"},
    "on-the-last-day": {"today": "2026-12-31"},
    "before-the-first-day": {"today": "2025-12-31"},
    "after-the-last-day": {"today": "2027-01-01"},
    "an-action-that-nothing-permits": {"action": "forward"},
    "an-action-that-nothing-mentions": {"action": "search"},
    "an-action-of-officers": {"action": "view"},
    "an-unknown-action": {"action": "delete"},
    "a-number-as-text": {"context.approvals": "1"},
    "a-number-as-truth": {"context.approvals": True},
    "a-number-of-65-bits": {"context.approvals": 2**63},
    "the-largest-number": {"context.approvals": 2**63 - 1},
    "a-set-as-text": {"resource.handling": "H0"},
    "a-text-as-set": {"resource.purpose": ["missing-person"]},
}

OFFICERS: Final[dict[str, Json]] = {
    "officer-records": {"role": "officer", "unit": "drugs", "kind": "record"},
    "officer-messages": {"role": "officer", "unit": "drugs", "kind": "message"},
    "officer-without-unit": {"role": "officer", "unit": None, "kind": "record"},
    "supervisor-records": {"role": "supervisor", "unit": None, "kind": "record"},
    "auditor-records": {"role": "auditor", "unit": None, "kind": "record"},
    "officer-matches": {"role": "officer", "unit": "drugs", "kind": "match"},
}


def ask_from(found: Json) -> Ask:
    """Return the question as a value."""
    resource, context = ({**found[part]} for part in ("resource", "context"))
    for part in (resource, context):
        part.update({name: AuthorityId.parse(part[name]) for name in AUTHORITIES if name in part})
    unstated = dict.fromkeys(Thing._fields) | resource
    sets = {name: frozenset(value) for name in SETS if isinstance(value := resource.get(name), list)}
    if isinstance(resource.get("purpose"), list):
        unstated["purpose"] = frozenset(resource["purpose"])
    return Ask(
        Party(AuthorityId.parse(found["principal"]["authority"])),
        found["action"],
        Thing(**(unstated | sets)),
        Circumstances(**(dict.fromkeys(Circumstances._fields) | context)),
        date.fromisoformat(found["today"]),
    )


def changed(changes: Json) -> Json:
    """Return the request with changes."""
    found: Json = json.loads(json.dumps(REQUEST))
    for path, value in changes.items():
        part, _, name = path.partition(".")
        if not name:
            found[part] = value
        elif value is None:
            found[part].pop(name, None)
        else:
            found[part][name] = value
    return found


def decision(compiled: Compiled, found: Json) -> Json:
    """Return the decision as JSON."""
    answer = decide(compiled, ask_from(found))
    return {
        "allowed": answer.allowed,
        "clauses": list(answer.clauses),
        "nearest": answer.nearest,
        "reasons": [[reason.rule, reason.clause] for reason in answer.reasons],
        "duties": [[duty.kind, duty.clause, duty.amount] for duty in answer.duties],
    }


def tree(found: Filter) -> list[Any]:
    """Return a filter as JSON: its shape, then its parts."""
    if isinstance(found, AllOf | AnyOf):
        return [type(found).__name__, *(tree(part) for part in found.parts)]
    if isinstance(found, Not):
        return ["Not", tree(found.part)]
    return [type(found).__name__, *(getattr(found, field.name) for field in fields(found))]


def compiled_vector(document: Json, compiled: Compiled) -> Json:
    """Return what a document comes to in the engine's JSON forms."""
    agreement = compiled.agreement
    return {
        "comment": "what the document compiles to; policy_hash is over [permissions, duties, schema] in canonical JSON",
        "document": document["id"],
        "permissions": policies_of(agreement, (Effect.PERMIT, Effect.FORBID)),
        "duties": policies_of(agreement, (Effect.DUTY,)),
        "schema": schema_of(agreement.form),
        "policy_hash": compiled.policy_hash,
    }


def broken() -> Iterator[tuple[str, Json, str]]:
    """Yield documents with one fault each: file name, document, comment."""
    faults: dict[str, tuple[tuple[str, ...], Any, str]] = {
        "unknown-field": (("extra",), 1, "a field this page does not name"),
        "fraction": (
            ("clauses", "4", "machine", "unless", "0", "2"),
            2.0,
            "2.0 is no whole number, though equal to one",
        ),
        "unknown-attribute": (("clauses", "2", "machine", "when", "0", "0"), "resource.colour", "no such attribute"),
        "unknown-comparison": (("clauses", "2", "machine", "when", "0", "1"), "like", "no such comparison"),
        "truth-as-number": (("clauses", "4", "machine", "unless", "0", "2"), True, "true is no number"),
        "empty-reference": (("clauses", "2", "machine", "when", "2", "2"), "@crime_areas", "the list is empty"),
        "permission-without-condition": (("clauses", "2", "machine", "when"), [], "it would permit everything"),
        "number-twice": (("clauses", "1", "number"), "1", "two clauses with one number"),
        "ends-before-it-begins": (("in_force", "to"), "2025-12-31", "to is before from"),
        "direction-override": (("clauses", "0", "text", "en"), "May \u202etimrep", "would read other than it is"),
        "not-nfc": (("clauses", "0", "text", "fr"), "e\u0301", "decomposed letters"),
    }
    for name, (path, value, comment) in faults.items():
        document = convention()
        place: Any = document
        for step in path[:-1]:
            place = place[int(step)] if step.isdigit() else place[step]
        last = path[-1]
        place[int(last) if last.isdigit() else last] = value
        yield f"document-{name}", document, comment


def vectors() -> Iterator[tuple[str, Json]]:
    """Yield every vector with its file name."""
    compiled = {}
    for document in (convention(), house()):
        yield document["id"], document
        compiled[document["id"]] = compile_agreement(parse_agreement(json.dumps(document).encode()))
        yield f"compiled-{document['id']}", compiled_vector(document, compiled[document["id"]])
    for name, changes in QUESTIONS.items():
        found = changed(changes)
        comment = name.replace("-", " ")
        expect = decision(compiled["vector"], found)
        yield f"decision-{name}", {"comment": comment, "document": "vector", "ask": found, "expect": expect}
    for name, given in OFFICERS.items():
        officer = Official(AuthorityId.parse("xa.ncb"), given["role"], given["unit"])
        context = Circumstances(part="content")
        seen = visible(
            compiled["vector-house"],
            officer,
            ThingKind(given["kind"]),
            context=context,
            today=date.fromisoformat(TODAY),
        )
        principal = {"authority": "xa.ncb", "role": given["role"]} | ({"unit": given["unit"]} if given["unit"] else {})
        question = {
            "principal": principal,
            "action": "view",
            "kind": given["kind"],
            "context": {"part": "content"},
            "today": TODAY,
        }
        comment = "a filter that lets the same things through is as good"
        yield f"filter-{name}", {"comment": comment, "document": "vector-house", "ask": question, "expect": tree(seen)}
    for name, document, comment in broken():
        yield name, {"comment": comment, "document": document, "expect": "refused"}


def generate() -> dict[str, str]:
    """Return each file of the folder by its name.

    Raises:
        AssertionError: a document that should be refused is read.
    """
    files = {}
    for name, vector in vectors():
        text = json.dumps(vector, indent=1, ensure_ascii=False) + "\n"
        if vector.get("expect") == "refused":
            try:
                parse_agreement(json.dumps(vector["document"]).encode())
            except DocumentError:
                pass
            else:
                raise AssertionError(name)
        files[f"{name}.json"] = text
    return files


def main() -> int:
    """Write the folder, and remove what is no longer generated."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    files = generate()
    for stale in {path.name for path in FOLDER.glob("*.json")} - set(files):
        (FOLDER / stale).unlink()
    for name, text in files.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
