"""The drawing half of `pictures`: everything that needs Pillow, for the threads that work on pictures."""

from __future__ import annotations

import colorsys
import io
import math
import struct
from typing import cast

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps, ImageStat, UnidentifiedImageError

from matinee.infra.media.picture_kinds import MAX_BYTES, MAX_PIXELS, POSTER_SIZE, Box, PictureFormat, PictureRefused, sniff

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_BACKGROUND = (13, 12, 11)  # what shows through a transparent picture
_FALLBACK_COLOUR = "#3a332b"  # a warm neutral, for pictures without any colour
SAMPLE = 96  # pixels a side are enough to tell the colour by
# By measurement (docs/explanation/pictures.md): the three formats are equally like the original (SSIM), and each costs at most
# 90 ms of a core at 1280 x 720. AVIF at a speed below 9 costs two to nine times as much for a few percent of the bytes.
_JPEG_QUALITY = 82
_BROKEN = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,  # raised where warnings are errors
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
)
_GREY = 0.10  # saturation below which a colour is no colour


def open_picture(data: bytes, max_pixels: int = MAX_PIXELS, *, box: Box | None = None, keep_alpha: bool = False) -> Image.Image:
    """The picture (of an animation the first one) upright, in RGB, or in RGBA where it has alpha and `keep_alpha` asks for it.

    Kind and size are checked before any pixel is decoded. With a `box`, a large JPEG is decoded at a half, a quarter or an eighth
    of its size, as long as it stays twice as large as the box. Raises `PictureRefused`.
    """
    if len(data) > MAX_BYTES or sniff(data) is None:
        raise PictureRefused("not a picture of a known kind, or too large")
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > max_pixels:
                raise PictureRefused(f"{picture.width} x {picture.height} pixels are too many")
            if box is not None:
                side = 2 * box.longest_side(picture.width, picture.height)
                picture.draft(None, (side, side))
            ImageOps.exif_transpose(picture, in_place=True)  # a copy of a large picture would take as much memory again
            if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
                layer = picture.convert("RGBA")
                return layer if keep_alpha else _flattened(layer)
            return picture.convert("RGB")
    except _BROKEN as error:
        raise PictureRefused("the picture is damaged") from error


def encode_jpeg(picture: Image.Image, quality: int = 86) -> bytes:
    """Progressive JPEG without metadata."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


def liveliness(picture: Image.Image) -> float:
    """0 (black, white, empty) to about 1: how much there is to see. By spread and middle of the brightness, and by colour."""
    small = picture.resize((64, 64), Image.Resampling.BOX)
    light = ImageStat.Stat(small.convert("L"))
    mean, spread = light.mean[0] / 255, light.stddev[0] / 64
    exposure = 1.0 if 0.12 < mean < 0.88 else 0.35 if 0.05 < mean < 0.95 else 0.1
    saturation = ImageStat.Stat(small.convert("HSV")).mean[1] / 255
    return min(1.0, spread) * exposure * (0.8 + 0.2 * saturation)


def resized(data: bytes, box: Box, form: PictureFormat, *, keep_alpha: bool) -> bytes:
    """See `pictures.resized`."""
    picture = open_picture(data, box=box, keep_alpha=keep_alpha)
    size = box.fit(picture.width, picture.height)
    if size != picture.size:
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return encoded(picture, form)


def encoded(picture: Image.Image, form: PictureFormat) -> bytes:
    """The picture in a format, at the settings of the house, without metadata. JPEG has no alpha."""
    if form == "jpeg":
        return encode_jpeg(_flattened(picture) if picture.mode == "RGBA" else picture, _JPEG_QUALITY)
    out = io.BytesIO()
    if form == "png":
        picture.save(out, "PNG", compress_level=6)
    elif form == "avif":
        picture.save(out, "AVIF", quality=63, speed=9, max_threads=1)
    else:
        picture.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def _flattened(layer: Image.Image) -> Image.Image:
    flat = Image.new("RGB", layer.size, _BACKGROUND)
    flat.paste(layer, mask=layer.getchannel("A"))
    return flat


def composed_poster(frame: bytes) -> bytes:
    """See `pictures.compose_poster`."""
    picture = open_picture(frame)
    width, height = POSTER_SIZE
    if picture.width <= picture.height * 0.8:
        return encode_jpeg(ImageOps.fit(picture, POSTER_SIZE, Image.Resampling.LANCZOS))
    poster = _backdrop(picture, width, height)
    # Crop the sides of very wide pictures a little, so that the picture fills at least 45 % of the poster.
    shown_height = max(round(width * picture.height / picture.width), round(height * 0.45))
    front = ImageOps.fit(picture, (width, shown_height), Image.Resampling.LANCZOS)
    top = (height - shown_height) * 2 // 5
    poster.paste(front, (0, top), _soft_edges(width, shown_height))
    return encode_jpeg(poster)


def _backdrop(picture: Image.Image, width: int, height: int) -> Image.Image:
    small = ImageOps.fit(picture, (width // 6, height // 6), Image.Resampling.BOX)
    blurred = small.filter(ImageFilter.GaussianBlur(9)).resize((width, height), Image.Resampling.BICUBIC)
    rich = ImageEnhance.Color(blurred).enhance(1.25)
    return ImageChops.multiply(rich, _vignette(width, height))


def _vignette(width: int, height: int) -> Image.Image:
    """Lighter in the middle, darker at top and bottom."""
    column = Image.new("L", (1, height))
    column.putdata([round(255 * (0.42 + 0.33 * math.sin(math.pi * row / height))) for row in range(height)])
    return Image.merge("RGB", [column.resize((width, height))] * 3)


def _soft_edges(width: int, height: int) -> Image.Image:
    """A mask that fades the upper and lower edge, so that the picture grows out of its backdrop."""
    fade = max(1, height // 9)
    mask = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(mask)
    for row in range(fade):
        value = round(255 * (0.5 - 0.5 * math.cos(math.pi * row / fade)))
        draw.line((0, row, width, row), fill=value)
        draw.line((0, height - 1 - row, width, height - 1 - row), fill=value)
    return mask


def main_colour(picture: Image.Image) -> str:
    """See `pictures.dominant_colour`."""
    small = picture.resize((SAMPLE, SAMPLE), Image.Resampling.BOX)
    palette = small.quantize(16, Image.Quantize.MEDIANCUT)
    raw = palette.getpalette() or []
    best, best_score = None, 0.0
    for count, index in cast(list[tuple[int, int]], palette.getcolors() or []):
        red, green, blue = (value / 255 for value in raw[3 * index : 3 * index + 3])
        chroma = max(red, green, blue) - min(red, green, blue)  # unlike saturation, small near black and white
        score = math.sqrt(count) * chroma
        if chroma >= _GREY and score > best_score:
            hue, light, _ = colorsys.rgb_to_hls(red, green, blue)
            best, best_score = (hue, light, chroma), score
    if best is None:
        return _FALLBACK_COLOUR
    hue, light, chroma = best
    deep = colorsys.hls_to_rgb(hue, min(max(light, 0.2), 0.42), min(max(1.5 * chroma, 0.3), 0.75))
    return "#" + "".join(f"{round(part * 255):02x}" for part in deep)
