from __future__ import annotations

import colorsys
import io
import struct
import zlib

import pytest
from PIL import Image, ImageDraw

from matinee.infra.media.drawing import liveliness, open_picture
from matinee.infra.media.pictures import (
    POSTER_SIZE,
    PictureRefused,
    compose_poster,
    dominant_colour,
    resize,
    sniff,
)

pytestmark = pytest.mark.anyio


def encoded(picture: Image.Image, form: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def plain(size: tuple[int, int] = (320, 180), colour: str = "#336699") -> Image.Image:
    return Image.new("RGB", size, colour)


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header promises that many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/webp"),
        ("GIF", "image/gif"),
        ("AVIF", "image/avif"),
        ("BMP", None),
    ],
)
def test_kinds_are_known_by_their_first_bytes(form: str, kind: str | None) -> None:
    assert sniff(encoded(plain(), form)) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        encoded(plain(), "BMP"),
        encoded(plain())[:200],
        bomb(30_000, 30_000),
    ],
    ids=["empty", "only a mark", "svg", "bmp", "cut", "bomb"],
)
def test_what_is_no_sound_picture_is_refused(data: bytes) -> None:
    with pytest.raises(PictureRefused):
        open_picture(data)


def test_modes_and_orientation_are_made_plain() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise
    assert open_picture(encoded(plain(), "JPEG", exif=exif)).size == (180, 320)
    clear = Image.new("RGBA", (10, 10), (255, 255, 255, 0))
    assert open_picture(encoded(clear)).getpixel((5, 5)) == (13, 12, 11)
    assert open_picture(encoded(plain().convert("CMYK"), "JPEG")).mode == "RGB"
    assert open_picture(encoded(plain().convert("P"), "GIF")).mode == "RGB"


@pytest.mark.parametrize(("width", "expected"), [(160, (160, 90)), (1000, (320, 180))])
async def test_resizing_keeps_the_shape_and_never_enlarges(width: int, expected: tuple[int, int]) -> None:
    webp, jpeg = await resize(encoded(plain()), width), await resize(encoded(plain()), width, "jpeg")
    assert (sniff(webp), open_picture(webp).size) == ("image/webp", expected)
    assert (sniff(jpeg), open_picture(jpeg).size) == ("image/jpeg", expected)


async def test_a_refusal_comes_through_the_thread() -> None:
    for call in (resize(b"no", 100), compose_poster(b"no"), dominant_colour(b"no")):
        with pytest.raises(PictureRefused):
            await call


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (1920, 400), (400, 400), (2, 2), (720, 576)])
async def test_a_poster_has_its_size_and_shows_the_picture(size: tuple[int, int]) -> None:
    frame = plain(size, "#c03030")
    poster = open_picture(await compose_poster(encoded(frame)))
    assert poster.size == POSTER_SIZE
    middle = poster.getpixel((POSTER_SIZE[0] // 2, POSTER_SIZE[1] * 2 // 5))
    assert isinstance(middle, tuple)
    assert all(abs(a - b) < 12 for a, b in zip(middle, (0xC0, 0x30, 0x30), strict=True))


async def test_the_backdrop_of_a_poster_is_darker_than_the_picture() -> None:
    poster = open_picture(await compose_poster(encoded(plain((1280, 720), "#808080"))))
    assert max(poster.getpixel((390, 5))) < max(poster.getpixel((390, 468))) * 0.7  # type: ignore[arg-type] # RGB


def hue_of(colour: str) -> float:
    red, green, blue = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return colorsys.rgb_to_hls(red, green, blue)[0] * 360


@pytest.mark.parametrize(("present", "hue"), [("#d02020", 0), ("#20a040", 135), ("#1030c0", 229)])
async def test_the_colour_is_the_one_that_is_there_and_carries_white_text(present: str, hue: float) -> None:
    picture = plain(colour="#777777")
    ImageDraw.Draw(picture).rectangle((0, 0, 120, 120), fill=present)
    colour = await dominant_colour(encoded(picture))
    assert hue_of(colour) == pytest.approx(hue, abs=12)
    assert 0.15 < colorsys.rgb_to_hls(*(int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)))[1] < 0.45


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#808080"])
async def test_a_picture_without_colour_has_a_warm_neutral(colour: str) -> None:
    assert await dominant_colour(encoded(plain(colour=colour))) == "#3a332b"


def test_lively_pictures_score_above_empty_ones() -> None:
    busy = plain(colour="#203040")
    ImageDraw.Draw(busy).ellipse((40, 20, 280, 160), fill="#e0c080")
    assert liveliness(busy) > 0.4
    assert all(liveliness(plain(colour=colour)) < 0.1 for colour in ("#000000", "#ffffff", "#336699"))
