"""What a decision costs: first, remembered, and beside what the engine alone takes.

    python bench/decide.py [--json]

Every line is from one run, medians of five interleaved rounds. Limit: one evaluation of the same question by the
engine, everything parsed beforehand; a decision needs two (whether, and with which duties) and an answer in words.
Peer: the same engine used as its introduction shows it, with policies given as text for every question.
"""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from statistics import median
from time import perf_counter

import cedarpy

from comity.agreements import (
    Action,
    Ask,
    Circumstances,
    Official,
    Party,
    Role,
    Thing,
    ThingKind,
    compile_agreement,
    decide,
    deciding,
    harbour,
    house,
    visibility,
    visible,
)
from comity.agreements.deciding import question
from comity.vocabulary.authority import AuthorityId

ROUNDS = 5
TODAY = date(2026, 11, 23)
XA, XB = AuthorityId.parse("xa.ncb"), AuthorityId.parse("xb.spoc")
PERSON, DRUGS, PLAIN, ENGLISH = (frozenset({word}) for word in ("Person", "suspect", "H0", "en"))


def ask(purpose: str = "criminal-investigation") -> Ask:
    """Return a lawful request from XA to XB, made anew as a node does for each message."""
    thing = Thing(
        kind="message",
        authority=XA,
        originator=XA,
        message="request",
        purpose=purpose,
        crime_area="drug-trafficking",
        schemata=PERSON,
        categories=DRUGS,
        handling=PLAIN,
        languages=ENGLISH,
    )
    return Ask(Party(XA), Action.SEND, thing, Circumstances(partner=XB, urgency="normal"), TODAY)


def microseconds(work: Callable[[], object], times: int) -> float:
    """Return how long one of many repetitions took."""
    start = perf_counter()
    for _ in range(times):
        work()
    return (perf_counter() - start) / times * 1e6


def measures() -> dict[str, tuple[Callable[[], object], int]]:
    """Return each thing to measure with how often a round repeats it."""
    convention, rules = compile_agreement(harbour()), compile_agreement(house())
    same = ask()
    assert decide(convention, same).allowed
    request, entities = question(convention, same)
    text = str(convention.permissions)
    officer = Official(XA, Role.OFFICER, "drugs")
    reading = Circumstances(part="content", purpose="criminal-investigation", justified=True)

    def first() -> object:
        deciding.forget()
        return decide(convention, same)

    def first_filter() -> object:
        visibility.forget()
        return visible(rules, officer, ThingKind.RECORD, context=reading, today=TODAY)

    return {
        "decision, remembered": (lambda: decide(convention, same), 20_000),
        "decision, remembered, with its question made anew": (lambda: decide(convention, ask()), 20_000),
        "decision, first time": (first, 200),
        "limit: one evaluation by the engine": (
            lambda: cedarpy.is_authorized(request, convention.permissions, entities, convention.schema),
            200,
        ),
        "peer: the engine given policies as text": (
            lambda: cedarpy.is_authorized(request, text, entities, convention.schema),
            20,
        ),
        "filter, remembered": (
            lambda: visible(rules, officer, ThingKind.RECORD, context=reading, today=TODAY),
            20_000,
        ),
        "filter, first time": (first_filter, 200),
        "reading and compiling the Harbour Convention": (lambda: compile_agreement(harbour()), 3),
    }


def main() -> None:
    """Print the figures in microseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="machine-readable")
    arguments = parser.parse_args()
    work = measures()
    rounds: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(ROUNDS):
        for name, (task, times) in work.items():
            rounds[name].append(microseconds(task, times))
    figures = {name: round(median(found), 2) for name, found in rounds.items()}
    if arguments.json:
        json.dump({"unit": "us", "figures": figures}, sys.stdout, indent=2)
        return
    for name, figure in figures.items():
        print(f"{figure:>12,.2f} us  {name}")


if __name__ == "__main__":
    main()
