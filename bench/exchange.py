"""Sealed, proved, decided, durable exchange between two real nodes: messages a CPU-second, both nodes summed.

Each node is a folder of its own with its own keys and SQLite database. The sender's half (seal, queue, sequence,
deliver, settle) and the recipient's half (the door, judging, opening, deciding, storing, receipts) run in a process
each and speak mutual TLS over loopback, as in service. CPU is user and system time of both processes between the first
send and the last verified receipt. The limit (bench/limit.py) is measured in the same run; medians of interleaved runs.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from federation import Federation

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

RUNS = 5


def sender(batch: int, batches: int) -> dict[str, float]:
    """Send batches one after the other, each delivered before the next; returns CPU and wall times."""
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from calls import request
    from comity.node.exchange import deliver, models, outbox, transport
    from comity.node.partners import keyring
    from comity.node.partners.models import Pair

    keyring.unlock("the lighthouse keeper sleeps")
    waits, number = [], 0

    def one(count: int) -> None:
        nonlocal number
        begin = time.perf_counter()
        messages = [request("xa.ncb", ["xb.spoc"], number + place, words=1250) for place in range(count)]
        number += count
        with transaction.atomic():
            outbox.send(messages, by="bench", at=timezone.now())
        pair = Pair.objects.get(own="xa.ncb", partner="xb.spoc")
        for _ in range(4):
            if not deliver.deliver(pair, 1, transport.post, timezone.now()).more:
                break
            if not models.Note.objects.filter(out=True, state="w").exists():
                break
        waits.append(time.perf_counter() - begin)

    for _ in range(3):
        one(batch)
    waits.clear()
    print("ready", flush=True)
    sys.stdin.readline()
    before = time.process_time()
    for _ in range(batches):
        one(batch)
    cpu = time.process_time() - before
    left = models.Note.objects.filter(out=True).exclude(state="s").count()
    assert left == 0, f"{left} notes without a receipt"
    waits.sort()
    return {"cpu": cpu, "p50": waits[len(waits) // 2], "p99": waits[int(len(waits) * 0.99)]}


def receiver() -> None:
    """Serve the door until standard input ends; answer each line with the CPU seconds so far."""
    import django

    django.setup()
    from comity.config import nodefile
    from comity.node.exchange.listener import Federation, Listener
    from comity.node.partners import keyring, members

    keyring.unlock("the lighthouse keeper sleeps")
    node = nodefile.load(Path(os.environ["COMITY_NODE"]))
    listener = Listener("127.0.0.1", node.federation_port, members.server_context, Federation())
    listener.start()
    print("ready", flush=True)
    for _ in sys.stdin:
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(used.ru_utime + used.ru_stime, flush=True)
    os._exit(0)  # the door's threads wait for connections


def run(federation: "Federation", batch: int, batches: int) -> dict[str, float]:
    """Run one measurement in two fresh processes."""

    def start(state: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, __file__, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**federation[state].environment(), "DJANGO_SETTINGS_MODULE": "comity.config.settings"},
        )

    def ask(process: subprocess.Popen[str]) -> str:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        return heard(process)

    def heard(process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        return process.stdout.readline()

    theirs = start("XB", "receiver")
    assert heard(theirs) == "ready\n"
    ours = start("XA", "sender", str(batch), str(batches))
    assert heard(ours) == "ready\n"
    before = float(ask(theirs))
    found: dict[str, float] = json.loads(ask(ours))
    found["cpu"] += float(ask(theirs)) - before
    found["rate"] = batch * batches / found["cpu"]
    theirs.kill()
    theirs.wait()
    ours.wait()
    return found


def main() -> None:
    """Print ours and the limit for batches of 100, 10 and 1."""
    import federation
    import limit

    runs = int(os.environ.get("BENCH_RUNS", RUNS))
    with tempfile.TemporaryDirectory() as folder:
        nodes = federation.build(Path(folder), {"XA": ("xa.ncb",), "XB": ("xb.spoc",)})
        for batch, batches in ((100, 20), (10, 60), (1, 150)):
            rates, limits, waits = [], [], []
            for _ in range(runs):
                found = run(nodes, batch, batches)
                rates.append(found["rate"])
                waits.append(found)
                limits.append(limit.messages_a_cpu_second(batch))
            ours, most = statistics.median(rates), statistics.median(limits)
            p50 = statistics.median(found["p50"] for found in waits) * 1000
            p99 = statistics.median(found["p99"] for found in waits) * 1000
            print(
                f"batches of {batch}: {ours:,.0f} messages a CPU-second, limit {most:,.0f}, ratio {ours / most:.2f}; "
                f"send to receipt p50 {p50:.1f} ms, p99 {p99:.1f} ms"
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["sender"]:
        print(json.dumps(sender(int(sys.argv[2]), int(sys.argv[3]))))
    elif sys.argv[1:2] == ["receiver"]:
        receiver()
    else:
        main()
