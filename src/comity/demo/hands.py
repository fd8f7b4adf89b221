"""The play's end of the pipes to `comity.demo.step`: one process for each node, started together."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from comity.demo import children
from comity.demo.errors import StepError


class Hands:
    """Lets each node of the demo act. Use it in a `with` block."""

    def __init__(self, folder: Path, codes: tuple[str, ...], language: str) -> None:
        self._processes = {
            code: children.conversing("comity.demo.step", folder / code.lower(), COMITY_DEMO_LANGUAGE=language)
            for code in codes
        }
        self._greeted: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        children.end(self._processes.values(), at_once=kind is not None)

    def do(self, code: str, step: str, **order: Any) -> dict[str, Any]:  # noqa: ANN401  # whatever JSON can say
        """Let the node of `code` take a step and return what came of it.

        Raises:
            StepError: the step failed inside the node.
        """
        process = self._processes[code]
        if code not in self._greeted:
            self._hear(process, code, "start")
            self._greeted.add(code)
        if process.stdin is None:
            raise StepError(f"{code} {step}", "its process has no input")
        process.stdin.write(json.dumps({"step": step, **order}) + "\n")
        process.stdin.flush()
        return self._hear(process, code, step)

    def _hear(self, process: subprocess.Popen[str], code: str, step: str) -> dict[str, Any]:
        line = process.stdout.readline() if process.stdout is not None else ""
        if not line:
            raise StepError(f"{code} {step}", f"its process ended with code {process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        if not answer["ok"]:
            raise StepError(f"{code} {step}", answer["found"])
        result: dict[str, Any] = answer["result"]
        return result
