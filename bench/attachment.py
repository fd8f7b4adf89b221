"""An attachment of 1 GiB, one hop between two real nodes: from the plain file at one to the plain file at the other.

The sender's part stands for the console: it hashes and seals the file chunk by chunk, and sends the message. XB's
worker fetches the chunks from XA's worker; then a part inside XB opens them, as the console does for an officer. Every
process is watched for what it adds to its memory. A second transfer is killed (SIGKILL) in the middle and started
again; what XA's worker writes to its sockets, beside what it wrote in the undisturbed transfer, was sent again.

Peer: the plain file fetched by curl from OpenSSL's own server over TLS 1.3, neither sealed nor synced nor proved.
Limit: the primitives over the same bytes, one after the other: read and hash; seal, hash and sync; TLS; hash and sync;
open and hash.
"""

import argparse
import hashlib
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nodes
from figure import Figure, arguments, show

MEBIBYTE = 2**20
FULL, QUICK = 1024, 128  # MiB
CHUNK = 4 * MEBIBYTE
BLOCK = MEBIBYTE
GIVE_UP_S = 60


# Inside XA


def sender() -> None:
    """Send the file that a line names; answer with the seconds of hashing and sealing, and of the send."""
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from calls import request
    from comity.messages import Attachment, Message
    from comity.node.exchange import attachments, outbox

    nodes.tell("ready")
    for number, line in enumerate(sys.stdin):
        path = Path(line.strip())
        begin, key, size = time.perf_counter(), secrets.token_bytes(32), path.stat().st_size
        with path.open("rb") as file:
            whole = hashlib.file_digest(file, "sha256").digest()
            file.seek(0)
            chunks = tuple(attachments.seal(file, key))
        sealed = time.perf_counter()
        plain = request(nodes.OURS, [nodes.THEIRS], number)
        file_part = Attachment("film.mkv", "video/x-matroska", size, whole, key, chunks)
        with transaction.atomic():
            (sent,) = outbox.send([Message(plain.head, (*plain.parts, file_part))], by="bench", at=timezone.now())
        assert isinstance(sent, outbox.Sent), sent
        nodes.tell({"sealed_s": sealed - begin, "sent_s": time.perf_counter() - sealed, "msg": sent.msg.hex(),
                    "key": key.hex(), "sha256": whole.hex()})  # fmt: skip


# Inside XB


def receiver() -> None:
    """Tell how many chunks of a message are here and how many are awaited, or open them all into a hash."""
    import django

    django.setup()
    from comity.node.exchange import attachments
    from comity.node.exchange.models import Chunk

    nodes.tell("ready")
    for line in sys.stdin:
        what, msg, *rest = line.split()
        of_message = Chunk.objects.filter(msg=bytes.fromhex(msg))
        if what == "count":
            nodes.tell([of_message.filter(here=True).count(), of_message.count()])
            continue
        begin, digest = time.perf_counter(), hashlib.sha256()
        digests = [bytes(one) for one in of_message.order_by("number").values_list("sha256", flat=True)]
        for plain in attachments.open_file(bytes.fromhex(rest[0]), digests):
            digest.update(plain)
        nodes.tell({"opened_s": time.perf_counter() - begin, "sha256": digest.hexdigest()})


# Outside


class Memory:
    """What processes add to their resident memory between start and end, by the kernel's own high-water mark."""

    def __init__(self, **processes: int) -> None:
        self._processes = processes
        self._before = {name: nodes.resident(pid)["VmRSS"] for name, pid in processes.items()}
        for pid in processes.values():
            Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")  # resets the mark

    def grown_mb(self) -> dict[str, float]:
        """Return megabytes of each."""
        peaks = {name: nodes.resident(pid)["VmHWM"] for name, pid in self._processes.items()}
        return {name: (peaks[name] - before) * 1024 / 1e6 for name, before in self._before.items()}


def written(pid: int) -> int:
    """Return the bytes that a process has written, sockets among them."""
    fields = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines())
    return int(fields["wchar"])


def arrive(part: Any, msg: str, enough: Callable[[int, int], bool]) -> None:  # noqa: ANN401  # a process
    """Wait until enough chunks of a message are here."""
    deadline = time.monotonic() + GIVE_UP_S
    while time.monotonic() < deadline:
        here, of = nodes.ask(part, f"count {msg}")
        if of and enough(here, of):
            return
        time.sleep(0.02)
    raise RuntimeError("the attachment did not arrive")


class Hop:
    """Two nodes, and transfers between them."""

    def __init__(self, federation: Any) -> None:  # noqa: ANN401  # of the untyped tests
        self._federation = federation
        for state in ("XA", "XB"):
            federation[state].start()
        for state in ("XA", "XB"):
            federation[state].ready()
        self._sender = nodes.inside(federation["XA"], __file__, "sender")
        self._receiver = nodes.inside(federation["XB"], __file__, "receiver")
        assert (nodes.told(self._sender), nodes.told(self._receiver)) == ("ready", "ready")

    def end(self) -> None:
        """End the parts."""
        for part in (self._sender, self._receiver):
            part.kill()
            part.wait()

    def transfer(self, file: Path) -> dict[str, Any]:
        """Move a file over, undisturbed; returns seconds, bytes and megabytes."""
        memory = Memory(
            sending=self._sender.pid,
            ours=self._worker("XA").pid,
            theirs=self._worker("XB").pid,
            opening=self._receiver.pid,
        )
        before, begin = written(self._worker("XA").pid), time.perf_counter()
        sent = nodes.ask(self._sender, str(file))
        arrive(self._receiver, sent["msg"], lambda here, of: here == of)
        arrived = time.perf_counter()
        opened = nodes.ask(self._receiver, f"open {sent['msg']} {sent['key']}")
        assert opened["sha256"] == sent["sha256"], "what arrived is another file"
        return {
            "s": time.perf_counter() - begin,
            "sealed_s": sent["sealed_s"],
            "hop_s": arrived - begin - sent["sealed_s"],
            "opened_s": opened["opened_s"],
            "written": written(self._worker("XA").pid) - before,
            "grown_mb": memory.grown_mb(),
        }

    def transfer_killed(self, file: Path) -> dict[str, Any]:
        """Move a file over, and kill the fetching worker when half of it is there; returns seconds and bytes."""
        theirs = self._federation["XB"]
        before, begin = written(self._worker("XA").pid), time.perf_counter()
        sent = nodes.ask(self._sender, str(file))
        arrive(self._receiver, sent["msg"], lambda here, of: here * 2 >= of)
        theirs.stop(signal.SIGKILL)
        theirs.start()
        theirs.ready()
        arrive(self._receiver, sent["msg"], lambda here, of: here == of)
        opened = nodes.ask(self._receiver, f"open {sent['msg']} {sent['key']}")
        assert opened["sha256"] == sent["sha256"], "what arrived is another file"
        return {"s": time.perf_counter() - begin, "written": written(self._worker("XA").pid) - before}

    def _worker(self, state: str) -> Any:  # noqa: ANN401  # a process
        return self._federation[state].process


# Limit and peer


def blocks(path: Path) -> Iterator[bytes]:
    """Yield a file in chunks."""
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            yield block


def limit_s(file: Path, folder: Path) -> float:
    """Return the seconds of the primitives over a file, one after the other."""
    from comity.sealing import open_chunk, seal_chunk

    key, begin = secrets.token_bytes(32), time.perf_counter()
    for block in blocks(file):
        hashlib.sha256(block).digest()
    for number, block in enumerate(blocks(file)):
        sealed = seal_chunk(key, number, block, last=False)
        hashlib.sha256(sealed).digest()
        with (folder / f"a{number}").open("wb") as one:
            one.write(sealed)
            one.flush()
            os.fsync(one.fileno())
    count = number + 1
    for number, sealed in enumerate(_over_tls(folder, count)):
        hashlib.sha256(sealed).digest()
        with (folder / f"b{number}").open("wb") as one:
            one.write(sealed)
            one.flush()
            os.fsync(one.fileno())
    for number in range(count):
        hashlib.sha256(open_chunk(key, number, (folder / f"b{number}").read_bytes(), last=False)).digest()
    return time.perf_counter() - begin


def _over_tls(folder: Path, count: int) -> Iterator[bytes]:
    """Yield sealed chunks that another thread sends over mutual TLS on loopback."""
    from comity.sealing import client_context, make_tls_key, server_context

    now = datetime.now(UTC)
    keys = [make_tls_key(f"{name}.localhost", now, now + timedelta(days=1)) for name in ("xa", "xb")]
    door = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with server_context(keys[0], [keys[1].certificate]).wrap_socket(door.accept()[0], server_side=True) as peer:
            for number in range(count):
                peer.sendall((folder / f"a{number}").read_bytes())

    threading.Thread(target=serve, daemon=True).start()
    context = client_context(keys[1], keys[0].certificate)
    with context.wrap_socket(socket.create_connection(door.getsockname()), server_hostname="xa.localhost") as ours:
        for number in range(count):
            yield _exactly(ours, (folder / f"a{number}").stat().st_size)
    door.close()


def _exactly(connection: ssl.SSLSocket, size: int) -> bytes:
    data, view, at = bytearray(size), None, 0
    view = memoryview(data)
    while at < size:
        at += connection.recv_into(view[at:], size - at)
    return bytes(data)


def peer_s(file: Path, folder: Path) -> float | None:
    """Return how long curl takes to fetch the plain file from OpenSSL's server; `None` where one is not installed."""
    from comity.sealing import make_tls_key

    openssl, curl = shutil.which("openssl"), shutil.which("curl")
    if openssl is None or curl is None:
        return None
    now = datetime.now(UTC)
    key = make_tls_key("xa.localhost", now, now + timedelta(days=1))
    (folder / "peer.pem").write_text(key.certificate + key.private, encoding="ascii")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [openssl, "s_server", "-accept", str(port), "-cert", "peer.pem", "-key", "peer.pem", "-WWW", "-quiet"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        (folder / "plain").symlink_to(file)
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        begin = time.perf_counter()
        command = [curl, "-sk", "--noproxy", "*", "-o", str(folder / "got"), f"https://127.0.0.1:{port}/plain"]
        subprocess.run(command, check=True, timeout=GIVE_UP_S)
        took = time.perf_counter() - begin
        whole = (folder / "got").stat().st_size >= file.stat().st_size
    finally:
        server.kill()
        server.wait()
    return took if whole else None


def measure(megabytes: int) -> list[Figure]:
    """Measure."""
    free = shutil.disk_usage(tempfile.gettempdir()).free
    assert free > 8 * megabytes * MEBIBYTE, "eight times the attachment must be free on the disk"
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as name:
        folder = Path(name)
        file, small = folder / "film", folder / "still"
        with file.open("wb") as one:
            for _ in range(megabytes):
                one.write(os.urandom(BLOCK))
        small.write_bytes(os.urandom(3 * CHUNK))
        with nodes.two_nodes() as federation:
            hop = Hop(federation)
            hop.transfer(small)  # everything is loaded, every connection stands
            quiet = hop.transfer(file)
            killed = hop.transfer_killed(file)
            hop.end()
        (folder / "limit").mkdir()
        bound = limit_s(file, folder / "limit")
        shutil.rmtree(folder / "limit")
        peer = peer_s(file, folder)
    return figures(megabytes, quiet, killed, bound, peer)


def figures(
    megabytes: int, quiet: dict[str, Any], killed: dict[str, Any], bound: float, peer: float | None
) -> list[Figure]:
    """Return what is told of the transfers."""
    again = max(0.0, (killed["written"] - quiet["written"]) / MEBIBYTE)
    who = {"sending": "the console that seals", "ours": "XA's worker", "theirs": "XB's worker", "opening": "the reader"}
    grown = sorted(((mb, who[name]) for name, mb in quiet["grown_mb"].items()), reverse=True)
    size = "1 GiB" if megabytes == FULL else f"{megabytes} MiB"
    parts = f"sealing {quiet['sealed_s']:.1f} s, hop {quiet['hop_s']:.1f} s, opening {quiet['opened_s']:.1f} s"
    return [
        Figure(
            f"{size} attachment, plain file to plain file",
            "s",
            quiet["s"],
            20 if megabytes == FULL else None,
            peer=peer,
            limit=bound,
            share=bound / quiet["s"],
            remark=f"{parts}; peer: curl from openssl s_server, hop alone",
        ),
        Figure(
            f"{size} attachment: memory that the most growing process adds",
            "MB",
            grown[0][0],
            40,
            remark=", ".join(f"{label} {mb:.0f}" for mb, label in grown),
        ),
        Figure(
            f"{size} attachment, worker killed half-way: sent again",
            "MiB",
            again,
            2 * CHUNK / MEBIBYTE,
            remark=f"a chunk has 4 MiB; {killed['s']:.1f} s with the restart; whatever else was written counts too",
        ),
    ]


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--megabytes", type=int, default=0, help="of another size, in MiB")


if __name__ == "__main__":
    if sys.argv[1:] == ["sender"]:
        sender()
    elif sys.argv[1:] == ["receiver"]:
        receiver()
    else:
        chosen = arguments(__doc__, _more)
        show(measure(chosen.megabytes or (QUICK if chosen.quick else FULL)), as_json=chosen.json)
