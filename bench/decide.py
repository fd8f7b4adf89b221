"""What a decision costs: first, remembered, and beside what the engine alone takes.

Every line is from one run, medians of five interleaved rounds. Limit: one evaluation of the same question by the
engine, everything parsed beforehand; a decision needs two (whether, and with which duties) and an answer in words.
Peer: the same engine used as its introduction shows it, with policies given as text for every question.
"""

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
from figure import Figure, arguments, share, show

ROUNDS = 5
LIMIT, PEER = "limit: one evaluation by the engine", "peer: the engine given policies as text"
TOLD = (LIMIT, PEER, "decision, first time")
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
        LIMIT: (
            lambda: cedarpy.is_authorized(request, convention.permissions, entities, convention.schema),
            200,
        ),
        PEER: (
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
    chosen = arguments(__doc__)
    work = measures()
    rounds: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(ROUNDS):
        for name, (task, times) in work.items():
            rounds[name].append(microseconds(task, max(1, times // 10) if chosen.quick else times))
    found = {name: median(times) for name, times in rounds.items()}
    limit, peer = rounds[LIMIT], rounds[PEER]
    first = rounds["decision, first time"]
    show(
        [
            Figure(
                "a decision, first time",
                "us",
                median(first),
                peer=median(peer),
                limit=median(limit),
                share=share(list(zip(first, limit, strict=True)), at_most=True),
                remark="limit: one evaluation by the engine; peer: the engine given policies as text",
            ),
            *(Figure(name, "us", us) for name, us in found.items() if name not in TOLD),
        ],
        as_json=chosen.json,
    )


if __name__ == "__main__":
    main()
