"""A node at rest: memory of console and worker together, and the time from `comity serve` to the first page.

The node is one of two with a directory. Memory is the proportional share (PSS) of every process below `comity serve`,
the console after its first page, the worker after its first round, and no traffic since. Time begins when the command
is started and ends when the sign-in page has been read to its end. Medians of five starts.

Limit: two bare interpreters' PSS; the start of one interpreter. Peer: a Django program of one empty page, served by the
same server with the same number of workers, without any of our code.
"""

import http.client
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import nodes
from figure import Figure, arguments, show

STARTS, QUICK = 5, 2
SETTLED_S = 6.0
GIVE_UP_S = 60.0
PAGE = "/account/login/"
PEER = """
import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="of a peer", INSTALLED_APPS=[
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages"])
urlpatterns = [path("", lambda request: HttpResponse("a page"))]
application = get_wsgi_application()
"""


def below(pid: int) -> list[int]:
    """Return a process and all of its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(grandchild for child in children for grandchild in below(int(child)))]


def page(port: int, host: str, path: str) -> bool:
    """Tell whether a page can be read."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        return bool(answer.read()) and answer.status < 400  # noqa: PLR2004  # anything but a fault
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def first_page(command: list[str], environment: dict[str, str], ready: Callable[[], bool], log: Path) -> Any:  # noqa: ANN401  # a process and seconds
    """Start a command and wait for its first page; returns the process and the seconds."""
    begin = time.perf_counter()
    with log.open("ab") as file:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=environment, start_new_session=True
        )
    while not ready():
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        assert time.perf_counter() - begin < GIVE_UP_S, log.read_text(errors="replace")[-2000:]
        time.sleep(0.01)
    return process, time.perf_counter() - begin


def pss_mb(pid: int) -> float:
    """Return the megabytes of a process and its descendants, shared pages counted once."""
    return sum(nodes.resident(one)["Pss"] for one in below(pid)) * 1024 / 1e6


def end(process: "subprocess.Popen[bytes]") -> None:
    """Stop a server and what it started."""
    family = below(process.pid)
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(20)
    for pid in family:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def ours(node: Any) -> tuple[float, float, str]:  # noqa: ANN401  # of the untyped tests
    """Return (seconds, megabytes, share of each process) of one start."""
    from comity.config import nodefile

    found = nodefile.load(node.folder)
    secret = node.folder.parent / "passphrase"
    secret.write_text(nodes.PASSPHRASE + "\n", encoding="utf-8")
    secret.chmod(0o600)
    command = [sys.executable, "-m", "comity", "serve", str(node.folder), "--passphrase-file", str(secret)]
    process, seconds = first_page(
        command, node.environment(), lambda: page(found.port, found.host, PAGE), node.folder / "serve.log"
    )
    try:
        time.sleep(SETTLED_S)
        each = [nodes.resident(pid)["Pss"] * 1024 / 1e6 for pid in below(process.pid)]
        return seconds, sum(each), " + ".join(f"{mb:.0f}" for mb in each)
    finally:
        end(process)


def peer(folder: Path) -> tuple[float, float]:
    """Return (seconds, megabytes) of one start of a Django program that does nothing."""
    import federation

    (folder / "peer.py").write_text(PEER, encoding="utf-8")
    port = federation.free_port()
    granian = str(Path(sys.executable).with_name("granian"))
    command = [granian, "peer:application", "--interface", "wsgi", "--port", str(port), "--blocking-threads", "4"]
    process, seconds = first_page(
        command, {**os.environ, "PYTHONPATH": str(folder)}, lambda: page(port, "localhost", "/"), folder / "log"
    )
    try:
        time.sleep(1)
        return seconds, pss_mb(process.pid)
    finally:
        end(process)


def bare() -> tuple[float, float]:
    """Return (seconds, megabytes) of an interpreter that does nothing."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    seconds = time.perf_counter() - begin
    megabytes = pss_mb(process.pid)
    process.kill()
    process.wait()
    return seconds, megabytes


def measure(starts: int) -> list[Figure]:
    """Measure, interleaved."""
    runs: list[tuple[tuple[float, float, str], tuple[float, float], tuple[float, float]]] = []
    with nodes.two_nodes() as built, tempfile.TemporaryDirectory(prefix="comity-bench-") as folder:
        runs += [(ours(built["XA"]), peer(Path(folder)), bare()) for _ in range(starts)]
    seconds = statistics.median(mine[0] for mine, _, _ in runs)
    megabytes = statistics.median(mine[1] for mine, _, _ in runs)
    least = [statistics.median(floor[place] for _, _, floor in runs) for place in (0, 1)]
    others = [statistics.median(other[place] for _, other, _ in runs) for place in (0, 1)]
    said = "peer: a Django program of one empty page under the same server"
    return [
        Figure(
            "node at rest: PSS of all its processes",
            "MB",
            megabytes,
            350,
            peer=others[1],
            limit=2 * least[1],
            share=2 * least[1] / megabytes,
            remark=f"{runs[-1][0][2]} (each process of the last start); {said}; limit: two bare interpreters",
        ),
        Figure(
            "`comity serve` to the first page",
            "s",
            seconds,
            3,
            peer=others[0],
            limit=least[0],
            share=least[0] / seconds,
            remark=f"{said}; limit: a bare interpreter",
        ),
    ]


if __name__ == "__main__":
    chosen = arguments(__doc__)
    show(measure(QUICK if chosen.quick else STARTS), as_json=chosen.json)
