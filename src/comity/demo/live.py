"""One node in the week that the demo lives through before it begins: `COMITY_NODE=nodes/xa python -m comity.demo.live`.

Unlike the hands of the play, this process holds the node's keys: it also delivers and receives. It reads orders, one
JSON object a line, and answers each with one line; while it obeys one, it may ask its parent to carry a parcel.
"""

import base64
import json
import os
import sys
from datetime import datetime
from typing import Any, Final

type Order = dict[str, Any]
_OUT: Final = sys.stdout


def main() -> None:
    """Obey the orders on standard input until it ends."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.config.settings"
    import django  # noqa: PLC0415  # needs the line above

    django.setup()
    from django.utils import translation  # noqa: PLC0415  # as above

    from comity.demo import world  # noqa: PLC0415  # as above
    from comity.demo.run import PASSPHRASE_FILE  # noqa: PLC0415  # as above
    from comity.node import places  # noqa: PLC0415  # as above
    from comity.node.partners import keyring  # noqa: PLC0415  # as above

    translation.activate(world.state(places.folder().name).language)
    keyring.unlock((places.folder() / PASSPHRASE_FILE).read_text(encoding="utf-8").strip())
    _tell({"ok": True, "result": {}})
    for line in sys.stdin:
        _tell(_obey(json.loads(line)))


def _obey(order: Order) -> Order:
    try:
        return {"ok": True, "result": _done(order)}
    except Exception as error:  # noqa: BLE001  # whatever it was, the parent names the step and ends
        return {"ok": False, "found": f"{type(error).__name__}: {error}"}


def _done(order: Order) -> Any:  # noqa: ANN401 - JSON
    from django.conf import settings  # noqa: PLC0415  # as in `main`

    from comity.demo import living, week  # noqa: PLC0415  # models need loaded apps
    from comity.vocabulary.authority import AuthorityId  # noqa: PLC0415  # loaded with them

    at, step = datetime.fromisoformat(order["at"]), order["step"]
    if step == "over":
        return living.over(at)
    if step == "accept":
        peer = frozenset(AuthorityId.parse(one) for one in order["peer"])
        status, data = living.accept(base64.b64decode(order["data"]), peer, at)
        return {"status": status, "data": base64.b64encode(data).decode()}
    request = next(one for one in week.plan() if (one.sender, one.number) == (order["sender"], order["number"]))

    own = frozenset(AuthorityId.parse(str(one.id)) for one in settings.NODE.authorities)

    def post(partner: AuthorityId, data: bytes) -> tuple[int, bytes]:
        if partner in own:  # a copy to the contact point beside it
            return living.accept(data, own, at)
        _tell({"to": str(partner), "data": base64.b64encode(data).decode()})
        answer = json.loads(sys.stdin.readline())
        return int(answer["status"]), base64.b64decode(answer["data"])

    if step == "send":
        reference = living.send(request, post, at)
        return {"reference": reference}
    living.know(request.sender, request.number, order["reference"])
    {"open": living.opened, "reply": living.replied, "hear": living.heard}[step](request, order["asked"], post, at)
    return {}


def _tell(answer: Order) -> None:
    print(json.dumps(answer), file=_OUT, flush=True)  # the pipe to the parent


if __name__ == "__main__":
    main()
