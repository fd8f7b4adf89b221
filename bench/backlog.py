"""A backlog after a partition: 100,000 notes wait at XA, XB comes back, and both workers drain them on two cores.

XA's worker runs all the while and has given up trying for the moment, as after a real partition; time begins when XB's
door opens, and ends when XA has verified the receipt of the last note. Every note must then stand once in XB's
database and once on an officer's list, and both nodes are audited (docs/protocol/delivery.md, section 8). While the
backlog drains, urgent messages are sent, and must be on XB's officers' list within 5 s.

Limit: bench/limit.py for batches of 100, in the same run, with both cores busy all the time. No peer was run.
"""

import argparse
import sys
import time
from typing import Any

import limit
import nodes
from figure import Figure, arguments, show

NOTES, QUICK = 100_000, 5_000
BATCH = 100
CORES = 2
URGENT_EVERY_S = 5.0
PARTITION_S = 3.0
GIVE_UP_S = 900


# Inside XA


def sender() -> None:
    """Queue notes, send urgent ones, and tell what waits."""
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from calls import audit, request
    from comity.node.exchange import outbox
    from comity.node.partners.models import Lane

    def send(first: int, count: int, *, urgent: bool = False) -> None:
        messages = [
            request(nodes.OURS, [nodes.THEIRS], first + place, urgent=urgent, words=1250) for place in range(count)
        ]
        with transaction.atomic():
            results = outbox.send(messages, by="bench", at=timezone.now())
        assert all(isinstance(result, outbox.Sent) for result in results), results

    nodes.tell("ready")
    for line in sys.stdin:
        what, *rest = line.split()
        if what == "fill":
            begin = time.perf_counter()
            for first in range(0, int(rest[0]), BATCH):
                send(first, BATCH)
            nodes.tell(time.perf_counter() - begin)
        elif what == "urgent":
            send(int(rest[0]), 1, urgent=True)
            nodes.tell(True)
        elif what == "waiting":
            nodes.tell(sum(lane.out_next - 1 - lane.out_acked for lane in Lane.objects.all()))
        else:
            nodes.tell(audit())


# Inside XB


def receiver() -> None:
    """Tell what has arrived, and wait for an urgent message to be on the officers' list."""
    import django

    django.setup()
    from calls import audit
    from comity.desks.cases.models import CaseMessage
    from comity.node.exchange.models import Note

    nodes.tell("ready")
    for line in sys.stdin:
        what, *rest = line.split()
        if what == "urgent":
            deadline = time.monotonic() + GIVE_UP_S
            urgent = CaseMessage.objects.filter(authority=nodes.THEIRS).exclude(urgency="normal")  # by its own index
            while time.monotonic() < deadline:
                listed = urgent.count()
                if listed >= int(rest[0]):
                    break
                time.sleep(0.02)
            nodes.tell(listed)
        elif what == "listed":
            nodes.tell([Note.objects.filter(out=False).count(), CaseMessage.objects.count()])
        else:
            nodes.tell(audit())


# Outside


def drain(federation: Any, notes: int) -> dict[str, Any]:  # noqa: ANN401  # of the untyped tests
    """Build a backlog and drain it; returns seconds, CPU seconds, and the waits of urgent messages."""
    ours, theirs = federation["XA"], federation["XB"]
    there = nodes.inside(ours, __file__, "sender")
    here = nodes.inside(theirs, __file__, "receiver")
    assert (nodes.told(there), nodes.told(here)) == ("ready", "ready")
    filled = nodes.ask(there, f"fill {notes}")
    ours.start()
    ours.ready()
    time.sleep(PARTITION_S)  # it tries, fails, and waits longer each time
    cpu = nodes.cpu_seconds(ours.process.pid)
    theirs.start()
    theirs.ready()
    urgent: list[float] = []
    begin = last = time.perf_counter()
    while waiting := nodes.ask(there, "waiting"):
        assert time.perf_counter() - begin < GIVE_UP_S, f"{waiting} notes are still waiting"
        if time.perf_counter() - last > URGENT_EVERY_S or not urgent:
            last = time.perf_counter()
            nodes.ask(there, f"urgent {notes + len(urgent)}")
            assert nodes.ask(here, f"urgent {len(urgent) + 1}") == len(urgent) + 1
            urgent.append(time.perf_counter() - last)
        time.sleep(0.2)
    took = time.perf_counter() - begin
    cpu = nodes.cpu_seconds(ours.process.pid) - cpu + nodes.cpu_seconds(theirs.process.pid)
    expected = notes + len(urgent)
    arrived, listed = nodes.ask(here, "listed")
    assert (arrived, listed) == (expected, expected), f"of {expected} notes {arrived} arrived and {listed} are listed"
    for part, kind in ((there, "delivered"), (here, "arrived")):
        found = nodes.ask(part, "audit")
        assert not found["wrong"], found["wrong"]
        assert found[kind] == expected, found
        part.kill()
        part.wait()
    return {"s": took, "cpu_s": cpu, "urgent_s": urgent, "filled_s": filled}


def measure(notes: int) -> list[Figure]:
    """Measure."""
    bounds = [limit.messages_a_cpu_second(BATCH)]
    with nodes.two_nodes() as federation:
        found = drain(federation, notes)
    bounds.append(limit.messages_a_cpu_second(BATCH))
    bound, rate, urgent = CORES * sum(bounds) / 2, notes / found["s"], found["urgent_s"]
    return [
        Figure(
            f"backlog of {notes:,} notes after a partition, drained on two cores",
            "notes/s",
            rate,
            1000,
            at_most=False,
            limit=bound,
            share=rate / bound,
            remark=f"none lost or doubled; {found['s']:.0f} s, {notes / found['cpu_s']:,.0f} notes a CPU-second; "
            f"queued before at {notes / found['filled_s']:,.0f} a second; no peer was run",
        ),
        Figure(
            "urgent message while the backlog drains: until it is on the list, at worst",
            "s",
            max(urgent),
            5,
            remark=f"{len(urgent)} messages, median {sorted(urgent)[len(urgent) // 2]:.2f} s",
        ),
    ]


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--notes", type=int, default=0, help="another number of notes")


if __name__ == "__main__":
    if sys.argv[1:] == ["sender"]:
        sender()
    elif sys.argv[1:] == ["receiver"]:
        receiver()
    else:
        chosen = arguments(__doc__, _more)
        show(measure(chosen.notes or (QUICK if chosen.quick else NOTES)), as_json=chosen.json)
