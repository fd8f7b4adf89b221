"""The play believes nothing: whatever a node answers falsely ends it at the scene where that is seen."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comity.demo import play, stories, world
from comity.demo.errors import StepError

JOB = stories.LANTERN
ACTS = 12
REFUSED = {
    "authority": "xo.sec",
    "name": "",
    "allowed": False,
    "agreement": "",
    "clauses": [["1.4", ""]],
    "reasons": [],
}
SOUND = {"sound": True, "proved_time": 1, "claims": [{"verdict": "holds", "sentence": "it is so"}]}


def told(kind: str, number: int) -> dict[str, Any]:
    return {"message": number, "case": 1, "kind": kind, "msg": kind, "in_reply_to": "", "caption": "", "content": None}


def reader(authority: str) -> dict[str, Any]:
    return REFUSED | {"authority": authority, "allowed": True}


def candidate(record: str) -> dict[str, Any]:
    return {
        "candidate": record, "record": record, "asked": "", "held": "", "confidence": "", "score": 0.9, "reasons": [],
    }  # fmt: skip


def log(name: str, *witnesses: str) -> dict[str, Any]:
    return {"name": name, "size": 16, "signed": 16, "witnesses": list(witnesses)}


PARTNERS = sorted([JOB.answerer, JOB.refuser])
HELD = [candidate(record) for record in (*JOB.same, *JOB.different)]
VIEW = {"records": 9, "official": 3, "members": 11, "directory": [1, 1, "root"]}
TRUE: dict[tuple[str, str], Any] = {
    **{(state.code, "overview"): VIEW for state in world.STATES},
    ("XA", "preview"): {"allowed": False, "readers": [REFUSED]},
    ("XA", "request"): {
        "allowed": True, "readers": [reader(one) for one in PARTNERS], "message": 1, "case": 1, "reference": "R",
        "msg": "request", "addressees": PARTNERS,
    },
    ("XA", "deliveries"): {"copies": [{"authority": one, "state": "read", "word": "", "code": ""} for one in PARTNERS]},
    ("XB", "inbox"): {"messages": [told("request", 7)]},
    ("XC", "inbox"): {"messages": [told("request", 8)]},
    ("XA", "inbox"): {"messages": [told("answer", 2), told("refusal", 3)]},
    ("XD", "traces"): {"notes": 0, "messages": 0},
    ("XO", "traces"): {"notes": 0, "messages": 0},
    ("XB", "open_case"): {"messages": []},
    ("XC", "open_case"): {"messages": []},
    ("XA", "open_case"): {"messages": [told("request", 1), told("answer", 2), told("refusal", 3)]},
    ("XB", "candidates"): {"candidates": HELD},
    ("XB", "answer"): {"msg": "answer", "addressees": [JOB.asker], "included": len(JOB.same)},
    ("XC", "refuse"): {"msg": "refusal", "addressees": [JOB.asker]},
    ("XA", "evidence"): {"made": True, "name": "", "size": 2048},
    ("XA", "logs"): {"logs": [log("xa.ncb/x1", JOB.answerer, JOB.refuser), log("xa.ncb/a1")]},
    ("XB", "logs"): {"logs": [log("xb.spoc/x1", JOB.asker)]},
    **{(code, "logs"): {"logs": []} for code in ("XC", "XD", "XO")},
}  # fmt: skip


class Hands:
    """Answers as true nodes would, but for what a test has falsified."""

    def __init__(self) -> None:
        self.answers = copy.deepcopy(TRUE)

    def do(self, code: str, step: str, **order: Any) -> dict[str, Any]:
        if step == "request" and not order["send"]:
            step = "preview"
        if step == "decide":
            return self.answers.get((code, step)) or {"verdict": order["verdict"]}
        return self.answers[code, step]


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    monkeypatch.setattr(play, "PATIENCE_S", 0.1)
    return Hands()


def performed(folder: Path, hands: Hands, judge: Callable[[tuple[str, ...]], Any] = lambda _: SOUND) -> list[str]:
    """Play with these hands; `judge` stands in for `comity verify`."""
    acting = play.Play(folder, hands, fingerprint="00")  # type: ignore[arg-type]  # only `do` is called
    acting._verify = lambda runs: [json.dumps(judge(run)) for run in runs]  # type: ignore[method-assign]
    return [scene.key for scene in acting.scenes()]


def test_with_true_nodes_it_is_played_to_the_end(tmp_path: Path, hands: Hands) -> None:
    assert len(performed(tmp_path, hands)) == ACTS


FALSE: list[tuple[str, str, str, Any]] = [
    ("stage", "XD", "overview", VIEW | {"directory": [1, 2, "root"]}),
    ("preview-of-a-stranger", "XA", "preview", {"allowed": True, "readers": [reader("xo.sec")]}),
    ("preview-of-a-stranger", "XA", "preview", {"allowed": False, "readers": [REFUSED | {"clauses": []}]}),
    ("ask", "XA", "request", TRUE["XA", "request"] | {"readers": [reader(JOB.answerer)]}),
    ("ask", "XA", "request", TRUE["XA", "request"] | {"addressees": [*PARTNERS, "xd.ncb"]}),
    ("deliver", "XA", "deliveries", {"copies": [one | {"state": "r"} for one in TRUE["XA", "deliveries"]["copies"]]}),
    ("deliver", "XA", "deliveries", {"copies": [one | {"state": "q"} for one in TRUE["XA", "deliveries"]["copies"]]}),
    ("deliver", "XC", "inbox", {"messages": []}),
    ("nothing-for-the-stranger", "XD", "traces", {"notes": 1, "messages": 0}),
    ("nothing-for-the-stranger", "XO", "traces", {"notes": 0, "messages": 1}),
    ("find", "XB", "candidates", {"candidates": []}),
    ("find", "XB", "candidates", {"candidates": HELD[1:]}),
    ("confirm", "XB", "decide", {"verdict": "undecided"}),
    ("reply", "XB", "answer", TRUE["XB", "answer"] | {"addressees": ["xd.ncb"]}),
    ("reply", "XB", "answer", TRUE["XB", "answer"] | {"included": 0}),
    ("refuse", "XC", "refuse", TRUE["XC", "refuse"] | {"addressees": ["xd.ncb"]}),
    ("bring-home", "XA", "inbox", {"messages": [told("answer", 2)]}),
    ("bring-home", "XA", "inbox", {"messages": [told("answer", 2), told("refusal", 3) | {"kind": "answer"}]}),
    ("bring-home", "XA", "open_case", {"messages": [told("request", 1), told("answer", 2)]}),
    ("prove", "XA", "evidence", {"made": False}),
    ("audit", "XA", "logs", {"logs": [log("xa.ncb/x1", JOB.answerer) | {"signed": 15}]}),
    ("audit", "XA", "logs", {"logs": [log("xa.ncb/x1")]}),
    ("audit", "XB", "logs", {"logs": [log("xb.spoc/x1")]}),
]


@pytest.mark.parametrize(("scene", "code", "step", "answer"), FALSE)
def test_what_a_node_answers_falsely_ends_the_play_at_its_scene(
    tmp_path: Path, hands: Hands, scene: str, code: str, step: str, answer: dict[str, Any]
) -> None:
    hands.answers[code, step] = answer
    with pytest.raises(StepError) as found:
        performed(tmp_path, hands)
    assert found.value.step.startswith(f"{scene}: ")


@pytest.mark.parametrize("change", [{"sound": False}, {"proved_time": None}])
@pytest.mark.parametrize("kind", ["request", "answer", "refusal"])
def test_a_file_that_proves_nothing_ends_the_play(
    tmp_path: Path, hands: Hands, kind: str, change: dict[str, Any]
) -> None:
    with pytest.raises(StepError, match=f"prove: .*{kind} is not proved"):
        performed(tmp_path, hands, lambda run: SOUND | change if kind in run[0] else SOUND)


def test_every_scene_can_fail_of_what_a_node_answers() -> None:
    assert len({name for name, *_ in FALSE}) == ACTS
