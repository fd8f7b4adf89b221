"""What the pages of the case desk cost with 100,000 cases and a million messages in SQLite, one officer at a time.

Each page is asked for over Django's whole stack, middleware and templates included, by an officer who is signed in; the
time is the server's. Words of the texts follow Zipf's law over 40,000 invented words, so that some searches find a
third of all messages and others one. Limit: reading the rows of one page of the list by their keys. No peer was run.
"""

import argparse
import itertools
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from figure import Figure, arguments, show
from nodes import OURS, inside, told, two_nodes

CASES, MESSAGES = 100_000, 10
QUICK = 50
ROUNDS = 60
if TYPE_CHECKING:
    import subprocess

    from django.test import Client

    from comity.node.officers.models import Officer

PARTNERS = ("xb.spoc", "xb.fiu", "xc.ncb", "xc.customs", "xd.ncb", "xd.piu", "xo.sec")
AREAS = ("drug-trafficking", "migrant-smuggling", "fraud", "money-laundering", "terrorism")
RARE = (
    "kind=hit",
    "state=new",
    "urgency=life-at-risk",
    "partner=xo.anc",
    "until=2001-01-01",
    "kind=refusal&holder=nobody",
)
PAGE_MS, SEARCH_MS = 100.0, 150.0
VOCABULARY = 40_000
WAITING, MINE = 0.02, 0.1
"""Which share of all cases still waits, and which of these the officer holds."""


def vocabulary(chance: random.Random) -> list[str]:
    """Return 40,000 words that could be pronounced."""
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        found["".join(chance.choices(syllables, k=chance.randint(2, 4)))] = None
    return list(found)


class Seed:
    """Fills the tables of the desk with rows as the desk writes them; what a page never reads is left out."""

    def __init__(self, cases: int) -> None:
        self.cases, self.chance = cases, random.Random(1)  # noqa: S311  # the same each time
        self.words = vocabulary(self.chance)
        self.weights = list(itertools.accumulate(1 / rank for rank in range(1, len(self.words) + 1)))
        self.now = datetime.now(UTC)

    def text(self, count: int) -> list[str]:
        """Return words as a text has them."""
        return self.chance.choices(self.words, cum_weights=self.weights, k=count)

    def fill(self, officer: "Officer", body: tuple[bytes, bytes, bytes]) -> None:
        """Write cases, messages, addressees, notes and words, a thousand cases a transaction."""
        from comity.node.exchange.models import Body
        from comity.node.partners.pairs import pair
        from comity.node.writing import writing
        from comity.vocabulary.authority import AuthorityId

        own = AuthorityId.parse(OURS)
        with writing():
            self.pairs = {one: pair(own, AuthorityId.parse(one)).pk for one in PARTNERS}
            digest, sealed, cek = body
            self.body = Body.objects.create(sha256=digest, sealed=sealed, cek=cek, size=len(sealed)).pk
        for start in range(0, self.cases, 1_000):
            with writing():
                self._thousand(start, min(1_000, self.cases - start), officer)

    def _thousand(self, start: int, count: int, officer: "Officer") -> None:
        from comity.desks.cases import indexing
        from comity.desks.cases.models import Addressee, Case, CaseMessage
        from comity.node import rows
        from comity.node.wordindex import Entry

        opened = [self.now - timedelta(minutes=4 * (self.cases - start - place)) for place in range(count)]
        cases, messages, facts = [], [], []
        for place, at in enumerate(opened):
            late = start + place > self.cases * (1 - WAITING)
            mine = late and self.chance.random() < MINE
            title = " ".join(self.text(2)).title()
            cases.append(
                (OURS, f"XA-{start + place:06}", title, officer.pk if mine else None, rows.moment(at), rows.moment(at))
            )
            facts.append((late, title, at, self.chance.choice(PARTNERS)))
        keys = rows.insert(Case, ("authority", "reference", "title", "holder_id", "held_since", "opened_at"), cases)
        for key, (late, title, at, partner) in zip(keys, facts, strict=True):
            said = [self._message(key, step, title, at, partner, waits=late) for step in range(MESSAGES)]
            said[1]["in_reply_to"] = said[0]["msg"].hex()
            messages += said
        columns = tuple(name for name in messages[0] if name != "partner")
        values = [tuple(one[name] for name in columns) for one in messages]
        ids = rows.insert(CaseMessage, columns, values)
        self._notes(start, messages, ids)
        indexing.MESSAGES.put(
            [
                Entry(key, self._tags(one), [*one["caption"].lower().split(), "", *self.text(60)], ())
                for key, one in zip(ids, messages, strict=True)
            ]
        )
        sent = [(key, one) for key, one in zip(ids, messages, strict=True) if not one["incoming"]]
        rows.insert(
            Addressee,
            ("message_id", "authority", "note_id", "clauses", "due_at"),
            [(key, one["partner"], self.notes[key], "[]", one["due_at"]) for key, one in sent],
        )

    def _message(self, case: int, step: int, title: str, at: datetime, partner: str, *, waits: bool) -> dict[str, Any]:
        from comity.node import rows

        incoming, first = step % 2 == 0, step == 0
        when = at + timedelta(minutes=step)
        state = "open" if waits and first else "answered" if first else "done"
        due = rows.moment(at + timedelta(hours=8 if case % 5 == 0 else 168)) if first else None
        kept = {"subjects": [], "texts": [{"language": "en", "text": " ".join(self.text(40))}], "questions": []}
        return {
            "case_id": case,
            "authority": OURS,
            "originator": partner if incoming else OURS,
            "partner": partner,
            "incoming": incoming,
            "kind": "request" if first else "answer" if step == 1 else "information",
            "reference": f"{partner}-{case}-{step}",
            "msg": self.chance.randbytes(32),
            "purpose": "criminal-investigation",
            "crime_area": AREAS[case % len(AREAS)],
            "urgency": "urgent" if case % 5 == 0 else "normal",
            "in_reply_to": "",
            "handling": '["H0"]',
            "languages": '["en"]',
            "caption": title,
            "content": None if incoming else json.dumps(kept),
            "due_at": due,
            "limit_at": due,
            "warn_at": due,
            "sent_at": rows.moment(when),
            "arrived_at": rows.moment(when) if incoming else None,
            "state": state,
        }

    def _tags(self, one: dict[str, Any]) -> list[str]:
        from comity.desks.cases.indexing import tag

        facts = {"own": OURS, "way": "in" if one["incoming"] else "out", "kind": one["kind"]}
        facts |= {"area": one["crime_area"], "urgency": one["urgency"], "partner": one["partner"]}
        return [tag(name, value) for name, value in facts.items()]

    def _notes(self, start: int, messages: Sequence[dict[str, Any]], ids: Sequence[int]) -> None:
        from comity.node import rows
        from comity.node.exchange.models import Note

        made = rows.insert(
            Note,
            ("pair_id", "out", "lane", "seq", "hash", "raw", "msg", "body_id", "state", "at"),
            [
                (
                    self.pairs[one["partner"]], not one["incoming"], 1, start * MESSAGES + place + 1, one["msg"], b"",
                    one["msg"], self.body, "s", one["sent_at"],
                )
                for place, one in enumerate(messages)
            ],
        )  # fmt: skip
        self.notes = dict(zip(ids, made, strict=True))
        rows.run_each(
            "UPDATE cases_casemessage SET note_id = %s WHERE id = %s",
            [(note, key) for key, note in self.notes.items() if key in self.notes],
        )


def measured(ask: Callable[[int], object], rounds: int) -> list[float]:
    """Return the milliseconds of each of some requests, after two that warm up."""
    for number in range(2):
        ask(number)
    found = []
    for number in range(2, rounds + 2):
        started = time.perf_counter()
        ask(number)
        found.append((time.perf_counter() - started) * 1_000)
    return found


def days(now: datetime, number: int) -> str:
    """Return the conditions of a span of one to ten days, further back each time."""
    until = now.date() - timedelta(days=4 * number)
    return f"since={until - timedelta(days=number % 10)}&until={until}"


def p95(times: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(times, n=20)[-1]


def part(cases: int) -> None:
    """Run inside the node that `fill` filled: measure each page; prints JSON lines.

    In a process of its own, for no console holds what filled its tables.
    """
    import django

    django.setup()
    from comity.config.warming import Warm

    Warm(lambda _environ, _start: ()).load()  # as the node does before its first answer
    client, seed = seat(), Seed(cases)
    chance = random.Random(2)  # noqa: S311  # as above
    last = cases

    def get(address: Callable[[int], str]) -> Callable[[int], object]:
        def ask(number: int) -> object:
            answer = client.get(address(number))
            assert answer.status_code in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}, (address(number), answer.status_code)
            return answer.content

        return ask

    def search(text: Callable[[], str], **narrowed: str) -> Callable[[int], object]:
        def ask(_number: int) -> object:
            answer = client.post("/cases/search", {"q": text(), **narrowed})
            assert answer.status_code == HTTPStatus.OK
            return answer.content

        return ask

    pages: dict[str, Callable[[int], object]] = {
        "home": get(lambda _: "/cases/"),
        "list": get(lambda _: "/cases/list"),
        "list-late": get(lambda _: "/cases/list?show=late"),
        "list-open": get(lambda n: f"/cases/list?show=open&page={n % 30 + 1}"),
        "list-mine": get(lambda _: "/cases/list?show=mine"),
        "list-deep": get(lambda n: f"/cases/list?page={1_000 + n}"),
        "list-narrowed": get(lambda n: f"/cases/list?partner={PARTNERS[n % 7]}&kind=answer&urgency=urgent"),
        "list-oldest": get(lambda n: f"/cases/list?sort=oldest&area={AREAS[n % 5]}"),
        "list-rare": get(lambda n: f"/cases/list?{RARE[n % len(RARE)]}"),
        "list-days": get(lambda n: f"/cases/list?{days(seed.now, n)}&area={AREAS[n % 5]}"),
        "list-due": get(lambda n: f"/cases/list?sort=due&area={AREAS[n % 5]}"),
        "case": get(lambda _: f"/cases/{chance.randint(1, last)}/"),
        "partners": get(lambda _: "/cases/partners"),
        "partner": get(lambda _: "/cases/partners/xb.spoc/"),
        "handover": get(lambda _: "/cases/handover"),
        "new": get(lambda _: "/cases/new"),
        "statistics": get(lambda _: "/cases/statistics"),
        "me": get(lambda _: "/me/"),
    }
    words = seed.words
    searches = {
        "search, a word of a third of all": search(lambda: words[0]),
        "search, a rare word": search(lambda: chance.choice(words[20_000:])),
        "search, three words": search(lambda: " ".join(chance.choices(words[:300], k=3))),
        "search, a phrase": search(lambda: f'"{words[0]} {words[1]}"'),
        "search, the beginning of a word": search(lambda: chance.choice(words)[:4]),
        "search, a reference": search(lambda: f"XA-{chance.randint(0, last - 1):06}"),
        "search, narrowed": search(lambda: words[2], partner="xc.ncb", kind="answer", urgency="urgent"),
    }
    rounds = ROUNDS
    for name, ask in {**pages, **searches}.items():
        print(json.dumps([name, p95(measured(ask, rounds))]), flush=True)
    print(json.dumps(["limit", p95(measured(lambda _: by_keys(chance, last), rounds))]), flush=True)
    print(json.dumps(["end", 0]), flush=True)


def by_keys(chance: random.Random, last: int) -> object:
    """Read fifty messages by their keys, as one page of the list has to."""
    from comity.node import rows

    keys = [chance.randint(1, last * MESSAGES) for _ in range(50)]
    return rows.every(f"SELECT * FROM cases_casemessage WHERE id IN ({rows.marks(50)})", *keys)  # noqa: S608  # marks


def fill(cases: int) -> None:
    """Run inside the node: fill it; prints JSON lines."""
    import hashlib
    import secrets

    import django

    django.setup()
    from django.db import connection

    from comity.messages import write
    from comity.node.officers.actions import register_officer
    from comity.sealing import seal_body
    from messages import request

    officer = register_officer(
        "bench", password=secrets.token_urlsafe(24), served=(OURS,), display_name="Bench", authority=OURS,
        role="supervisor",
    )  # fmt: skip
    cek = secrets.token_bytes(32)
    payload, _root = write(request(), lambda: secrets.token_bytes(16))
    sealed = seal_body(cek, payload)
    seed = Seed(cases)
    started = time.perf_counter()
    seed.fill(officer, (hashlib.sha256(sealed).digest(), sealed, cek))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(json.dumps(["seeded", time.perf_counter() - started]), flush=True)
    print(json.dumps(["end", 0]), flush=True)


def seat() -> "Client":
    """Return a browser in which the supervisor is signed in."""
    from django.test import Client

    from comity.node.officers import stepup
    from comity.node.officers.models import Officer

    officer = Officer.objects.get(username="bench")
    client = Client(SERVER_NAME="localhost")
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor_known"] = True
    session[stepup.CONFIRMED] = time.time()
    session.save()
    return client


def lines(process: "subprocess.Popen[str]") -> Iterator[tuple[str, float]]:
    """Yield what the part in the node found."""
    while True:
        name, value = told(process)
        if name == "end":
            return
        yield name, value


def main(chosen: argparse.Namespace) -> None:
    """Build a node, let it be measured, and show the figures."""
    cases = CASES // QUICK if chosen.quick else chosen.cases
    with two_nodes() as nodes:
        found = dict(lines(inside(nodes["XA"], __file__, "fill", str(cases))))
        found |= dict(lines(inside(nodes["XA"], __file__, "part", str(cases))))
    limit = found.pop("limit")
    print(f"{cases:,} cases, {cases * MESSAGES:,} messages, filled in {found.pop('seeded'):.0f} s")
    for name, value in found.items():
        print(f"{name:<48}{value:10.1f} ms at the 95th percentile")
    searches = {name: value for name, value in found.items() if name.startswith("search")}
    pages = {name: value for name, value in found.items() if name not in searches}
    show([
        worst("the slowest page", pages, PAGE_MS, limit),
        worst("the slowest search", searches, SEARCH_MS, limit),
        Figure("the middle of all pages", "ms", statistics.median(pages.values()), PAGE_MS, limit=limit),
    ], as_json=chosen.json)  # fmt: skip


def worst(what: str, found: dict[str, float], reach: float, limit: float) -> Figure:
    """Return the figure of the slowest."""
    name = max(found, key=lambda one: found[one])
    work = f"{what} at the 95th percentile"
    return Figure(work, "ms", found[name], reach, limit=limit, share=limit / found[name], remark=name)


if __name__ == "__main__":
    if sys.argv[1:2] in (["fill"], ["part"]):
        (fill if sys.argv[1] == "fill" else part)(int(sys.argv[2]))
    else:
        main(arguments(__doc__, lambda parser: parser.add_argument("--cases", type=int, default=CASES)))
