"""A sheet to draw on: smooth gradients, glows, paper layers with shadows, grain. The same seed gives the same picture."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Color = tuple[int, int, int]
Point = tuple[float, float]
SHARP = 2
"""Everything is drawn this much larger and then reduced, because Pillow draws without anti-aliasing."""


def rgb(text: str) -> Color:
    """`#rrggbb` as a colour."""
    value = int(text.lstrip("#"), 16)
    return value >> 16, value >> 8 & 255, value & 255


def mix(first: Color, second: Color, share: float) -> Color:
    """Between two colours; `share` 0 is the first."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def smooth(points: Sequence[Point], rounds: int = 3) -> list[Point]:
    """The closed outline with its corners cut, several times over (Chaikin)."""
    found = list(points)
    for _ in range(rounds):
        finer = []
        for (ax, ay), (bx, by) in zip(found, [*found[1:], found[0]], strict=True):
            finer += [(ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25), (ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75)]
        found = finer
    return found


def smooth_line(points: Sequence[Point], rounds: int = 3) -> list[Point]:
    """As `smooth` for an open line, whose ends stay."""
    found = list(points)
    for _ in range(rounds):
        finer = [found[0]]
        for (ax, ay), (bx, by) in pairwise(found):
            finer += [(ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25), (ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75)]
        found = [*finer, found[-1]]
    return found


class Canvas:
    """Coordinates are shares of the sheet (0..1 from the top left); lengths are shares of its shorter side.

    `focus` is where the main thing belongs: the middle of a poster, right of the middle of a backdrop, whose left the
    page covers with text.
    """

    def __init__(self, width: int, height: int, seed: str) -> None:
        self.width, self.height = width * SHARP, height * SHARP
        self.unit = min(self.width, self.height)
        self.portrait = height > width
        self.focus = 0.5 if self.portrait else 0.66
        self.random = random.Random(seed)
        self.image = Image.new("RGB", (self.width, self.height))

    def at(self, x: float, y: float) -> Point:
        """Shares as pixels."""
        return x * self.width, y * self.height

    def pen(self) -> ImageDraw.ImageDraw:
        """For drawing straight onto the picture, in pixels; colours may have a fourth part, their opacity."""
        return ImageDraw.Draw(self.image, "RGBA")

    def sky(self, *stops: Color) -> None:
        """Fill with a vertical gradient of evenly spaced colours."""
        strip = Image.new("RGB", (1, len(stops)))
        strip.putdata(list(stops))
        steps = strip.resize((1, 256), Image.Resampling.BICUBIC)
        self.image.paste(steps.resize((self.width, self.height), Image.Resampling.BICUBIC))

    def mask(self, draw: Callable[[ImageDraw.ImageDraw], None], blur: float = 0) -> Image.Image:
        """A mask drawn in pixels, softened by `blur`."""
        mask = Image.new("L", (self.width, self.height))
        draw(ImageDraw.Draw(mask))
        if blur:
            small = mask.resize((self.width // 4, self.height // 4), Image.Resampling.BOX)
            small = small.filter(ImageFilter.GaussianBlur(blur * self.unit / 4))
            mask = small.resize(mask.size, Image.Resampling.BICUBIC)
        return mask

    def paint(self, mask: Image.Image, color: Color, alpha: float = 1.0) -> None:
        """Colour through a mask."""
        if alpha < 1:
            mask = mask.point([round(value * alpha) for value in range(256)])
        self.image.paste(color, (0, 0), mask)

    def add_light(self, mask: Image.Image, color: Color, alpha: float = 1.0) -> None:
        """Brighten through a mask, as light does."""
        self._add_light(mask, (0, 0), color, alpha)

    def _add_light(self, mask: Image.Image, corner: tuple[int, int], color: Color, alpha: float) -> None:
        box = (*corner, corner[0] + mask.width, corner[1] + mask.height)
        light = Image.new("RGB", mask.size)
        light.paste(tuple(round(part * alpha) for part in color), (0, 0), mask)
        self.image.paste(ImageChops.screen(self.image.crop(box), light), box)

    def glow(self, x: float, y: float, radius: float, color: Color, alpha: float = 1.0) -> None:
        """Light that fades out round a point."""
        size = round(radius * self.unit * 2)
        ball = ImageChops.invert(Image.radial_gradient("L")).resize((size, size), Image.Resampling.BICUBIC)
        ball = ball.point([round(255 * max(0, (value - 75) / 180) ** 2) for value in range(256)])
        px, py = self.at(x, y)
        self._add_light(ball, (round(px - size / 2), round(py - size / 2)), color, alpha)

    def disc(self, x: float, y: float, radius: float, color: Color, alpha: float = 1.0, blur: float = 0) -> None:
        """A filled circle."""
        px, py, r = *self.at(x, y), radius * self.unit
        box = (px - r, py - r, px + r, py + r)
        if blur:
            self.paint(self.mask(lambda draw: draw.ellipse(box, 255), blur), color, alpha)
        else:
            self.pen().ellipse(box, (*color, round(255 * alpha)))

    def ring(self, x: float, y: float, radius: float, width: float, color: Color, alpha: float = 1.0) -> None:
        """A circle's line."""
        px, py, r = *self.at(x, y), radius * self.unit
        line = max(1, round(width * self.unit))
        self.pen().ellipse((px - r, py - r, px + r, py + r), outline=(*color, round(255 * alpha)), width=line)

    def shape(self, points: Sequence[Point], color: Color, alpha: float = 1.0, blur: float = 0) -> None:
        """A filled polygon; points as shares."""
        pixels = [self.at(*point) for point in points]
        if blur:
            self.paint(self.mask(lambda draw: draw.polygon(pixels, 255), blur), color, alpha)
        else:
            self.pen().polygon(pixels, (*color, round(255 * alpha)))

    def beam(self, points: Sequence[Point], color: Color, alpha: float = 1.0, blur: float = 0.012) -> None:
        """A polygon of light."""
        pixels = [self.at(*point) for point in points]
        self.add_light(self.mask(lambda draw: draw.polygon(pixels, 255), blur), color, alpha)

    def line(self, points: Sequence[Point], width: float, color: Color, alpha: float = 1.0, blur: float = 0) -> None:
        """A line through points; `width` as a share of the shorter side."""
        pixels = [self.at(*point) for point in points]
        thick = max(1, round(width * self.unit))
        if blur or alpha < 1:  # where strokes overlap, a transparent colour would count twice
            self.paint(self.mask(lambda draw: draw.line(pixels, 255, thick, joint="curve"), blur), color, alpha)
        else:
            self.pen().line(pixels, color, thick, joint="curve")

    def sheet(self, points: Sequence[Point], color: Color, depth: float = 0.02) -> None:
        """A paper layer: its shadow falls on what is below."""
        pixels = [self.at(x, y) for x, y in points]
        margin = depth * self.unit * 4
        left, top = (min(part) - margin for part in zip(*pixels, strict=True))
        right, bottom = (max(part) + margin for part in zip(*pixels, strict=True))
        left, top = max(-margin, left), max(-margin, top)
        size = (
            max(1, math.ceil((min(right, self.width + margin) - left) / 4)),
            max(1, math.ceil((min(bottom, self.height + margin) - top) / 4)),
        )
        shadow = Image.new("L", size)
        ImageDraw.Draw(shadow).polygon([((x - left) / 4, (y - top - depth * self.unit) / 4) for x, y in pixels], 115)
        shadow = shadow.filter(ImageFilter.GaussianBlur(depth * self.unit / 4)).resize((size[0] * 4, size[1] * 4))
        self.image.paste(mix(color, (0, 0, 0), 0.8), (round(left), round(top)), shadow)
        self.pen().polygon(pixels, color)

    def ridge(self, base: float, height: float, roughness: float = 0.55, steps: int = 9) -> list[Point]:
        """The outline of hills from the left edge to the right, closed at the bottom; midpoint displacement."""
        line = [self.random.uniform(-1, 1), self.random.uniform(-1, 1)]
        swing = 1.0
        for _ in range(steps):
            swing *= roughness
            finer = []
            for left, right in pairwise(line):
                finer += [left, (left + right) / 2 + self.random.uniform(-swing, swing)]
            line = [*finer, line[-1]]
        tops = [(index / (len(line) - 1), base + value * height) for index, value in enumerate(line)]
        return [(0, 1.01), *tops, (1, 1.01)]

    def wave(self, base: float, height: float, count: float, phase: float, steps: int = 160) -> list[Point]:
        """The outline of a wave, closed at the bottom."""
        tops = [
            (
                n / steps,
                base + height * math.sin(2 * math.pi * (count * n / steps + phase)) * (0.75 + 0.25 * math.sin(7 * n / steps)),
            )
            for n in range(steps + 1)
        ]
        return [(0, 1.01), *tops, (1, 1.01)]

    def stars(self, number: int, until: float = 1.0, color: Color = (255, 255, 255)) -> None:
        """Points of light down to `until`."""
        spots = [(self.random.random(), self.random.random() ** 1.3 * until, self.random.random()) for _ in range(number)]

        def draw(pen: ImageDraw.ImageDraw) -> None:
            for x, y, strength in spots:
                px, py = self.at(x, y)
                r = self.unit * (0.0006 + 0.0018 * strength**4)
                pen.ellipse((px - r, py - r, px + r, py + r), round(90 + 165 * strength))

        self.add_light(self.mask(draw), color)

    def rays(self, x: float, y: float, number: int, color: Color, alpha: float, turn: float = 0.0) -> None:
        """Alternate beams from a point to beyond the edges."""
        px, py = self.at(x, y)
        far = self.width + self.height

        def draw(pen: ImageDraw.ImageDraw) -> None:
            for n in range(number):
                edges = [2 * math.pi * (n + part) / number + turn for part in (0, 0.5)]
                pen.polygon([(px, py), *((px + far * math.cos(a), py + far * math.sin(a)) for a in edges)], 255)

        self.paint(self.mask(draw), color, alpha)

    def finish(self, grain: float = 0.035, vignette: float = 0.35) -> Image.Image:
        """The picture in its real size, with darker corners and a little film grain."""
        image = self.image.reduce(SHARP)
        edge = Image.radial_gradient("L").resize(image.size, Image.Resampling.BICUBIC)
        edge = edge.point([round(255 * vignette * max(0, (value - 90) / 165) ** 1.6) for value in range(256)])
        image.paste((0, 0, 0), (0, 0), edge)
        noise = Image.frombytes("L", image.size, self.random.randbytes(image.width * image.height))
        noise = noise.filter(ImageFilter.GaussianBlur(0.6))
        return ImageChops.soft_light(image, Image.blend(Image.new("L", image.size, 128), noise, grain * 4).convert("RGB"))
