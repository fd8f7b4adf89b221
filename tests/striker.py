"""A process that has started Django once and does each act in a child of its own, so that the child may be struck down.

A request names the node's folder; the child moves there, before it opens anything. It can stop itself before the act,
so that strace takes hold of it.
"""

# ruff: noqa: T201 - what happens is printed for the test to read

import json
import os
import signal
import sys
import traceback
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from django.conf import settings
from django.db import connection, connections

import calls
from comity.node import places
from comity.node.partners import keyring, members

WITH_KEYS = frozenset({"new_keys", "keys_open"})  # these read the keystore of the folder they move to


def move(folder: Path) -> None:
    settings.NODE = replace(settings.NODE, folder=folder)
    connections["default"].settings_dict["NAME"] = str(folder / "db.sqlite3")
    places._made.cache_clear()


def act(asked: dict) -> None:
    move(Path(asked["folder"]))
    if asked["name"] in WITH_KEYS:
        keyring.unlock = unlock
    if asked.get("relaxed"):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=NORMAL")
    if asked["stop"]:
        os.kill(os.getpid(), signal.SIGSTOP)
    result = getattr(calls, asked["name"])(**asked["arguments"])
    if asked.get("close"):
        connection.close()  # the write-ahead log goes into the database
    Path(asked["out"]).write_text(json.dumps(result))


def serve() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if not child:
            code = 0
            try:
                act(asked)
            except BaseException:
                traceback.print_exc()
                code = 3
            os._exit(code)
        print(json.dumps({"pid": child}), flush=True)
        if asked["stop"]:
            os.waitpid(child, os.WUNTRACED)
            print(json.dumps({"stopped": True}), flush=True)
        _, status = os.waitpid(child, 0)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status)}), flush=True)


if __name__ == "__main__":
    keyring.unlock(calls.PASSPHRASE)
    unlock, keyring.unlock = keyring.unlock, lambda _passphrase: None
    members.directory()
    members.policies()
    connections.close_all()
    serve()
