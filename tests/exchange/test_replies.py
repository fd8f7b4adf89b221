"""An answer is one only to what was asked of its sender."""

A, B, C = "xa.ncb", "xb.spoc", "xc.ncb"


def asked(federation, tmp_path) -> str:
    """Let XA ask XB, and return the root of the request."""
    (tmp_path / "note").write_bytes(b"1")
    msg = federation["XA"].call("send_file", sender=A, recipients=[B], path=str(tmp_path / "note"))
    federation["XA"].wait("state", lambda found: found["waiting"] == 0, 30)
    return msg


def settled(node) -> dict:
    return node.wait("state", lambda found: found["waiting"] == 0, 30)


def test_the_answer_to_a_request_is_accepted(federation, tmp_path):
    msg = asked(federation, tmp_path)
    before = federation["XA"].call("state")
    assert federation["XB"].call("answer", sender=B, recipient=A, msg=msg) == ""
    settled(federation["XB"])
    found = federation["XA"].call("state")
    assert (found["arrived"], found["refused"]) == (before["arrived"] + 1, before["refused"])


def test_what_was_never_asked_of_us_cannot_be_answered(federation, tmp_path):
    msg = asked(federation, tmp_path)
    assert federation["XC"].call("answer", sender=C, recipient=A, msg=msg) != ""
    assert federation["XB"].call("answer", sender=B, recipient=A, msg="00" * 32) != ""


def test_only_the_one_asked_asks_back(federation, tmp_path):
    msg = asked(federation, tmp_path)
    before = federation["XA"].call("state")
    assert federation["XC"].call("answer", sender=C, recipient=A, msg=msg, kind="clarification") == "in-reply.refused"
    assert federation["XB"].call("answer", sender=B, recipient=A, msg=msg, kind="clarification") == ""
    settled(federation["XB"])
    found = federation["XA"].call("state")
    assert (found["arrived"], found["refused"]) == (before["arrived"] + 1, before["refused"])


def test_an_answer_by_somebody_else_is_refused_with_a_code_and_takes_its_place(federation, tmp_path):
    """XC's node asks nothing of itself and answers what XA asked of XB."""
    msg = asked(federation, tmp_path)
    before = federation["XA"].call("state")
    assert federation["XC"].call("answer", sender=C, recipient=A, msg=msg, forced=True) == ""
    federation["XC"].call("send", sender=C, recipients=[A])
    told = settled(federation["XC"])
    found = federation["XA"].call("state")
    assert (found["arrived"], found["refused"]) == (before["arrived"] + 1, before["refused"] + 1)
    assert told["refused_by_partner"] >= 1
    assert "in-reply.refused" in told["codes"]
    assert federation["XA"].call("audit")["wrong"] == []
