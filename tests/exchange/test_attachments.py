"""Files between real nodes: whole, resumed after a kill of either side, for their recipient alone."""

import hashlib
import random
import signal
import time

import pytest

from comity.delivery import Fault

A, B, C = "xa.ncb", "xb.spoc", "xc.ncb"
CHUNK = 4 * 1024 * 1024


def written(path, size: int) -> str:
    """Write a file of noise; returns its path and hash."""
    data = random.Random(size).randbytes(size)
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def arrived(node, msg: str, timeout_s: float = 60) -> None:
    node.wait("chunks_of", lambda found: found[0] and all(one[0] == one[1] for one in found[0]), timeout_s, msg=msg)


def test_a_file_of_several_chunks_arrives_whole_and_reading_it_is_recorded(federation, tmp_path):
    digest = written(tmp_path / "film", 2 * CHUNK + 12_345)
    msg = federation["XA"].call("send_file", sender=A, recipients=[B], path=str(tmp_path / "film"))
    arrived(federation["XB"], msg)
    assert federation["XB"].call("read_file", msg=msg) == {
        "sha256": digest,
        "size": 2 * CHUNK + 12_345,
        "title": "Überwachung.mp4",
        "recorded": 1,
    }
    assert federation["XA"].call("read_file", msg=msg)["sha256"] == digest


def test_an_administrator_does_not_read_it(federation, tmp_path):
    written(tmp_path / "note", 10)
    msg = federation["XA"].call("send_file", sender=A, recipients=[B], path=str(tmp_path / "note"))
    arrived(federation["XB"], msg)
    assert "refused" in federation["XB"].call("read_file", msg=msg, role="administrator")


@pytest.mark.parametrize("struck", ["XA", pytest.param("XB", marks=pytest.mark.soak)])
def test_a_transfer_goes_on_after_either_side_was_killed_in_the_middle(federation, tmp_path, struck):
    """Some chunks are there before the kill; the others come after it, and none comes twice."""
    digest = written(tmp_path / "film", 11 * CHUNK + len(struck))
    federation["XB"].stop()
    msg = federation["XA"].call("send_file", sender=A, recipients=[B], path=str(tmp_path / "film"))
    federation["XB"].start()
    federation["XB"].wait("chunks_of", lambda found: found[0] and found[0][0][1] >= 2, 60, pause_s=0.01, msg=msg)
    federation[struck].stop(signal.SIGKILL)
    ((of, before, _),), _ = federation["XB"].call("chunks_of", msg=msg)
    assert 2 <= before < of == 12
    assert "missing" in federation["XB"].call("read_file", msg=msg)
    federation[struck].start()
    arrived(federation["XB"], msg)
    assert federation["XB"].call("read_file", msg=msg)["sha256"] == digest


def test_a_chunk_goes_on_from_its_last_byte(federation, tmp_path):
    """XC's worker rests: the test's hand holds the beginning of the chunk and fetches the rest."""
    digest = written(tmp_path / "film", CHUNK)
    federation["XC"].stop()
    try:
        msg = federation["XA"].call("send_file", sender=A, recipients=[C], path=str(tmp_path / "film"))
        federation["XA"].call("compose", own=A, partner=C, path=str(tmp_path / "parcel"))
        federation["XC"].call("accept", path=str(tmp_path / "parcel"), partner=A)
        assert federation["XC"].call("fetch_rest", msg=msg, folder=str(federation["XA"].folder), held=1_000_000) == {
            "code": "",
            "asked_from": 1_000_000,
        }
        assert federation["XC"].call("read_file", msg=msg)["sha256"] == digest
    finally:
        federation["XC"].start()
    federation["XA"].wait("state", lambda found: found["waiting"] == 0, 60)


def test_a_third_member_is_not_served_a_chunk(federation, tmp_path):
    written(tmp_path / "note", 100)
    msg = federation["XA"].call("send_file", sender=A, recipients=[B], path=str(tmp_path / "note"))
    arrived(federation["XB"], msg)
    _, (chunk,) = federation["XB"].call("chunks_of", msg=msg)
    path = f"/federation/v1/bodies/{chunk}"
    assert federation["XB"].call("fetch", partner=A, path=path)[0] == 200
    status, answer = federation["XC"].call("fetch", partner=A, path=path)
    assert (status, Fault.from_bytes(bytes.fromhex(answer)).code) == (404, "body.unknown")
    assert federation["XC"].call("fetch", partner=A, path=f"/federation/v1/bodies/{'0' * 64}") == [status, answer]


def test_a_wrong_chunk_is_not_kept_and_counted(federation, tmp_path):
    written(tmp_path / "note", 1000)
    msg = federation["XA"].call("send_file", sender=A, recipients=[B], path=str(tmp_path / "note"), spoil=True)
    found = federation["XB"].wait("chunks_of", lambda found: found[0] and found[0][0][2], 30, msg=msg)
    assert found[0] == [[1, 0, "chunk.wrong"]]
    assert federation["XB"].call("chunk_held", digest=found[1][0]) == "nothing"
    federation["XB"].wait("state", lambda found: found["rejections"].get("chunk.wrong", 0) >= 1, 10)
    written(tmp_path / "other", 1000)  # and others come as before
    started = time.monotonic()
    msg = federation["XA"].call("send_file", sender=A, recipients=[B], path=str(tmp_path / "other"))
    arrived(federation["XB"], msg)
    assert time.monotonic() - started < 30
