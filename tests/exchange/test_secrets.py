"""Secrets, names and message bodies never leave the database: not into logs, errors, URLs, process titles or files."""

import base64
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import urllib3

from comity.config import nodefile
from comity.sealing import Keystore

A, B = "xa.ncb", "xb.spoc"
PASSPHRASE = "the lighthouse keeper sleeps"
WORDS = ("Zanzibarrow", "Quillfeather", "xylophone embargo", PASSPHRASE, "not-the-passphrase-7319", "sign-in-word-8841")


@pytest.fixture
def pair(make_federation):
    made = make_federation({"XA": (A,), "XB": (B,)})
    for node in made.nodes.values():
        node.close_hands()
        node.wanted = {"COMITY_TEST_LOUD": "1"}
        node.open_hands()
        node.start()
        node.ready(60)
    return made


def secrets_of(folder: Path) -> list[bytes]:
    """Return the private keys of a node in every spelling in which they could be written down."""
    keys = Keystore(folder / "keys").unlock(PASSPHRASE)
    pem = "".join(keys.tls().private.splitlines()[1:-1])
    raw = base64.b64decode(pem)
    return [pem[:40].encode(), raw[-24:].hex().encode(), raw[-24:]]


def descendants(pid: int) -> list[int]:
    found = [pid]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int(re.search(r"\) . (\d+)", (entry / "stat").read_text())[1])
            except OSError:
                continue
            if parent == pid:
                found += descendants(int(entry.name))
    return found


def told_by_processes(*pids: int) -> bytes:
    found = b""
    for pid in pids:
        for name in ("cmdline", "environ", "comm"):
            found += Path(f"/proc/{pid}/{name}").read_bytes() + b"\n"
    return found


def ask(url: str, data: bytes | None = None) -> int:
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if data else {}
    method = "POST" if data else "GET"
    answered = urllib3.request(method, url, body=data, headers=headers, retries=False, redirect=False, timeout=20)
    return answered.status


def use(pair, console: str) -> None:
    """Walk the main path, and into every wall beside it."""
    a = pair["XA"]
    a.call("send_canaries", sender=A, recipients=[B], names=list(WORDS[:2]), text=WORDS[2])
    a.wait("state", lambda now: now["delivered"] == 1, 60)
    a.call("send_canaries", sender=A, recipients=["xz.ncb"], names=list(WORDS[:2]), text=WORDS[2])
    a.call("knock", partner=B, data=f"{WORDS[0]} {WORDS[2]}".encode().hex())
    a.call("fetch", partner=B, path=f"/directory/{WORDS[1]}?name={WORDS[0]}")
    assert ask(f"{console}/account/login/?next=/cases/?q={WORDS[0]}") == 200
    assert ask(f"{console}/cases/?q={WORDS[0]}") in {200, 302}
    assert ask(f"{console}/account/login/", f"login={WORDS[1]}&password={WORDS[5]}".encode()) in {200, 403}
    assert ask(f"{console}/nowhere/?{WORDS[0]}") in {200, 404}


def test_no_secret_name_or_text_is_written_anywhere_but_into_the_database(pair, tmp_path):
    a, b = pair["XA"], pair["XB"]
    a.stop()
    told = tmp_path / "told"
    secret = tmp_path / "secret"
    secret.write_text(PASSPHRASE + "\n")
    secret.chmod(0o600)
    environment = {name: value for name, value in a.environment().items() if name != "COMITY_NODE"}
    with told.open("wb") as out:
        supervisor = subprocess.Popen(
            [sys.executable, str(Path(__file__).parents[1] / "shifted.py"), "serve", str(a.folder), "--passphrase-file",
             str(secret)], stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
    try:
        console = f"http://127.0.0.1:{nodefile.load(a.folder).port}"
        wait_for(f"{console}/healthz")
        use(pair, console)
        processes = told_by_processes(*descendants(supervisor.pid), *descendants(b.process.pid))
    finally:
        supervisor.terminate()
        supervisor.wait(30)
    wrong = subprocess.run(
        [sys.executable, "-m", "comity", "serve", str(a.folder), "--passphrase-file", "/dev/stdin"],
        input=WORDS[4], capture_output=True, text=True, env=environment, check=False, timeout=60,
    )  # fmt: skip
    assert wrong.returncode
    found = {"processes": processes, "supervisor": told.read_bytes(), "refusal": (wrong.stdout + wrong.stderr).encode()}
    for node in (a, b):
        for path in node.folder.rglob("*"):
            if path.is_file() and not path.name.startswith("db.sqlite3"):
                found[str(path)] = path.read_bytes()
    canaries = [word.encode() for word in WORDS] + secrets_of(a.folder) + secrets_of(b.folder)
    held = (a.folder / "db.sqlite3").read_bytes() + (a.folder / "db.sqlite3-wal").read_bytes() \
        if (a.folder / "db.sqlite3-wal").exists() else (a.folder / "db.sqlite3").read_bytes()  # fmt: skip
    assert WORDS[0].encode() in held or WORDS[0].encode() in (b.folder / "db.sqlite3-wal").read_bytes()
    betrayed = [(where, canary) for where, data in found.items() for canary in canaries if canary in data]
    assert betrayed == []
    assert b"worker" in found["processes"]
    assert b" debug " in (b.folder / "worker.log").read_bytes()


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            if ask(url) == 200:
                return
        except (OSError, urllib3.exceptions.HTTPError):
            time.sleep(0.2)
    raise AssertionError(f"{url} does not answer")
