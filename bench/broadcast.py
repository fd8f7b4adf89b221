"""One message to 195 authorities: time to seal and commit, CPU at the sender until every receipt is verified, bytes.

The 195 recipients are authorities of one real node, each with its own keys, lanes, log and receipts; the sender cannot
tell. Its worker's part is done by the functions that the worker calls, one recipient after the other.

    python bench/broadcast.py [--quick] [--json]
"""

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import nodes
from figure import Figure, arguments, show

RECIPIENTS = 195
ROUNDS, QUICK_ROUNDS = 5, 2
READY_S = 600  # a node of 195 authorities checks 390 logs and derives their keys before it listens


def recipients() -> list[str]:
    """Return the ids of the recipients."""
    return [f"xb.u{number:03}" for number in range(RECIPIENTS)]


def sender(rounds: int) -> None:
    """Send to all and deliver to all, once to warm up; tells seconds, CPU seconds and bodies a round."""
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from calls import request
    from comity.node.exchange import deliver, models, outbox, transport
    from comity.node.partners import keyring
    from comity.node.partners.models import Pair

    keyring.unlock(nodes.PASSPHRASE)
    sealed, cpu = [], []
    for number in range(rounds + 1):
        message = request(nodes.OURS, recipients(), number, words=1250)
        begin, before = time.perf_counter(), time.process_time()
        with transaction.atomic():
            (sent,) = outbox.send([message], by="bench", at=timezone.now())
        sealed.append(time.perf_counter() - begin)
        assert isinstance(sent, outbox.Sent)
        for pair in Pair.objects.filter(own=nodes.OURS):
            for _ in range(4):
                if not deliver.deliver(pair, outbox.ORDINARY_LANE, transport.post, timezone.now()).more:
                    break
        cpu.append(time.process_time() - before)
        left = models.Note.objects.filter(out=True).exclude(state="s").count()
        assert left == 0, f"{left} notes without a receipt"
    bodies = models.Body.objects.count() / (rounds + 1)
    nodes.tell({"sealed": sealed[1:], "cpu": cpu[1:], "bodies": bodies})
    os._exit(0)


def main() -> None:
    """Build both nodes and print the figures."""
    import federation
    from comity.agreements.shipped import harbour_document

    options = arguments(__doc__)
    agreement = json.loads(harbour_document())
    agreement["parties"] = [nodes.OURS, *recipients()]
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as folder:
        members = {"XA": (nodes.OURS,), "XB": tuple(recipients())}
        made = federation.build(Path(folder), members, agreement=json.dumps(agreement).encode())
        try:
            made["XB"].start()
            made["XB"].ready(READY_S)
            found = nodes.told(
                nodes.inside(made["XA"], __file__, "sender", str(QUICK_ROUNDS if options.quick else ROUNDS))
            )
        finally:
            made.stop()
    about = f"one message to {RECIPIENTS} authorities"
    figures = [
        Figure(f"{about}, sealed and committed", "ms", statistics.median(found["sealed"]) * 1000, 150),
        Figure(f"{about}, with every receipt verified", "CPU-s at the sender", statistics.median(found["cpu"]), 0.6),
        Figure(f"{about}, bodies stored", "", found["bodies"], 1),
    ]
    show(figures, as_json=options.json)


if __name__ == "__main__":
    if sys.argv[1:2] == ["sender"]:
        sender(int(sys.argv[2]))
    else:
        main()
