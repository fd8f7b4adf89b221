"""What a file is by its first bytes, whatever its name and its sender say."""

import re
from typing import Final

SNIFF_BYTES: Final = 4096
UNKNOWN: Final = "application/octet-stream"

_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-elf"),
    (b"#!", "text/x-script"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/x-matroska"),
    (b"{\\rtf", "application/rtf"),
)
_OFFICE: Final[tuple[tuple[bytes, str], ...]] = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS: Final = {b"avif": "image/avif", b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic"}
_BMP_HEADERS: Final = frozenset({12, 40, 52, 56, 64, 108, 124})
"""Lengths of the header behind the file's own; `BM` alone begins many a text."""
_SVG: Final = re.compile(rb"<svg[\s>/]", re.IGNORECASE)
_HTML: Final = re.compile(rb"<(?:!doctype\s+html|html|script|body|iframe)[\s>/]", re.IGNORECASE)


def sniff(head: bytes) -> str:
    """Return the media type that the first bytes of a file show; `UNKNOWN` where they show none.

    Args:
        head: its first `SNIFF_BYTES`, or all of it.
    """
    head = head[:SNIFF_BYTES]
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    return _boxed(head) or _written(head) or UNKNOWN


def _boxed(head: bytes) -> str:
    """Return the type of a file that names its own in a box, or stands in an archive."""
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return "image/bmp"
    if head[:4] == b"PK\x03\x04":
        return next((found for name, found in _OFFICE if name in head), "application/zip")
    return ""


def _written(head: bytes) -> str:
    """Return the type of a text."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        if _SVG.search(start):
            return "image/svg+xml"
        return "text/html" if _HTML.search(start) else "text/xml"
    if b"\0" in head or not head:
        return ""
    try:
        head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # a sign that the end of the head cuts is no fault
            return ""
    return "text/plain"


def same_type(claimed: str, found: str) -> bool:
    """Whether what a sender calls a file agrees with what it is; a type that says nothing agrees with everything."""
    claimed = _ALIASES.get(claimed.partition(";")[0].strip().lower(), claimed.partition(";")[0].strip().lower())
    if UNKNOWN in {claimed, found} or not claimed or claimed == found:
        return True
    if found == "text/plain":
        return claimed.startswith("text/") and claimed != "text/html"
    return found == "application/x-ole-storage" and claimed in _IN_OLE


_ALIASES: Final = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "image/x-ms-bmp": "image/bmp",
    "application/x-pdf": "application/pdf",
    "application/xml": "text/xml",
    "application/x-zip-compressed": "application/zip",
    "application/x-gzip": "application/gzip",
}
_IN_OLE: Final = frozenset(
    {"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "application/vnd.ms-outlook"}
)
