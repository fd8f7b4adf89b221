"""`python -m comity.config.prepare`: bring the database of a node (`COMITY_NODE`) to this version and open its logs."""

import os

import django
from django.core.management import call_command

PAD_TO = 16  # dummy leaves, so that partners learn little from the size of an exchange log


def main() -> None:
    """Migrate, then open both logs of each authority that has none."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.config.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    open_logs()


def open_logs() -> None:
    """Open both logs of each authority that has none; Django must be set up."""
    from comity.node import nodefile  # noqa: PLC0415  # models need loaded apps
    from comity.node.ledger import actions  # noqa: PLC0415  # after Django's set-up
    from comity.node.ledger.models import Log  # noqa: PLC0415  # after Django's set-up

    for authority in sorted(nodefile.authorities()):
        for kind, pad_to in (("x", PAD_TO), ("a", 1)):
            if not Log.objects.filter(name__startswith=f"{authority}/{kind}").exists():
                actions.open_log(f"{authority}/{kind}1", pad_to=pad_to)


if __name__ == "__main__":
    main()
