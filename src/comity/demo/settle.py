"""Fill one node's database, inside the node: `COMITY_NODE=nodes/xa python -m comity.demo.settle everything`."""

import os
import sys
from datetime import datetime

from comity.config import lifeline


def main(what: str, at: str = "") -> None:
    """Make the tables, or all that comes after them as of a point in time; stop when the demo stops."""
    lifeline.follow_parent(grace_s=5)
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.config.settings"
    import django  # noqa: PLC0415  # needs the line above

    django.setup()
    from comity.demo import settling  # noqa: PLC0415  # models need loaded apps

    if what == "tables":
        settling.tables()
    else:
        settling.everything(datetime.fromisoformat(at))


if __name__ == "__main__":
    main(*sys.argv[1:])
