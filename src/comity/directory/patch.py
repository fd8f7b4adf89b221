"""What changed between two versions of a metadata file, so that a refresh costs what changed.

With 3,000 members the snapshot alone has 400 kB. A patch is a compressed JSON merge patch (RFC 7396) between two
versions. It is not signed and need not be: the file that it yields must have the length and sha256 that the signed file
above names, else the whole file is fetched (docs/decisions/0003-directory-size.md).
"""

import json
import zlib
from typing import Any, Final

MAX_PATCH_BYTES: Final = 4 * 1024 * 1024
"""Of a patch when unpacked: a small file must not fill the memory."""

_MISSING: Final = object()


def make_patch(old: bytes, new: bytes) -> bytes:
    """Return what turns one metadata file into another."""
    return zlib.compress(_dumps(_difference(json.loads(old), json.loads(new))), 9)


def apply_patch(old: bytes, patch: bytes) -> bytes | None:
    """Return the file that a patch yields, `None` where it cannot be applied; the caller compares length and hash."""
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(patch, MAX_PATCH_BYTES)
        if not unpacker.eof or unpacker.unused_data:
            return None
        return _dumps(_merged(json.loads(old), json.loads(unpacked)))
    except (zlib.error, ValueError, RecursionError):
        return None


EMPTY: Final = b"{}"
"""Version 0 of every file: a patch of it is the whole file, compressed (signatures are written in hex)."""


def patch_url(role: str, old_version: int, new_version: int) -> str:
    """Return where a patch is fetched; from version 0 for the whole file, compressed."""
    return f"patches/{role}/{old_version}-{new_version}.z"


def _dumps(value: object) -> bytes:
    # As the registrar writes metadata: compact, sorted, ASCII.
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _difference(old: object, new: object) -> Any:  # noqa: ANN401  # JSON
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    changed: dict[str, Any] = {name: None for name in old if name not in new}
    for name, value in new.items():
        before = old.get(name, _MISSING)
        if before != value:
            changed[name] = _difference(before, value)
    return changed


def _merged(old: object, patch: object) -> Any:  # noqa: ANN401  # JSON
    if not isinstance(patch, dict):
        return patch
    merged = dict(old) if isinstance(old, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged
