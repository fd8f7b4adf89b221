"""What a file of a message looks like: a small picture, made in a process that can do nothing else.

The file's own bytes never reach a browser to be shown: only a picture that our own encoder made of the pixels.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from comity.formats import thumbnailing
from comity.formats.sniffing import SNIFF_BYTES, same_type, sniff
from comity.sealing import SealingError

MOST_BYTES: Final = 32 * 1024 * 1024
"""Of a file that is drawn; a larger one is only told by its first bytes."""
WAIT_S: Final = 10.0
_MOST_PICTURE: Final = 2 * 1024 * 1024
_AT_ONCE: Final = threading.BoundedSemaphore(2)
"""Processes at once, whoever asks: drawing must not take the machine from sending."""
MEDIA_TYPE: Final = "image/webp"


@dataclass(frozen=True, slots=True)
class Look:
    """What a file is and looks like.

    Attributes:
        found: media type by its first bytes.
        claimed: media type by its sender.
        agrees: whether both go together.
        picture: WebP, made anew; empty where there is none.
        fault: why there is none: ``kind`` (nothing that is drawn), ``large``, ``broken``, ``locked`` (a password),
            ``late`` (it took too long) or ``altered`` (not the bytes that were sealed); empty where there is one.
        width: of the original, pixels; 0 for a PDF.
        height: likewise.
        pages: of a PDF, or frames of a picture.
    """

    found: str
    claimed: str
    agrees: bool
    picture: bytes = b""
    fault: str = ""
    width: int = 0
    height: int = 0
    pages: int = 0


def look(chunks: Iterable[bytes], claimed: str, size: int) -> Look:
    """Return what a file is and looks like; nothing of it is kept, on disk or in memory.

    Args:
        chunks: plain, in order.
        claimed: media type by its sender.
        size: bytes.
    """
    data = bytearray()
    try:
        for chunk in chunks:
            data += chunk
            if size > MOST_BYTES and len(data) >= SNIFF_BYTES:
                break
    except SealingError:
        return Look("", claimed, agrees=True, fault="altered")
    found = sniff(bytes(data[:SNIFF_BYTES]))
    agrees = same_type(claimed, found)
    if found not in thumbnailing.PICTURES and found != thumbnailing.PDF:
        return Look(found, claimed, agrees, fault="kind")
    if size > MOST_BYTES:
        return Look(found, claimed, agrees, fault="large")
    facts, picture = _draw(found, bytes(data))
    return Look(
        found,
        claimed,
        agrees,
        picture,
        fault=str(facts.get("fault", "")) or ("" if picture else "broken"),
        width=_count(facts, "width"),
        height=_count(facts, "height"),
        pages=_count(facts, "pages"),
    )


def _count(facts: dict[str, object], name: str) -> int:
    value = facts.get(name, 0)
    return value if isinstance(value, int) and value > 0 else 0


def _draw(kind: str, data: bytes) -> tuple[dict[str, object], bytes]:
    """Run the program that draws, with no environment, no folder and no time to spare."""
    if not _AT_ONCE.acquire(timeout=WAIT_S):
        return {"fault": "late"}, b""
    try:
        done = subprocess.run(  # noqa: S603  our own file, our own interpreter; the type is one of a closed list
            [sys.executable, "-I", str(Path(thumbnailing.__file__)), kind],
            input=data,
            capture_output=True,
            timeout=WAIT_S,
            env={},
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"fault": "late"}, b""
    finally:
        _AT_ONCE.release()
    line, _feed, picture = done.stdout.partition(b"\n")
    try:
        facts = json.loads(line)
    except ValueError:  # it died: out of time or memory, or a decoder's fault
        return {"fault": "broken"}, b""
    if not isinstance(facts, dict) or len(picture) > _MOST_PICTURE:
        return {"fault": "broken"}, b""
    return facts, picture if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP" else b""
