"""What a partner asks about is looked for in our records: found with reasons, in a constant number of queries."""

import json
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.shared_data import shared

from comity.agreements import Part, PolicyBook, compile_agreement, house
from comity.matching import TokenKind, Verdict, tokens
from comity.node.officers.models import Officer
from comity.node.records import tokens as index
from comity.node.records.crosscheck import crosscheck, reasons_of
from comity.node.records.importing import Source, import_list
from comity.node.records.models import Record
from comity.node.records.reads import visible_records
from comity.node.records.terms import Terms
from comity.subjects import Subject

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TODAY = AT.date()
HELD = [
    ("forger", "Person", {"name": ["نبيل سالم الخوري"], "birthDate": ["1978-02-09"]}),
    ("namesake", "Person", {"name": ["Nabil Khouri"], "birthDate": ["1991-06-30"]}),
    ("vessel", "Vessel", {"name": ["ESTRELLA DEL PUERTO"], "imoNumber": ["IMO2345674"]}),
    ("lorry", "Vehicle", {"registrationNumber": ["QA19 LTN"], "model": ["Hollis 480"]}),
    ("phone", "Phone", {"number": ["+447700900417"]}),
    ("firearm", "Firearm", {"serialNumber": ["LTN-70331"]}),
]


def hold(tmp_path, authority: str = "xa.ncb", source: str = "own", **terms: object) -> None:
    path = tmp_path / f"{source}.jsonl"
    path.write_text("\n".join(json.dumps({"id": i, "schema": s, "properties": p}) for i, s, p in HELD))
    held_under = Terms(authority, authority, source, "prevention", date(2027, 1, 1), **terms)
    import_list(Source(path), held_under, record_act=lambda _: None, now=lambda: AT)


def asked(schema: str, **values: str) -> Subject:
    return Subject.of(schema, {k: [v] for k, v in values.items()})


FORGER = asked("Person", name="Nabeel Salim Al-Khoury", birthDate="1978-02")


def test_a_person_is_found_across_scripts_and_the_namesake_is_not(tmp_path):
    hold(tmp_path)
    ((found,),) = crosscheck([FORGER], "xa.ncb", today=TODAY)
    assert found.reference == "forger"
    assert found.comparison.verdict in {Verdict.PROBABLE, Verdict.SAME}
    assert {r["rule"] for r in reasons_of(found.comparison)} >= {"name.same-skeleton", "birth.same-month"}


@pytest.mark.parametrize(
    ("subject", "reference"),
    [
        (asked("Vessel", name="Estrela del Puerto", imoNumber="2345674"), "vessel"),
        (asked("Vehicle", registrationNumber="qa19-ltn"), "lorry"),
        (asked("Phone", number="07700 900417"), "phone"),
        (asked("Firearm", serialNumber="LTN70331"), "firearm"),
    ],
)
def test_a_thing_is_found_by_its_number_however_it_is_written(tmp_path, subject, reference):
    hold(tmp_path)
    assert [c.reference for c in crosscheck([subject], "xa.ncb", today=TODAY)[0]] == [reference]


def test_candidates_come_in_the_order_of_the_subjects(tmp_path):
    hold(tmp_path)
    nobody = asked("Person", name="Cleo Lagoon")
    phone = asked("Phone", number="+447700900417")
    found = crosscheck([nobody, FORGER, phone], "xa.ncb", today=TODAY)
    assert [[c.reference for c in group] for group in found] == [[], ["forger"], ["phone"]]


def test_the_number_of_queries_does_not_grow_with_the_records_found(tmp_path):
    hold(tmp_path)
    with CaptureQueriesContext(connection) as one:
        crosscheck([FORGER], "xa.ncb", today=TODAY)
    for number in range(8):
        hold(tmp_path, source=f"more{number}")
    with CaptureQueriesContext(connection) as many:
        assert len(crosscheck([FORGER], "xa.ncb", today=TODAY)[0]) == 9
    assert len(one) == len(many) == 5


def test_another_authority_of_the_same_node_is_not_asked(tmp_path):
    hold(tmp_path, authority="xa.piu")
    assert crosscheck([FORGER], "xa.ncb", today=TODAY) == ((),)


def test_expired_restricted_and_otherwise_bound_records_are_not_proposed(tmp_path):
    hold(tmp_path, source="restricted", restricted=True, unit="unit 4")
    hold(tmp_path, source="bound", purpose_bound=True)
    assert crosscheck([FORGER], "xa.ncb", today=TODAY) == ((),)
    assert len(crosscheck([FORGER], "xa.ncb", today=TODAY, purpose="prevention")[0]) == 1
    assert crosscheck([FORGER], "xa.ncb", today=date(2027, 1, 2), purpose="prevention") == ((),)


def test_no_subjects_are_no_questions():
    assert crosscheck([], "xa.ncb", today=TODAY) == ()


def test_a_common_token_is_read_in_part_and_ranks_but_does_not_find(tmp_path):
    number = index.token_number("xa.ncb", next(t for t in tokens(FORGER) if t.kind == TokenKind.WORD))
    index.write(index.entry(number, record) for record in range(1, 1000))
    assert index.candidates("xa.ncb", [tokens(FORGER)], 20) == ((),)


def test_an_index_entry_keeps_token_and_record_apart():
    number = (1 << index.TOKEN_BITS) - 1
    value = index.entry(number, index.MAX_RECORD)
    assert value < 1 << 63
    assert (value >> index.RECORD_BITS, value & index.MAX_RECORD) == (number, index.MAX_RECORD)
    with pytest.raises(OverflowError):
        index.entry(number, index.MAX_RECORD + 1)


def officer(**values: object) -> Officer:
    return Officer(**{"username": "hale", "authority": "xa.ncb", "role": "officer", **values})


BOOK = PolicyBook(house=compile_agreement(house()), agreements=())


@pytest.mark.parametrize(
    ("who", "options", "sees"),
    [
        (officer(), {"justified": True}, True),
        (officer(role="supervisor"), {"justified": True}, True),
        (officer(), {"justified": False}, False),
        (officer(), {"justified": False, "part": Part.METADATA}, True),
        (officer(authority="xa.piu"), {"justified": True}, False),
        (officer(role="administrator"), {"justified": True}, False),
        (officer(role="auditor"), {"justified": True}, False),
        (officer(role="dpo"), {"justified": True, "purpose": "oversight"}, True),
        (officer(is_active=False), {"justified": True}, False),
    ],
)
def test_who_may_see_records(tmp_path, who, options, sees):
    hold(tmp_path)
    assert visible_records(who, today=TODAY, book=BOOK, **options).count() == (len(HELD) if sees else 0)


def test_restricted_expired_and_bound_records_are_hidden(tmp_path):
    hold(tmp_path, source="restricted", restricted=True, unit="unit 4")
    assert not visible_records(officer(), today=TODAY, justified=True, book=BOOK).exists()
    assert visible_records(officer(unit="unit 4"), today=TODAY, justified=True, book=BOOK).exists()
    assert not visible_records(officer(unit="unit 4"), today=date(2027, 1, 2), justified=True, book=BOOK).exists()


def test_the_index_finds_withheld_aliases_of_a_whole_list():
    import csv
    import gzip

    import_list(
        Source(shared("watchlists/ofac_sdn_2021-07")),
        Terms("xa.ncb", "OFAC", "ofac", "prevention", date(2027, 1, 1)),
        record_act=lambda _: None,
        now=lambda: AT,
    )
    with gzip.open(shared("names/ofac_alias_pairs_dev.csv.gz"), "rt", encoding="utf-8") as file:
        pairs = [r for r in csv.DictReader(file) if r["entity_type"] == "individual"][:150]
    subjects = [asked("Person", name=r["query_alias"]) for r in pairs]
    found = [c for start in range(0, 150, 50) for c in crosscheck(subjects[start : start + 50], "xa.ncb", today=TODAY)]
    first = sum(bool(group) and group[0].reference == pair["ent_num"] for group, pair in zip(found, pairs, strict=True))
    assert Record.objects.count() == 8976
    assert first >= 0.9 * len(pairs)
