"""The main job, once: one state asks two others, one answers, one refuses, a fourth sees nothing, and all is proved.

Every step is taken inside a node by `comity.demo.step`, as its officer would, and checked from outside before the next
one. A scene tells what happened as keys and values; `comity demo` puts it into words.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from comity.demo import children, stories, world
from comity.demo.errors import StepError
from comity.demo.hands import Hands
from comity.demo.stories import Job

PATIENCE_S: Final = 20.0
_GLANCE_S: Final = 0.05
_VERIFY_S: Final = 60.0

type Told = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to say: a key such as ``reader.allowed`` and the values of its sentence."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scene:
    """One step of the play that held: its key, what to say, and how long it took in seconds."""

    key: str
    lines: tuple[Line, ...]
    seconds: float


def _line(key: str, **values: Any) -> Line:  # noqa: ANN401  # whatever a sentence needs
    return Line(key, values)


class Play:
    """One performance on running nodes.

    Args:
        folder: of the demo, with one folder for each node.
        hands: open, one for each state.
        job: what is asked and answered.
        fingerprint: of the directory's root, in hex: the one thing an auditor must know beforehand.
    """

    def __init__(self, folder: Path, hands: Hands, job: Job = stories.LANTERN, *, fingerprint: str = "") -> None:
        self._folder, self._hands, self._job, self._fingerprint = folder, hands, job, fingerprint
        self._asker, self._answerer, self._refuser, self._stranger = (
            world.state(one[:2]) for one in (job.asker, job.answerer, job.refuser, job.stranger)
        )
        self._request: dict[str, Any] = {}
        self._arrived: dict[str, dict[str, Any]] = {}
        self._answer: dict[str, Any] = {}
        self._refusal: dict[str, Any] = {}
        self._received: dict[str, dict[str, Any]] = {}

    def scenes(self) -> Iterator[Scene]:
        """Yield each scene once it has been checked.

        Raises:
            StepError: a step did not hold; its text names the step.
        """
        for act in (
            self._stage, self._preview_of_a_stranger, self._ask, self._deliver, self._nothing_for_the_stranger,
            self._find, self._confirm, self._reply, self._refuse, self._bring_home, self._prove, self._audit,
        ):  # fmt: skip
            key = act.__name__.strip("_").replace("_", "-")
            began = time.monotonic()
            try:
                lines = tuple(act())
            except StepError as error:
                raise StepError(f"{key}: {error.step}", error.found) from error
            yield Scene(key, lines, time.monotonic() - began)

    # Before anything is asked

    def _stage(self) -> Iterator[Line]:
        views = {state.code: self._hands.do(state.code, "overview") for state in world.STATES}
        _must(len({tuple(view["directory"]) for view in views.values()}) == 1, "the nodes hold different directories")
        for state in world.STATES:
            yield _line("stage.node", state=state.names, code=state.code, records=views[state.code]["records"])
        holding = [code for code, view in views.items() if view["official"]]
        _must(bool(holding), "no node holds the official list")
        yield _line("stage.official", codes=holding, count=views[holding[0]]["official"])
        root, timestamp, _ = views[self._asker.code]["directory"]
        yield _line("stage.directory", root=root, timestamp=timestamp, members=views[self._asker.code]["members"])

    def _preview_of_a_stranger(self) -> Iterator[Line]:
        shown = self._ask_form([world.REGISTRAR], send=False)
        _must(not shown["allowed"], "a request to the secretariat was allowed")
        (reader,) = shown["readers"]
        _must(not reader["allowed"] and bool(reader["clauses"]), "the refusal names no clause")
        yield _line("reader.refused", reader=reader)

    # XA asks

    def _ask_form(self, recipients: list[str], *, send: bool) -> dict[str, Any]:
        job = self._job
        return self._hands.do(
            self._asker.code, "request", officer=job.asker_officer, recipients=recipients, job=asdict(job), send=send
        )

    def _ask(self) -> Iterator[Line]:
        recipients = sorted([self._job.answerer, self._job.refuser])
        sent = self._ask_form(recipients, send=True)
        readers = {one["authority"]: one for one in sent["readers"]}
        _must(sorted(readers) == recipients, f"the preview showed {sorted(readers)} as readers")
        _must(sent["addressees"] == recipients, f"it went to {sent['addressees']}")
        self._request = sent
        officer, asker = world.officer(self._job.asker_officer), world.authority(self._job.asker)
        yield _line("ask.who", officer=officer.name, authority=asker.names)
        for one in self._job.subjects:
            yield _line("ask.subject", schema=one.schema, facts=one.properties, category=one.category)
        for question in self._job.questions:
            yield _line("ask.question", text=question)
        for reader in readers.values():
            yield _line("reader.allowed", reader=reader)
        yield _line("ask.sent", reference=sent["reference"])

    def _deliver(self) -> Iterator[Line]:
        began = time.monotonic()
        copies = self._wait(lambda: self._copies({"s", "read"}), "the copies were not received by both partners")
        yield _line("deliver.receipts", seconds=time.monotonic() - began)
        for copy in copies:
            yield _line("deliver.copy", authority=world.authority(copy["authority"]).names, word=copy["word"])
        for state, officer in (
            (self._answerer, self._job.answerer_officer),
            (self._refuser, self._job.refuser_officer),
        ):
            self._arrived[state.code] = self._wait(
                partial(self._incoming, state.code, officer, self._request["msg"]),
                f"the request is not on the desk of {state.code}",
            )

    def _copies(self, states: set[str]) -> list[dict[str, Any]]:
        order = {"officer": self._job.asker_officer, "message": self._request["message"]}
        copies: list[dict[str, Any]] = self._hands.do(self._asker.code, "deliveries", **order)["copies"]
        for copy in copies:
            _must(copy["state"] != "r", f"{copy['authority']} refused it: {copy['code']}")
        return copies if len(copies) > 1 and all(copy["state"] in states for copy in copies) else []

    def _incoming(self, code: str, officer: str, msg: str) -> dict[str, Any]:
        found = self._hands.do(code, "inbox", officer=officer)["messages"]
        return next((one for one in found if one["msg"] == msg), {})

    def _nothing_for_the_stranger(self) -> Iterator[Line]:
        for state in (self._stranger, world.XO):
            found = self._hands.do(state.code, "traces", msg=self._request["msg"])
            _must(found == {"notes": 0, "messages": 0}, f"{state.code} has a trace of it")
            yield _line("stranger.nothing", state=state.names)

    # XB finds, confirms and answers

    def _find(self) -> Iterator[Line]:
        self._open(self._answerer.code, self._job.answerer_officer, self._arrived[self._answerer.code]["case"])
        found = self._wait(self._candidates, "the cross-check found nothing")
        held = {one["record"] for one in found}
        _must(set(self._job.same) <= held, f"not found: {sorted(set(self._job.same) - held)}")
        for one in found:
            yield _line("find.candidate", **one)

    def _candidates(self) -> list[dict[str, Any]]:
        order = {
            "officer": self._job.answerer_officer,
            "message": self._arrived[self._answerer.code]["message"],
        }
        found: list[dict[str, Any]] = self._hands.do(self._answerer.code, "candidates", **order)["candidates"]
        return found

    def _confirm(self) -> Iterator[Line]:
        yield _line("confirm.who", officer=world.officer(self._job.answerer_officer).name)
        for one in self._candidates():
            verdict = "same" if one["record"] in self._job.same else "different"
            reason = "" if verdict == "same" else self._job.different_why
            decided = self._hands.do(
                self._answerer.code,
                "decide",
                officer=self._job.answerer_officer,
                candidate=one["candidate"],
                verdict=verdict,
                reason=reason,
            )
            _must(decided["verdict"] == verdict, "the decision was not kept")
            yield _line(f"confirm.{verdict}", held=one["held"], record=one["record"], reason=reason)

    def _reply(self) -> Iterator[Line]:
        answer = self._hands.do(
            self._answerer.code,
            "answer",
            officer=self._job.answerer_officer,
            message=self._arrived[self._answerer.code]["message"],
            text=self._job.answer,
        )
        _must(answer["addressees"] == [self._job.asker], f"the answer went to {answer['addressees']}")
        _must(answer["included"] == len(self._job.same), f"it includes {answer['included']} records")
        self._answer = answer
        yield _line("reply.answer", authority=world.authority(self._job.answerer).names, count=answer["included"])
        yield _line("reply.text", text=self._job.answer, language=self._answerer.language)

    def _refuse(self) -> Iterator[Line]:
        code, officer = self._refuser.code, self._job.refuser_officer
        arrived = self._arrived[code]
        self._open(code, officer, arrived["case"])
        self._refusal = self._hands.do(
            code,
            "refuse",
            officer=officer,
            message=arrived["message"],
            ground=self._job.refusal_ground,
            text=self._job.refusal,
        )
        _must(self._refusal["addressees"] == [self._job.asker], f"the refusal went to {self._refusal['addressees']}")
        yield _line(
            "refuse.ground", authority=world.authority(self._job.refuser).names, ground=self._job.refusal_ground
        )
        yield _line("reply.text", text=self._job.refusal, language=self._refuser.language)

    def _open(self, code: str, officer: str, case: int) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = self._hands.do(code, "open_case", officer=officer, case=case)["messages"]
        return messages

    # Home again

    def _bring_home(self) -> Iterator[Line]:
        code, officer = self._asker.code, self._job.asker_officer
        for key, sent in (("answer", self._answer), ("refusal", self._refusal)):
            self._received[key] = self._wait(
                partial(self._incoming, code, officer, sent["msg"]), f"the {key} did not arrive"
            )
            _must(self._received[key]["kind"] == key, f"it arrived as {self._received[key]['kind']}")
        read = self._open(code, officer, self._request["case"])
        kinds = sorted(one["kind"] for one in read)
        _must(kinds == ["answer", "refusal", "request"], f"the case holds {kinds}")
        self._wait(lambda: self._copies({"read"}), "no receipt says that both partners opened the request")
        yield _line("home.case", reference=self._request["reference"])
        for one in read:
            if one["kind"] == "answer":
                for subject in (one["content"] or {}).get("subjects", []):
                    yield _line("home.subject", schema=subject["schema"], facts=subject.get("properties", {}))
        yield _line("home.receipts")

    # Proof

    def _prove(self) -> Iterator[Line]:
        folder = self._folder / "evidence"
        folder.mkdir(exist_ok=True)
        made = []
        for key, message in (
            ("request", self._request["message"]),
            ("answer", self._received["answer"]["message"]),
            ("refusal", self._received["refusal"]["message"]),
        ):
            path = folder / f"{self._request['reference']}-{key}.evidence"
            size = self._wait(partial(self._evidence, message, path), f"no proof of the {key}")["size"]
            made.append((key, path, size))
        yield _line("prove.who", officer=world.officer(self._job.exporter).name)
        said = self._verify([(str(path), "--json", "--fingerprint", self._fingerprint) for _, path, _ in made])
        for (key, path, size), text in zip(made, said, strict=True):
            found = json.loads(text)
            holding = sum(claim["verdict"] == "holds" for claim in found["claims"])
            _must(found["sound"] and found["proved_time"] is not None, f"the {key} is not proved")
            yield _line("prove.file", kind=key, path=path, size=-(-size // 1024))
            yield _line("prove.count", count=holding, time=found["proved_time"])
            if key == "answer":  # one of them in full is enough to see what such a file says
                said_once = {claim["sentence"]: claim["verdict"] for claim in found["claims"]}
                yield from (_line("prove.claim", text=text, verdict=held) for text, held in said_once.items())

    def _evidence(self, message: int, path: Path) -> dict[str, Any]:
        order = {
            "officer": self._job.exporter,
            "message": message,
            "path": str(path.resolve()),
            "copy_to": self._job.answerer,
        }
        made = self._hands.do(self._asker.code, "evidence", **order)
        return made if made["made"] else {}

    def _audit(self) -> Iterator[Line]:
        folders = [str(self._folder / state.key) for state in world.STATES]
        self._verify([("--node", folder, "--fingerprint", self._fingerprint) for folder in folders])
        unseen = []
        for state in world.STATES:
            for log in self._hands.do(state.code, "logs")["logs"]:
                _must(log["signed"] == log["size"], f"{log['name']} is signed up to {log['signed']} of {log['size']}")
                if log["witnesses"]:
                    yield _line("audit.log", **log)
                else:
                    unseen.append(log["size"])
        yield _line("audit.unseen", logs=len(unseen), size=sum(unseen))
        witnessed = {state: self._witnesses(state) for state in (self._job.asker, self._job.answerer)}
        _must(self._job.answerer in witnessed[self._job.asker], "the answerer is no witness of the asker's log")
        _must(self._job.asker in witnessed[self._job.answerer], "the asker is no witness of the answerer's log")

    def _witnesses(self, authority: str) -> list[str]:
        logs = self._hands.do(authority[:2].upper(), "logs")["logs"]
        found: list[str] = next(log["witnesses"] for log in logs if log["name"] == f"{authority}/x1")
        return found

    def _verify(self, runs: Sequence[tuple[str, ...]]) -> list[str]:
        """Run `comity verify` with each of these arguments, side by side, and return what each said."""
        started = [
            subprocess.Popen(  # noqa: S603  # our own interpreter and module
                [sys.executable, "-m", "comity", "verify", *arguments],
                env=children.environment(self._folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                start_new_session=True,  # Ctrl-C reaches us alone, and we end them
            )
            for arguments in runs
        ]
        said = []
        try:
            for process in started:
                out, err = process.communicate(timeout=_VERIFY_S)
                _must(process.returncode == 0, f"comity verify said: {err.strip() or out.strip()}")
                said.append(out)
        finally:
            for process in started:
                with process:
                    process.kill()
        return said

    def _wait[T](self, look: Callable[[], T], late: str) -> T:
        """Return the first true thing that `look` finds, or raise `StepError` after `PATIENCE_S` seconds."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := look()):
            _must(time.monotonic() < deadline, f"{late} within {PATIENCE_S:.0f} s")
            time.sleep(_GLANCE_S)
        return found


def _must(holds: bool, found: str) -> None:  # noqa: FBT001  # reads as a sentence
    if not holds:
        raise StepError("check", found)
