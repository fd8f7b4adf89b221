import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.formats.sniffing import UNKNOWN, same_type, sniff

OPEN_XML = "application/vnd.openxmlformats-officedocument"


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"GIF89a<script>", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"BM" + b"\0" * 12 + b"\x28\0\0\0", "image/bmp"),
        (b"BMW 320, black, seen twice in the harbour", "text/plain"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\n<?xml version='1.0'?>\n<svg xmlns='x'>", "image/svg+xml"),
        (b"<!DOCTYPE html><p>", "text/html"),
        (b"<?xml version='1.0'?><list>", "text/xml"),
        (b"PK\x03\x04\x14\0\0\0word/document.xml", f"{OPEN_XML}.wordprocessingml.document"),
        (b"PK\x03\x04\x14\0\0\0other", "application/zip"),
        (b"MZ\x90\0", "application/vnd.microsoft.portable-executable"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        ("الميناء ليلاً".encode(), "text/plain"),
        (b"\x00\x01\x02", UNKNOWN),
        (b"", UNKNOWN),
    ],
)  # fmt: skip
def test_a_file_is_told_by_its_first_bytes(head: bytes, found: str) -> None:
    assert sniff(head) == found


@pytest.mark.parametrize(
    ("claimed", "found", "same"),
    [
        ("image/jpg", "image/jpeg", True),
        ("IMAGE/PNG; charset=x", "image/png", True),
        ("application/octet-stream", "image/png", True),
        ("text/csv", "text/plain", True),
        ("application/msword", "application/x-ole-storage", True),
        ("image/png", "text/html", False),
        ("text/html", "text/plain", False),
        ("application/pdf", "application/vnd.microsoft.portable-executable", False),
    ],
)
def test_what_a_sender_calls_a_file_is_compared_with_what_it_is(claimed: str, found: str, *, same: bool) -> None:
    assert same_type(claimed, found) is same


@given(st.binary(max_size=200))
def test_any_bytes_are_told_as_something(data: bytes) -> None:
    assert "/" in sniff(data)
    assert same_type(sniff(data), sniff(data))
