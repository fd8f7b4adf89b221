"""A federation in memory: the pure parts of the exchange, a heap of events, and a network that loses things.

Time, randomness and failures come from one seed, so that a failing seed is a bug report. What a node has committed
survives its crashes; what it was doing does not. Keys are toys: their signatures are hashes.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise

from comity.delivery import (
    BaseMismatchError,
    DeliveryError,
    Fault,
    ForkError,
    Head,
    InLane,
    Parcel,
    Proof,
    ReceiptKind,
    ReceiptLeaf,
    Relation,
    Standing,
    Statement,
    judge,
    next_lane,
    prove,
    relate,
    settle,
    wait_s,
)
from comity.merkle import (
    ED25519,
    ML_DSA_65,
    Checkpoint,
    Kind,
    SignedCheckpoint,
    Tree,
    entry,
    leaf_hash,
    note_h,
    runs_of,
    runs_path,
    salted_h,
    sign,
    verify,
    verify_consistency,
)
from comity.messages.note import SUITE, VERSION, Note, parse_note
from comity.vocabulary.authority import AuthorityId, LogName

WRAP = bytes(1168)
DAY_S = 86_400
RECEIPT_KINDS = {ReceiptKind.STORED: Kind.RECEIPT, ReceiptKind.READ: Kind.READ, ReceiptKind.REFUSED: Kind.REFUSAL}


@dataclass(frozen=True)
class ToyKey:
    """A key whose signature anyone could make: it shows only that the right bytes were signed under the right name."""

    name: str
    algorithm: bytes

    @property
    def public(self) -> bytes:
        return sha256(self.name.encode() + self.algorithm).digest()

    def sign(self, message: bytes, /) -> bytes:
        return sha256(self.public + message).digest()

    def verify(self, signature: bytes, message: bytes, /) -> bool:
        return signature == self.sign(message)


def toy_keys(log: str) -> tuple[ToyKey, ToyKey]:
    return ToyKey(log, ED25519), ToyKey(log, ML_DSA_65)


def log_of(authority: AuthorityId) -> LogName:
    return LogName.parse(f"{authority}/x1")


def verify_toy(text: bytes) -> Checkpoint:
    origin = SignedCheckpoint.parse(text).checkpoint.origin
    return verify(text, toy_keys(origin))


@dataclass
class SimLane:
    """Both directions of one lane, as committed."""

    sent: list[bytes] = field(default_factory=list)
    places: list[int | None] = field(default_factory=list)  # log index of each sent note
    settled: dict[int, str] = field(default_factory=dict)  # seq -> outcome
    arrived: dict[int, bytes] = field(default_factory=dict)
    state: InLane = field(default_factory=InLane)


@dataclass
class GivenReceipt:
    statement: Statement
    salt: bytes
    index: int | None = None


class SimNode:
    """One authority with its node. Everything but `in_flight` is committed state."""

    def __init__(self, name: str, world: "World") -> None:
        self.id = AuthorityId.parse(name)
        self.world = world
        self.log = log_of(self.id)
        self.tree = Tree()
        self.waiting: list[tuple[bytes, Callable[[int], None]]] = []  # committed leaves without a number
        self.signed: dict[int, bytes] = {}
        self.heads: dict[str, Head] = {}
        self.lanes: dict[tuple[AuthorityId, int], SimLane] = {}
        self.given: dict[AuthorityId, list[GivenReceipt]] = {}
        self.partner_has: Counter[AuthorityId] = Counter()
        self.effects: Counter[tuple[AuthorityId, int, int]] = Counter()
        self.incidents: list[tuple[str, tuple[bytes, ...]]] = []
        self.failures: Counter[AuthorityId] = Counter()
        self.up = True
        self.in_flight: set[tuple[AuthorityId, int]] = set()
        self.life = 0  # answers to requests of an earlier life are not heard

    # Writing

    def lane(self, partner: AuthorityId, number: int) -> SimLane:
        return self.lanes.setdefault((partner, number), SimLane())

    def send(self, partner: AuthorityId, number: int, *, exp_s: int = DAY_S, suite: int = SUITE) -> None:
        """Commit a note with its unnumbered leaf."""
        lane = self.lane(partner, number)
        now = int(self.world.now)
        note = Note(
            v=VERSION,
            suite=suite,
            from_=self.id,
            to=partner,
            lane=number,
            seq=len(lane.sent) + 1,
            prev=note_h(lane.sent[-1]) if lane.sent else bytes(32),
            msg=sha256(b"msg" + self.world.random.randbytes(8)).digest(),
            body=sha256(self.world.random.randbytes(8)).digest(),
            size=100,
            dir=(1, 1, bytes(32)),
            sent=now,
            exp=now + exp_s,
            supersedes=None,
            wrap=WRAP,
        )
        raw = note.to_bytes()
        place = len(lane.sent)
        lane.sent.append(raw)
        lane.places.append(None)
        self.waiting.append((entry(Kind.NOTE, note_h(raw)), lambda index: lane.places.__setitem__(place, index)))

    def sequence(self) -> bytes:
        """Number, then sign. A crash may fall between: the signed size is then made good by the next call."""
        for leaf, placed in self.waiting:
            placed(self.tree.append(leaf_hash(leaf)))
        self.waiting = []
        size = self.tree.size
        if size not in self.signed:
            self.world.may_crash(self)
            text = sign(Checkpoint(str(self.log), size, self.tree.root()), toy_keys(str(self.log)))
            self.world.saw_signed(self, size, self.tree.root())
            self.signed[size] = text
        return self.signed[size]

    def proof(self, base: int, indices: list[int]) -> Proof:
        text = self.sequence()
        size = self.tree.size
        smaller, larger = sorted((base, size))
        return Proof(
            log=self.log,
            base=base,
            checkpoint=text,
            consistency=self.tree.consistency(smaller, larger) if 0 < smaller < larger else (),
            runs=runs_of(sorted(indices)),
            path=runs_path(self.tree.node, runs_of(sorted(indices)), size),
        )

    # Delivering

    def head(self, owner: AuthorityId) -> Head:
        return self.heads.get(str(log_of(owner)), Head(log_of(owner), 0, sha256(b"").digest()))

    def unsettled(self, partner: AuthorityId, number: int) -> list[int]:
        lane = self.lane(partner, number)
        return [seq for seq in range(1, len(lane.sent) + 1) if seq not in lane.settled]

    def deliver(self, partner: AuthorityId, number: int) -> None:
        """Make one attempt."""
        if not self.up or (partner, number) in self.in_flight or not self.unsettled(partner, number):
            return
        self.sequence()
        lane = self.lane(partner, number)
        batch = self._chosen(self.unsettled(partner, number)[: self.world.batch])
        head = self.head(partner)
        parcel = Parcel(
            sender=self.id,
            recipient=partner,
            lane=number,
            proof=self.proof(
                min(self.partner_has[partner], self.tree.size), [lane.places[seq - 1] or 0 for seq in batch]
            ),
            notes=tuple(lane.sent[seq - 1] for seq in batch),
            have=head.size,
            heads=self.news(partner),
            next_seq=lane.state.next_seq,
        )
        self.in_flight.add((partner, number))
        life = self.life

        def done(answer: bytes | None, *, fault: bool) -> None:
            if life != self.life:
                return
            self.in_flight.discard((partner, number))
            again = self.settled(partner, number, answer, head, fault=fault)
            self.world.later(again, lambda: self.deliver(partner, number))

        self.world.request(self, partner, parcel.to_bytes(), done)

    def _chosen(self, batch: list[int]) -> list[int]:
        """Return what a parcel brings of what waits.

        Now and then a lane is served as by a node of another make: the beginning stays away, so that a gap stands
        before what arrives; or what was settled already comes once more, beside what closes a gap.
        """
        fate = self.world.random.random()
        if fate < self.world.odd / 2 and len(batch) > 1:
            start = self.world.random.randrange(1, len(batch))
            return batch[start : self.world.random.randint(start + 1, len(batch))]
        if fate < self.world.odd:
            first = max(1, batch[0] - self.world.random.randint(0, 3))
            return list(range(first, min(batch[-1], first + self.world.batch - 1) + 1))
        return batch

    def settled(self, partner: AuthorityId, number: int, answer: bytes | None, head: Head, *, fault: bool) -> float:
        """Take an answer and return the seconds until the next attempt."""
        if answer is not None and fault:
            found = Fault.from_bytes(answer)
            if found.head is not None and found.head != self.partner_has[partner]:
                self.partner_has[partner] = found.head
                return 0.0
        if answer is None or fault:
            self.failures[partner] += 1
            return wait_s(self.failures[partner], self.world.random.random())
        self.failures[partner] = 0
        reply = Parcel.from_bytes(answer)
        try:
            self.take_answer(reply, head)
        except DeliveryError as error:
            self.note_incident(error)
            self.failures[partner] += 1
            return wait_s(self.failures[partner], self.world.random.random())
        return 0.0

    def take_answer(self, reply: Parcel, head: Head) -> None:
        proved = prove(reply, head, verify_toy)
        for statement in proved.statements:
            self.settle(reply.sender, statement)
        if proved.head.size > self.head(reply.sender).size and self.head(reply.sender).size == head.size:
            self.heads[str(proved.head.log)] = proved.head
        for text in reply.heads:
            self.hear(text)

    def settle(self, partner: AuthorityId, statement: Statement) -> None:
        def sent_hash(lane: int, seq: int) -> bytes | None:
            sent = self.lane(partner, lane).sent
            return note_h(sent[seq - 1]) if 0 < seq <= len(sent) else None

        settle(statement, own=self.id, partner=partner, sent_hash=sent_hash)
        lane = self.lane(partner, statement.lane)
        for seq in range(statement.first, statement.last + 1):
            lane.settled.setdefault(seq, statement.code or statement.kind.value)

    # Receiving

    def accept(self, data: bytes) -> bytes:
        """Believe, judge, commit; then answer with proof.

        Raises:
            DeliveryError: nothing was kept.
        """
        parcel = Parcel.from_bytes(data)
        sender = parcel.sender
        proved = prove(parcel, self.head(sender), verify_toy)
        lane = self.lane(sender, parcel.lane)
        parsed = [parse_note(raw) for raw in parcel.notes]

        def stored(seq: int) -> tuple[bytes, bytes] | None:
            raw = lane.arrived.get(seq)
            return None if raw is None else (note_h(raw), raw)

        verdicts = judge(
            list(zip(parcel.notes, proved.note_hashes, parsed, strict=True)),
            lane.state,
            sender=sender,
            recipient=self.id,
            lane_number=parcel.lane,
            stored=stored,
            wrap_size=len(WRAP),
            now=int(self.world.now),
        )
        self.world.met.update(verdict.standing for verdict in verdicts)
        self.world.may_crash(self)
        self._commit(parcel, proved.head, [v for v in verdicts if v.standing is not Standing.REPEATED], lane)
        self.world.may_crash(self)
        return self._answer(parcel, [v.note.seq for v in verdicts])

    def _commit(self, parcel: Parcel, head: Head, fresh: list, lane: SimLane) -> None:
        state = lane.state
        for verdict in fresh:
            note = verdict.note
            lane.arrived[note.seq] = verdict.raw
            if not verdict.refusal:
                self.effects[parcel.sender, parcel.lane, note.seq] += 1
            if verdict.standing is Standing.IN_ORDER:
                state = self._past(state, lane, note.seq)
                state = InLane(note.seq + 1, verdict.note_hash, state.ahead)
            else:
                state = InLane(state.next_seq, state.last_hash, state.ahead + 1)
        lane.state = self._past(state, lane)
        for code in dict.fromkeys(verdict.refusal for verdict in fresh):
            of_code = {verdict.note.seq: verdict for verdict in fresh if verdict.refusal == code}
            for first, count in runs_of(sorted(of_code)):
                last = of_code[first + count - 1]
                kind = ReceiptKind.REFUSED if code else ReceiptKind.STORED
                statement = Statement(
                    kind,
                    self.id,
                    parcel.sender,
                    parcel.lane,
                    first,
                    last.note.seq,
                    last.note_hash,
                    int(self.world.now),
                    code,
                )
                self._give(parcel.sender, statement)
        if head.size > self.head(parcel.sender).size:
            self.heads[str(head.log)] = head
        self.partner_has[parcel.sender] = max(self.partner_has[parcel.sender], parcel.have)
        for text in parcel.heads:
            self.hear(text)

    @staticmethod
    def _past(state: InLane, lane: SimLane, end: int | None = None) -> InLane:
        """Move a lane past what had waited behind a gap, before `end` if there is one."""
        waited = (
            (seq, note_h(raw), parse_note(raw).prev)
            for seq, raw in sorted(lane.arrived.items())
            if seq >= state.next_seq and (end is None or seq < end)
        )
        moved, broken = next_lane(state, waited)
        assert broken is None
        return moved

    def _give(self, partner: AuthorityId, statement: Statement) -> None:
        given = GivenReceipt(statement, self.world.random.randbytes(32))
        self.given.setdefault(partner, []).append(given)
        leaf = entry(RECEIPT_KINDS[statement.kind], salted_h(given.salt, statement.to_bytes()))
        self.waiting.append((leaf, lambda index: setattr(given, "index", index)))

    def _answer(self, parcel: Parcel, seqs: list[int]) -> bytes:
        self.sequence()
        covering = [
            given
            for given in self.given.get(parcel.sender, [])
            if given.statement.lane == parcel.lane
            and any(given.statement.first <= seq <= given.statement.last for seq in seqs)
        ]
        leaves = tuple(
            ReceiptLeaf(given.statement.to_bytes(), given.salt, given.index or 0)
            for given in sorted(covering, key=lambda given: given.index or 0)
        )
        return Parcel(
            sender=self.id,
            recipient=parcel.sender,
            lane=parcel.lane,
            proof=self.proof(min(parcel.have, self.tree.size), [leaf.index for leaf in leaves]),
            receipts=leaves,
            have=self.head(parcel.sender).size,
            heads=self.news(parcel.sender),
            next_seq=self.lane(parcel.sender, parcel.lane).state.next_seq,
        ).to_bytes()

    # Witnessing

    def news(self, partner: AuthorityId) -> tuple[bytes, ...]:
        return tuple(head.text for head in self.heads.values() if head.log.authority != partner and head.text)

    def hear(self, text: bytes) -> None:
        found = verify_toy(text)
        name = LogName.parse(found.origin)
        if name == self.log:
            if self.signed.get(found.size) != text:
                self.incidents.append(("key.stolen", (text,)))
            return
        shown, mine = Head(name, found.size, found.root, text), self.head(name.authority)
        if relate(mine, shown) is Relation.FORKED and mine.text:
            self.incidents.append(("log.forked", (mine.text, text)))

    def note_incident(self, error: DeliveryError) -> None:
        if isinstance(error, ForkError):
            self.incidents.append((error.code, error.evidence))

    def crash(self) -> None:
        """Lose what was under way; committed state stays."""
        self.in_flight = set()
        self.life += 1


class CrashedError(Exception):
    """The node died here; whoever called it gets no answer."""


class World:
    """Clock, network and fate of a federation.

    Args:
        seed: of everything.
        names: authorities, each on a node of its own.
        loss: probability that a request or an answer is lost.
        crash: probability of a crash at each point where one can hurt.
        odd: probability that a parcel leaves a gap, or brings again what was settled.
    """

    def __init__(
        self,
        seed: int,
        names: tuple[str, ...],
        *,
        loss: float = 0.05,
        crash: float = 0.01,
        batch: int = 20,
        odd: float = 0.4,
    ) -> None:
        self.random = random.Random(seed)
        self.now = 1_790_000_000.0
        self.loss, self.crash_rate, self.batch, self.odd = loss, crash, batch, odd
        self.nodes = {AuthorityId.parse(name): SimNode(name, self) for name in names}
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        self.count = 0
        self.cut: set[frozenset[AuthorityId]] = set()
        self.ever_signed: dict[tuple[AuthorityId, int], bytes] = {}
        self.crashes = 0
        self.met: Counter[Standing] = Counter()

    def later(self, seconds: float, event: Callable[[], None]) -> None:
        self.count += 1
        heapq.heappush(self.events, (self.now + seconds, self.count, event))

    def run(self, until: float) -> None:
        while self.events and self.events[0][0] <= until:
            self.now, _, event = heapq.heappop(self.events)
            try:
                event()
            except CrashedError:
                continue
        self.now = until

    def may_crash(self, node: SimNode) -> None:
        if self.random.random() < self.crash_rate:
            self.crashes += 1
            node.crash()
            node.up = False
            self.later(self.random.uniform(1, 120), lambda: self._restart(node))
            raise CrashedError

    def _restart(self, node: SimNode) -> None:
        node.up = True
        for partner, number in list(node.lanes):
            self.later(0, lambda partner=partner, number=number: node.deliver(partner, number))

    def saw_signed(self, node: SimNode, size: int, root: bytes) -> None:
        """Hold every signature ever made against the others: a crash may not let a node sign two stories."""
        before = self.ever_signed.setdefault((node.id, size), root)
        assert before == root, f"{node.id} signed two roots for size {size}"

    def request(
        self, sender: SimNode, to: AuthorityId, data: bytes, done: Callable[..., None], timeout_s: float = 30
    ) -> None:
        """Carry a request and its answer, or lose either; `done` is called once in the sender's present life."""
        answered = False

        def finish(answer: bytes | None, *, fault: bool = False) -> None:
            nonlocal answered
            if not answered:
                answered = True
                done(answer, fault=fault)

        def arrive() -> None:
            node = self.nodes[to]
            if not node.up or frozenset((sender.id, to)) in self.cut:
                return
            try:
                answer, fault = node.accept(data), False
            except BaseMismatchError as error:
                answer, fault = Fault(error.code, error.head).to_bytes(), True
            except DeliveryError as error:
                node.note_incident(error)
                answer, fault = Fault(error.code).to_bytes(), True
            if self.random.random() >= self.loss:
                self.later(self.random.uniform(0.01, 2), lambda: finish(answer, fault=fault))

        if self.random.random() >= self.loss:
            self.later(self.random.uniform(0.01, 2), arrive)
            if self.random.random() < self.loss:  # and once more, late
                self.later(self.random.uniform(2, 60), arrive)
        self.later(timeout_s, lambda: finish(None))

    def check(self) -> None:
        """Hold every invariant of docs/protocol/delivery.md, section 8, that memory can show."""
        for node in self.nodes.values():
            for (partner_id, number), lane in node.lanes.items():
                partner = self.nodes[partner_id]
                theirs = partner.lane(node.id, number)
                for seq in lane.settled:  # 1: acknowledged is stored
                    assert theirs.arrived[seq] == lane.sent[seq - 1]
                for seq, raw in lane.arrived.items():  # 4: what arrived stands in the sender's log
                    place = theirs.places[seq - 1]
                    assert place is not None
                    assert partner.tree.leaf(place) == leaf_hash(entry(Kind.NOTE, note_h(raw)))
                assert lane.state.ahead == sum(seq >= lane.state.next_seq for seq in lane.arrived)
                chain = bytes(32)
                for seq in range(1, lane.state.next_seq):  # 3: order and chain
                    assert parse_note(lane.arrived[seq]).prev == chain
                    chain = note_h(lane.arrived[seq])
            assert all(count == 1 for count in node.effects.values())  # 2: one effect
            sizes = sorted(size for owner, size in self.ever_signed if owner == node.id and size)
            for old, new in pairwise(sizes):  # 5: each signed checkpoint extends the one before
                verify_consistency(
                    old,
                    self.ever_signed[node.id, old],
                    new,
                    self.ever_signed[node.id, new],
                    node.tree.consistency(old, new),
                )
            assert not node.incidents

    def unsettled(self) -> int:
        return sum(len(node.unsettled(*key)) for node in self.nodes.values() for key in list(node.lanes))
