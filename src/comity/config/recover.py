"""`python -m comity.config.recover`: continue a restored node's logs from what its partners hold, before it is started.

The pass phrase comes on standard input; `COMITY_NODE` names the folder. Prints one line for each authority.
"""

import os
import secrets
import sys

import click
import django
from django.utils.translation import gettext as _


def main() -> int:
    """Recover every authority of the node; returns the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.config.settings")
    django.setup()
    from django.utils import timezone  # noqa: PLC0415  # models need loaded apps

    from comity.node import nodefile  # noqa: PLC0415  # only where it is needed
    from comity.node.exchange import recover, transport  # noqa: PLC0415  # only where it is needed
    from comity.node.partners import founding, keyring, members, mirrored, renewing  # noqa: PLC0415  # as above
    from comity.sealing import LogKeys  # noqa: PLC0415  # only where it is needed
    from comity.vocabulary.authority import AuthorityId  # noqa: PLC0415  # only where it is needed

    keyring.unlock(sys.stdin.readline().rstrip("\n"))
    mirrored.use_network(transport.fetch_directory)
    at = timezone.now()
    members.refresh(at)
    own = [AuthorityId.parse(one) for one in sorted(nodefile.authorities())]
    partners = [one.authority for one in members.directory().members() if one.authority not in set(own)]
    for authority in own:
        founding.make_kem_keys(keyring.keys(), authority, at)
        found = recover.recover(authority, partners, transport.get, at)
        acts = recover.begin_acts_log(authority, at)
        keyring.keys().put_log(LogKeys.from_seed(acts, secrets.token_bytes(32)))
        keyring.use(keyring.keys())
        unreached = ", ".join(str(one) for one in found.unreached) or "-"
        click.echo(
            _("{log}: {leaves} entries and {notes} notes came back; not reached: {unreached}").format(
                log=found.log, leaves=found.leaves, notes=found.notes, unreached=unreached
            )
        )
        renewing.renew(authority, at)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception as error:
        if not type(error).__module__.startswith("comity."):
            raise
        sys.exit(str(error))
