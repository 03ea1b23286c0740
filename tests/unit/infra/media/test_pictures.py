from __future__ import annotations

import colorsys
import io
import struct
import zlib

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from matinee.infra.media.drawing import liveliness, open_picture
from matinee.infra.media.pictures import (
    POSTER_SIZE,
    Box,
    PictureFormat,
    PictureRefused,
    compose_poster,
    dominant_colour,
    resized,
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
        encoded(plain(), "JPEG")[:400],
        encoded(plain(), "WEBP")[:60],
        encoded(plain(), "AVIF")[:200],
        b"RIFF\x10\x00\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00",
        b"GIF89a\xff\xff\xff\xff\x00\x00\x00",
        bomb(30_000, 30_000),
        bomb(10_000, 10_000),
        bomb(7_000, 6_000),
    ],
    ids=[
        "empty",
        "only a mark",
        "svg",
        "bmp",
        "cut PNG",
        "cut JPEG",
        "cut WebP",
        "cut AVIF",
        "empty WebP",
        "empty AVIF",
        "empty GIF",
        "bomb",
        "bomb that Pillow warns of",
        "bomb that Pillow lets pass",
    ],
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


@pytest.mark.parametrize(
    ("box", "expected"), [(Box(160), (160, 90)), (Box(1000), (320, 180)), (Box(height=60), (107, 60)), (Box(), (320, 180))]
)
@pytest.mark.parametrize("form", ["avif", "webp", "jpeg", "png"])
def test_resizing_keeps_the_shape_and_never_enlarges(box: Box, expected: tuple[int, int], form: PictureFormat) -> None:
    made = resized(encoded(plain()), box, form)
    assert (sniff(made), open_picture(made).size) == (f"image/{form}", expected)


def test_a_thumbnail_of_a_large_jpeg_is_like_one_of_its_pixels() -> None:
    """A large JPEG is not decoded at its full size; nobody must see that."""
    big = plain((2400, 1600), "#204060")
    draw = ImageDraw.Draw(big)
    for number in range(0, 2400, 40):
        draw.line((number, 0, 2400 - number, 1600), fill=(number * 7 % 256, 255 - number % 256, 90), width=9)
    near = open_picture(resized(encoded(big, "JPEG", quality=95), Box(185), "png"))
    exact = big.resize((185, 123), Image.Resampling.LANCZOS)
    difference = ImageStat.Stat(ImageChops.difference(near, exact)).mean
    assert near.size == exact.size
    assert max(difference) < 4


def test_a_turned_jpeg_is_upright_and_sharp() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = resized(encoded(plain((3000, 1000)), "JPEG", exif=exif), Box(500), "jpeg")
    assert open_picture(made).size == (500, 1500)
    with Image.open(io.BytesIO(made)) as picture:
        assert not picture.getexif()


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_of_an_animation_the_first_picture_is_shown(form: str) -> None:
    moving = encoded(plain(colour="#d02020"), form, save_all=True, append_images=[plain(colour="#2020d0")] * 3, duration=50)
    shown = open_picture(resized(moving, Box(100), "png"))
    red, _, blue = shown.getpixel((50, 28))  # type: ignore[misc]  # RGB
    assert (red > 150, blue < 100) == (True, True)
    with Image.open(io.BytesIO(resized(moving, Box(100), "webp"))) as picture:
        assert getattr(picture, "n_frames", 1) == 1


@pytest.mark.parametrize("form", ["avif", "webp", "png"])
def test_alpha_is_kept_where_it_is_wanted(form: PictureFormat) -> None:
    logo = Image.new("RGBA", (200, 100), (255, 255, 255, 0))
    ImageDraw.Draw(logo).rectangle((0, 0, 99, 99), fill=(255, 255, 255, 255))
    made = open_picture(resized(encoded(logo), Box(100), form, keep_alpha=True), keep_alpha=True)
    assert made.mode == "RGBA"
    assert made.getpixel((80, 25))[3] < 10  # type: ignore[index]  # RGBA
    assert made.getpixel((20, 25))[3] > 245  # type: ignore[index]  # RGBA
    assert open_picture(resized(encoded(logo), Box(100), "jpeg", keep_alpha=True)).mode == "RGB"


async def test_a_refusal_comes_through() -> None:
    for call in (lambda: resized(b"no", Box(100)), lambda: dominant_colour(b"no")):
        with pytest.raises(PictureRefused):
            call()
    with pytest.raises(PictureRefused):
        await compose_poster(b"no")


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
def test_the_colour_is_the_one_that_is_there_and_carries_white_text(present: str, hue: float) -> None:
    picture = plain(colour="#777777")
    ImageDraw.Draw(picture).rectangle((0, 0, 120, 120), fill=present)
    colour = dominant_colour(encoded(picture))
    assert hue_of(colour) == pytest.approx(hue, abs=12)
    assert 0.15 < colorsys.rgb_to_hls(*(int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)))[1] < 0.45


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#808080"])
def test_a_picture_without_colour_has_a_warm_neutral(colour: str) -> None:
    assert dominant_colour(encoded(plain(colour=colour))) == "#3a332b"


def test_lively_pictures_score_above_empty_ones() -> None:
    busy = plain(colour="#203040")
    ImageDraw.Draw(busy).ellipse((40, 20, 280, 160), fill="#e0c080")
    assert liveliness(busy) > 0.4
    assert all(liveliness(plain(colour=colour)) < 0.1 for colour in ("#000000", "#ffffff", "#336699"))
