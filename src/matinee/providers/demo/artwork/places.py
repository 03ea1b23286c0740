"""Scenes made by people: streets, rooms, stations."""

from __future__ import annotations

import math

from matinee.providers.demo.artwork.canvas import Canvas, mix, rgb, smooth, smooth_line


def tunnel(sheet: Canvas) -> None:
    """A tunnel of arches with the light of a train at its end."""
    sheet.sky(rgb("#020406"), rgb("#06100f"))
    x, y = sheet.focus, 0.5
    a, b = sheet.unit / sheet.width, sheet.unit / sheet.height
    for n in range(15, -1, -1):
        size = 0.055 * 1.25**n
        tone = (
            mix(rgb("#d9f2c4"), rgb("#06251f"), min(1.0, (n / 9) ** 0.55))
            if n % 2 == 0
            else mix(rgb("#2f6a58"), rgb("#020807"), n / 15)
        )
        arch = [(x + math.cos(t / 40 * math.pi) * size * a, y - math.sin(t / 40 * math.pi) * size * b * 1.08) for t in range(41)]
        sheet.shape([*arch, (x - size * a, y + size * 0.62 * b), (x + size * a, y + size * 0.62 * b)], tone)
    floor = y + 0.034 * b
    for side in (-1, 1):
        for inner, outer, color in ((0.012, 0.6, "#c8e6b0"), (0.03, 1.7, "#48705f")):
            rail = [
                (x + side * inner * a, floor),
                (x + side * outer * a, 1.4),
                (x + side * outer * 1.07 * a, 1.4),
                (x + side * inner * 1.2 * a, floor),
            ]
            sheet.shape(rail, rgb(color), 0.7)
    sheet.shape(
        [(x - 0.03 * a, floor), (x + 0.03 * a, floor), (x + 1.2 * a, 1.1), (x - 1.2 * a, 1.1)], rgb("#eaffcf"), 0.14, 0.03
    )
    sheet.glow(x, y, 0.62, rgb("#c8ff9e"), 0.75)
    sheet.glow(x, y, 0.2, rgb("#ffffff"), 1.0)
    for side in (-1, 1):
        sheet.disc(x + side * 0.024 * a, y + 0.006 * b, 0.011, rgb("#ffffff"))
    _walker(sheet, x - 0.12 * a, y + 0.36 * b, 0.3)


def _walker(sheet: Canvas, x: float, foot: float, size: float) -> None:
    a, b = size * sheet.unit / sheet.width, size * sheet.unit / sheet.height
    dark = rgb("#010303")
    coat = [(-0.1, -0.74), (0.1, -0.74), (0.17, -0.3), (0.13, -0.26), (-0.15, -0.26), (-0.17, -0.32)]
    sheet.shape(smooth([(x + px * a, foot + py * b) for px, py in coat], 2), dark)
    sheet.shape(
        [(x - 0.09 * a, foot - 0.3 * b), (x - 0.01 * a, foot - 0.3 * b), (x - 0.05 * a, foot), (x - 0.11 * a, foot)], dark
    )
    sheet.shape(
        [
            (x + 0.01 * a, foot - 0.3 * b),
            (x + 0.1 * a, foot - 0.3 * b),
            (x + 0.12 * a, foot - 0.02 * b),
            (x + 0.06 * a, foot - 0.02 * b),
        ],
        dark,
    )
    sheet.disc(x, foot - 0.83 * b, 0.068 * size, dark)
    sheet.shape(
        [
            (x - 0.14 * a, foot - 0.865 * b),
            (x + 0.14 * a, foot - 0.865 * b),
            (x + 0.07 * a, foot - 0.96 * b),
            (x - 0.07 * a, foot - 0.96 * b),
        ],
        dark,
    )


def winter_street(sheet: Canvas) -> None:
    """Snow over roofs at night, and a lit tram."""
    sheet.sky(rgb("#101c3d"), rgb("#27407a"), rgb("#6f86b5"), rgb("#c9cfe0"))
    sheet.glow(sheet.focus + 0.18, 0.16, 0.4, rgb("#dfe8ff"), 0.6)
    sheet.disc(sheet.focus + 0.18, 0.16, 0.07, rgb("#f6f8ff"))
    for row, (base, tone) in enumerate(((0.5, "#5c72a6"), (0.6, "#36497f"), (0.72, "#1b2754"))):
        _roofs(sheet, base, rgb(tone), row)
    sheet.shape([(0, 0.87), (1, 0.85), (1, 1.01), (0, 1.01)], rgb("#e8edf8"))
    sheet.shape([(0, 0.93), (1, 0.91), (1, 1.01), (0, 1.01)], rgb("#c4cee6"))
    _tram(sheet, sheet.focus, 0.885)
    for _ in range(420):
        size = 0.0015 + 0.005 * sheet.random.random() ** 3
        sheet.disc(sheet.random.random(), sheet.random.random(), size, rgb("#ffffff"), 0.35 + 0.6 * sheet.random.random())


def _roofs(sheet: Canvas, base: float, tone: tuple[int, int, int], row: int) -> None:
    x, a, b = -0.05, sheet.unit / sheet.width, sheet.unit / sheet.height
    while x < 1.05:
        wide = sheet.random.uniform(0.13, 0.24) * a
        top = base + sheet.random.uniform(-0.05, 0.05)
        peak = top - sheet.random.uniform(0.07, 0.13) * b
        sheet.shape([(x, 1), (x, top), (x + wide / 2, peak), (x + wide, top), (x + wide, 1)], tone)
        sheet.line(
            [(x - 0.01 * a, top + 0.004), (x + wide / 2, peak - 0.004), (x + wide + 0.01 * a, top + 0.004)],
            0.017,
            mix(tone, rgb("#ffffff"), 0.82),
        )
        for n in range(9):
            wx, wy = x + wide * (0.2 + 0.27 * (n % 3)), top + (0.03 + 0.06 * (n // 3)) * b
            if row and sheet.random.random() < 0.55:
                lit = [(wx, wy), (wx + 0.024 * a, wy), (wx + 0.024 * a, wy + 0.034 * b), (wx, wy + 0.034 * b)]
                sheet.shape(lit, rgb("#ffcf7a") if sheet.random.random() < 0.8 else rgb("#ffe9bd"))
        x += wide


def _tram(sheet: Canvas, x: float, y: float) -> None:
    a, b = sheet.unit / sheet.width, sheet.unit / sheet.height
    sheet.line([(-0.1, y - 0.25 * b), (1.1, y - 0.262 * b)], 0.003, rgb("#10173a"))
    sheet.line([(x, y - 0.2 * b), (x + 0.05 * a, y - 0.225 * b), (x, y - 0.252 * b)], 0.006, rgb("#10173a"))
    sheet.glow(x, y - 0.1 * b, 0.5, rgb("#ffc46b"), 0.45)
    body = [
        (x - 0.27 * a, y),
        (x - 0.28 * a, y - 0.16 * b),
        (x - 0.24 * a, y - 0.195 * b),
        (x + 0.24 * a, y - 0.195 * b),
        (x + 0.28 * a, y - 0.16 * b),
        (x + 0.27 * a, y),
    ]
    sheet.sheet(body, rgb("#a8232b"), 0.012)
    sheet.shape(
        [
            (x - 0.275 * a, y - 0.072 * b),
            (x + 0.275 * a, y - 0.072 * b),
            (x + 0.274 * a, y - 0.058 * b),
            (x - 0.274 * a, y - 0.058 * b),
        ],
        rgb("#f4dfb5"),
    )
    for n in range(6):
        left = x + (-0.245 + n * 0.083) * a
        sheet.shape(
            [(left, y - 0.165 * b), (left + 0.07 * a, y - 0.165 * b), (left + 0.07 * a, y - 0.085 * b), (left, y - 0.085 * b)],
            rgb("#ffe3a1"),
        )
        if n in {1, 4}:
            sheet.disc(left + 0.035 * a, y - 0.122 * b, 0.015, rgb("#5b2530"))
            sheet.shape(
                [(left + 0.012 * a, y - 0.085 * b), (left + 0.058 * a, y - 0.085 * b), (left + 0.035 * a, y - 0.115 * b)],
                rgb("#5b2530"),
            )
    for offset in (-0.17, 0.17):
        sheet.disc(x + offset * a, y + 0.004 * b, 0.02, rgb("#161428"))
    sheet.line([(x - 0.24 * a, y - 0.2 * b), (x + 0.24 * a, y - 0.2 * b)], 0.014, rgb("#f5f8ff"))


def bakery_row(sheet: Canvas) -> None:
    """Front doors, windows and awnings, flat as a stage."""
    sheet.sky(rgb("#f3d9b1"), rgb("#f6e5c5"))
    walls = ["#c65d3b", "#2f5d62", "#e0a458", "#7a3b3f", "#dfd3b6", "#386150"]
    count = 3 if sheet.portrait else 6
    for n in range(count):
        _house(sheet, n / count, (n + 1) / count, rgb(walls[(n * 5 + 1) % 6]), n)
    sheet.shape([(0, 0.9), (1, 0.9), (1, 1.01), (0, 1.01)], rgb("#3a2d2b"))
    sheet.shape([(0, 0.9), (1, 0.9), (1, 0.912), (0, 0.912)], rgb("#8d7a68"))


_SHOP = 0.72
"""How far down a house its shop begins."""


def _house(sheet: Canvas, left: float, right: float, wall: tuple[int, int, int], n: int) -> None:
    b, wide = sheet.unit / sheet.height, right - left
    top = (0.34 if sheet.portrait else 0.2) + 0.07 * ((n * 7) % 3)
    sheet.sheet([(left, 0.9), (left, top), (right, top), (right, 0.9)], wall, 0.008)
    sheet.shape(
        [(left - 0.004, top - 0.028 * b), (right + 0.004, top - 0.028 * b), (right, top + 0.012 * b), (left, top + 0.012 * b)],
        mix(wall, (255, 255, 255), 0.45),
    )
    _windows(sheet, left, wide, top, wall, 2 + (n % 2))
    _shop(sheet, left, right, wall)
    _awning(sheet, left, wide, wall)


def _windows(sheet: Canvas, left: float, wide: float, top: float, wall: tuple[int, int, int], rows: int) -> None:
    """Two in each row, some of them lit."""
    b = sheet.unit / sheet.height
    for row in range(rows):
        for column in range(2):
            x, y = left + wide * (0.17 + 0.4 * column), top + (0.075 + 0.165 * row) * b
            if y + 0.11 * b > 0.6:
                continue
            box = [(x, y), (x + wide * 0.26, y), (x + wide * 0.26, y + 0.11 * b), (x, y + 0.11 * b)]
            sheet.shape([(px + (0.012 if px > x else -0.012) * wide * 2, py) for px, py in box], mix(wall, (255, 255, 255), 0.7))
            sheet.shape(box, rgb("#ffd98a") if sheet.random.random() < 0.6 else rgb("#26323d"))
            sheet.line([(x + wide * 0.13, y), (x + wide * 0.13, y + 0.11 * b)], 0.005, mix(wall, (255, 255, 255), 0.7))


def _shop(sheet: Canvas, left: float, right: float, wall: tuple[int, int, int]) -> None:
    """A shop's front with loaves in its window, and its door."""
    wide = right - left
    sheet.shape(
        [(left + wide * 0.08, 0.9), (left + wide * 0.08, _SHOP), (right - wide * 0.08, _SHOP), (right - wide * 0.08, 0.9)],
        mix(wall, (0, 0, 0), 0.55),
    )
    sheet.shape(
        [
            (left + wide * 0.13, 0.865),
            (left + wide * 0.13, _SHOP + 0.02),
            (left + wide * 0.6, _SHOP + 0.02),
            (left + wide * 0.6, 0.865),
        ],
        rgb("#ffe2a0"),
    )
    for loaf in range(3):
        sheet.disc(left + wide * (0.22 + 0.14 * loaf), 0.852, 0.018, rgb("#b06a2f"))
    sheet.shape(
        [
            (left + wide * 0.66, 0.9),
            (left + wide * 0.66, _SHOP + 0.02),
            (left + wide * 0.87, _SHOP + 0.02),
            (left + wide * 0.87, 0.9),
        ],
        rgb("#f7ead0"),
    )


def _awning(sheet: Canvas, left: float, wide: float, wall: tuple[int, int, int]) -> None:
    """Striped, over the shop."""
    b = sheet.unit / sheet.height
    for stripe in range(8):
        x0, x1 = (left + wide * (0.04 + 0.115 * (stripe + k)) for k in (0, 1))
        color = rgb("#fff6e3") if stripe % 2 else mix(wall, rgb("#b3202c"), 0.5)
        drop = [
            (x0, _SHOP - 0.055 * b),
            (x1, _SHOP - 0.055 * b),
            (x1, _SHOP + 0.02 * b),
            ((x0 + x1) / 2, _SHOP + 0.038 * b),
            (x0, _SHOP + 0.02 * b),
        ]
        sheet.shape(smooth_line(drop, 1), color)


def orbit(sheet: Canvas) -> None:
    """A weather station above a curved blue edge."""
    sheet.sky(rgb("#01030a"), rgb("#041026"), rgb("#0a2a4a"))
    sheet.stars(600)
    a, b = sheet.unit / sheet.width, sheet.unit / sheet.height
    x, y = sheet.focus, 0.37 if sheet.portrait else 0.45
    for n, (grow, color) in enumerate(((0.06, "#0e4a7a"), (0.035, "#2f86b8"), (0.015, "#9fdcf0"), (0.0, "#1d6fa3"))):
        sheet.disc(x - 0.25, 0.8 + 1.5 * b, 1.5 + grow, rgb(color), 0.35 if n < 3 else 1.0, 0.012)
    for _ in range(16):
        cx, cy = sheet.random.random(), 0.88 + 0.14 * sheet.random.random()
        cloud = [
            (cx + math.cos(t) * 0.16 * sheet.random.uniform(0.5, 1), cy + math.sin(t) * 0.012)
            for t in (k * math.pi / 8 for k in range(16))
        ]
        sheet.shape(cloud, rgb("#eaf6fb"), 0.3, 0.008)
    ring = [
        (x + (math.cos(t) * 0.3 + math.sin(t) * 0.03) * a, y + (math.sin(t) * 0.105 - math.cos(t) * 0.06) * b)
        for t in (k * math.pi / 60 for k in range(121))
    ]
    sheet.line(ring[60:], 0.03, rgb("#5d7388"))
    for side in (-1, 1):
        mid = (x + side * 0.43 * a, y - side * 0.085 * b)
        sheet.line([(x, y), mid], 0.012, rgb("#9fb4c4"))
        for k in range(4):
            px = mid[0] + side * (k * 0.042 - 0.02) * a
            panel = [
                (px, mid[1] - 0.1 * b),
                (px + 0.036 * a, mid[1] - 0.107 * b),
                (px + 0.036 * a, mid[1] + 0.087 * b),
                (px, mid[1] + 0.094 * b),
            ]
            sheet.shape(panel, rgb("#2d5fa8") if k % 2 else rgb("#3a78c4"))
    sheet.line([(x, y - 0.2 * b), (x, y + 0.2 * b)], 0.07, rgb("#c7d3dc"))
    sheet.line([(x + 0.022 * a, y - 0.2 * b), (x + 0.022 * a, y + 0.2 * b)], 0.024, rgb("#7f93a3"))
    sheet.disc(x, y - 0.2 * b, 0.062, rgb("#dfe8ee"))
    sheet.disc(x, y, 0.085, rgb("#f2b54a"))
    sheet.disc(x, y, 0.055, rgb("#fff1c4"))
    sheet.line([(x, y - 0.26 * b), (x, y - 0.36 * b)], 0.006, rgb("#dfe8ee"))
    sheet.line(ring[:61], 0.034, rgb("#dfe8ee"))
    for k in range(3, 58, 5):
        sheet.disc(*ring[k], 0.007, rgb("#ffd77a"))
    sheet.glow(x, y - 0.36 * b, 0.07, rgb("#ff5a4a"), 1.0)
    sheet.glow(x, y, 0.3, rgb("#ffd77a"), 0.5)


def curtains(sheet: Canvas) -> None:
    """A stage before the film begins, in black and white."""
    sheet.sky(rgb("#1b1b1b"), rgb("#0a0a0a"))
    x = sheet.focus
    cone = [
        (x - 0.02, -0.02),
        (x + 0.02, -0.02),
        (x + 0.34 * sheet.unit / sheet.width, 0.86),
        (x - 0.34 * sheet.unit / sheet.width, 0.86),
    ]
    folds = 22 if sheet.portrait else 34
    for n in range(folds):
        left, right = n / folds, (n + 1) / folds
        bright = 0.5 + 0.5 * math.sin(n * 1.9)
        for k in range(6):
            edge = left + (right - left) * k / 6
            tone = mix(rgb("#1a1a1a"), rgb("#7a7a7a"), (math.sin(k / 5 * math.pi)) * (0.35 + 0.5 * bright))
            sheet.shape([(edge, 0), (right, 0), (right, 0.84), (edge, 0.84)], tone)
    for n in range(7 if sheet.portrait else 11):
        count = 7 if sheet.portrait else 11
        arc = [((n + t / 12) / count, 0.1 + 0.075 * math.sin(t / 12 * math.pi)) for t in range(13)]
        sheet.sheet(
            [(n / count, -0.01), *arc, ((n + 1) / count, -0.01)], mix(rgb("#2a2a2a"), rgb("#626262"), (n % 2) * 0.6 + 0.2), 0.02
        )
    sheet.shape([(0, 0.84), (1, 0.84), (1, 1.01), (0, 1.01)], rgb("#161616"))
    for n in range(-12, 13):
        sheet.line([(x + n * 0.045, 0.84), (x + n * 0.16, 1.02)], 0.003, rgb("#333333"))
    light = sheet.mask(lambda pen: pen.polygon([sheet.at(*p) for p in cone], 255), 0.02)
    sheet.add_light(light, rgb("#ffffff"), 0.33)
    px, py, rx, ry = *sheet.at(x, 0.875), 0.36 * sheet.unit, 0.055 * sheet.unit
    sheet.add_light(sheet.mask(lambda pen: pen.ellipse((px - rx, py - ry, px + rx, py + ry), 255), 0.006), rgb("#ffffff"), 0.75)
    _chair(sheet, x, 0.88)


def _chair(sheet: Canvas, x: float, y: float) -> None:
    a, b, dark = sheet.unit / sheet.width, sheet.unit / sheet.height, rgb("#0b0b0b")
    sheet.shape(
        [
            (x - 0.075 * a, y - 0.13 * b),
            (x + 0.08 * a, y - 0.13 * b),
            (x + 0.09 * a, y - 0.112 * b),
            (x - 0.085 * a, y - 0.112 * b),
        ],
        dark,
    )
    sheet.line([(x - 0.066 * a, y - 0.12 * b), (x - 0.06 * a, y - 0.31 * b)], 0.014, dark)
    sheet.line([(x + 0.062 * a, y - 0.12 * b), (x + 0.06 * a, y - 0.31 * b)], 0.014, dark)
    for n in range(3):
        sheet.line([(x - 0.06 * a, y - (0.3 - 0.05 * n) * b), (x + 0.06 * a, y - (0.3 - 0.05 * n) * b)], 0.014, dark)
    for side in (-1, 1):
        sheet.line([(x + side * 0.07 * a, y - 0.12 * b), (x + side * 0.082 * a, y + 0.015 * b)], 0.013, dark)
        sheet.line([(x + side * 0.045 * a, y - 0.12 * b), (x + side * 0.05 * a, y - 0.012 * b)], 0.011, dark)
    hat = [
        (x - 0.05 * a, y - 0.132 * b),
        (x + 0.06 * a, y - 0.132 * b),
        (x + 0.045 * a, y - 0.142 * b),
        (x + 0.035 * a, y - 0.2 * b),
        (x - 0.026 * a, y - 0.2 * b),
        (x - 0.034 * a, y - 0.142 * b),
    ]
    sheet.shape(hat, rgb("#050505"))
    sheet.line([(x - 0.03 * a, y - 0.152 * b), (x + 0.04 * a, y - 0.152 * b)], 0.009, rgb("#e8e8e8"))
