"""Pictures: checking, resizing, composing posters, finding their colour. Nothing here trusts its input.

Pillow is loaded with the first picture, by `drawing`.

PictureRefused      not a picture of a known kind, damaged, or too large to be opened safely
"""

from __future__ import annotations

import asyncio
from typing import Literal

MAX_PIXELS = 60_000_000  # a 4:3 picture of 9,000 x 6,600: more than any poster service has
MAX_BYTES = 40 * 1024 * 1024
POSTER_SIZE = (780, 1170)
PictureFormat = Literal["jpeg", "webp"]


class PictureRefused(Exception):
    """Not a picture that can be used; the message says why."""


def sniff(data: bytes) -> str | None:
    """The media type by the first bytes: JPEG, PNG, WebP, GIF or AVIF, else None."""
    if data[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"avis"):
        return "image/avif"
    return None


async def resize(data: bytes, width: int, form: PictureFormat = "webp", quality: int = 82) -> bytes:
    """The picture at that width (never larger than it is), encoded anew. Raises `PictureRefused`."""

    def work() -> bytes:
        from matinee.infra.media.drawing import resized

        return resized(data, width, form, quality)

    return await asyncio.to_thread(work)


async def compose_poster(frame: bytes) -> bytes:
    """A 2:3 poster (JPEG) from a wide picture: the picture itself, before its own blurred enlargement. Raises `PictureRefused`.

    A picture that is upright already is only cropped.
    """

    def work() -> bytes:
        from matinee.infra.media.drawing import composed_poster

        return composed_poster(frame)

    return await asyncio.to_thread(work)


async def dominant_colour(data: bytes) -> str:
    """`#rrggbb`: the most present real colour, at a depth that carries white text. Raises `PictureRefused`."""

    def work() -> str:
        from matinee.infra.media.drawing import main_colour, open_picture

        return main_colour(open_picture(data))

    return await asyncio.to_thread(work)
