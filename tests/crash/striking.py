"""Strike an act at its system calls, and rebuild what a disk holds after a power cut."""

import importlib.util
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
SYSCALLS = ("pwrite64", "fdatasync", "fsync", "rename", "write", "ftruncate", "unlink")
SECTOR = 512


def load(name: str):
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, TESTS / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@dataclass(frozen=True)
class Outcome:
    """How a struck act ended: its exit code (negative: the signal) and its result, if it came to one."""

    code: int
    result: object


class Striker:
    """Does acts on copies of one node's folder, each in a child of a process that is ready."""

    def __init__(self, node, strace: str, scratch: Path) -> None:
        self.node, self.strace, self.scratch = node, strace, scratch
        scratch.mkdir(parents=True)
        self.number = 0
        self.errors = (scratch / "errors").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, str(TESTS / "striker.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=node.environment(),
        )

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
        self.errors.close()

    def copy(self) -> Path:
        self.number += 1
        folder = self.scratch / f"node-{self.number}"
        shutil.copytree(self.node.folder, folder, ignore=shutil.ignore_patterns("run", "*.log"))
        return folder

    def do(self, folder: Path, name: str, arguments: dict, *options: str, **how) -> Outcome:
        """Do an act in a folder, under strace where options are given."""
        out = self.scratch / "out.json"
        out.unlink(missing_ok=True)
        asked = {"folder": str(folder), "name": name, "arguments": arguments, "out": str(out), "stop": bool(options)}
        self.process.stdin.write(json.dumps({**asked, **how}) + "\n")
        self.process.stdin.flush()
        child = self._told("pid")
        if options:
            self._told("stopped")
            self._attach(child, options)
        code = self._told("code")
        return Outcome(code, json.loads(out.read_text()) if code == 0 else None)

    def _told(self, key: str):
        line = self.process.stdout.readline()
        assert line, self.said()
        return json.loads(line)[key]

    def _attach(self, child: int, options: tuple[str, ...]) -> None:
        tracer = subprocess.Popen([self.strace, "-p", str(child), *options], stderr=subprocess.PIPE, text=True)
        assert "attached" in tracer.stderr.readline()
        os.kill(child, signal.SIGCONT)
        tracer.stderr.read()
        tracer.wait(60)
        tracer.stderr.close()

    def said(self) -> str:
        return (self.scratch / "errors").read_text(errors="replace")[-3000:]

    def trace(self, name: str, arguments: dict, watched=None, **how) -> tuple[Path, list["Step"]]:
        """Do an act without a fault and return the folder as it was before and every change to the watched files."""
        before, folder, log = self.copy(), self.copy(), self.scratch / "trace"
        options = ["-o", str(log), "-y", "-xx", "-s", "40000", "-e", f"trace={','.join(SYSCALLS)}"]
        done = self.do(folder, name, arguments, *options, *paths(watched, folder), **how)
        assert done.code == 0, self.said()
        found = list(steps(log.read_text(), folder))
        shutil.rmtree(folder)
        return before, found


def paths(watched, folder: Path) -> list[str]:
    """Return strace's options for files below a folder; all files where none are named."""
    return [part for name in watched or () for part in ("-P", str(folder / name))]


@dataclass(frozen=True)
class Step:
    """One system call on a file below the node's folder."""

    call: str
    file: str
    data: bytes = b""
    offset: int = 0
    target: str = ""


_CALL = re.compile(r"^(\w+)\((.*)\)\s+= (-?\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def steps(log: str, folder: Path):
    """Read strace's lines; what is not below the folder is left out."""
    for line in log.splitlines():
        match = _CALL.match(line)
        if match is None or match[3].startswith("-"):
            continue
        call, inside = match[1], match[2]
        texts = [_bytes(text) for text in _TEXT.findall(inside)]
        if call in {"rename", "unlink"}:
            named = [os.fsdecode(text) for text in texts]
        else:
            number = re.match(r"\d+<((?:\\x[0-9a-f]{2})+|[^>]*)>", inside)
            named = [os.fsdecode(_bytes(number[1])) if number[1].startswith("\\x") else number[1]] if number else []
        if not named or not all(one.startswith(str(folder)) for one in named):
            continue
        short = [os.path.relpath(one, folder) for one in named]
        tail = [part.strip() for part in inside.rpartition('"')[2].split(",") if part.strip()]
        offset = int(tail[-1]) if call == "pwrite64" else int(inside.split(",")[-1]) if call == "ftruncate" else 0
        yield Step(call, short[0], texts[0] if texts and call in {"pwrite64", "write"} else b"", offset,
                   short[1] if len(short) > 1 else "")  # fmt: skip


def after_power_cut(before: Path, found: list[Step], end: int, chance: random.Random, folder: Path) -> None:
    """Rebuild what a disk may hold when power fails after so many steps.

    Of each file, what was written before its last sync is there. Of what was written since, any part may be: whole,
    torn at a sector, or not at all.
    """
    shutil.copytree(before, folder)
    for name in {step.file for step in found if not step.file.endswith("-shm")}:
        mine = [step for step in found[:end] if step.file == name]
        synced = max((i + 1 for i, step in enumerate(mine) if step.call in {"fsync", "fdatasync"}), default=0)
        sure, doubtful = mine[:synced], [step for step in mine[synced:] if chance.random() < 0.5]
        path = folder / name
        for place, step in enumerate(sure + doubtful):
            apply(path, step, chance if place >= len(sure) else None)
    for shared in folder.glob("*-shm"):
        shared.unlink()


def apply(path: Path, step: Step, torn: random.Random | None) -> None:
    if step.call == "unlink":
        path.unlink(missing_ok=True)
    elif step.call == "ftruncate":
        with path.open("ab") as handle:
            handle.truncate(step.offset)
    elif step.call == "pwrite64":
        data = step.data
        if torn is not None and torn.random() < 0.3:
            data = data[: torn.randrange(0, len(data) + 1, SECTOR) or len(data)]
        with path.open("r+b" if path.exists() else "wb") as handle:
            handle.seek(step.offset)
            handle.write(data)


def careless(found: list[Step]) -> list[str]:
    """Name each file that was put in place before its bytes were synced, or whose folder was not synced afterwards."""
    wrong = []
    for place, step in enumerate(found):
        if step.call != "rename":
            continue
        written = [
            i for i, one in enumerate(found[:place]) if one.file == step.file and one.call in {"write", "pwrite64"}
        ]
        synced = [
            i for i, one in enumerate(found[:place]) if one.file == step.file and one.call in {"fsync", "fdatasync"}
        ]
        if written and (not synced or synced[-1] < written[-1]):
            wrong.append(f"{step.target} was put in place before it was synced")
        parent = str(Path(step.target).parent)
        if not any(one.call == "fsync" and one.file == parent for one in found[place:]):
            wrong.append(f"the folder of {step.target} was not synced")
    return wrong
