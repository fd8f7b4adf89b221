"""Sealed, proved, decided, durable exchange between two real nodes: messages a CPU-second, both nodes summed.

Each node is a folder of its own with its own keys and SQLite database. The sender's half (seal, queue, sequence,
deliver, settle) and the recipient's half (the door, judging, opening, deciding, storing, handing to the cases desk,
cross-check, receipts) run in a process each and speak mutual TLS over loopback, by the functions that the worker calls.
CPU is user and system time of both processes, all threads, between the first send and the last verified receipt. Every
message is another one, of 2 KiB, about a person and a ship; composing it is the work of a form, and not counted.

Before the first message both logs are grown to a million leaves, so that proofs have the length that they have in
service. Then the sizes are measured, and in five interleaved rounds batches of 100, 10 and 1, batches of 100 with the
cross-check of one person against 100,000 records, the limit (bench/limit.py) and the peer: S/MIME sign-and-encrypt in
process, by the `cryptography` package, RSA-3072 and AES-128.

    python bench/exchange.py [--quick] [--json] [--rounds N] [--only 100,10,1,records]
"""

import argparse
import gc
import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import limit
import nodes
from figure import Figure, arguments, share, show

if TYPE_CHECKING:
    from comity.messages import Message

ROUNDS, QUICK_ROUNDS = 5, 1
LEAVES, QUICK_LEAVES = 1_000_000, 20_000
RECORDS, QUICK_RECORDS = 100_000, 5_000
PAYLOAD = 2048
WARM_UP = 40  # requests: each of the door's threads has opened its connection and prepared its statements
OURS, THEIRS, HOLDS_RECORDS = "xa.ncb", "xb.spoc", "xb.police"


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table: how many messages go together, to whom, how many times, and what is to be reached."""

    name: str
    batch: int
    batches: int
    reach: float
    recipient: str = THEIRS

    @property
    def work(self) -> str:
        """What the figure is about."""
        kind = f"batches of {self.batch}" if self.batch > 1 else "single messages"
        return f"exchange, {kind}" + (", one person against the records" if self.recipient == HOLDS_RECORDS else "")


CASES = (
    Case("100", 100, 12, 1000),
    Case("10", 10, 40, 450),
    Case("1", 1, 100, 60),
    Case("records", 100, 6, 600, HOLDS_RECORDS),
)
SHARES = 0.55  # of the limit, for batches of 100


# Invented people and messages

SYLLABLES = ("ka", "ro", "min", "tel", "sa", "ved", "lo", "bri", "nor", "dun", "es", "tal", "ir", "mo", "quen", "har")
WORDS = (
    "lorry", "container", "quay", "warehouse", "driver", "invoice", "shipment", "night", "telephone", "account",
    "transfer", "border", "harbour", "crane", "vessel", "seal", "papers", "route", "contact", "payment",
)  # fmt: skip
KNOWN = 0.1  # share of the people asked about who stand in the records


def name_of(chance: random.Random) -> str:
    """Return an invented name of a person."""
    return " ".join("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))).title() for _ in range(2))


def people(count: int) -> Iterator[tuple[str, str]]:
    """Yield name and date of birth of the people in the records; the same for the same count."""
    chance = random.Random(count)  # noqa: S311  # invented people, no keys
    for _ in range(count):
        yield name_of(chance), f"{chance.randint(1940, 2005)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"


class Writer:
    """Composes messages that nobody has seen before."""

    def __init__(self, held: int) -> None:
        self._chance = random.Random()  # noqa: S311  # as above
        self._number = random.randrange(10**9)  # noqa: S311  # as above
        self._known = list(people(held)) if held else []

    def batch(self, count: int, recipient: str) -> "list[Message]":
        """Return messages of about 2 KiB each; one in ten asks about somebody in the records."""
        return [self._one(recipient) for _ in range(count)]

    def _one(self, recipient: str) -> "Message":
        from dataclasses import replace

        from calls import request
        from comity.messages import AboutSubject, Text, TextRole
        from comity.subjects import Subject
        from comity.vocabulary.person_category import PersonCategory

        chance = self._chance
        self._number += 1
        message = request(OURS, [recipient], self._number)
        if recipient == HOLDS_RECORDS and self._known and chance.random() < KNOWN:
            name, born = chance.choice(self._known)
        else:
            name, born = name_of(chance), f"{chance.randint(1940, 2005)}"
        about = [
            AboutSubject(
                Subject.of("Person", {"name": [name], "birthDate": [born]}), PersonCategory.SUSPECT, "drove the lorry"
            )
        ]
        if recipient != HOLDS_RECORDS:
            about.append(
                AboutSubject(Subject.of("Vessel", {"name": [name_of(chance)]}), None, "carried the containers")
            )
        facts = " ".join(chance.choices(WORDS, k=260))[: 1368 if len(about) > 1 else 1430]
        texts = [
            replace(part, text=facts) if part.role is TextRole.FACTS else part
            for part in message.parts
            if isinstance(part, Text)
        ]
        longer: Message = replace(message, parts=(*texts, *about))
        return longer


# Inside the nodes


def set_up() -> None:
    """Start Django and open the keys, as the worker does."""
    import django

    django.setup()
    from comity.config.worker import settle_memory
    from comity.node.partners import keyring

    keyring.unlock(nodes.PASSPHRASE)
    settle_memory()


def grow(authority: str, leaves: int) -> None:
    """Let an authority's exchange log begin with so many leaves of which only the hashes are known."""
    from django.utils import timezone

    from comity.merkle import Checkpoint as Signable
    from comity.merkle import Frontier
    from comity.node.ledger import actions, keys, tree
    from comity.node.ledger.models import Checkpoint
    from comity.node.writing import writing

    log = actions.exchange_log(authority)
    if log.size >= leaves:
        return
    made = [os.urandom(32) for _ in range(leaves - log.size)]
    with writing():
        frontier = Frontier.from_bytes(bytes(log.frontier)).extend(made)
        tree.grow(log, log.size, made)
        sign = keys.signer(log.name)
        assert sign is not None
        text = sign(Signable(log.name, frontier.size, frontier.root()))
        Checkpoint.objects.create(log=log, size=frontier.size, root=frontier.root(), text=text, at=timezone.now())
        log.size = log.signed_size = frontier.size
        log.root, log.frontier = frontier.root(), frontier.to_bytes()
        log.save(update_fields=["size", "root", "frontier", "signed_size"])


def disk_bytes() -> int:
    """Return the size of this node's database, after everything was brought into it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute("PRAGMA freelist_count")
        pages -= cursor.fetchone()[0]
        cursor.execute("PRAGMA page_size")
        return int(pages * cursor.fetchone()[0])


def sender(leaves: int, held: int) -> None:
    """Send when asked; each line of standard input is `batch batches recipient`, or `disk`."""
    set_up()
    from django.utils import timezone

    from comity.delivery import Parcel
    from comity.node.exchange import deliver, models, outbox, transport
    from comity.node.partners import pairs
    from comity.node.writing import writing
    from comity.vocabulary.authority import AuthorityId

    grow(OURS, leaves)
    writer = Writer(held)
    seen: list[tuple[bytes, bytes]] = []

    def post(partner: AuthorityId, body: bytes) -> tuple[int, bytes]:
        status, answer = transport.post(partner, body)
        seen[:] = [(body, answer)]
        return status, answer

    def one(messages: "Sequence[Message]", recipient: AuthorityId) -> None:
        with writing():
            results = outbox.send(messages, by="bench", at=timezone.now())
        assert all(isinstance(result, outbox.Sent) for result in results), "a message was not allowed to leave"
        pair = pairs.pair(AuthorityId.parse(OURS), recipient)
        for _ in range(5):
            if not deliver.deliver(pair, outbox.ORDINARY_LANE, post, timezone.now()).more:
                break

    nodes.tell("ready")
    for line in sys.stdin:
        if line.startswith("disk"):
            nodes.tell(disk_bytes())
            continue
        batch, batches, name = line.split()
        recipient = AuthorityId.parse(name)
        composed = [writer.batch(int(batch), name) for _ in range(int(batches))]
        gc.collect()
        waits = []
        before = time.process_time()
        for messages in composed:
            begin = time.perf_counter()
            one(messages, recipient)
            waits.append(time.perf_counter() - begin)
        cpu = time.process_time() - before
        left = models.Note.objects.filter(out=True).exclude(state="s").count()
        assert left == 0, f"{left} notes without a receipt"
        parcel, answer = (Parcel.from_bytes(data) for data in seen[0]) if int(batch) > 1 else (None, None)
        nodes.tell(
            {"cpu": cpu, "waits": waits, "bytes": _sizes(seen[0], parcel, answer) if parcel and answer else None}
        )
    os._exit(0)


def _sizes(seen: tuple[bytes, bytes], parcel: Any, answer: Any) -> dict[str, float]:  # noqa: ANN401  # loaded late
    """Return bytes a note of what one parcel and its answer took beyond the bodies."""
    count, framed = len(parcel.notes), 3  # a byte string of this length costs three bytes more
    return {
        "payload": statistics.mean(len(body) for body in parcel.bodies) - 48,
        "note": (len(seen[0]) - sum(len(body) + framed for body in parcel.bodies)) / count,
        "receipt": (len(seen[1]) - sum(len(text) + framed for text in answer.cosignatures)) / count,
        "answer": len(seen[1]) / count,
    }


def receiver(leaves: int, held: int) -> None:
    """Serve the door; answer each line of standard input with [CPU seconds so far, messages filed], or bytes."""
    set_up()
    from comity.config import nodefile
    from comity.desks.cases.models import CaseMessage
    from comity.node.exchange.listener import Federation, Listener
    from comity.node.partners import members

    for authority in (THEIRS, HOLDS_RECORDS):
        grow(authority, leaves)
    if held:
        hold(held)
    node = nodefile.load(Path(os.environ["COMITY_NODE"]))
    Listener("127.0.0.1", node.federation_port, members.server_context, Federation()).start()
    nodes.tell("ready")
    for line in sys.stdin:
        if line.startswith("disk"):
            nodes.tell(disk_bytes())
            continue
        used = resource.getrusage(resource.RUSAGE_SELF)
        nodes.tell([used.ru_utime + used.ru_stime, CaseMessage.objects.count() if line.startswith("filed") else 0])
    os._exit(0)  # the door's threads wait for connections


def hold(count: int) -> None:
    """Import so many invented people by the real importer."""
    from datetime import UTC, date, datetime

    from comity.node.records.importing import Source, import_list
    from comity.node.records.terms import Terms

    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for number, (name, born) in enumerate(people(count)):
            properties = {"name": [name], "birthDate": [born]}
            file.write(json.dumps({"id": f"p{number}", "schema": "Person", "properties": properties}) + "\n")
        file.flush()
        terms = Terms(HOLDS_RECORDS, HOLDS_RECORDS, "own", "prevention", date(2099, 1, 1))
        import_list(Source(Path(file.name)), terms, record_act=lambda _: None, now=lambda: datetime.now(UTC))


# The peer


def smime() -> Callable[[], object]:
    """Return what signs and encrypts one text of 2 KiB for one recipient, with all keys at hand."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import pkcs7

    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "peer")]), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )

    def one() -> bytes:
        signed = (
            pkcs7.PKCS7SignatureBuilder()
            .set_data(os.urandom(PAYLOAD))
            .add_signer(certificate, key, hashes.SHA256())
            .sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
        )
        return (
            pkcs7.PKCS7EnvelopeBuilder()
            .set_data(signed)
            .add_recipient(certificate)
            .encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
        )

    return one


# Measuring


@contextmanager
def two_nodes() -> Iterator[Any]:
    """Build both nodes; at XB one authority has no records and another holds all of them."""
    import federation
    from comity.agreements.shipped import harbour_document

    agreement = json.loads(harbour_document())
    agreement["parties"] = [OURS, THEIRS, HOLDS_RECORDS]
    members = {"XA": (OURS,), "XB": (THEIRS, HOLDS_RECORDS)}
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as folder:
        made = federation.build(Path(folder), members, agreement=json.dumps(agreement).encode())
        try:
            yield made
        finally:
            made.stop()


class Pair:
    """Both parts, running."""

    def __init__(self, made: Any, leaves: int, held: int) -> None:  # noqa: ANN401  # of the untyped tests
        self._theirs = nodes.inside(made["XB"], __file__, "receiver", str(leaves), str(held))
        assert nodes.told(self._theirs) == "ready"
        self._ours = nodes.inside(made["XA"], __file__, "sender", str(leaves), str(held))
        assert nodes.told(self._ours) == "ready"

    def run(self, batch: int, batches: int, recipient: str) -> dict[str, Any]:
        """Exchange messages; returns what the sender found, with the CPU of both and the rate."""
        before = nodes.ask(self._theirs)[0]
        found: dict[str, Any] = nodes.ask(self._ours, f"{batch} {batches} {recipient}")
        theirs = nodes.ask(self._theirs)[0] - before
        found["shares"] = found["cpu"] / (batch * batches), theirs / (batch * batches)
        found["rate"] = batch * batches / (found["cpu"] + theirs)
        return found

    def disk(self) -> tuple[int, int]:
        """Return the bytes of both databases."""
        return nodes.ask(self._ours, "disk"), nodes.ask(self._theirs, "disk")

    def filed(self) -> int:
        """Return how many messages stand in the recipient's cases, ready for its officers."""
        return int(nodes.ask(self._theirs, "filed")[1])

    def end(self) -> None:
        """Stop both parts."""
        for process in (self._ours, self._theirs):
            process.kill()
            process.wait()


def sizes(pair: Pair, batches: int) -> list[Figure]:
    """Measure bytes a note, a receipt, and on disk, in batches of 100."""
    filed, before = pair.filed(), pair.disk()
    found = pair.run(100, batches, THEIRS)["bytes"]
    grown = [(after - old) / (100 * batches) for after, old in zip(pair.disk(), before, strict=True)]
    assert pair.filed() - filed == 100 * batches, "the cases desk has not got every message"
    about = f"payload {found['payload']:,.0f} bytes"
    return [
        Figure("bytes beyond the body, a note", "bytes", found["note"], 1450, remark=about),
        Figure(
            "bytes beyond the body, a receipt", "bytes", found["receipt"], 60,
            remark=f"{found['answer']:.0f} with the cosignature of the sender's checkpoint",
        ),
        Figure("disk at the sender, a message", "bytes", grown[0], 6500),
        Figure("disk at the recipient, a message", "bytes", grown[1], 6500, remark="with the case that officers read"),
    ]  # fmt: skip


def rates(pair: Pair, cases: Sequence[Case], rounds: int) -> list[Figure]:
    """Measure the cases, the limit and the peer in interleaved rounds."""
    found: dict[str, list[tuple[float, float, float]]] = {case.name: [] for case in cases}
    shares: dict[str, list[tuple[float, float]]] = {case.name: [] for case in cases}
    sign_and_encrypt = smime()
    for _ in range(rounds):
        for case in cases:
            bound = limit.messages_a_cpu_second(case.batch)
            run = pair.run(case.batch, case.batches, case.recipient)
            bound = (bound + limit.messages_a_cpu_second(case.batch)) / 2
            found[case.name].append((run["rate"], bound, 1 / limit.cpu_seconds(sign_and_encrypt, 20)))
            shares[case.name].append(run["shares"])
    figures = []
    for case in cases:
        ours, bound, peer = (statistics.median(column) for column in zip(*found[case.name], strict=True))
        half = [statistics.median(column) * 1e6 for column in zip(*shares[case.name], strict=True)]
        of_limit = share([(run[0], run[1]) for run in found[case.name]], at_most=False)
        remark = f"{half[0]:,.0f} us at the sender, {half[1]:,.0f} us at the recipient"
        figures.append(
            Figure(case.work, "messages/CPU-s", ours, case.reach, at_most=False, peer=peer, limit=bound, share=of_limit,
                   remark=remark)
        )  # fmt: skip
        if case.name == "100":
            figures.append(Figure(f"{case.work}, share of the limit", "", of_limit, SHARES, at_most=False))
    return figures


def main() -> None:
    """Measure and print."""

    def more(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--rounds", type=int, help="interleaved rounds, of which the medians are taken")
        parser.add_argument("--only", default=",".join(case.name for case in CASES), help="cases, by name")

    options = arguments(__doc__, more)
    cases = [case for case in CASES if case.name in options.only.split(",")]
    rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    held = QUICK_RECORDS if options.quick else RECORDS
    held = held if any(case.recipient == HOLDS_RECORDS for case in cases) else 0
    with two_nodes() as made:
        pair = Pair(made, QUICK_LEAVES if options.quick else LEAVES, held)
        try:
            for recipient in {case.recipient for case in cases}:
                pair.run(1, WARM_UP, recipient)
                pair.run(100, 2, recipient)
            figures = [*sizes(pair, 3 if options.quick else 10), *rates(pair, cases, rounds)]
        finally:
            pair.end()
    show(figures, as_json=options.json)


if __name__ == "__main__":
    if sys.argv[1:2] in (["sender"], ["receiver"]):
        {"sender": sender, "receiver": receiver}[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
