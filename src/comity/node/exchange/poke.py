"""Tell the worker process that something waits, without a broker: one datagram on a socket in the run folder."""

import socket
from contextlib import suppress

from comity.node import places

SOCKET = "worker.sock"


def worker() -> None:
    """Wake the worker; where it does not run, it will see for itself when it starts."""
    address = str(places.run() / SOCKET)
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)  # the socket's own signature
        sock.sendto(b"!", address)
