"""The worker: sequences, delivers, listens to partners, and keeps the directory fresh. One process for each node."""

import logging
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import DatabaseError, OperationalError, close_old_connections
from django.db.models import F, Q
from django.utils import timezone

from comity.merkle import Checkpoint, Kind
from comity.node import chores, places
from comity.node.exchange import (
    attachments,
    catching_up,
    claims,
    deliver,
    erasing,
    files,
    mirror,
    models,
    rejections,
    transport,
    witness,
)
from comity.node.exchange.errands import THREADS, Errands
from comity.node.ledger import actions as ledger
from comity.node.ledger import sequencer
from comity.node.ledger.models import Entry, Log
from comity.node.partners import members, renewing
from comity.node.partners.errors import PartnersError
from comity.node.partners.models import Head, Lane, Pair
from comity.node.writing import fault_of, writing
from comity.vocabulary.authority import LogName

log = logging.getLogger(__name__)

SENDERS: Final = 8
PROBES: Final = 2  # of these, for partners that failed last time: however many stall, the others never wait for them
TICK_S: Final = 1.0
ACTS_ROOT_EVERY: Final = timedelta(hours=1)
DIRECTORY_EVERY: Final = timedelta(minutes=10)
HEADS_EVERY: Final = timedelta(minutes=1)
KEYS_EVERY: Final = timedelta(hours=6)
MIRROR_EVERY: Final = timedelta(minutes=1)
PULL_EVERY: Final = timedelta(seconds=1)  # the schedule looks; it asks far less often
JOURNAL_EVERY: Final = timedelta(hours=1)
TABLES_EVERY: Final = timedelta(days=1)
SWEEP_EVERY: Final = timedelta(days=1)
ATTACHMENTS_EVERY: Final = timedelta(seconds=2)
URGENT_EVERY: Final = timedelta(seconds=2)


Waiting = queue.PriorityQueue[tuple[int, int, tuple[int, int] | None]]
"""Lanes to be served: urgency, turn, and (pair, lane); `None` ends a thread."""

Going = tuple[str, Callable[[], object]]
"""An errand: to whom, empty for nobody in particular, and what is done there."""


def _now(work: Callable[[datetime], object]) -> None:
    work(timezone.now())


class Worker:
    """Threads that share nothing but the database.

    Args:
        post: how to hand partners a parcel; the tests give another.
        get: how to ask partners for something.
    """

    def __init__(self, post: deliver.Post = transport.post, get: catching_up.Get = transport.get) -> None:
        self._post, self._get = post, get
        self._errands, self._schedule = Errands(), catching_up.Schedule()
        self._due: Waiting = queue.PriorityQueue()
        self._doubtful: Waiting = queue.PriorityQueue()
        self._queued: set[tuple[int, int]] = set()
        self._again: set[tuple[int, int]] = set()
        self._guard = threading.Lock()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._directory_changed = threading.Event()
        self._count = 0
        self.failed: BaseException | None = None
        self._last: dict[str, datetime] = {}

    # Life

    def start(self) -> None:
        """Check the logs, then start every thread.

        Raises:
            SequencerError: a log contradicts itself.
        """
        for name in Log.objects.filter(closed_at__isnull=True).values_list("name", flat=True):
            sequencer.recover(name)
        members.on_change(self._directory_changed.set)
        self._start_senders()
        for number in range(THREADS):
            threading.Thread(target=self._guarded(self._errands.run), name=f"errands-{number}", daemon=True).start()
        threading.Thread(target=self._guarded(self._watch), name="watcher", daemon=True).start()
        threading.Thread(target=self._guarded(self._hear_pokes), name="pokes", daemon=True).start()

    def _start_senders(self) -> None:
        for number in range(SENDERS):
            send = partial(self._send, self._doubtful if number < PROBES else self._due)
            threading.Thread(target=self._guarded(send), name=f"sender-{number}", daemon=True).start()

    def stop(self) -> None:
        """End every thread after what it is doing."""
        self._stop.set()
        self._wake.set()
        self._errands.stop()
        for _ in range(SENDERS):
            self._due.put((9, 0, None))
            self._doubtful.put((9, 0, None))

    def give_up(self, error: BaseException) -> None:
        """Stop because the disk cannot be believed; the parent starts the process again, which checks the logs."""
        self.failed = error
        self.stop()

    def wait(self, seconds: float) -> bool:
        """Wait for the worker to stop; tells whether it has."""
        return self._stop.wait(seconds)

    def wake(self) -> None:
        """Look for work at once."""
        self._wake.set()

    def _guarded(self, run: Callable[[], None]) -> Callable[[], None]:
        """A dead thread must be noticed: it stops the worker, whose parent starts it again."""

        def guarded() -> None:
            try:
                run()
            except BaseException as error:
                self.failed = error
                log.exception("the worker stops: %s died", threading.current_thread().name)
                self.stop()

        return guarded

    # Looking for work

    def _hear_pokes(self) -> None:
        address = places.run() / "worker.sock"
        address.parent.mkdir(parents=True, exist_ok=True)
        address.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.bind(str(address))
            address.chmod(0o600)
            sock.settimeout(TICK_S)
            while not self._stop.is_set():
                with suppress(TimeoutError):
                    sock.recv(16)
                    self._wake.set()

    def _watch(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(TICK_S)
            self._wake.clear()
            close_old_connections()
            try:
                at = timezone.now()
                with suppress(PartnersError):  # no directory yet
                    members.directory()  # a look: the door must know new members before one of them has called
                if self._directory_changed.is_set():
                    self._let_in_again()
                self._enqueue(at)
                self._periodic(at)
                self._go_out(at)
            except OperationalError as error:
                self._storage(error)

    def _let_in_again(self) -> None:
        """Try at once whom only the directory kept from us: a suspension may have been lifted."""
        self._directory_changed.clear()
        with writing():
            Pair.objects.filter(last_code__startswith="member.").update(retry_at=None, failures=0)

    def _enqueue(self, at: datetime) -> None:
        """Put every lane in which something waits into the queue, urgent ones first."""
        ready = Q(retry_at__isnull=True) | Q(retry_at__lte=at)
        pairs = set(Pair.objects.filter(ready).values_list("id", flat=True))
        failed = set(Pair.objects.filter(failures__gt=0).values_list("id", flat=True))
        waiting = Lane.objects.filter(out_acked__lt=F("out_next") - 1).values_list("pair_id", "number")
        lanes = {(pair, lane) for pair, lane in waiting if pair in pairs or (lane == 0 and self._presses(pair, at))}
        lanes |= {
            (pair, 1)
            for pair in models.Receipt.objects.filter(ours=True, told=False, pair__in=pairs).values_list(
                "pair_id", flat=True
            )
        }
        lanes |= self._to_witness(at, pairs - failed)
        for lane in lanes:
            self._put(lane, self._doubtful if lane[0] in failed else self._due)

    def _to_witness(self, at: datetime, pairs: set[int]) -> set[tuple[int, int]]:
        """Return lanes to partners whose log waits for our cosignature."""
        due = witness.due(at)
        if not due:
            return set()
        found = Pair.objects.filter(id__in=pairs, own__in={own for own, _ in due}).values_list("id", "own", "partner")
        return {(key, 1) for key, own, partner in found if (own, partner) in due}

    def _presses(self, pair: int, at: datetime) -> bool:
        """Tell whether urgent notes are to be tried although the partner failed: life at risk waits for no pause."""
        return self._is_time(f"urgent {pair}", URGENT_EVERY, at)

    def _put(self, lane: tuple[int, int], waiting: Waiting) -> None:
        with self._guard:
            if lane in self._queued:
                self._again.add(lane)
                return
            self._queued.add(lane)
            self._count += 1
            waiting.put((lane[1], self._count, lane))

    # Sending

    def _send(self, waiting: Waiting) -> None:
        while not self._stop.is_set():
            lane = waiting.get()[2]
            if lane is None:
                return
            close_old_connections()
            more = False
            try:
                more = self._deliver(*lane)
            finally:
                with self._guard:
                    self._queued.discard(lane)
                    again = lane in self._again
                    self._again.discard(lane)
            if more:
                self._put(lane, self._due)
            elif again:
                self._wake.set()  # the watcher knows whether the partner is to be left alone for now

    def _deliver(self, pair_id: int, lane: int) -> bool:
        """Make one attempt; tells whether more waits. No answer of one partner stops what is for the others."""
        try:
            pair = Pair.objects.get(id=pair_id)
            try:
                return self._attempt(pair, lane)
            except (OperationalError, sequencer.SequencerError):
                raise
            except Exception:
                log.exception("a delivery failed")
                deliver.put_off(pair, "delivery.failed", timezone.now())
        except OperationalError as error:
            self._storage(error)
        return False

    def _attempt(self, pair: Pair, lane: int) -> bool:
        outcome = deliver.deliver(pair, lane, self._post, timezone.now())
        if pair.failures and outcome.more and not outcome.code:
            self._schedule.returned(pair)
        return outcome.more

    def _storage(self, error: DatabaseError) -> None:
        """A full disk or a locked database passes; any other fault of the disk ends acknowledgements and the worker."""
        kind = fault_of(error)
        if kind == "broken":
            raise error
        log.error("the database refuses to write (%s); trying again", "disk full" if kind == "full" else kind)
        self._stop.wait(TICK_S)

    # What comes round

    def _periodic(self, at: datetime) -> None:
        for name, every, work in (
            ("acts", ACTS_ROOT_EVERY, self.commit_to_acts),
            ("rejections", timedelta(seconds=1), rejections.flush),
            ("acts-log", timedelta(seconds=2), self._sequence_acts),
            ("keys", KEYS_EVERY, renewing.renew_all),
            ("journal", JOURNAL_EVERY, lambda _: erasing.settle_journal()),
            ("tables", TABLES_EVERY, lambda _: erasing.look_at_tables()),
        ):
            if self._is_time(name, every, at):
                work(at)
        self._do_chores(at)

    def _do_chores(self, at: datetime) -> None:
        for chore in list(chores.CHORES.values()):
            if self._is_time(f"chore {chore.name}", chore.every, at):
                if chore.apart:  # for nobody else: a slow one holds up no errand but its own
                    self._errand(f"chore {chore.name}", "once", partial(chores.do, chore, at))
                else:
                    chores.do(chore, at)

    def _is_time(self, name: str, every: timedelta, at: datetime) -> bool:
        last = self._last.get(name)
        if last is not None and at - last < every:
            return False
        self._last[name] = at
        return True

    # Errands

    def _go_out(self, at: datetime) -> None:
        """Queue what is to be fetched from others."""
        for name, every, found in (
            ("claims", HEADS_EVERY, self._claims),
            ("mirror", MIRROR_EVERY, self._mirrors),
            ("attachments", ATTACHMENTS_EVERY, self._attachments),
            ("directory", DIRECTORY_EVERY, lambda _: [("", partial(_now, members.refresh))]),
            ("sweep", SWEEP_EVERY, lambda _: [("", files.sweep)]),
        ):
            if self._is_time(name, every, at):
                for partner, work in found(at):
                    self._errand(partner, name, work)
        if self._is_time("pull", PULL_EVERY, at):
            for pair in self._schedule.due(at):
                self._errand(pair.partner, f"pull {pair.own}", partial(self._catch_up, pair))

    def _claims(self, at: datetime) -> Iterator[Going]:
        for owner in claims.owners():
            yield str(owner), partial(claims.connect, owner, at)

    def _mirrors(self, _at: datetime) -> Iterator[Going]:
        behind: dict[str, list[Head]] = {}
        for head in mirror.behind():
            behind.setdefault(str(LogName.parse(head.log).authority), []).append(head)
        for owner, found in behind.items():
            yield owner, partial(mirror.follow_each, found)

    def _attachments(self, at: datetime) -> Iterator[Going]:
        for pair in attachments.awaited(at):
            yield pair.partner, partial(self._fetch, pair)

    def _fetch(self, pair: Pair) -> None:
        if attachments.fetch_from(pair, timezone.now()):
            self._errand(pair.partner, "attachments", partial(self._fetch, pair))  # behind what else waits

    def _catch_up(self, pair: Pair) -> None:
        try:
            brought = catching_up.fetch(pair, self._get, timezone.now)
        except (OSError, PartnersError):
            self._schedule.in_vain(pair, timezone.now())
            raise
        self._schedule.answered(pair)
        if brought:
            self._schedule.found(pair, timezone.now())
            self.wake()  # the receipts are owed

    def _errand(self, partner: str, name: str, work: Callable[[], object]) -> None:
        def go() -> None:
            close_old_connections()
            try:
                work()
            except OperationalError as error:
                self._storage(error)
            except (OSError, PartnersError) as error:  # away, or no member any more: the next round tries again
                log.debug("%s of %s: %s", name, partner, error)

        self._errands.put(partner, name, go)

    def _sequence_acts(self, at: datetime) -> None:
        waiting = Entry.objects.filter(index__isnull=True, log__closed_at__isnull=True)
        for name in waiting.values_list("log__name", flat=True).distinct():
            sequencer.sequence(name, at)

    def commit_to_acts(self, at: datetime) -> None:
        """Let the exchange log commit to the acts log, so that partners' witness covers both.

        The opening is the acts log's checkpoint text without signatures (docs/protocol/ledger.md, section 2). Nothing
        is said where the acts log has not grown, lest a quiet night be told to partners by a growing log.
        """
        for acts in Log.objects.filter(name__contains="/a", closed_at__isnull=True):
            checkpoint = sequencer.sequence(acts.name, at)
            if checkpoint is None:
                continue
            text = Checkpoint(acts.name, checkpoint.size, bytes(checkpoint.root)).body()
            exchange = ledger.exchange_log(acts.authority)
            said = Entry.objects.filter(log=exchange, kind=Kind.ACTS_ROOT).order_by("-id").first()
            if said is not None and bytes(said.opening or b"") == text:
                continue
            with writing():
                ledger.append(exchange, Kind.ACTS_ROOT, text, at)
