"""Words in pictures, set in the one typeface that comes with Pillow, so that they look alike everywhere.

Weight is a stroke round the letters, width a squeeze of the whole line, spacing is letter by letter.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from matinee.providers.demo.artwork.faces import Face

_DRAWN = 160


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def line_mask(text: str, face: Face, height: int) -> Image.Image:
    """One line as a mask whose capitals are `height` pixels high, with room for what hangs below."""
    words = _plain(text.upper() if face.capitals else text)
    font = _font(_DRAWN)
    stroke = round(face.weight * _DRAWN / 2)
    gap = face.spacing * _DRAWN
    advances = [font.getlength(letter) + gap + stroke for letter in words]
    sheet = Image.new("L", (round(sum(advances) - gap) + 2 * stroke + 4, round(_DRAWN * 1.3)))
    pen = ImageDraw.Draw(sheet)
    x = float(stroke + 1)
    for letter, advance in zip(words, advances, strict=True):
        pen.text((x, _DRAWN * 0.05), letter, 255, font, stroke_width=stroke)
        x += advance
    top, bottom = round(_DRAWN * 0.2) - stroke, round(_DRAWN * 1.24)
    scale = height / (_DRAWN * 0.72)
    return sheet.crop((0, top, sheet.width, bottom)).resize(
        (max(1, round(sheet.width * scale * face.width)), max(1, round((bottom - top) * scale))), Image.Resampling.LANCZOS
    )


def _plain(text: str) -> str:
    """The typeface has no accents: `Lucía` is set as `Lucia`."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def fitted(text: str, face: Face, height: int, width: int) -> Image.Image:
    """A line as high as wished, or lower if it would not fit into `width`."""
    mask = line_mask(text, face, height)
    return mask if mask.width <= width else line_mask(text, face, max(4, height * width // mask.width))
