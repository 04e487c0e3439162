"""Which files are taken: kinds, sizes, agreement of name, type and content, stowaways, names."""

from __future__ import annotations

import contextlib
import random

import pytest

from app.kernel.errors import Invalid, TooLarge
from app.tenancy.attachments import MAX_BYTES, content_disposition, refuse_early
from app.tenancy.attachments.content import check
from app.tenancy.attachments.file_names import clean
from app.tenancy.attachments.limits import KINDS, MB
from tests.unit.attachments.files import GOOD, boxes, gif, jpeg, pdf, png, webp, zip_archive

HTML = b"<html><script>alert(1)</script></html>"


@pytest.mark.parametrize("name", GOOD)
def test_a_real_file_of_each_kind_is_taken(name: str) -> None:
    data, media_type = GOOD[name]
    assert check(data, name, media_type).media_type == media_type
    assert check(data, name.upper(), "application/octet-stream").data == data
    assert check(data, name, "").file_name == name


def test_security_08_each_kind_has_a_size_limit() -> None:
    for kind in KINDS:
        with pytest.raises(TooLarge) as error:
            check(b"\0" * (kind.max_bytes + 1), f"a.{kind.extensions[0]}")
        assert error.value.status == 413
    assert max(kind.max_bytes for kind in KINDS) == MAX_BYTES <= 32 * MB


def test_security_08_an_announced_size_is_refused_before_the_body_is_read() -> None:
    with pytest.raises(TooLarge):
        refuse_early(MAX_BYTES + 10 * MB)
    refuse_early(MAX_BYTES)
    refuse_early(None)


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("content", GOOD)
def test_security_09_content_extension_and_type_agree(name: str, content: str) -> None:
    data, media_type = GOOD[content]
    if name == content:
        return
    with pytest.raises(Invalid):
        check(data, name)
    with pytest.raises(Invalid):
        check(*GOOD[name][:1], name, media_type)


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.exe", "a.jpg.php", "a.zip", "a.docx", "a", ".jpg.sh", "a.js", "a.xml"])
def test_security_09_other_kinds_are_refused(name: str) -> None:
    with pytest.raises(Invalid, match="Allowed are"):
        check(jpeg(), name)


POLYGLOTS = {
    "zip behind a photo": (jpeg() + zip_archive(), "a.jpg"),
    "zip behind a png": (png() + zip_archive(), "a.png"),
    "zip behind a gif": (gif() + zip_archive(), "a.gif"),
    "zip behind a pdf": (pdf() + zip_archive(), "a.pdf"),
    "zip inside a pdf": (pdf(zip_archive()), "a.pdf"),
    "zip before a pdf": (zip_archive() + pdf(), "a.pdf"),
    "pdf in a comment of a photo": (jpeg(pdf()), "a.jpg"),
    "pdf behind a photo": (jpeg() + pdf(), "a.jpg"),
    "pdf behind a gif": (gif() + pdf(), "a.gif"),
    "html in a comment of a photo": (jpeg(HTML), "a.jpg"),
    "html behind a photo": (jpeg() + HTML, "a.jpg"),
    "html behind a png": (png() + HTML, "a.png"),
    "html in a chunk of a png": (png(b"\0\0\0\x26tEXt" + HTML + b"\0\0\0\0"), "a.png"),
    "html behind a gif": (gif() + HTML, "a.gif"),
    "html behind a webp": (webp() + HTML, "a.webp"),
    "html behind a film": (boxes(b"isom", (b"free", HTML)), "a.mp4"),
    "html after the boxes": (boxes(b"isom") + HTML, "a.mp4"),
    "script as text": (b"  <!DOCTYPE html><body>x", "a.txt"),
    "php in a photo": (jpeg(b"<?php system($_GET[0]); ?>"), "a.jpg"),
    "html at the head of a pdf": (pdf(HTML), "a.pdf"),
    "program behind a photo": (jpeg() + b"MZ\x90\x00\x03" + b"\0" * 60, "a.jpg"),
    "program behind a png": (png() + b"\x7fELF\x02\x01\x01", "a.png"),
    "gif that is script": (b"GIF89a/*" + b"*/=alert(1);" + b"\0" * 10, "a.gif"),
    "only the magic of a photo": (b"\xff\xd8\xff\xe0" + HTML, "a.jpg"),
    "only the magic of a png": (b"\x89PNG\r\n\x1a\n" + HTML, "a.png"),
    "binary as text": (b"abc\0def", "a.txt"),
    "nothing": (b"", "a.jpg"),
}


@pytest.mark.parametrize("what", POLYGLOTS)
def test_security_09_a_file_that_is_two_things_is_refused(what: str) -> None:
    data, name = POLYGLOTS[what]
    with pytest.raises(Invalid):
        check(data, name)


def test_what_a_phone_hangs_behind_a_photo_is_cut_off() -> None:
    assert check(jpeg() + jpeg() + b"SEFT" + boxes(b"mp42"), "a.jpg").data == jpeg()


@pytest.mark.parametrize("name", GOOD)
def test_damaged_files_are_refused_or_taken_but_never_an_error(name: str) -> None:
    chance, good = random.Random(9), GOOD[name][0]
    for _ in range(300):
        data = bytearray(good)
        for _change in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        for each in (bytes(data), bytes(data[: chance.randrange(len(data))])):
            with contextlib.suppress(Invalid):
                check(each, name)


HOSTILE = {
    "../../etc/passwd.txt": "passwd.txt", "C:\\Windows\\system32\\a.png": "a.png", "a\0b.jpg": "ab.jpg",
    "photo.php.jpg": "photo_php.jpg", "....jpg": "file.jpg", "CON.txt": "_CON.txt", "a\r\nSet-Cookie: x=1.pdf":
    "aSet-Cookie_ x=1.pdf", "\u202egpj.exe.txt": "gpj_exe.txt", "<img src=x onerror=1>.png":
    "img src=x onerror=1.png", '"; rm -rf /.png': "file.png", "": "file", "照片 1.JPG": "照片 1.jpg", "ａ.ｊｐｇ": "a.jpg",
    "$(id)`id`.gif": "(id)_id.gif", "a%00.jpg": "a_00.jpg",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_security_12_hostile_file_names_become_harmless(name: str) -> None:
    assert clean(name) == HOSTILE[name]


def test_security_12_long_and_strange_names_keep_their_extension() -> None:
    chance = random.Random(3)
    assert clean("很" * 500 + ".jpeg").endswith("很.jpeg") and len(clean("很" * 500 + ".jpeg")) == 120
    for _ in range(500):
        name = clean("".join(chr(chance.choice([*range(300), 0x202E, 0x2028, 0xFEFF, 0x4E2D])) for _ in range(30)) + ".png")
        assert name.endswith(".png") and name.count(".") == 1 and not set(name) & set('/\\<>:"|?*\r\n\0\u202e\u2028;')


def test_security_13_the_name_of_a_download_is_encoded() -> None:
    value = content_disposition('照片"\r\nX: y.jpg')
    assert value.startswith("attachment; ") and "filename*=UTF-8''%E7%85%A7" in value
    assert "\r" not in value and "\n" not in value and value.count('"') == 2 and value.isascii()
