"""Make a small picture of a picture or of the first page of a PDF: run as a program of its own, once per file.

Decoders of foreign bytes have had faults, so they run where a fault can do nothing: `python -I thumbnailing.py TYPE`
reads the file from standard input, gives up every right it does not need, and writes one line of JSON and then the
picture to standard output. It opens no file and no socket, imports nothing of this package, and knows no key.

The picture is made anew from the pixels alone, so nothing of the original's bytes and none of its metadata (place,
time, camera, owner) is in it. A PDF is drawn by a library without a JavaScript engine; nothing in it is run or fetched.
"""

import io
import json
import resource
import sys
from typing import Any, Final

MOST_PIXELS: Final = 40_000_000
"""Of a picture; a phone's have 12 to 50 million. A bomb declares more, and is refused before a pixel is decoded."""
EDGE: Final = 480
"""Pixels of the longer side of what is made."""
CPU_S: Final = 5
MEMORY_BYTES: Final = 1024 * 1024 * 1024
"""Address space: libraries mapped, the file, and the pixels of the largest picture, which is some 160 MB."""
PICTURES: Final = {
    "image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP", "image/bmp": "BMP",
    "image/tiff": "TIFF",
}  # fmt: skip
PDF: Final = "application/pdf"
QUALITY: Final = 80


def main() -> int:
    """Read a file, write what it looks like; the exit code is 0 also where it cannot be drawn."""
    kind = sys.argv[1]
    decoders = _load(kind)
    data = sys.stdin.buffer.read()
    _give_up_rights()
    try:
        facts, picture = _drawn(kind, data, decoders)
    except MemoryError:
        facts, picture = {"fault": "large"}, b""
    except Exception:  # noqa: BLE001  a decoder fails in as many ways as there are broken files
        facts, picture = {"fault": "broken"}, b""
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + picture)
    sys.stdout.buffer.flush()
    return 0


def _load(kind: str) -> tuple[Any, Any]:
    """Import what is needed while files can still be opened."""
    from PIL import Image, ImageOps  # noqa: PLC0415  only one of the two is needed, and each costs a tenth of a second

    Image.preinit()
    Image.init()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    if kind != PDF:
        # One picture of our own, because decoders import more when they are first used.
        own = io.BytesIO()
        Image.new("RGB", (1, 1)).save(own, PICTURES[kind])
        _drawn(kind, own.getvalue(), (Image, ImageOps))
        return Image, ImageOps
    _small(Image.new("RGB", (1, 1)), Image)
    import pypdfium2  # noqa: PLC0415  as above

    return Image, pypdfium2


def _give_up_rights() -> None:
    """From now on nothing can be opened, written, started or kept in a core, and time and memory are bounded."""
    for right, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(right, (most, most))


def _drawn(kind: str, data: bytes, decoders: tuple[Any, Any]) -> tuple[dict[str, Any], bytes]:
    if kind == PDF:
        return _page(data, *decoders)
    image_class, operations = decoders
    try:
        image = image_class.open(io.BytesIO(data), formats=(PICTURES[kind],))  # no other reading of the same bytes
    except image_class.DecompressionBombError:
        return {"fault": "large"}, b""
    width, height = image.size
    if width * height > MOST_PIXELS:
        return {"fault": "large"}, b""
    image.draft("RGB", (EDGE, EDGE))  # a JPEG is decoded smaller at once
    image.load()
    upright = operations.exif_transpose(image)
    return {"width": width, "height": height, "pages": getattr(image, "n_frames", 1)}, _small(upright, image_class)


def _small(image: Any, image_class: Any) -> bytes:  # noqa: ANN401  the library is imported late
    """Return a small picture with nothing but pixels in it."""
    flat = image.convert("RGBA")
    flat.thumbnail((EDGE, EDGE))
    clean = image_class.new("RGB", flat.size, "white")
    clean.paste(flat, mask=flat.getchannel("A"))
    made = io.BytesIO()
    clean.save(made, "WEBP", quality=QUALITY, method=2)
    return made.getvalue()


def _page(data: bytes, image_class: Any, pdfium: Any) -> tuple[dict[str, Any], bytes]:  # noqa: ANN401  as above
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        return {"fault": "locked" if "password" in str(error).lower() else "broken"}, b""
    page = document[0]
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        return {"fault": "broken"}, b""
    bitmap = page.render(scale=EDGE / max(width, height), may_draw_forms=False)
    return {"width": 0, "height": 0, "pages": len(document)}, _small(bitmap.to_pil(), image_class)


if __name__ == "__main__":
    sys.exit(main())
