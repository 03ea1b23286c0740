"""Scenes under the sky. Each draws one picture on a sheet of any shape."""

from __future__ import annotations

import math

from PIL import ImageDraw

from matinee.providers.demo.artwork.canvas import Canvas, mix, rgb, smooth, smooth_line


def lighthouse(sheet: Canvas) -> None:
    """A lighthouse sweeping its beam over a dark sea."""
    sheet.sky(rgb("#0b1026"), rgb("#1b2f5c"), rgb("#3f5f8a"), rgb("#e0a36b"))
    sheet.stars(260, 0.5)
    x, lamp, foot = sheet.focus, 0.36, 0.8
    aspect = sheet.unit / sheet.width
    for spread, alpha in ((0.17, 0.28), (0.09, 0.4), (0.04, 0.5)):
        beam = [(x, lamp), (-0.1, lamp - 0.02 - spread), (-0.1, lamp - 0.02 + spread)]
        sheet.beam(beam, rgb("#ffdf9a"), alpha)
    sheet.shape([(x + 0.02, lamp), (1.1, lamp - 0.08), (1.1, lamp + 0.08)], rgb("#ffdf9a"), 0.12, 0.02)
    for n, tone in enumerate(("#20335c", "#162648", "#0f1b36")):
        sheet.sheet(sheet.wave(0.79 + n * 0.05, 0.006 + n * 0.004, 4 - n, n * 0.3), rgb(tone), 0.012)
    rock = [(x - 0.42 * aspect, 0.9), (x - 0.3 * aspect, 0.83), (x - 0.13 * aspect, foot), (x + 0.16 * aspect, foot)]
    sheet.sheet([*rock, (x + 0.3 * aspect, 0.85), (x + 0.46 * aspect, 0.92), (x, 1.0)], rgb("#0a1020"), 0.01)
    for n in range(6):
        top, bottom = (lamp + 0.05 + (foot - lamp - 0.05) * (n + k) / 6 for k in (0, 1.02))
        wide, wider = (aspect * (0.05 + 0.035 * (n + k) / 6) for k in (0, 1))
        color = rgb("#b8402f") if n % 2 == 0 else rgb("#e9dcc4")
        sheet.shape([(x - wide, top), (x + wide, top), (x + wider, bottom), (x - wider, bottom)], color)
        sheet.shape(
            [(x + wide * 0.2, top), (x + wide, top), (x + wider, bottom), (x + wider * 0.2, bottom)], rgb("#120c18"), 0.35
        )
    sheet.shape(
        [
            (x - 0.07 * aspect, lamp + 0.05),
            (x + 0.07 * aspect, lamp + 0.05),
            (x + 0.07 * aspect, lamp + 0.036),
            (x - 0.07 * aspect, lamp + 0.036),
        ],
        rgb("#191425"),
    )
    sheet.shape(
        [
            (x - 0.038 * aspect, lamp + 0.036),
            (x + 0.038 * aspect, lamp + 0.036),
            (x + 0.038 * aspect, lamp - 0.02),
            (x - 0.038 * aspect, lamp - 0.02),
        ],
        rgb("#fff1c9"),
    )
    sheet.shape([(x - 0.05 * aspect, lamp - 0.02), (x + 0.05 * aspect, lamp - 0.02), (x, lamp - 0.062)], rgb("#191425"))
    sheet.glow(x, lamp + 0.008, 0.34, rgb("#ffd27a"), 0.9)


def paper_sea(sheet: Canvas) -> None:
    """Waves cut from paper, a small boat, a large sun."""
    sheet.sky(rgb("#f6d8ae"), rgb("#f2b98a"), rgb("#e78a6b"))
    sheet.disc(sheet.focus, 0.36, 0.25, rgb("#f7efdc"))
    sheet.disc(sheet.focus, 0.36, 0.19, rgb("#fbf7ea"))
    tones = ["#d9e4dc", "#a9cfce", "#6fb0b7", "#3f8a9b", "#21657c", "#134a60", "#0b3347"]
    for n, tone in enumerate(tones):
        if n == 2:
            _boat(sheet, sheet.focus - 0.03, 0.535)
        sheet.sheet(sheet.wave(0.48 + n * 0.075, 0.026 + n * 0.004, 1.6 + (n % 3) * 0.55, n * 0.37), rgb(tone), 0.028)


def _boat(sheet: Canvas, x: float, y: float) -> None:
    a = sheet.unit / sheet.width * 0.1
    b = sheet.unit / sheet.height * 0.1
    sheet.sheet([(x - a, y), (x + a, y), (x + a * 0.6, y + b * 0.42), (x - a * 0.6, y + b * 0.42)], rgb("#8c2f2b"), 0.01)
    sheet.shape([(x - a * 0.05, y - b * 0.1), (x - a * 0.05, y - b * 1.75), (x + a * 0.95, y - b * 0.1)], rgb("#fdfaf2"))
    sheet.shape([(x - a * 0.14, y - b * 0.1), (x - a * 0.14, y - b * 1.45), (x - a * 0.8, y - b * 0.1)], rgb("#efe3cb"))


def hills(sheet: Canvas) -> None:
    """Hills behind hills in morning mist, one road, one car."""
    sheet.sky(rgb("#f7e7c6"), rgb("#f5cf9a"), rgb("#e9a778"))
    sheet.glow(sheet.focus + 0.12, 0.3, 0.75, rgb("#fff3d0"), 0.8)
    sheet.disc(sheet.focus + 0.12, 0.3, 0.09, rgb("#fffaf0"))
    tones = [rgb(tone) for tone in ("#dfa680", "#c98872", "#a56a6b", "#7c5064", "#573b58", "#382b49", "#211d36")]
    for n in range(7):
        base = 0.4 + n * 0.078
        hill = sheet.ridge(base, 0.1 - n * 0.008, 0.5)
        sheet.shape(hill, tones[n])
        if n < 6:
            mist = [(0, base + 0.05), (1, base + 0.05), (1, base + 0.12), (0, base + 0.12)]
            sheet.beam(mist, rgb("#ffd9b0"), 0.2, 0.05)
    road = [(sheet.focus - 0.02, 0.86), (sheet.focus + 0.05, 0.9), (sheet.focus - 0.09, 0.94), (sheet.focus + 0.14, 1.02)]
    sheet.line(smooth_line(road), 0.014, rgb("#f1c89a"), 0.85)
    a, b = sheet.unit / sheet.width, sheet.unit / sheet.height
    x, y = sheet.focus - 0.02, 0.855
    sheet.shape(
        [(x - 0.025 * a, y), (x + 0.025 * a, y), (x + 0.022 * a, y - 0.012 * b), (x - 0.022 * a, y - 0.012 * b)], rgb("#c8372d")
    )
    sheet.shape(
        [
            (x - 0.013 * a, y - 0.012 * b),
            (x + 0.014 * a, y - 0.012 * b),
            (x + 0.009 * a, y - 0.022 * b),
            (x - 0.009 * a, y - 0.022 * b),
        ],
        rgb("#f6efe0"),
    )


def heron(sheet: Canvas) -> None:
    """A still lake with a heron among reeds."""
    sheet.sky(rgb("#243b4a"), rgb("#5f8686"), rgb("#c9c7a4"), rgb("#f0d7a6"), rgb("#8ba69c"), rgb("#2b4a50"), rgb("#122a33"))
    sheet.glow(sheet.focus, 0.5, 0.5, rgb("#fff0c8"), 0.75)
    sheet.disc(sheet.focus, 0.47, 0.1, rgb("#fff6df"))
    shore = sheet.ridge(0.51, 0.03, 0.5)[1:-1]
    sheet.shape([*shore, (1, 0.56), (0, 0.56)], rgb("#4a6a68"), 0.75)
    for n in range(26):
        y = 0.585 + n * 0.016
        half = (0.035 + 0.012 * n * sheet.random.uniform(0.5, 1)) * sheet.unit / sheet.width
        sheet.line([(sheet.focus - half, y), (sheet.focus + half, y)], 0.003, rgb("#ffe9bd"), 0.5 * (1 - n / 28))
    _reeds(sheet)
    _bird(sheet, sheet.focus - 0.17 * sheet.unit / sheet.width, 0.86)


def _reeds(sheet: Canvas) -> None:
    for n in range(70):
        x = sheet.random.choice((sheet.random.gauss(0.05, 0.09), sheet.random.gauss(0.97, 0.08)))
        top = sheet.random.uniform(0.55, 0.92)
        lean = sheet.random.uniform(-0.03, 0.03)
        color = mix(rgb("#0a1a1f"), rgb("#26433f"), sheet.random.random() * 0.7)
        sheet.line([(x, 1.02), (x + lean * 0.3, (1 + top) / 2), (x + lean, top)], 0.006, color)
        if n % 3 == 0:
            sheet.line([(x + lean, top + 0.012), (x + lean * 1.1, top - 0.05)], 0.017, rgb("#2a1d18"))


def _bird(sheet: Canvas, x: float, y: float) -> None:
    dark, a, b = rgb("#0c1a20"), sheet.unit / sheet.width, sheet.unit / sheet.height
    body = [(-0.2, -0.19), (-0.1, -0.31), (0.01, -0.385), (0.09, -0.37), (0.08, -0.29), (0.02, -0.225), (-0.08, -0.205)]
    sheet.shape(smooth([(x + px * a, y + py * b) for px, py in body]), dark)
    neck = [(0.05, -0.34), (0.085, -0.4), (0.06, -0.46), (0.055, -0.5), (0.085, -0.535), (0.12, -0.54)]
    sheet.line(smooth_line([(x + px * a, y + py * b) for px, py in neck]), 0.028, dark)
    sheet.shape([(x + px * a, y + py * b) for px, py in ((0.1, -0.557), (0.145, -0.548), (0.25, -0.517), (0.13, -0.522))], dark)
    sheet.line([(x + px * a, y + py * b) for px, py in ((0.1, -0.553), (0.03, -0.57), (0.0, -0.565))], 0.008, dark)
    for px, bend in ((-0.01, 0.012), (0.03, 0.02)):
        sheet.line([(x + px * a, y - 0.25 * b), (x + (px + bend) * a, y - 0.12 * b), (x + px * a, y + 0.02 * b)], 0.011, dark)


def planets(sheet: Canvas) -> None:
    """A ringed giant and its moons."""
    sheet.sky(rgb("#05040f"), rgb("#150a2e"), rgb("#3a1450"), rgb("#7a2a5c"))
    sheet.stars(700)
    sheet.glow(sheet.focus - 0.3, 0.9, 0.9, rgb("#ff6a5a"), 0.5)
    x, y, r = sheet.focus, 0.42, 0.3
    a, b = sheet.unit / sheet.width, sheet.unit / sheet.height
    ring = [
        (
            x + math.cos(t / 100 * math.pi) * 0.56 * a,
            y + (math.sin(t / 100 * math.pi) * 0.1 - math.cos(t / 100 * math.pi) * 0.15) * b,
        )
        for t in range(201)
    ]
    sheet.line(ring[100:], 0.02, rgb("#f1c9a4"), 0.55)
    sheet.disc(x, y, r, rgb("#e58f6c"))
    disc = sheet.mask(lambda pen: pen.ellipse((*sheet.at(x - r * a, y - r * b), *sheet.at(x + r * a, y + r * b)), 255))
    before = sheet.image.copy()
    for n in range(11):
        top = y + (-0.3 + n * 0.056) * b
        band = [
            (x - a, top + 0.15 * b),
            (x + a, top - 0.15 * b),
            (x + a, top + (0.026 - 0.15) * b),
            (x - a, top + (0.026 + 0.15) * b),
        ]
        sheet.shape(band, (rgb("#f3b98c"), rgb("#c9604f"), rgb("#8e3a4a"))[n % 3], 0.55, 0.006)
    sheet.disc(x + 0.16, y + 0.1, 0.4, rgb("#0a0418"), 0.0)
    px, py = sheet.at(x - 0.13 * a, y - 0.12 * b)
    shade = sheet.mask(
        lambda pen: pen.ellipse(
            (px - 0.33 * sheet.unit, py - 0.33 * sheet.unit, px + 0.33 * sheet.unit, py + 0.33 * sheet.unit), 255
        ),
        0.05,
    )
    night = sheet.image.point([round(value * 0.22) for value in range(256)] * 3)
    night.paste(sheet.image, (0, 0), shade)
    before.paste(night, (0, 0), disc)
    sheet.image = before
    sheet.line(ring[:101], 0.02, rgb("#f7dcb8"), 0.9)
    sheet.line([(px, py + 0.012 * b) for px, py in ring[:101]], 0.006, rgb("#f7dcb8"), 0.6)
    for n in range(11):
        turn = n * 2.399
        reach = 0.36 + 0.022 * n
        mx, my = x + math.cos(turn) * reach * a * 1.1, y + math.sin(turn) * reach * b * 1.25
        size = 0.008 + 0.016 * sheet.random.random()
        sheet.disc(mx, my, size, rgb("#2a1838"))
        sheet.disc(mx - size * 0.25 * a, my - size * 0.2 * b, size * 0.78, mix(rgb("#f4e3cf"), rgb("#c98fa0"), n / 11))


def neon_sun(sheet: Canvas) -> None:
    """A sun in stripes over a grid that runs to the horizon."""
    sheet.sky(rgb("#12052b"), rgb("#3b0f5a"), rgb("#a81c6e"), rgb("#ff7a59"))
    sheet.stars(240, 0.4)
    horizon = 0.66
    sheet.glow(sheet.focus, 0.47, 0.8, rgb("#ff4f8b"), 0.8)
    x, y, r = *sheet.at(sheet.focus, 0.44), 0.29 * sheet.unit
    disc = sheet.mask(lambda pen: pen.ellipse((x - r, y - r, x + r, y + r), 255))

    pen = ImageDraw.Draw(disc)
    for n in range(8):
        top = y - r * 0.05 + n * r * 0.135
        pen.rectangle((x - r, top, x + r, top + r * (0.02 + 0.011 * n)), 0)
    before = sheet.image
    sheet.image = before.copy()
    sheet.sky(rgb("#ffe98a"), rgb("#ffe98a"), rgb("#ffb347"), rgb("#ff4f7b"), rgb("#ff2d95"), rgb("#ff2d95"))
    sun, sheet.image = sheet.image, before
    sheet.image.paste(sun, (0, 0), disc)
    sheet.shape(sheet.ridge(horizon - 0.01, 0.05, 0.6), rgb("#1c0838"))
    sheet.shape([(0, horizon), (1, horizon), (1, 1.01), (0, 1.01)], rgb("#0b0320"))
    for n in range(-24, 25):
        sheet.line([(sheet.focus + n * 0.012, horizon), (sheet.focus + n * 0.16, 1.01)], 0.0035, rgb("#ff3fa4"), 0.75)
    for n in range(14):
        depth = horizon + (1 - horizon) * (n / 13) ** 2.1
        sheet.line([(0, depth), (1, depth)], 0.0035, rgb("#4fe3ff"), 0.7)
    sheet.glow(sheet.focus, horizon, 0.45, rgb("#ff7ac0"), 0.6)
