"""One node's hands in the play: `COMITY_NODE=nodes/xa python -m comity.demo.step`.

A process for each node reads orders, one JSON object a line, and answers each with one line. It fills in the same forms
and calls the same actions as the console, for a named officer; it has no keys and no other way around the decisions.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

type Order = dict[str, Any]
type Answer = dict[str, Any]


def main() -> None:
    """Obey the orders on standard input until it ends."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.config.settings"
    import django  # noqa: PLC0415  # needs the line above

    django.setup()
    from django.utils import translation  # noqa: PLC0415  # as above

    from comity.demo import steps  # noqa: PLC0415  # as above

    translation.activate(os.environ.get("COMITY_DEMO_LANGUAGE", "en"))
    _tell({"ok": True, "result": {}})
    for line in sys.stdin:
        _tell(_obey(steps.STEPS, json.loads(line)))


def _obey(steps: Mapping[str, Callable[..., Answer]], order: Order) -> Answer:
    from django.db import close_old_connections  # noqa: PLC0415  # settings must be known first

    name = order.pop("step")
    try:
        return {"ok": True, "result": steps[name](**order)}
    except Exception as error:  # noqa: BLE001  # whatever it was, the play names the step and ends
        return {"ok": False, "found": f"{type(error).__name__}: {error}"}
    finally:
        close_old_connections()


_OUT: Final = sys.stdout


def _tell(answer: Answer) -> None:
    print(json.dumps(answer, default=str), file=_OUT, flush=True)  # the pipe to the play


if __name__ == "__main__":
    main()
