"""What stops a node from starting, each with its remedy."""

import os
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from comity.config.nodefile import SECRET_FILE, NodeFile


@register(Tags.security)
def check_node(app_configs: Sequence[Any] | None, **kwargs: object) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    """Judge the node that this process serves."""
    return list(objections(settings.NODE))


def objections(node: NodeFile) -> tuple[CheckMessage, ...]:
    """Return what must be put right before `node` may serve; empty for a process without a node."""
    if node.folder is None:
        return ()
    found = []
    secret = node.folder / SECRET_FILE
    if not secret.is_file():
        found.append(
            Error(
                f"the web secret `{secret}` is missing, sessions would end at each restart",
                hint="run `comity init` for a new node, or restore the keys folder from your backup",
                id="comity.E001",
            )
        )
    elif os.name == "posix" and secret.stat().st_mode & 0o077:
        found.append(
            Error(
                f"others on this machine can read the web secret `{secret}`",
                hint=f"chmod 600 {secret}",
                id="comity.E002",
            )
        )
    if node.demo and not node.bound_to_loopback:
        found.append(
            Error(
                f"a demo node lets anyone sign in with one click and may not serve `{node.host}`",
                hint="set host to a name under .localhost, or demo = false in node.toml",
                id="comity.E003",
            )
        )
    if node.scheme == "http" and not node.bound_to_loopback:
        found.append(
            Error(
                f"`{node.host}` would be served without encryption",
                hint='set scheme = "https" in node.toml and put the certificate in place (docs/how-to/certificates.md)',
                id="comity.E004",
            )
        )
    return tuple(found)
