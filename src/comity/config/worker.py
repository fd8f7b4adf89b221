"""The worker process: unlock the keys, check the logs, listen to partners, deliver."""

import gc
import logging
import signal
from types import FrameType
from typing import Final

from comity.config.nodefile import NodeFile
from comity.node.exchange import transport
from comity.node.exchange.listener import Federation, Listener
from comity.node.exchange.worker import Worker
from comity.node.partners import keyring, members, mirrored

log = logging.getLogger(__name__)
TICK_S: Final = 0.5
GARBAGE: Final = (10_000, 20, 50)


def run(node: NodeFile, passphrase: str) -> None:
    """Run until SIGTERM or SIGINT, or until a thread dies; the parent starts the process again.

    Raises:
        KeystoreError: the pass phrase is wrong or a key is missing.
        SequencerError: a log contradicts itself.
        OSError: the port is taken.
        SystemExit: with 1, after a thread died.
    """
    keyring.unlock(passphrase)
    settle_memory()
    mirrored.use_network(transport.fetch_directory)
    worker = Worker()
    listener = Listener(
        "127.0.0.1" if node.bound_to_loopback else "0.0.0.0",  # noqa: S104  # partners reach the door from outside
        node.federation_port,
        members.server_context,
        Federation(after_parcel=worker.wake, on_broken=worker.give_up),
    )

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    members.on_change(listener.reload)
    keyring.on_new_tls(listener.reload)
    keyring.on_new_tls(transport.forget)
    worker.start()
    listener.start()
    log.info("listening to partners on port %d", node.federation_port)
    while not worker.wait(TICK_S):
        keyring.look()  # an administrator may have changed a key
    listener.stop()
    transport.forget()
    if worker.failed is not None:
        raise SystemExit(1)


def settle_memory() -> None:
    """Let the collector leave alone what stays until the end, and look less often: parcels come and go."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
