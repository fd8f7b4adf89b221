"""Decide what may be done under agreements and house rules, and say which clause decided.

The rules are documents of numbered clauses (`Agreement`), compiled to policies whose ids are the clause numbers.
`decide` answers one question; `visible` answers "which of them all" as a filter. Whatever no clause permits is refused.
The normative text is docs/protocol/agreements.md; all actions, attributes and clauses are in
docs/reference/agreements.md.
"""

from comity.agreements.asking import (
    OVERSIGHT,
    Action,
    Ask,
    Circumstances,
    Official,
    Part,
    Party,
    Role,
    Thing,
    ThingKind,
)
from comity.agreements.book import PolicyBook
from comity.agreements.compiled import Compiled, compile_agreement
from comity.agreements.copies import Copies, CopyRule
from comity.agreements.deciding import Decision, Duty, Reason, decide, reason_rules, strictest
from comity.agreements.document import Agreement, Clause, DutyKind, Effect, Form, parse_agreement
from comity.agreements.errors import AgreementError, CompileError, DocumentError
from comity.agreements.filters import Filter, matches
from comity.agreements.shipped import harbour, house
from comity.agreements.visibility import visible

__all__ = [
    "OVERSIGHT",
    "Action",
    "Agreement",
    "AgreementError",
    "Ask",
    "Circumstances",
    "Clause",
    "CompileError",
    "Compiled",
    "Copies",
    "CopyRule",
    "Decision",
    "DocumentError",
    "Duty",
    "DutyKind",
    "Effect",
    "Filter",
    "Form",
    "Official",
    "Part",
    "Party",
    "PolicyBook",
    "Reason",
    "Role",
    "Thing",
    "ThingKind",
    "compile_agreement",
    "decide",
    "harbour",
    "house",
    "matches",
    "parse_agreement",
    "reason_rules",
    "strictest",
    "visible",
]
