"""XA's contact bureau with three partners, a directory of real keys, and an officer at the desk."""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from pytest_django import Settings

from comity.config.nodefile import Authority, NodeFile
from comity.delivery import Standing
from comity.demo import register
from comity.desks.cases import actions, arriving, choices, composing, forms
from comity.desks.cases.models import CaseMessage
from comity.messages import Message, write
from comity.messages.note import SUITE, VERSION, Note
from comity.node import places
from comity.node.exchange import models as exchanged
from comity.node.exchange.receivers import Arrived
from comity.node.ledger.actions import open_log
from comity.node.officers import stepup
from comity.node.officers.actions import register_officer
from comity.node.officers.models import Officer
from comity.node.partners import keyring, members, mirrored, pairs
from comity.sealing import Keystore, seal_body
from comity.vocabulary.authority import AuthorityId

PASSPHRASE = "four calm seas"
STATES = ("XA", "XB", "XC", "XD", "XO")


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A directory that names every authority of four states, mirrored by this process, whose keys are XA's."""
    folder, now = tmp_path_factory.mktemp("federation"), datetime.now(UTC)
    files = [
        NodeFile(folder / state, host=f"{state.lower()}.localhost", state=state, authorities=(Authority("xa.ncb"),))
        for state in STATES
    ]
    cards = register.make_keys(files, PASSPHRASE, now)
    register.publish(folder / "registrar", cards, PASSPHRASE, now)
    published = folder / "registrar" / register.PUBLISHED
    mirrored.begin((published / "1.root.json").read_bytes())
    mirrored.set_sources([str(published)])
    mirrored.refresh(now)
    members.forget()
    keyring.use(Keystore(folder / "XA" / "keys").unlock(PASSPHRASE))


@pytest.fixture(autouse=True)
def nothing_can_be_called_back(settings: Settings) -> None:
    """What is sent leaves at once; what can be called back has tests of its own (test_leaving.py)."""
    settings.NODE = replace(settings.NODE, undo_seconds=0)


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """Slow hashing protects officers, not tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def at() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def desk(db: None, directory: None) -> None:
    """The logs of the bureau are open."""
    open_log("xa.ncb/x1")
    open_log("xa.ncb/a1")
    open_log("xa.cid/a1")
    assert places.directory().is_dir()


def officer_named(username: str, **facts: str) -> Officer:
    given = {"display_name": username.title(), "authority": "xa.ncb", "role": "officer", **facts}
    return register_officer(username, password="x", served=("xa.ncb", "xa.cid"), check_password=False, **given)


@pytest.fixture
def officer(desk: None) -> Officer:
    return officer_named("hale")


def sit_down(officer: Officer) -> Client:
    """Return a browser in which the officer has signed in with both factors."""
    client = Client()
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor_known"] = True
    session[stepup.CONFIRMED] = time.time()
    session.save()
    return client


@pytest.fixture
def browser(officer: Officer) -> Client:
    return sit_down(officer)


FILLED: dict[str, str | list[str]] = {
    "subjects": "0:Person",
    "s0-schema": "Person",
    "s0-name": "Khaled al-Mansouri\nخالد المنصوري",
    "s0-birthDate": "1974-03",
    "s0-nationality": "XD",
    "s0-category": "suspect",
    "s0-link": "Released both containers.",
    "recipients": ["xb.spoc", "xc.ncb"],
    "purpose": "criminal-investigation",
    "crime_area": "drug-trafficking",
    "legal_basis": "Drug trafficking, section 4",
    "facts": "Two containers were seized.",
    "questions": "Is he known?\nUnder which documents?",
    "urgency": "normal",
    "handling": ["H0"],
}


FillIn = Callable[..., forms.Draft]


def posted(**changed: str | list[str]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in {**FILLED, **changed}.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


@pytest.fixture
def fill_in(officer: Officer) -> Callable[..., forms.Draft]:
    """`fill_in(urgency="urgent")` is the request above with that answer instead."""

    def fill(**changed: str | list[str]) -> forms.Draft:
        return forms.Draft.read(posted(**changed), choices.for_officer(officer, "en"))

    return fill


@dataclass
class Partner:
    """A partner that writes to the bureau; what its node proves is not this desk's matter."""

    authority: AuthorityId
    numbers: Iterator[int]

    def send(self, message: Message, *, standing: Standing = Standing.IN_ORDER, times: int = 1) -> CaseMessage:
        at = datetime.now(UTC)
        payload, msg = write(message, lambda: secrets.token_bytes(16))
        number = next(self.numbers)
        note = Note(
            v=VERSION, suite=SUITE, from_=self.authority, to=AuthorityId.parse("xa.ncb"), lane=1, seq=number,
            prev=bytes(32), msg=msg, body=hashlib.sha256(payload).digest(), size=len(payload), dir=(1, 1, bytes(32)),
            sent=int(at.timestamp()), exp=int(at.timestamp()) + 60, wrap=b"",
        )  # fmt: skip
        # The door of the exchange asks later whether what is answered was asked.
        pair = pairs.pair(AuthorityId.parse("xa.ncb"), self.authority)
        cek = secrets.token_bytes(32)
        sealed = seal_body(cek, payload)
        body = exchanged.Body.objects.create(
            sha256=hashlib.sha256(sealed).digest(), sealed=sealed, cek=cek, size=len(sealed)
        )
        stored, _ = exchanged.Note.objects.get_or_create(
            pair=pair, out=False, lane=1, seq=number,
            defaults={"hash": msg, "raw": b"", "msg": msg, "state": "s", "at": at, "body": body},
        )  # fmt: skip
        arriving.receive([Arrived(stored.pk, message, payload, note, standing, at)] * times)
        return CaseMessage.objects.get(msg=msg, incoming=True)

    def asks(self, draft_message: Message, **changed: Any) -> CaseMessage:
        head = replace(
            draft_message.head,
            from_=self.authority,
            recipients=(AuthorityId.parse("xa.ncb"),),
            reference=f"{self.authority}-7",
            **changed,
        )
        return self.send(replace(draft_message, head=head))


@pytest.fixture
def partner() -> Callable[[str], Partner]:
    numbers = count(1)
    return lambda authority: Partner(AuthorityId.parse(authority), numbers)


@pytest.fixture
def asked(
    fill_in: Callable[..., forms.Draft], officer: Officer, at: datetime, partner: Callable[[str], Partner]
) -> CaseMessage:
    """The request above, as Belcourt's office sends it to us."""
    draft = fill_in()
    assert draft.is_valid()
    return partner("xb.spoc").asks(composing.request(draft, officer, "XA-1", at))


@pytest.fixture
def sent(fill_in: Callable[..., forms.Draft], officer: Officer, at: datetime) -> CaseMessage:
    """The request above, as we send it."""
    draft = fill_in()
    assert draft.is_valid()
    message = actions.send_request(draft, officer, at=at).message
    assert message is not None
    return message
