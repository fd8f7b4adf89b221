"""One more condition, prohibition or missing fact never permits more."""

import json
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from comity.agreements import Action, Ask, Circumstances, Party, Thing, compile_agreement, decide, parse_agreement
from comity.agreements.asking import PARTY_ATTRIBUTES, Type
from comity.agreements.conditions import Op, fits
from comity.agreements.shipped import harbour_document
from comity.vocabulary.authority import AuthorityId

TODAY = date(2026, 11, 23)
WORDS = {"en": "One more.", "fr": "Une de plus.", "es": "Una más.", "ar": "واحدة أخرى."}
LITERALS: dict[Type, list[Any]] = {
    Type.TEXT: ["xa.ncb", "request", "criminal-investigation", "normal"],
    Type.TEXTS: ["H0", "Person", "suspect"],
    Type.TRUTH: [True, False],
    Type.NUMBER: [0, 1],
}
TRIPLES = [
    [path, str(op), written]
    for path, attribute in PARTY_ATTRIBUTES.items()
    for op in Op
    for literal in LITERALS[attribute.type]
    for read, written in ((literal, literal), ((literal,), [literal]))
    if fits(op, attribute, read, None)
]
AUTHORITIES = st.sampled_from([AuthorityId.parse(name) for name in ("xa.ncb", "xb.spoc", "xd.ncb", "xe.ncb", "xo.sec")])

asks = st.builds(
    Ask,
    st.builds(Party, AUTHORITIES),
    st.sampled_from([Action.SEND, Action.RECEIVE, Action.ANSWER, Action.FORWARD]),
    st.builds(
        Thing,
        kind=st.just("message"),
        originator=AUTHORITIES,
        message=st.sampled_from(["request", "answer", "information", "withdrawal"]),
        purpose=st.sampled_from(["criminal-investigation", "tax"]),
        crime_area=st.sampled_from(["drug-trafficking", None]),
        schemata=st.just(frozenset({"Person"})),
        categories=st.sampled_from([frozenset({"suspect"}), frozenset({"victim"}), None]),
        handling=st.sampled_from([frozenset({"H0"}), frozenset({"H2"}), frozenset(), None]),
        languages=st.just(frozenset({"en"})),
        special=st.sampled_from([False, False, True]),
    ),
    st.builds(
        Circumstances,
        partner=AUTHORITIES,
        purpose=st.just("criminal-investigation"),
        urgency=st.sampled_from(["normal", "urgent"]),
        in_reply=st.booleans(),
        originator_consent=st.booleans(),
        approvals=st.sampled_from([0, 2]),
    ),
    st.just(TODAY),
)


def compiled_from(document: dict[str, Any]):
    return compile_agreement(parse_agreement(json.dumps(document).encode()))


HARBOUR = compiled_from(json.loads(harbour_document()))


@given(st.data(), st.lists(asks, min_size=5, max_size=15))
def test_one_more_condition_never_permits_more(data: st.DataObject, some: list[Ask]) -> None:
    document = json.loads(harbour_document())
    clause = data.draw(
        st.sampled_from([c for c in document["clauses"] if c["machine"]["effect"] in {"permit", "forbid"}])
    )
    # Beside what a permission asks for, or beside what lifts a prohibition. (Beside what a prohibition is about, a
    # condition narrows it, and means to.)
    where = "when" if clause["machine"]["effect"] == "permit" else "unless"
    if where == "unless" and "unless" not in clause["machine"]:
        return
    clause["machine"][where].append(data.draw(st.sampled_from(TRIPLES)))
    narrower = compiled_from(document)
    for ask in some:
        assert not decide(narrower, ask).allowed or decide(HARBOUR, ask).allowed


@given(st.lists(st.sampled_from(TRIPLES), max_size=2), st.lists(asks, min_size=5, max_size=15))
def test_one_more_prohibition_never_permits_more(when: list[Any], some: list[Ask]) -> None:
    document = json.loads(harbour_document())
    machine = {"effect": "forbid", "actions": ["send", "receive", "answer"], "when": when}
    document["clauses"].append({"number": "99", "text": WORDS, "machine": machine})
    narrower = compiled_from(document)
    for ask in some:
        assert not decide(narrower, ask).allowed or decide(HARBOUR, ask).allowed


@given(st.data(), asks)
def test_one_fact_less_never_permits_more(data: st.DataObject, ask: Ask) -> None:
    part = data.draw(st.sampled_from(["resource", "context"]))
    field = data.draw(st.sampled_from(getattr(ask, part)._fields))
    poorer = ask._replace(**{part: getattr(ask, part)._replace(**{field: None})})
    assert not decide(HARBOUR, poorer).allowed or decide(HARBOUR, ask).allowed


@given(st.data(), asks)
def test_one_fact_less_never_owes_less(data: st.DataObject, ask: Ask) -> None:
    field = data.draw(st.sampled_from(Thing._fields))
    poorer = ask._replace(resource=ask.resource._replace(**{field: None}))
    before, after = decide(HARBOUR, ask), decide(HARBOUR, poorer)
    assert not after.allowed or set(after.duties) >= set(before.duties)
