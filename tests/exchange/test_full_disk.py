"""A disk that fills up under a running node: a clear refusal, reads go on, and recovery without help."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

A, B = "xa.ncb", "xb.spoc"
FORM = {
    "subjects": "0:Person",
    "s0-schema": "Person",
    "s0-name": "Marcus Dray",
    "s0-birthDate": "1974-03",
    "s0-category": "suspect",
    "s0-link": "owns the lorry",
    "recipients": ["xb.spoc"],
    "purpose": "criminal-investigation",
    "crime_area": "drug-trafficking",
    "legal_basis": "Controlled Drugs Act, section 4",
    "facts": "Two containers were seized.",
    "questions": "Is he known?",
    "urgency": "normal",
    "handling": ["H0"],
    "step": "send",
}


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    asked = [mount or "mount", "-t", "tmpfs", "-o", "size=48m", "none", str(folder)]
    if mount is None or os.geteuid() or subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip("run as root where mounting is permitted, to see what a full disk does")
    yield folder
    subprocess.run([shutil.which("umount"), "-l", str(folder)], check=True)


@pytest.fixture
def pair(small_disk, make_federation):
    """XA and XB, running; XA lives on a small disk."""
    made = make_federation({"XA": (A,), "XB": (B,)})
    node = made["XA"]
    node.close_hands()
    shutil.copytree(node.folder, small_disk / "xa")
    node.folder = small_disk / "xa"
    node.open_hands()
    for one in (node, made["XB"]):
        one.start()
        one.ready(60)
    yield made
    made.stop()


def fill(folder: Path) -> Path:
    """Write until nothing more fits."""
    path = folder / "filler"
    with path.open("wb", buffering=0) as handle:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    handle.write(bytes(size))
            except OSError:
                continue
    return path


def test_a_full_disk_is_told_to_officer_and_partner_and_passes(pair, small_disk):
    a, b = pair["XA"], pair["XB"]
    a.call("sit_down", own=A)
    assert a.call("page", path="/cases/list")[0] == 200
    a.call("last_click_was_long_ago")
    a.call("send", sender=A, recipients=[B])
    a.wait("state", lambda now: now["delivered"] == 1, 60)
    filler = fill(small_disk)

    status, text = a.call("page", path="/cases/new", posted=FORM)
    assert status == 507
    assert "The disk of this node is full" in text
    assert "Nothing was sent or saved" in text
    assert a.call("page", path="/cases/list")[0] == 200  # what needs no record goes on
    assert b.call("fetch_afresh", partner=A, path=f"/ledger/{A}/x1/checkpoint")[0] == 200
    b.call("send", sender=B, recipients=[A], count=2)
    told = b.wait("waiting_for", lambda now: now["code"] == "node.full", 30, partner=A)
    assert told["notes"] == 2
    assert a.process.poll() is None, a.log()[-2000:]
    assert "full" in a.log()

    filler.unlink()
    b.wait("waiting_for", lambda now: now["notes"] == 0, 60, partner=A)
    assert a.call("page", path="/cases/new", posted=FORM)[0] in {200, 302}
    a.wait("state", lambda now: now["waiting"] == 0 and now["delivered"] == 2 and now["arrived"] == 2, 60)
    assert a.call("audit")["wrong"] == []
    assert b.call("audit")["wrong"] == []
