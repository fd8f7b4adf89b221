"""One message to 195 authorities: time to seal and commit, CPU at the sender until every receipt is verified, bytes.

The 195 recipients are authorities of one real node, each with its own keys, lanes and receipts; the sender cannot tell.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]
RECIPIENTS = 195
ROUNDS = 5


def recipients() -> list[str]:
    """Return the ids of the recipients."""
    return [f"xb.u{number:03}" for number in range(RECIPIENTS)]


def sender() -> dict[str, float]:
    """Send to all, deliver to all; returns seconds, CPU seconds and bytes, medians of the rounds."""
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from calls import request
    from comity.node.exchange import deliver, models, outbox, transport
    from comity.node.partners import keyring
    from comity.node.partners.models import Pair

    keyring.unlock("the lighthouse keeper sleeps")
    sealed, cpu = [], []
    for number in range(ROUNDS + 1):
        message = request("xa.ncb", recipients(), number, words=1250)
        begin, before = time.perf_counter(), time.process_time()
        with transaction.atomic():
            outbox.send([message], by="bench", at=timezone.now())
        sealed.append(time.perf_counter() - begin)
        for pair in Pair.objects.filter(own="xa.ncb"):
            for _ in range(4):
                if not deliver.deliver(pair, 1, transport.post, timezone.now()).more:
                    break
        cpu.append(time.process_time() - before)
    left = models.Note.objects.filter(out=True).exclude(state="s").count()
    assert left == 0, f"{left} notes without a receipt"
    assert models.Body.objects.count() == ROUNDS + 1, "the body is stored once for all recipients"
    return {"sealed_s": sorted(sealed[1:])[ROUNDS // 2], "cpu_s": sorted(cpu[1:])[ROUNDS // 2]}


def main() -> None:
    """Build both nodes and print the figures."""
    import federation
    from comity.agreements.shipped import harbour_document

    agreement = json.loads(harbour_document())
    agreement["parties"] = ["xa.ncb", *recipients()]
    with tempfile.TemporaryDirectory() as folder:
        members = {"XA": ("xa.ncb",), "XB": tuple(recipients())}
        nodes = federation.build(Path(folder), members, agreement=json.dumps(agreement).encode())
        node = nodes["XB"]
        node.start()
        node.ready()
        try:
            done = subprocess.run(
                [sys.executable, __file__, "sender"],
                env={**nodes["XA"].environment(), "DJANGO_SETTINGS_MODULE": "comity.config.settings"},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
                timeout=300,
            )
        finally:
            nodes.stop()
    found = json.loads(done.stdout.splitlines()[-1])
    print(
        f"one message to {RECIPIENTS}: sealed and committed in {found['sealed_s'] * 1000:.0f} ms (reach 150), "
        f"{found['cpu_s']:.2f} CPU-seconds at the sender with every receipt verified (reach 0.6)"
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["sender"]:
        print(json.dumps(sender()))
        sys.stdout.flush()
        os._exit(0)
    main()
