"""Logos: pictures read strictly, at a bounded cost, written anew, and set off from the page where they must be."""

import struct
import time
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.domain import logo
from tests.pictures import BLACK, CLEAR, GREEN, SIGNATURE, WHITE, badge, chunk, head
from tests.pictures import png as png_of

PLAIN = badge()
ROWS = (b"\0" + GREEN * 20) * 20
SPLIT = (b"\0" + BLACK * 8 + CLEAR * 4 + WHITE * 8) * 20


def filtered(kind: int, rows: list[bytes], step: int) -> bytes:
    """Rows with one of the five filters, as another program writes them (ISO/IEC 15948, chapter 9)."""
    out, above = b"", bytes(len(rows[0]))
    for row in rows:
        left = bytes(step) + row[:-step]
        corner = bytes(step) + above[:-step]
        mean = [(one + up) // 2 for one, up in zip(left, above, strict=True)]
        nearest = [
            min((one, up, over), key=lambda each: abs(one + up - over - each))
            for one, up, over in zip(left, above, corner, strict=True)
        ]
        told = (bytes(len(row)), left, above, mean, nearest)[kind]
        out += bytes([kind]) + bytes((one - guess) % 256 for one, guess in zip(row, told, strict=True))
        above = row
    return out


def pixels_of(picture: bytes) -> list[tuple[int, ...]]:
    """The colours of a picture as its reader has them, in order."""
    with Image.open(BytesIO(picture)) as opened:
        data = opened.convert("RGBA").tobytes()
    return [tuple(data[at : at + 4]) for at in range(0, len(data), 4)]


@given(pixels=st.binary(min_size=16 * 16 * 4, max_size=16 * 16 * 4), kind=st.integers(0, 4))
def test_what_is_written_anew_has_the_same_pixels(pixels: bytes, kind: int) -> None:
    rows = [bytes([*pixels[at : at + 63], 255]) for at in range(0, len(pixels), 64)]

    written = logo.read(png_of(head(16, 16), filtered(kind, rows, 4)))

    assert pixels_of(written.png) == [tuple(row[at : at + 4]) for row in rows for at in range(0, 64, 4)]
    assert (written.width, written.height) == (16, 16)


@pytest.mark.parametrize(
    ("header", "rows", "before", "pixel"),
    [(head(16, 16, 1, 0), (b"\0\x80\0") * 16, [], (255, 255, 255, 255)),
     (head(16, 16, 4, 0), (b"\0" + b"\x5a" * 8) * 16, [chunk(b"tRNS", b"\0\x0a")], (85, 85, 85, 255)),
     (head(16, 16, 8, 2), (b"\0" + b"\1\2\3" * 15 + b"\4\4\4") * 16, [chunk(b"tRNS", b"\0\1\0\2\0\3")], (1, 2, 3, 0)),
     (head(16, 16, 2, 3), (b"\0\x40\0\0\0") * 16, [chunk(b"PLTE", b"\1\2\3\4\5\6"), chunk(b"tRNS", b"\xff\x09")],
      (4, 5, 6, 9)),
     (head(16, 16, 8, 4), (b"\0" + b"\x50\xa0" * 16) * 16, [], (80, 80, 80, 160)),
     (head(16, 16, 16, 0), (b"\0" + b"\x50\x60" * 16) * 16, [], (80, 80, 80, 255)),
     (head(16, 16, 16, 2), (b"\0" + b"\1\0\2\0\3\0" * 16) * 16, [], (1, 2, 3, 255))],
)  # fmt: skip
def test_read_knows_pictures_of_every_kind(header: bytes, rows: bytes, before: list[bytes], pixel: object) -> None:
    assert pixels_of(logo.read(png_of(header, rows, *before)).png)[0] == pixel


def test_read_keeps_the_picture_and_nothing_else() -> None:
    script = b"<script>alert(1)</script>"
    frame = struct.pack(">IIIIIHHBB", 0, 20, 20, 0, 0, 1, 1, 0, 0)
    animation = [chunk(b"acTL", struct.pack(">II", 1, 0)), chunk(b"fcTL", frame), chunk(b"tEXt", b"by\0" + script)]
    place = chunk(b"eXIf", b"II*\0" + script)

    written = logo.read(png_of(head(20, 20), ROWS, *animation, place, after=b"PK\3\4" + script)).png

    assert (script in written, written.count(b"IEND"), written[-12:]) == (False, 1, chunk(b"IEND"))
    assert {name: name in written for name in (b"acTL", b"tEXt", b"eXIf", b"PK")} == dict.fromkeys(
        (b"acTL", b"tEXt", b"eXIf", b"PK"), False
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"", "isn’t a PNG"), (b"\xff\xd8\xff\xe0 JFIF", "isn’t a PNG"), (b"<svg xmlns='x'/>", "isn’t a PNG"),
     (b"GIF89a", "isn’t a PNG"), (b" " + PLAIN, "isn’t a PNG"), (SIGNATURE, "isn’t a PNG"),
     (PLAIN.replace(b"IHDR", b"IHDX"), "isn’t a PNG"), (SIGNATURE + chunk(b"IEND"), "isn’t a PNG"),
     (png_of(head(0, 16), b""), "isn’t a PNG"), (PLAIN[:60], "damaged"), (png_of(head(20, 20), ROWS[:-1]), "damaged"),
     (png_of(head(20, 20), b"\5" + ROWS[1:]), "damaged"), (png_of(head(20, 20, 16), ROWS), "damaged"),
     (PLAIN[:-20] + bytes([PLAIN[-20] ^ 1]) + PLAIN[-19:], "damaged"),
     (png_of(head(2**32 - 1, 2**32 - 1), b""), "damaged"),
     (png_of(head(1, 1), b"\0" + GREEN), "1 × 1 pixels. Make it at least 16"),
     (png_of(head(10_000, 1), b"\0" + GREEN * 10_000), "10,000 × 1 pixels. Make it at most 1,024"),
     (png_of(head(1_000, 1_000), b""), "no more pixels in all than 512 × 512"),
     (png_of(head(20, 20), (b"\0" + CLEAR * 20) * 20), "transparent all over"),
     (PLAIN + bytes(logo.MOST_BYTES), "larger than 256 KiB")],
)  # fmt: skip
def test_read_says_what_is_wrong(data: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"^The logo") as refusal:
        logo.read(data)

    assert sentence in str(refusal.value)


@given(st.binary(max_size=80), st.integers(8, len(PLAIN)), st.integers(0, 40))
def test_read_survives_any_bytes(noise: bytes, at: int, less: int) -> None:
    """Raises nothing but ValueError, whatever a good file is spoilt with."""
    try:
        logo.read(PLAIN[:at] + noise + PLAIN[at + less :])
    except ValueError as flaw:
        assert str(flaw).startswith("The logo")  # noqa: PT017 (either outcome is right)


def test_read_of_a_bomb_unpacks_no_more_than_its_size() -> None:
    bomb = SIGNATURE + head(512, 512) + chunk(b"IDAT", zlib.compress(bytes(200_000_000), 9)) + chunk(b"IEND")
    cpu = time.process_time()

    with pytest.raises(ValueError, match=r"^The logo"):
        logo.read(bomb)

    assert (len(bomb) < logo.MOST_BYTES, time.process_time() - cpu < 0.5) == (True, True)


def test_largest_picture_takes_a_second_at_most() -> None:
    rows = b"".join(bytes([4]) + bytes(range(256)) * 8 for _ in range(512))
    cpu = time.process_time()

    logo.read(png_of(head(512, 512), rows))

    assert time.process_time() - cpu < 2  # a busy machine; 0.4 s alone


@pytest.mark.parametrize(
    ("data", "plate"),
    [(badge(BLACK), "night"), (badge(WHITE), "day"), (badge(bytes([120, 120, 120, 255])), ""),
     (png_of(head(20, 20), ROWS), ""), (png_of(head(20, 20), SPLIT), "")],
    ids=["black", "white", "grey", "fills its frame", "black and white"],
)  # fmt: skip
def test_logo_takes_a_plate_where_it_would_not_be_seen(data: bytes, plate: str) -> None:
    assert logo.read(data).plate == plate


def test_logo_of_the_same_pixels_has_the_same_hash_however_it_was_packed() -> None:
    rows = [GREEN * 20] * 20

    hashes = {logo.read(png_of(head(20, 20), filtered(0, rows, 4), extra)).sha256 for extra in (b"", chunk(b"tIME"))}

    assert len(hashes) == 1
    assert struct.unpack(">II", logo.read(PLAIN).png[16:24]) == (40, 20)
