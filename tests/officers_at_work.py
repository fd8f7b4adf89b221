"""Officers of two nodes who work over HTTP as their browsers would: ask, take, answer, note, search, look.

Shared by the test that nothing is lost or doubled and by the benchmark of how long each answer takes.
"""

import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3

SEATS = """
import json, sys, time
import django; django.setup()
from django.test import Client
from django.conf import settings
from comity.node.officers import stepup
from comity.node.officers.actions import register_officer
own, count = sys.argv[1], int(sys.argv[2])
served = tuple(str(one.id) for one in settings.NODE.authorities)
found = []
for number in range(count):
    officer = register_officer(
        f"at.work.{number}", password="x", served=served, check_password=False,
        display_name=f"At Work {number}", authority=own, role="officer",
    )
    client = Client()
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor_known"] = True
    session[stepup.CONFIRMED] = time.time()
    session.save()
    found.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
print(json.dumps([settings.SESSION_COOKIE_NAME, found]))
"""
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
CASE = re.compile(r'class="row-link" href="/cases/(\d+)/"')
ANSWER = re.compile(r'href="/cases/messages/(\d+)/answer"')
EVERY_S = 15.0
"""How often an officer does something in simulated time: more than anybody does for an hour."""


@dataclass
class Done:
    """What all officers did together.

    Attributes:
        took: seconds of each answer, by what was asked.
        asked: names of those about whom a request was sent, as the page confirmed it.
        answered: how many answers were confirmed.
        noted: texts of notes that were kept.
        faults: what a page answered that it should not have.
    """

    took: list[tuple[str, float]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answered: int = 0
    noted: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Officer:
    """One session of one officer at one node."""

    def __init__(self, origin: str, cookie: tuple[str, str], partner: str, seed: int, done: Done) -> None:
        self.origin, self.partner, self.done = origin, partner, done
        at = urlsplit(origin)  # what ends in .localhost is this machine, which not every resolver knows
        self.address, self.host = f"{at.scheme}://127.0.0.1:{at.port}", at.netloc
        self.cookies = {cookie[0]: cookie[1]}
        self.chance = random.Random(seed)
        self.name = f"{partner.replace('.', '')}{seed}"
        self.count = 0
        self.http = urllib3.PoolManager(retries=False, timeout=60)

    def ask_page(self, kind: str, path: str, fields: Sequence[tuple[str, str]] | None = None) -> tuple[int, str, str]:
        """Ask for a page, timed; returns status, text and where it leads."""
        headers = {"Host": self.host, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        started = time.perf_counter()
        if fields is None:
            answer = self.http.request("GET", self.address + path, headers=headers, redirect=False)
        else:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin}
            answer = self.http.request(
                "POST", self.address + path, body=urlencode(fields), headers=headers, redirect=False
            )
        took = time.perf_counter() - started
        for line in answer.headers.getlist("Set-Cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        with self.done.lock:
            self.done.took.append((kind, took))
            if answer.status >= 400:
                self.done.faults.append(f"{kind} {path}: {answer.status}")
        return answer.status, answer.data.decode(), answer.headers.get("Location", "")

    def post(self, kind: str, page: str, path: str, fields: Mapping[str, str | Sequence[str]]) -> tuple[int, str, str]:
        """Fill in the form that `page` shows, and send it."""
        status, text, where = self.ask_page("form", page)
        if status == 302:  # a colleague was quicker: there is nothing to fill in any more
            return 0, "", where
        token = TOKEN.search(text)
        if token is None:
            with self.done.lock:
                self.done.faults.append(f"{page} has no form")
            return 0, "", ""
        listed = [
            (name, one) for name, value in fields.items() for one in ([value] if isinstance(value, str) else value)
        ]
        return self.ask_page(kind, path, [("csrfmiddlewaretoken", unescape(token[1])), *listed])

    def work(self, acts: int, every_s: float = 0.0) -> None:
        """Do so many things, one after the other.

        Args:
            acts: how many.
            every_s: how long after one was begun the next is begun, on average; 0 for at once when one is done.
        """
        begun = time.monotonic() + self.chance.random() * every_s  # not all in the same moment
        for number in range(acts):
            time.sleep(max(0.0, begun + every_s * (number + self.chance.random() - 0.5) - time.monotonic()))
            what = self.chance.choices(
                [self.look, self.request, self.answer, self.search, self.note], weights=[30, 20, 25, 15, 10]
            )[0]
            try:
                what()
            except Exception as error:  # a thread that dies silently would look like one that had nothing to do
                with self.done.lock:
                    self.done.faults.append(f"{what.__name__}: {error!r}")

    def look(self) -> None:
        """Look at the desk, a list, and one case of it."""
        self.ask_page("home", "/cases/")
        tab = self.chance.choice(["open", "waiting", "all", "mine"])
        _status, text, _where = self.ask_page("list", f"/cases/list?show={tab}")
        if found := CASE.findall(text):
            self.ask_page("case", f"/cases/{self.chance.choice(found)}/")

    def request(self) -> None:
        """Ask the partner about somebody whose name no one else bears."""
        self.count += 1
        name = f"{self.name}n{self.count} Quellmann"
        status, _text, _where = self.post("request", "/cases/new", "/cases/new", request_about(name, self.partner))
        if status == 302:
            with self.done.lock:
                self.done.asked.append(name)

    def answer(self) -> None:
        """Take what nobody has taken, and answer it; a colleague may have been quicker."""
        _status, text, _where = self.ask_page("list", "/cases/list?show=free")
        found = CASE.findall(text)
        if not found:
            return
        case = self.chance.choice(found)
        self.post("take", f"/cases/{case}/", f"/cases/{case}/hold", {"step": "take", "shown": ""})
        _status, text, _where = self.ask_page("case", f"/cases/{case}/")
        if not (asked := ANSWER.search(text)):
            return
        address = f"/cases/messages/{asked[1]}/answer"
        self.post("answer", address, address, {"kind": "negative", "handling": "H0", "step": "send"})

    def search(self) -> None:
        """Search for a name that somebody may have written."""
        text = f"quellmann {self.chance.choice('abcdef')}"
        self.post("search", "/cases/", "/cases/search", {"q": text})

    def note(self) -> None:
        """Note something in a case."""
        _status, text, _where = self.ask_page("list", "/cases/list")
        if not (found := CASE.findall(text)):
            return
        self.count += 1
        case, said = self.chance.choice(found), f"{self.name} note {self.count}"
        status, _text, where = self.post(
            "note", f"/cases/{case}/", f"/cases/{case}/notes", {"step": "add", "text": said}
        )
        if status == 302 and "#note-" in where:
            with self.done.lock:
                self.done.noted.append(said)


def request_about(name: str, partner: str) -> dict[str, str | Sequence[str]]:
    """Return the form of a request about one person."""
    return {
        "subjects": "0:Person",
        "s0-schema": "Person",
        "s0-name": name,
        "s0-category": "suspect",
        "s0-link": "Released both containers.",
        "recipients": [partner],
        "purpose": "criminal-investigation",
        "crime_area": "drug-trafficking",
        "legal_basis": "Section 4",
        "facts": f"Seen near the quay: {name}.",
        "questions": "Is this person known?",
        "urgency": "normal",
        "handling": ["H0"],
        "step": "send",
    }


def seats(folder: Any, own: str, count: int) -> list[tuple[str, str]]:
    """Return sessions of so many new officers of a node, as (name of the cookie, value)."""
    env = {**os.environ, "COMITY_NODE": str(folder), "DJANGO_SETTINGS_MODULE": "comity.config.settings"}
    out = subprocess.run(
        [sys.executable, "-c", SEATS, own, str(count)], env=env, check=True, capture_output=True, text=True
    )
    name, values = json.loads(out.stdout.splitlines()[-1])
    return [(name, value) for value in values]


def work(officers: Sequence[Officer], simulated_s: float, *, speed: float = 0.0) -> None:
    """Let all officers work at once, for so many simulated seconds.

    Args:
        officers: of any nodes.
        simulated_s: how long, as they count it.
        speed: how many of their seconds pass in one; 0 for as many as the machine can stand, without a pause.
    """
    acts = int(simulated_s / EVERY_S)
    every_s = EVERY_S / speed if speed else 0.0
    threads = [threading.Thread(target=one.work, args=(acts, every_s)) for one in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def eventually(true: Callable[[], bool], seconds: float) -> bool:
    """Tell whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def doubled(values: Sequence[Any]) -> list[Any]:
    """Return what stands in a list more than once."""
    return [value for value, count in Counter(values).items() if count > 1]
