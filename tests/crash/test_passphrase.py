"""A change of the pass phrase that is struck at any system call leaves the old one or the new one, never neither."""

import os
import shutil
import subprocess
import sys

import pytest

from comity.sealing import Keystore, KeystoreError

OLD, NEW = "the old one", "the new one"
CHANGE = """
import pathlib, sys
from comity.sealing import Keystore
Keystore(pathlib.Path(sys.argv[1])).change(*sys.argv[2:])
"""
CALLS = ("openat", "fsync", "rename")


@pytest.fixture(scope="module")
def strace():
    found = shutil.which("strace")
    if found is None:
        pytest.skip("install strace to see what a crash leaves behind")
    if subprocess.run([found, "-o", os.devnull, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not permit ptrace")
    return found


@pytest.fixture
def store(tmp_path):
    made = tmp_path / "keys"
    Keystore(made).create(OLD).put("identity/xa.ncb", bytes(32))
    return made


def opens(store, secret: str) -> bool:
    try:
        return Keystore(store).unlock(secret).get("identity/xa.ncb") == bytes(32)
    except KeystoreError:
        return False


@pytest.mark.parametrize("fault", ["signal=SIGKILL", "error=EIO", "error=ENOSPC"])
@pytest.mark.parametrize("call", CALLS)
def test_either_the_old_or_the_new_pass_phrase_opens(strace, store, call, fault):
    change = [sys.executable, "-c", CHANGE, str(store), OLD, NEW]
    only = ["-P", str(store), "-P", str(store / "keystore.json")] if call == "openat" else []
    for nth in (1, 2):
        inject = ["-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={nth}"]
        struck = subprocess.run(
            [strace, "-f", "-qq", "-o", os.devnull, *inject, *only, *change], capture_output=True, check=False
        )
        old, new = opens(store, OLD), opens(store, NEW)
        assert old != new, f"{fault} at {call} {nth}: old {old}, new {new}"
        assert new or struck.returncode != 0, f"{fault} at {call} {nth}: said to be done, and was not"
        if new:
            Keystore(store).change(NEW, OLD)
