"""What reading and writing a message and a note costs.

    python bench/messages.py [--quick] [--json]

A request of 2 KiB: a head, three texts, three persons. CPU time of one call, the best of interleaved rounds. Peers: the
same values read and written by the CBOR library alone, item by item, and by Python's own JSON, neither of which checks
a field or proves an item. Limit: what the protocol asks of any implementation on top of these libraries: decode every
item, encode it again to compare, hash every leaf and node.
"""

import itertools
import json
from collections.abc import Callable
from hashlib import sha256
from time import process_time

import cbor2

from comity.messages import (
    AboutSubject,
    Head,
    Message,
    Note,
    Text,
    TextRole,
    note_hash,
    parse_note,
    read,
    write,
)
from comity.messages.items import elements_of
from comity.subjects import Subject
from comity.vocabulary.authority import AuthorityId
from comity.vocabulary.crime_area import CrimeArea
from comity.vocabulary.person_category import PersonCategory
from comity.vocabulary.purpose import Purpose
from figure import Figure, arguments, show

XA, XB = AuthorityId.parse("xa.ncb"), AuthorityId.parse("xb.spoc")
ROLES = (TextRole.LEGAL_BASIS, TextRole.FACTS, TextRole.QUESTION)
NODES = 6  # of a tree over seven leaves


def request() -> Message:
    """Return a request whose payload has about two kibibytes."""
    head = Head("request", XA, (XB,), 1_790_000_000, "XA-2026-1", Purpose.CRIMINAL_INVESTIGATION, CrimeArea.FRAUD)
    texts = tuple(Text(role, "en", "words of a request " * 18) for role in ROLES)
    facts = {"name": ["Marcus Dray", "M. Dray"], "birthDate": ["1974-03-22"], "nationality": ["xa"], "notes": ["tall"]}
    person = AboutSubject(Subject.of("Person", facts), PersonCategory.SUSPECT, "owns the lorry")
    return Message(head, (*texts, person, person, person))


def best(measures: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the microseconds of CPU time that one call of each takes, the best of interleaved rounds of 100."""
    found = dict.fromkeys(measures, float("inf"))
    for _ in range(rounds):
        for name, work in measures.items():
            start = process_time()
            for _ in range(100):
                work()
            found[name] = min(found[name], (process_time() - start) * 1e4)
    return found


def main() -> None:
    """Print the figures in microseconds."""
    options = arguments(__doc__)
    message = request()
    counter = itertools.count()
    payload, _ = write(message, lambda: next(counter).to_bytes(16))
    items = [element for element in elements_of(payload) if isinstance(element, bytes)]
    values = [cbor2.loads(item) for item in items]
    plain = [[salt.hex(), name, value] for salt, name, value in values]
    text = json.dumps(plain)
    outer = cbor2.loads(payload)
    hashes = bytes(65)
    zeros = bytes(32)
    directory = (1, 2, zeros)
    note = Note(1, 1, XA, XB, 1, 5, zeros, zeros, zeros, 2000, directory, 1_790_000_000, 1_790_600_000, bytes(1200))
    data = note.to_bytes()
    core = cbor2.loads(data)
    found = best(
        {
            "write": lambda: write(message, lambda: next(counter).to_bytes(16)),
            "read": lambda: read(payload),
            "loads": lambda: [cbor2.loads(payload), *(cbor2.loads(item) for item in items)],
            "dumps": lambda: [cbor2.dumps(outer), *(cbor2.dumps(value) for value in values)],
            "hashes": lambda: [*(sha256(item) for item in items), *(sha256(hashes) for _ in range(NODES))],
            "json loads": lambda: json.loads(text),
            "json dumps": lambda: json.dumps(plain),
            "note parse": lambda: parse_note(data),
            "note write": note.to_bytes,
            "note hash": lambda: note_hash(data),
            "note loads": lambda: cbor2.loads(data),
            "note dumps": lambda: cbor2.dumps(core),
        },
        10 if options.quick else 100,
    )
    reading = found["loads"] + found["dumps"] + found["hashes"]
    writing = found["dumps"] + found["hashes"]
    note_limit = found["note loads"] + found["note dumps"]

    def figure(work: str, ours: float, reach: float, peer: float, limit: float, remark: str) -> Figure:
        return Figure(work, "us", ours, reach, True, peer, limit, limit / ours, remark)  # at most this

    show(
        [
            figure(
                f"read a request of {len(payload)} bytes", found["read"], 80, found["loads"], reading,
                f"peer: CBOR alone, unchecked; JSON {found['json loads']:.1f}",
            ),
            figure(
                f"write a request of {len(payload)} bytes", found["write"], 60, found["dumps"], writing,
                f"peer: CBOR alone, unhashed; JSON {found['json dumps']:.1f}",
            ),
            figure("read a note", found["note parse"], 15, found["note loads"], note_limit, "peer: CBOR alone"),
            figure(
                "write a note", found["note write"], 15, found["note dumps"], found["note dumps"], "peer: CBOR alone"
            ),
            figure("hash a note", found["note hash"], 15, found["note hash"], found["note hash"], "peer: the same"),
        ],
        as_json=options.json,
    )  # fmt: skip


if __name__ == "__main__":
    main()
