"""Pictures: checking, resizing, composing posters, finding their colour. Nothing here trusts its input.

Pillow is loaded with the first picture, by `drawing`.

PictureRefused      not a picture of a known kind, damaged, or too large to be opened safely
"""

from __future__ import annotations

import asyncio

from matinee.infra.media.picture_kinds import MAX_BYTES, MAX_PIXELS, POSTER_SIZE, Box, PictureFormat, PictureRefused, sniff

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "POSTER_SIZE",
    "Box",
    "PictureFormat",
    "PictureRefused",
    "compose_poster",
    "dominant_colour",
    "resized",
    "sniff",
]


def resized(data: bytes, box: Box, form: PictureFormat = "webp", *, keep_alpha: bool = False) -> bytes:
    """The picture in a box, encoded anew without metadata; of an animation the first picture.

    Blocks, for some 20 to 100 ms of a core and for longer where a large PNG has to be decoded: for a `Workshop`. Raises
    `PictureRefused`.
    """
    from matinee.infra.media import drawing

    return drawing.resized(data, box, form, keep_alpha=keep_alpha)


async def compose_poster(frame: bytes) -> bytes:
    """A 2:3 poster (JPEG) from a wide picture: the picture itself, before its own blurred enlargement. Raises `PictureRefused`.

    A picture that is upright already is only cropped.
    """

    def work() -> bytes:
        from matinee.infra.media.drawing import composed_poster

        return composed_poster(frame)

    return await asyncio.to_thread(work)


def dominant_colour(data: bytes) -> str:
    """`#rrggbb`: the most present real colour, at a depth that carries white text. Blocks. Raises `PictureRefused`."""
    from matinee.infra.media import drawing

    return drawing.main_colour(drawing.open_picture(data, box=Box(width=drawing.SAMPLE)))
