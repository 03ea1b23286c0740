"""What pictures are here: kinds, formats, boxes, limits. Without Pillow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MAX_PIXELS = 40_000_000  # 7,300 x 5,500: more than any poster service has
MAX_BYTES = 40 * 1024 * 1024
POSTER_SIZE = (780, 1170)
PictureFormat = Literal["avif", "webp", "jpeg", "png"]


class PictureRefused(Exception):
    """Not a picture that can be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Box:
    """The size that a picture is wanted in: its `width`, or its `height` where that is what is fixed, in pixels."""

    width: int | None = None
    height: int | None = None

    def fit(self, width: int, height: int) -> tuple[int, int]:
        """The size in this box of a picture of that size: the same shape, never larger."""
        scale = min((self.width or width) / width, (self.height or height) / height, 1.0)
        return max(1, round(width * scale)), max(1, round(height * scale))

    def longest_side(self, width: int, height: int) -> int:
        """The longer side in this box of a picture of that size, whichever way up it is stored."""
        return max(*self.fit(width, height), *self.fit(height, width))


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
