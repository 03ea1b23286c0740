"""What a picture may be called, the sizes it comes in, and how wide it must be fetched for each.

`local~<digest>` is kept here for good, `<provider>~<its name>` is fetched when it is first wanted. A name becomes a part of
an address, here and at the provider, so it is made of few characters: no segment is empty or begins with a dot, which leaves no
way to another folder or another host. A name never means other bytes later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from matinee.infra.media.pictures import Box
from matinee.ports.metadata import ImageKind

PictureKind = ImageKind
LOCAL = "local"
_SEGMENT = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
_PROVIDER = re.compile(r"[a-z0-9-]{1,32}")
_SOURCE = re.compile(rf"/?{_SEGMENT}(/{_SEGMENT})*")
_LONGEST = 250


@dataclass(frozen=True, slots=True)
class Size:
    """One size on offer. None as `box` is the picture as it was given. `source` is how wide it is fetched for it: wider than the
    box, so that few sources serve many boxes, and never a whole original for a thumbnail; None is the largest there is."""

    box: Box | None = None
    source: int | None = None


def _widths(sources: tuple[int, ...], *widths: int) -> dict[str, Size]:
    """A size for each width, fetched at the smallest of `sources` that is as wide, and the original."""
    sized = {f"w{width}": Size(Box(width), next((source for source in sources if source >= width), None)) for width in widths}
    return {**sized, "original": Size()}


SIZES: dict[PictureKind, dict[str, Size]] = {
    "poster": _widths((500, 780), 92, 154, 185, 342, 500, 780),
    "backdrop": _widths((780, 1280), 300, 780, 1280),
    "still": _widths((300,), 92, 185, 300),
    # 421: the width of a portrait of 2:3 that is 632 high
    "profile": {**_widths((185,), 45, 185), "h632": Size(Box(height=632), 421)},
    "logo": _widths((500,), 45, 92, 154, 185, 300, 500),
}
SOURCES: dict[PictureKind, tuple[int | None, ...]] = {
    "poster": (500, 780, None),
    "backdrop": (780, 1280, None),
    "still": (300, None),
    "profile": (185, 421, None),
    "logo": (500, None),
}
"""The widths in which a picture of each kind is fetched, ascending; None is the original."""


@dataclass(frozen=True, slots=True)
class PictureName:
    """A sound name in its two parts: who has the picture, and what it is called there."""

    provider: str
    source: str

    def __str__(self) -> str:
        return _joined(self.provider, self.source)

    @classmethod
    def parse(cls, text: str) -> PictureName | None:
        """The name in a URL's last segment, None for anything that is none."""
        provider, tilde, rest = text.partition("~")
        if not tilde or "/" in rest or not _PROVIDER.fullmatch(provider):
            return None
        source = rest.replace("!", "/")
        return cls(provider, source) if _is_sound(source) else None


def picture_name(provider: str, source: str | None) -> str | None:
    """The name here of a provider's picture; None for no picture and for names that cannot be a part of a URL."""
    return _joined(provider, source) if source and _is_sound(source) else None


def _joined(provider: str, source: str) -> str:
    return f"{provider}~{source.replace('/', '!')}"


def _is_sound(source: str) -> bool:
    return len(source) <= _LONGEST and ".." not in source and _SOURCE.fullmatch(source) is not None
