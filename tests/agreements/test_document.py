"""A document is read whole and strictly, or not at all: one fault each."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from comity.agreements import DocumentError, harbour, house, parse_agreement
from comity.agreements.shipped import harbour_document, house_document

Json = dict[str, Any]
WORDS = {"en": "Words.", "fr": "Mots.", "es": "Palabras.", "ar": "كلمات."}

COPY = {"from": "xa.ncb", "to": "xb.spoc", "kinds": ["request"], "rule": "owed", "clause": "1"}


def document() -> Json:
    return {
        "v": 1,
        "id": "small",
        "form": "convention",
        "title": dict(WORDS),
        "in_force": {"from": "2026-01-01", "to": "2026-12-31"},
        "parties": ["xa.ncb", "xb.spoc"],
        "purposes": ["prevention"],
        "message_kinds": ["request"],
        "retention_days": {"general": 30},
        "clauses": [
            {
                "number": "1",
                "text": dict(WORDS),
                "machine": {"effect": "permit", "actions": ["send"], "when": [["resource.purpose", "in", "@purposes"]]},
            },
            {
                "number": "2",
                "text": dict(WORDS),
                "machine": {
                    "effect": "duty",
                    "actions": ["send"],
                    "duty": "retain-days",
                    "amount": "@retention_days.general",
                },
            },
        ],
    }


def as_bytes(found: Json) -> bytes:
    return json.dumps(found, ensure_ascii=False).encode()


def test_the_small_document_is_read() -> None:
    agreement = parse_agreement(as_bytes(document()))
    assert [str(party) for party in agreement.parties] == ["xa.ncb", "xb.spoc"]
    assert [clause.id for clause in agreement.clauses] == ["small.1", "small.2"]
    assert agreement.clauses[1].duty == ("retain-days", 30)


def test_copies_are_read_with_their_clause() -> None:
    (found,) = parse_agreement(as_bytes(document() | {"copies": [COPY]})).copies
    assert (str(found.sender), str(found.to), found.kinds) == ("xa.ncb", "xb.spoc", ("request",))
    assert (found.rule, found.clause) == ("owed", "small.1")


def test_both_shipped_documents_are_read_and_lie_in_the_form_in_which_they_are_published() -> None:
    assert harbour().id == "harbour"
    assert house().id == "house"
    for raw in (harbour_document(), house_document()):
        assert raw.endswith(b"}\n")
        assert b"\r" not in raw


def machine(found: Json) -> Json:
    return found["clauses"][0]["machine"]


def triple(*words: object) -> Callable[[Json], None]:
    return lambda found: machine(found).__setitem__("when", [list(words)])


def put(path: str, value: object) -> Callable[[Json], None]:
    def spoil(found: Json) -> None:
        *parents, last = path.split(".")
        place: Any = found
        for step in parents:
            place = place[int(step)] if step.isdigit() else place[step]
        place[last] = value

    return spoil


FAULTS: dict[str, Callable[[Json], None]] = {
    "an unknown field": put("extra", 1),
    "an unknown field in a clause": put("clauses.0.extra", 1),
    "another version": put("v", 2),
    "a version that is true": put("v", True),
    "an id with a capital": put("id", "Small"),
    "an id that is policy text": put("id", 'x");permit(principal,action,resource);//'),
    "an id in Cyrillic": put("id", "sm\u0430ll"),
    "a form nobody knows": put("form", "treaty"),
    "a title in three languages": lambda found: found["title"].pop("ar"),
    "a title in five languages": put("title.de", "Wörter."),
    "an empty text": put("clauses.0.text.fr", ""),
    "a text with a direction override": put("clauses.0.text.en", "May \u202etimrep"),
    "a text with a null": put("clauses.0.text.en", "May\0"),
    "a text not in NFC": put("clauses.0.text.fr", "e\u0301"),
    "a party that is no authority": put("parties", ["XA"]),
    "a party named twice": put("parties", ["xa.ncb", "xa.ncb"]),
    "a day that does not exist": put("in_force.from", "2026-02-30"),
    "an end before the beginning": put("in_force.to", "2025-12-31"),
    "no clause": put("clauses", []),
    "a clause number twice": put("clauses.1.number", "1"),
    "a clause number with text": put("clauses.0.number", "1a"),
    "a clause number that is a path": put("clauses.0.number", "1..2"),
    "an unknown action": put("clauses.0.machine.actions", ["delete"]),
    "an action named twice": put("clauses.0.machine.actions", ["send", "send"]),
    "an action that is not its to decide": put("clauses.0.machine.actions", ["view"]),
    "no action": put("clauses.0.machine.actions", []),
    "an unknown effect": put("clauses.0.machine.effect", "allow"),
    "a permission without condition": put("clauses.0.machine.when", []),
    "a permission with an exception": put("clauses.0.machine.unless", [["context.court", "is", True]]),
    "an unknown attribute": triple("resource.colour", "is", "red"),
    "an attribute of officers in a convention": triple("principal.role", "is", "officer"),
    "an unknown comparison": triple("resource.purpose", "like", "prev*"),
    "a number compared with text": triple("context.approvals", "at least", "2"),
    "a number compared with truth": triple("context.approvals", "is", True),
    "a truth compared with a number": triple("context.court", "is", 1),
    "a text compared with a list by is": triple("resource.purpose", "is", ["prevention"]),
    "a set compared by in": triple("resource.handling", "in", ["H0"]),
    "a text compared by within": triple("resource.purpose", "within", ["prevention"]),
    "an empty list": triple("resource.purpose", "in", []),
    "a reference to an empty list": triple("resource.crime_area", "in", "@crime_areas"),
    "a reference to nothing": triple("resource.purpose", "in", "@porpoises"),
    "a reference to another document": triple("resource.purpose", "in", "@../house"),
    "a list of lists": triple("resource.purpose", "in", [["prevention"]]),
    "the same of two fields of one thing": triple("resource.purpose", "same", "resource.crime_area"),
    "the same of two types": triple("resource.purpose", "same", "context.court"),
    "the same as a literal": triple("resource.purpose", "same", "prevention"),
    "a number beyond 64 bits": triple("context.approvals", "at least", 2**63),
    "a fraction": triple("context.approvals", "at least", 1.5),
    "a triple of two": triple("resource.purpose", "in"),
    "a duty without what is owed": lambda found: found["clauses"][1]["machine"].pop("duty"),
    "a duty without its number": lambda found: found["clauses"][1]["machine"].pop("amount"),
    "a duty of minus one day": put("clauses.1.machine.amount", -1),
    "a duty of no such table": put("clauses.1.machine.amount", "@retention_days.long"),
    "a duty whose number is a list": put("clauses.1.machine.amount", "@purposes"),
    "a duty with a number it does not need": put("clauses.1.machine.duty", "mark"),
    "an unknown duty": put("clauses.1.machine.duty", "be-kind"),
    "a permission that owes": put("clauses.0.machine.duty", "mark"),
    "a permission with an amount": put("clauses.0.machine.amount", 3),
    "a declaration that decides": put("clauses.0.machine.effect", "declare"),
    "a safeguard in no clause": put("safeguards", {"kindness": "9"}),
    "a copy to itself": put("copies", [COPY | {"to": "xa.ncb"}]),
    "a copy to no party": put("copies", [COPY | {"to": "xc.ncb"}]),
    "a copy by no party": put("copies", [COPY | {"from": "xc.ncb"}]),
    "a copy to what is no authority": put("copies", [COPY | {"to": "XB"}]),
    "a copy of a kind that it does not know": put("copies", [COPY | {"kinds": ["answer"]}]),
    "a copy of a kind twice": put("copies", [COPY | {"kinds": ["request", "request"]}]),
    "a copy of no kind": put("copies", [COPY | {"kinds": []}]),
    "a copy that is neither owed nor offered": put("copies", [COPY | {"rule": "welcome"}]),
    "a copy by no clause": put("copies", [COPY | {"clause": "9"}]),
    "a copy with more to it": put("copies", [COPY | {"areas": []}]),
    "court use in no clause": put("court_use", {"rule": "permitted", "clause": "9"}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_document_with_one_fault_is_refused(fault: str) -> None:
    found = document()
    FAULTS[fault](found)
    with pytest.raises(DocumentError):
        parse_agreement(as_bytes(found))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"\xff\xfe{}",
        b"{",
        b"[" * 100_000,
        b" " * ((1 << 20) + 1),
        as_bytes(document())[:-1] + b',"id":"other"}',
        as_bytes(document()).replace(b'"v": 1', b'"v": NaN'),
        as_bytes(document()).replace(b'"v": 1', b'"v": 1.0'),
    ],
    ids=["empty", "a list", "no UTF-8", "cut off", "deep", "too long", "a key twice", "no number", "a fraction"],
)
def test_bytes_that_are_no_strict_json_object_are_refused(raw: bytes) -> None:
    with pytest.raises(DocumentError):
        parse_agreement(raw)


def test_the_refusal_names_the_place() -> None:
    found = document()
    put("clauses.1.machine.amount", "@purposes")(found)
    with pytest.raises(DocumentError) as refusal:
        parse_agreement(as_bytes(found))
    assert refusal.value.where == "clauses[1].machine"
