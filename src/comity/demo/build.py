"""Build the federation into a folder: a directory signed by its holders, and five nodes that have mirrored it.

The folder holds a folder for each node, `registrar/` with the published directory and the holders' keys (which in life
five members would keep in five safes), and `demo.json`, written last: what stands without it is built anew.
"""

import json
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from comity.config import nodefile
from comity.demo import children, register, replay, world
from comity.demo.errors import BuildError
from comity.demo.replay import Progress
from comity.demo.run import PASSPHRASE_FILE, port_is_free

MARK: Final = "demo.json"
VERSION: Final = 1
DOORS_ABOVE: Final = 100
PORTS_TRIED: Final = 95
_SETTLE_S: Final = 300.0

type Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """A federation that stands.

    Attributes:
        folders: of the nodes, in the order of `world.STATES`.
        fingerprint: SHA-256 of the directory's first root, in hex: what an auditor must know beforehand.
    """

    folders: tuple[Path, ...]
    fingerprint: str


def stands(folder: Path) -> bool:
    """Whether a whole federation of this version was built here."""
    return _mark(folder).get("version") == VERSION


def load(folder: Path) -> Built:
    """Return the federation that stands in a folder, and is not running, with its directory's signatures renewed.

    Raises:
        BuildError: none stands there.
    """
    if not stands(folder):
        raise BuildError(f"no demo stands in `{folder}`: build one with `comity demo --fresh`")
    renew(folder)
    _mirror_all(folder)
    return Built(_folders(folder), fingerprint(folder))


def fingerprint(folder: Path) -> str:
    """Return the SHA-256 of the first root of the directory that stands in a folder, in hex."""
    return str(_mark(folder).get("fingerprint", ""))


def renew(folder: Path) -> None:
    """Renew the directory's signature of the day; the nodes fetch it by themselves."""
    register.renew(folder / register.FOLDER, _passphrase(folder), datetime.now(UTC))


def build(
    folder: Path,
    say: Say = lambda _key: None,
    first_port: int = world.FIRST_CONSOLE_PORT,
    *,
    progress: Progress | None = None,
    most: int | None = None,
) -> Built:
    """Build a federation, in place of one that stands there.

    Args:
        folder: new, empty, or an earlier demo's.
        say: told what is being done, as a key: ``keys``, ``directory``, ``nodes``, ``week``.
        progress: told (steps taken, steps in all) of the week that the nodes then live through; without it they begin
            with empty desks, some thirty seconds sooner.
        most: that many steps of the week; all of them, if not given.
        first_port: the consoles take free ports from here on, the doors for partners from `DOORS_ABOVE` higher on.

    Raises:
        BuildError: the folder holds something else, or a node could not be settled.
    """
    _clear(folder)
    passphrase, now = secrets.token_hex(16), datetime.now(UTC)
    at = now if progress is None else replay.begins(now)
    files = _node_files(folder, passphrase, first_port)
    migrating = _settle(files[0], "tables")  # takes a few seconds, during which the keys are made
    say("keys")
    cards = register.make_keys(files, passphrase, at, until=now)
    say("directory")
    first_root = register.publish(folder / register.FOLDER, cards, passphrase, at)
    _finish([migrating])
    for file in files[1:]:
        shutil.copyfile(_in(files[0], "db.sqlite3"), _in(file, "db.sqlite3"))
    say("nodes")
    _finish([_settle(file, "everything", at.isoformat()) for file in files])
    if progress is not None:
        say("week")
        with replay.lived_through(folder, at) as lived:
            lived.live(progress, most)
        register.renew(folder / register.FOLDER, passphrase, datetime.now(UTC))
        _mirror_all(folder)
    (folder / MARK).write_text(json.dumps({"version": VERSION, "fingerprint": first_root}) + "\n", encoding="utf-8")
    return Built(_folders(folder), first_root)


def _mirror_all(folder: Path) -> None:
    for home in _folders(folder):
        register.mirror(folder / register.FOLDER, home / "directory", datetime.now(UTC))


def _mark(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / MARK).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return found


def _folders(folder: Path) -> tuple[Path, ...]:
    return tuple(folder / state.key for state in world.STATES)


def _passphrase(folder: Path) -> str:
    return (folder / world.XO.key / PASSPHRASE_FILE).read_text(encoding="utf-8").strip()


def _clear(folder: Path) -> None:
    """Remove an earlier demo, and nothing else: a folder with other things in it is left alone."""
    nodes = {f"{state.key}{end}" for state in world.STATES for end in ("", ".log")}
    ours = nodes | {MARK, register.FOLDER, children.CACHE, "evidence"}
    try:
        found = {path.name for path in folder.iterdir()}
    except FileNotFoundError:
        found = set()
    except NotADirectoryError:
        raise BuildError(f"`{folder}` is no folder: name another with --folder") from None
    if others := sorted(found - ours):
        raise BuildError(f"`{folder}` holds `{others[0]}`, which is not of a demo: name another folder with --folder")
    (folder / MARK).unlink(missing_ok=True)
    for name in found - {MARK, children.CACHE}:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    folder.mkdir(parents=True, exist_ok=True)


def _node_files(folder: Path, passphrase: str, first_port: int) -> tuple[nodefile.NodeFile, ...]:
    """Write the settings, the pass phrase and the web secret of each node."""
    consoles, doors = _free_ports(first_port), _free_ports(first_port + DOORS_ABOVE)
    files = []
    for state in world.STATES:
        home = folder / state.key
        (home / "keys").mkdir(parents=True, mode=0o700)
        file = nodefile.NodeFile(
            folder=home,
            host=state.host,
            port=next(consoles),
            federation_port=next(doors),
            state=state.code,
            names=state.names,
            colour=state.colour,
            authorities=tuple(nodefile.Authority(one.id, one.names) for one in state.authorities),
            language=state.language,
            time_zone=state.time_zone,
            demo=True,
            idle_minutes=60,
        )
        nodefile.save(file)
        _write_secret(home / PASSPHRASE_FILE, passphrase)
        _write_secret(home / nodefile.SECRET_FILE, secrets.token_urlsafe(50))
        files.append(replace(file, folder=home.resolve()))
    return tuple(files)


def _write_secret(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text + "\n", encoding="ascii")


def _free_ports(first: int) -> Iterator[int]:
    """Yield ports on which nothing listens, from `first` on (raises `BuildError` when there are too few)."""
    yield from (port for port in range(first, first + PORTS_TRIED) if port_is_free(port))
    raise BuildError(f"no port between {first} and {first + PORTS_TRIED} is free")


def _in(file: nodefile.NodeFile, name: str) -> Path:
    if file.folder is None:
        raise BuildError("a node of the demo has a folder")
    return file.folder / name


def _settle(file: nodefile.NodeFile, *what: str) -> subprocess.Popen[str]:
    """Start the process in which a node's own code fills its database."""
    if file.folder is None:
        raise BuildError("a node of the demo has a folder")
    return subprocess.Popen(  # noqa: S603  # our own interpreter and module
        [sys.executable, "-m", "comity.demo.settle", *what],
        env=children.environment(file.folder.parent, COMITY_NODE=str(file.folder)),
        stdin=children.lifeline(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,  # Ctrl-C reaches us alone, and we end them
    )


def _finish(settling: list[subprocess.Popen[str]]) -> None:
    """Wait for all of them; end the rest when one fails (raises `BuildError`)."""
    try:
        for process in settling:
            _, said = process.communicate(timeout=_SETTLE_S)
            if process.returncode:
                last = said.strip().splitlines()[-1:] or ["no reason given"]
                raise BuildError(f"a node could not be settled: {last[0]}")
    finally:
        for process in settling:
            if process.poll() is None:
                process.kill()
                process.communicate()
