"""Who signs checkpoints in this process: the keyring, or what a test installs; nobody in the console."""

from collections.abc import Callable
from typing import Final

from comity.merkle import Checkpoint
from comity.node.partners import keyring

Sign = Callable[[Checkpoint], bytes]
_SIGNERS: Final[dict[str, Sign]] = {}


def install(log: str, sign: Sign) -> None:
    """Let this process sign checkpoints of a log with both of its keys."""
    _SIGNERS[log] = sign


def remove_all() -> None:
    """Forget every signer: at lock-up, and between tests."""
    _SIGNERS.clear()


def signer(log: str) -> Sign | None:
    """Return what signs for a log, `None` where this process holds no key of it."""
    installed = _SIGNERS.get(log)
    if installed is not None:
        return installed
    return keyring.sign_checkpoint if keyring.holds_log(log) else None
