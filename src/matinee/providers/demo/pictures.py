"""Posters, backdrops and stills of the demo titles."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Final

from PIL import Image

from matinee.providers.demo.artwork import outdoors, patterns, places
from matinee.providers.demo.artwork.canvas import Canvas, rgb
from matinee.providers.demo.artwork.faces import SMALL, Face
from matinee.providers.demo.artwork.lettering import fitted, line_mask
from matinee.providers.demo.titles import DemoEpisode, DemoTitle, PosterStyle

POSTER = (600, 900)
BACKDROP = (1280, 720)
STILL = (640, 360)
Scene = Callable[[Canvas], None]

SCENES: Final[dict[str, Scene]] = {
    scene.__name__: scene
    for scene in (
        outdoors.lighthouse,
        outdoors.paper_sea,
        outdoors.hills,
        outdoors.heron,
        outdoors.planets,
        outdoors.neon_sun,
        places.tunnel,
        places.winter_street,
        places.bakery_row,
        places.orbit,
        places.curtains,
        patterns.deco_clock,
        patterns.bauhaus,
        patterns.vinyl,
        patterns.kites,
        patterns.contours,
        patterns.leaves,
        patterns.automaton,
    )
}


def poster(title: DemoTitle) -> bytes:
    """A JPEG of 600 x 900 with the title set in it."""
    image = plate(title, *POSTER)
    _shade(image, title)
    _title(image, title)
    _billing(image, title)
    return _jpeg(image)


def backdrop(title: DemoTitle) -> bytes:
    """A JPEG of 1280 x 720 without words."""
    return _jpeg(plate(title, *BACKDROP))


def still(title: DemoTitle, episode: DemoEpisode) -> bytes:
    """A JPEG of 640 x 360 for an episode: its own part of the scene, its own light."""
    image = plate(title, 960, 540, f"{episode.season}x{episode.number}")
    left, top = 40 + (episode.number * 97 + episode.season * 61) % 260, 30 + (episode.number * 53 + episode.season * 29) % 130
    image = image.crop((left, top, left + STILL[0], top + STILL[1]))
    tint = rgb(("#ffb46b", "#6bb7ff", "#b98cff", "#ff7a8a", "#7be0b0", "#ffe27a")[(episode.season * 3 + episode.number) % 6])
    return _jpeg(Image.blend(image, Image.new("RGB", image.size, tint), 0.1))


def plate(title: DemoTitle, width: int, height: int, variant: str = "") -> Image.Image:
    """The scene alone."""
    sheet = Canvas(width, height, f"{title.slug}/{variant}" if variant else title.slug)
    SCENES[title.scene](sheet)
    return sheet.finish()


def _shade(image: Image.Image, title: DemoTitle) -> None:
    style = title.poster
    if style.shade is None:
        return
    high = image.height
    middle = (style.top or 0) + 0.09
    ramp = [
        max(0.0, 1 - abs(y / high - middle) / 0.36) if style.top is not None else max(0.0, (y / high - 0.5) / 0.32)
        for y in range(high)
    ]
    mask = Image.new("L", (1, high))
    mask.putdata([round(235 * min(1.0, value) ** 1.3) for value in ramp])
    image.paste(rgb(style.shade), (0, 0), mask.resize(image.size))


def _title(image: Image.Image, title: DemoTitle) -> None:
    style = title.poster
    room = round(image.width * 0.84)
    masks = []
    for line in style.lines.split("|"):
        size = round(image.height * style.size * (0.62 if len(line) <= 3 and not style.block else 1))
        wide = round(image.width * 0.72)
        masks.append(_full_width(line, style.face, wide) if style.block else fitted(line, style.face, size, room))
    tagline = fitted(title.tagline, Face(spacing=0.06, capitals=False), round(image.height * 0.0165), room)
    step = 0.9 if style.block else 0.97
    high = sum(mask.height * step for mask in masks) + tagline.height
    y = image.height * style.top if style.top is not None else image.height * 0.928 - high
    for mask in masks:
        _letters(image, mask, round(y), style)
        y += mask.height * step
    _letters(image, tagline.point([round(value * 0.85) for value in range(256)]), round(y + image.height * 0.004), style)


def _letters(image: Image.Image, mask: Image.Image, y: int, style: PosterStyle) -> None:
    x = (image.width - mask.width) // 2
    if style.shade is None:
        image.paste((0, 0, 0), (x + 2, y + 3), mask.point([round(value * 0.22) for value in range(256)]))
    image.paste(rgb(style.ink), (x, y), mask)


def _full_width(line: str, face: Face, width: int) -> Image.Image:
    mask = line_mask(line, face, 100)
    return line_mask(line, face, max(4, 100 * width // mask.width))


def _billing(image: Image.Image, title: DemoTitle) -> None:
    names = "  ".join(name for name, _ in title.cast[:4])
    made = f"{'Created' if title.kind == 'show' else 'Directed'} by {title.director}   Written by {title.writer}"
    for text, share in ((names, 0.942), (made, 0.962)):
        mask = fitted(text, SMALL, round(image.height * 0.0095), round(image.width * 0.86))
        faint = mask.point([round(value * 0.8) for value in range(256)])
        image.paste(rgb(title.poster.billing), ((image.width - mask.width) // 2, round(image.height * share)), faint)


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, optimize=True)
    return out.getvalue()
