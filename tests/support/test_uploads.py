"""What files are is found in their bytes, whatever their names and however broken."""

import io
import random
import threading
import unicodedata
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from support import uploads
from support.uploads import IMAGES, MAX_SIZE, BadFile, checked, clean_name, sniffed


def picture(kind: str, size: tuple[int, int] = (20, 10)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "teal").save(made, kind)
    return made.getvalue()


PICTURES = {kind: picture(kind) for kind in IMAGES}


@pytest.mark.parametrize("kind", IMAGES)
def test_a_picture_is_what_it_is(kind: str) -> None:
    assert sniffed(PICTURES[kind]) == IMAGES[kind]


def test_a_photo_of_several_pictures_is_a_jpeg() -> None:
    made = io.BytesIO()
    second = Image.new("RGB", (10, 10), "white")
    first = Image.new("RGB", (20, 10), "teal")
    first.save(made, "MPO", save_all=True, append_images=[second])
    assert sniffed(made.getvalue()) == "image/jpeg"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        ("Grüße, 日本 \U0001f600\r\n\t".encode(), "text/plain"),
        (b"\xef\xbb\xbfBOM", "text/plain"),
        (b"\x1b[31mred\x1b[0m", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "text/plain"),
        (b"a\x00b", None),
        (b"\xff\xfeh\x00i\x00", None),
        (b"PK\x03\x04", None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"BM" + bytes(60), None),
        (picture("TIFF"), None),
        (picture("BMP"), None),
    ],
)
def test_bytes_say_what_they_are(content: bytes, expected: str | None) -> None:
    assert sniffed(content) == expected


@pytest.mark.parametrize("kind", IMAGES)
def test_broken_pictures_break_nothing(kind: str) -> None:
    whole, dice = PICTURES[kind], random.Random(4)
    for _ in range(400):
        broken = bytearray(whole)
        for _ in range(dice.randint(1, 6)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        cut = bytes(broken[: dice.randint(1, len(broken))])
        for content in (bytes(broken), cut):
            assert sniffed(content) in {None, "text/plain", *IMAGES.values()}


@given(st.binary(max_size=300))
def test_any_bytes_are_something_or_nothing(content: bytes) -> None:
    known = {None, "text/plain", "application/pdf", *IMAGES.values()}
    assert sniffed(content) in known
    for magic in (b"GIF89a", b"\xff\xd8\xff\xe0", b"RIFF\x10\x00\x00\x00WEBPVP8 "):
        assert sniffed(magic + content) in known


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    header = bytearray(PICTURES["GIF"])
    header[6:10] = b"\xff\xff\xff\xff"  # 65,535 by 65,535
    assert sniffed(bytes(header)) is None


def test_looking_at_pictures_leaves_what_threads_share_alone() -> None:
    before = list(warnings.filters)
    found: list[str | None] = []

    def look() -> None:
        found.extend(sniffed(PICTURES[kind]) for kind in IMAGES for _ in range(25))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 400
    assert set(found) == set(IMAGES.values())
    assert warnings.filters == before


@given(st.text(max_size=300))
def test_a_name_is_one_safe_line(name: str) -> None:
    shown = clean_name(name)
    assert 0 < len(shown) <= uploads.NAME_LENGTH
    assert not set(shown) & set("/\\\r\n\0")
    assert all(unicodedata.category(one)[0] != "C" for one in shown)
    assert shown not in (".", "..")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\Users\\me\\shot.png", "shot.png"),
        ("../../etc/passwd", "passwd"),
        ("\u202egpj.exe", "gpj.exe"),
        ("a\x00b\n.txt", "ab.txt"),
        ("...", "file"),
        ("a" * 200 + ".txt", "a" * 96 + ".txt"),
    ],
)
def test_names_as_people_have_them(name: str, shown: str) -> None:
    assert clean_name(name) == shown


def test_the_size_is_limited_to_the_byte() -> None:
    assert checked("a.txt", b"a" * MAX_SIZE).content_type == "text/plain"
    with pytest.raises(BadFile, match="larger than 5 MB"):
        checked("a.txt", b"a" * (MAX_SIZE + 1))
