"""How well it does on pairs that people labelled: floors below which a change may not fall."""

import csv
import gzip
import itertools
from pathlib import Path

from tests.shared_data import shared

from comity.matching import Verdict, compare, digest, score
from comity.matching.comparison import POSSIBLE_FROM
from comity.subjects import Subject


def subject(schema: str, name: str, birth: str = "") -> Subject:
    properties = {"name": [name], **({"birthDate": [birth]} if birth else {})}
    return Subject.from_ftm({"id": "x", "schema": schema, "properties": properties})


def rows(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_f1_on_labelled_name_pairs_at_the_threshold_that_officers_see():
    true = false = missed = 0
    for row in rows(shared("names/nk_name_bench_dev.csv")):
        hit = compare(subject(row["schema"], row["name1"]), subject(row["schema"], row["name2"])).score >= POSSIBLE_FROM
        match = row["is_match"] == "true"
        true, false, missed = true + (hit and match), false + (hit and not match), missed + (match and not hit)
    assert 2 * true / (2 * true + false + missed) >= 0.85


def recall(pairs: list[tuple[str, list[str]]]) -> float:
    found = 0
    for original, latin in pairs:
        query = digest(subject("Person", original))
        found += any(score(query, digest(subject("Person", name))) >= POSSIBLE_FROM for name in latin)
    return found / len(pairs)


def test_names_in_arabic_script_find_their_romanisation():
    pairs = [
        (r["name_original_script"], [r["latin_name"], *filter(None, r["aliases"].split("|"))])
        for r in rows(shared("names/un_original_script_dev.csv"))
        if r["kind"] == "INDIVIDUAL"
    ]
    assert recall(pairs) >= 0.92


def test_names_in_cyrillic_find_their_romanisation():
    pairs = [
        (r["native_script_name"], [r["latin_name"], *filter(None, r["other_latin_names"].split("|"))])
        for r in rows(shared("names/eu_script_pairs_dev.csv.gz"))
        if r["subject_type"] == "person" and r["name_language"] in {"RU", "UK", "BE", "BG"}
    ]
    assert recall(pairs) >= 0.98


def test_invented_people_do_not_hit_each_other():
    people = rows(shared("names/yente_negatives_us.csv.gz"))[:1200]
    digests = [digest(subject("Person", r["full_name"], r["date_of_birth"])) for r in people]
    pairs = list(itertools.combinations(digests, 2))
    hits = sum(score(a, b) >= POSSIBLE_FROM for a, b in pairs)
    assert hits <= 2e-6 * len(pairs) + 1


def test_another_birth_date_keeps_namesakes_apart():
    found = compare(subject("Person", "Maria Garcia", "1990-02-03"), subject("Person", "Maria Garcia", "1961-07-30"))
    assert found.verdict == Verdict.DIFFERENT
