"""How lines of words look; apart from the drawing, so that a title can be described without it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Face:
    """How a line looks. `weight` and `spacing` are shares of the letter size; `width` 1 is the typeface's own."""

    weight: float = 0.0
    spacing: float = 0.0
    width: float = 1.0
    capitals: bool = True


PLAIN = Face(spacing=0.02, capitals=False)
SMALL = Face(spacing=0.22)
WIDE = Face(weight=0.012, spacing=0.34)
BOLD = Face(weight=0.05, spacing=0.02)
TALL = Face(weight=0.035, spacing=0.06, width=0.58)
THIN = Face(spacing=0.12)
HEAVY = Face(weight=0.075, spacing=0.03, width=0.86)
