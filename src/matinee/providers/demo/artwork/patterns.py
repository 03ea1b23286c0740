"""Scenes of form alone: circles, lines, leaves, numbers."""

from __future__ import annotations

import math

from PIL import ImageDraw

from matinee.providers.demo.artwork.canvas import Canvas, mix, rgb, smooth, smooth_line


def deco_clock(sheet: Canvas) -> None:
    """A clock in gold and midnight blue, with sun rays."""
    sheet.sky(rgb("#0c1730"), rgb("#122348"), rgb("#0a1226"))
    gold, x, y = rgb("#d9ac5a"), sheet.focus, 0.43
    a, b = sheet.unit / sheet.width, sheet.unit / sheet.height
    sheet.rays(x, y, 36, gold, 0.13, math.pi / 72)
    sheet.glow(x, y, 0.8, rgb("#e8b85f"), 0.5)
    for n, step in enumerate((0.14, 0.1, 0.06)):
        for side in (-1, 1):
            edge = 0.5 + side * (0.5 - step * a * 0.55)
            sheet.line([(edge, 0.04 + 0.028 * n), (edge, 0.96 - 0.028 * n)], 0.004, gold, 0.8 - 0.2 * n)
    for radius, color in (
        (0.375, "#d9ac5a"),
        (0.362, "#0c1730"),
        (0.345, "#b98a3c"),
        (0.337, "#101e40"),
        (0.26, "#d9ac5a"),
        (0.255, "#0f1c3a"),
    ):
        sheet.disc(x, y, radius, rgb(color))
    for n in range(60):
        turn = n * math.pi / 30
        inner, width = (0.275, 0.012) if n % 5 == 0 else (0.31, 0.004)
        ends = [(x + math.cos(turn) * r * a, y + math.sin(turn) * r * b) for r in (inner, 0.33)]
        sheet.line(ends, width, gold)
    for n in range(24):
        turn = n * math.pi / 12
        petal = [
            (x + math.cos(turn + t) * r * a, y + math.sin(turn + t) * r * b)
            for t, r in ((0, 0.06), (0.09, 0.2), (0, 0.245), (-0.09, 0.2))
        ]
        sheet.shape(petal, mix(gold, rgb("#0c1730"), 0.15 + 0.55 * (n % 2)))
    for turn, length, wide in ((-2.2, 0.2, 0.02), (-0.95, 0.29, 0.014)):
        hand = [
            (math.cos(turn) * length, math.sin(turn) * length),
            (math.cos(turn + 1.57) * wide, math.sin(turn + 1.57) * wide),
            (-math.cos(turn) * 0.05, -math.sin(turn) * 0.05),
            (math.cos(turn - 1.57) * wide, math.sin(turn - 1.57) * wide),
        ]
        sheet.sheet([(x + px * a, y + py * b) for px, py in hand], rgb("#f6e4b8"), 0.006)
    sheet.disc(x, y, 0.024, rgb("#b3262c"))


def bauhaus(sheet: Canvas) -> None:
    """Quarter circles and keyholes on a grid."""
    paper = rgb("#efe6d2")
    sheet.sky(paper, paper)
    inks = [rgb(ink) for ink in ("#d1352b", "#1d3f72", "#e8a72c", "#1c1c1c", "#3f7d6e")]
    columns = 4 if sheet.portrait else 8
    rows = 6 if sheet.portrait else 5
    wide, high = 1 / columns, (1 if sheet.portrait else 1.12) / rows
    for row in range(rows):
        for column in range(columns):
            _tile(sheet, column * wide, row * high, wide, high, inks)


def _tile(sheet: Canvas, x: float, y: float, wide: float, high: float, inks: list[tuple[int, int, int]]) -> None:
    first, second = sheet.random.sample(inks, 2)
    kind = sheet.random.randrange(7)
    box = [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)]
    if kind:
        sheet.shape(box, first if kind < 5 else rgb("#e6dabf"))
    corner = sheet.random.randrange(4)
    cx, cy = box[corner]
    start = (0, math.pi / 2, math.pi, 3 * math.pi / 2)[corner]
    if kind in {1, 2, 5}:
        for share, ink in ((1.0, second), (0.62, rgb("#efe6d2")), (0.3, first)) if kind != 1 else ((1.0, second),):
            arc = [
                (cx + math.cos(start + t * math.pi / 40) * wide * share, cy + math.sin(start + t * math.pi / 40) * high * share)
                for t in range(21)
            ]
            sheet.shape([(cx, cy), *arc], ink)
    elif kind == 3:
        sheet.disc(x + wide / 2, y + high * 0.4, 0.05, rgb("#efe6d2"))
        sheet.shape(
            [
                (x + wide * 0.42, y + high * 0.4),
                (x + wide * 0.58, y + high * 0.4),
                (x + wide * 0.68, y + high * 0.82),
                (x + wide * 0.32, y + high * 0.82),
            ],
            rgb("#efe6d2"),
        )
    elif kind == 4:
        sheet.shape([box[corner], box[(corner + 1) % 4], box[(corner + 2) % 4]], second)
    elif kind == 6:
        for n in range(4):
            top = y + high * (n * 2 + 0.5) / 8
            sheet.shape([(x, top), (x + wide, top), (x + wide, top + high / 8), (x, top + high / 8)], first)


def vinyl(sheet: Canvas) -> None:
    """A record setting like a sun into blue water."""
    sheet.sky(rgb("#0d2c54"), rgb("#14467d"), rgb("#1f6b9c"))
    x, y = sheet.focus, 0.45
    sheet.glow(x, y, 0.85, rgb("#7fd1e8"), 0.4)
    sheet.disc(x, y, 0.385, rgb("#0a0d14"))
    for n in range(34):
        sheet.ring(x, y, 0.375 - n * 0.0072, 0.0022, mix(rgb("#2b3442"), rgb("#0d1118"), (n % 5) / 5))
    a, b = sheet.unit / sheet.width, sheet.unit / sheet.height
    for turn in (-0.75, 2.4):
        wedge = [(x + math.cos(turn + t) * 0.38 * a, y + math.sin(turn + t) * 0.38 * b) for t in (-0.2, -0.1, 0.0, 0.1, 0.2)]
        sheet.beam([(x, y), *wedge], rgb("#9fc3d9"), 0.28, 0.02)
    for radius, color in ((0.135, "#f08a4b"), (0.115, "#f7c873"), (0.075, "#f08a4b"), (0.012, "#0a0d14")):
        sheet.disc(x, y, radius, rgb(color))
    for n, tone in enumerate(("#2a86b0", "#1b6a97", "#124f78", "#0b3758")):
        sheet.sheet(sheet.wave(0.6 + n * 0.085, 0.016, 3.2 - n * 0.4, n * 0.31), rgb(tone), 0.02)


def kites(sheet: Canvas) -> None:
    """Folded paper kites against big clouds."""
    sheet.sky(rgb("#3d9bd0"), rgb("#7cc4e4"), rgb("#d3eef5"))
    for _ in range(3):
        sheet.add_light(sheet.mask(lambda pen: _clouds(sheet, pen), 0.014), rgb("#ffffff"), 0.42)
    spots = [
        (0.0, 0.33, 0.25, 0.35),
        (-0.26, 0.17, 0.13, -0.3),
        (0.24, 0.15, 0.11, 0.6),
        (0.3, 0.47, 0.09, 0.2),
        (-0.3, 0.47, 0.1, -0.1),
    ]
    inks = ("#e4572e", "#f3a712", "#29335c", "#a8332a", "#2e8b74")
    for (dx, y, size, turn), ink in zip(spots, inks, strict=True):
        _kite(sheet, sheet.focus + dx * (1 if sheet.portrait else 0.8), y, size, turn, rgb(ink))
    sheet.sheet(sheet.wave(0.9, 0.025, 0.8, 0.1), rgb("#3f7f5a"), 0.02)
    sheet.sheet(sheet.wave(0.95, 0.02, 1.1, 0.5), rgb("#2a5f47"), 0.02)


def _clouds(sheet: Canvas, pen: ImageDraw.ImageDraw) -> None:
    for _ in range(7):
        cx, cy, size = (
            sheet.random.random(),
            0.3 + 0.62 * sheet.random.random(),
            (0.05 + 0.11 * sheet.random.random()) * sheet.unit,
        )
        for k in range(-2, 3):
            x, y = sheet.at(cx, cy)
            x, y, r = x + k * size * 0.62, y - (size * 0.25 if abs(k) < 2 else 0), size * (1 - 0.16 * abs(k))
            pen.ellipse((x - r, y - r, x + r, y + r), 255)


def _kite(sheet: Canvas, x: float, y: float, size: float, turn: float, ink: tuple[int, int, int]) -> None:
    a, b = size * sheet.unit / sheet.width, size * sheet.unit / sheet.height
    sin, cos = math.sin(turn), math.cos(turn)
    top, right, tail, left, mid = (
        (x + (px * cos - py * sin) * a, y + (px * sin + py * cos) * b)
        for px, py in ((0, -0.8), (0.6, -0.15), (0, 1.1), (-0.6, -0.15), (0.03, -0.15))
    )
    ribbon = [(tail[0] + (math.sin(n * 1.15) * 0.14 - n * 0.05 * sin) * a, tail[1] + n * 0.17 * b) for n in range(9)]
    sheet.line(smooth_line(ribbon), 0.012 * size / 0.2, mix(ink, (255, 255, 255), 0.25))
    sheet.sheet([top, right, tail, left], ink, 0.016)
    for corners, share, color in (
        ((top, right, mid), 0.35, (255, 255, 255)),
        ((right, tail, mid), 0.12, (0, 0, 0)),
        ((tail, left, mid), 0.3, (0, 0, 0)),
        ((left, top, mid), 0.15, (255, 255, 255)),
    ):
        sheet.shape(corners, mix(ink, color, share))


def contours(sheet: Canvas) -> None:
    """A coast as a map draws it, line within line."""
    sheet.sky(rgb("#e9f0ea"), rgb("#dfeae6"))
    x, y = sheet.focus, 0.45
    a, b = sheet.unit / sheet.width, sheet.unit / sheet.height
    waves = [(k, sheet.random.uniform(0, 6.28), sheet.random.uniform(0.5, 1.0) / (k**1.15)) for k in range(2, 15)]
    tones = [
        "#cfe6e4",
        "#b4dadb",
        "#93cacf",
        "#6fb5c0",
        "#f3e3bd",
        "#e5cf94",
        "#c3c27f",
        "#93ae6c",
        "#648f5b",
        "#3f7150",
        "#275446",
    ]
    for n, tone in enumerate(tones):
        reach = 0.62 - n * 0.052
        swing = 0.34 if n < 8 else 0.3
        outline = []
        for t in range(720):
            turn = t * math.pi / 360
            r = reach * (1 + swing * 0.4 * sum(math.sin(k * turn + phase + n * 0.06 * k**0.5) * size for k, phase, size in waves))
            outline.append((x + math.cos(turn) * r * a, y + math.sin(turn) * r * b * (1.25 if sheet.portrait else 0.95)))
        if n == 4:
            sheet.sheet(outline, rgb(tone), 0.02)
        else:
            sheet.shape(outline, rgb(tone))
        sheet.line([*outline, outline[0]], 0.0028, mix(rgb(tone), rgb("#0d3b45"), 0.55))
    for n in range(1, 12):
        for ends in ([(n / 12, 0), (n / 12, 1)], [(0, n / 12), (1, n / 12)]):
            sheet.line(ends, 0.0015, rgb("#2b5a63"), 0.22)
    sheet.ring(x + 0.02, y - 0.02, 0.03, 0.006, rgb("#c8372d"))


def leaves(sheet: Canvas) -> None:
    """Leaves pressing against the light from all sides."""
    sheet.sky(rgb("#0a1a12"), rgb("#123524"), rgb("#07120c"))
    sheet.glow(sheet.focus, 0.42, 0.8, rgb("#d8ff9a"), 0.75)
    sheet.glow(sheet.focus, 0.42, 0.3, rgb("#ff9fc0"), 0.8)
    for n in range(46):
        depth = n / 46
        turn = sheet.random.random() * 2 * math.pi
        reach = sheet.random.uniform(0.46, 0.62) + 0.13 * depth
        x = sheet.focus + math.cos(turn) * reach * (0.78 if sheet.portrait else 0.72) * (
            sheet.unit / sheet.width if sheet.portrait else 0.75
        )
        y = 0.44 + math.sin(turn) * reach * 0.95
        tone = mix(rgb("#2f7a46"), rgb("#06140e"), depth) if n % 4 else mix(rgb("#8fb83f"), rgb("#17331c"), depth)
        _leaf(
            sheet, x, y, 0.2 + 0.16 * sheet.random.random() + 0.1 * depth, turn + math.pi + sheet.random.uniform(-0.6, 0.6), tone
        )
    for _ in range(15):
        x, y = sheet.focus + sheet.random.gauss(0, 0.16), 0.42 + sheet.random.gauss(0, 0.15)
        sheet.glow(x, y, 0.012 + 0.02 * sheet.random.random(), rgb("#f6ffc9"), 0.7)


def _leaf(sheet: Canvas, x: float, y: float, size: float, turn: float, tone: tuple[int, int, int]) -> None:
    a, b = size * sheet.unit / sheet.width, size * sheet.unit / sheet.height
    sin, cos = math.sin(turn), math.cos(turn)

    def place(px: float, py: float) -> tuple[float, float]:
        return x + (px * cos - py * sin) * a, y + (px * sin + py * cos) * b

    outline = [(-0.75, 0), (-0.45, 0.26), (0.0, 0.33), (0.45, 0.2), (0.95, 0.0), (0.45, -0.2), (0.0, -0.33), (-0.45, -0.26)]
    sheet.sheet(smooth([place(*point) for point in outline]), tone, 0.022)
    vein = mix(tone, rgb("#d8ff9a"), 0.22)
    sheet.line([place(-0.85, 0), place(0.85, 0)], 0.006, vein)
    for n in range(5):
        px = -0.5 + n * 0.25
        for side in (-1, 1):
            sheet.line([place(px, 0), place(px + 0.18, side * (0.2 - 0.03 * n))], 0.003, vein)


def automaton(sheet: Canvas) -> None:
    """Wolfram's rule 30, row by row from one black cell."""
    sheet.sky(rgb("#f4efe4"), rgb("#f4efe4"))
    size = sheet.unit / 76
    rows, columns = math.ceil(sheet.height / size), math.ceil(sheet.width / size) + 2
    middle = round(sheet.focus * columns)
    margin = rows
    cells = [0] * (columns + 2 * margin)
    cells[margin + middle] = 1
    pen, inks = sheet.pen(), [rgb(ink) for ink in ("#16263f", "#234a72", "#3b7f9b", "#e2733d", "#c33c3c")]
    for row in range(rows):
        for column in range(columns):
            if cells[margin + column]:
                reach = abs(column - middle) / (row + 1)
                ink = inks[min(4, int(reach * 5))]
                left, top = column * size, row * size
                pen.rectangle((left, top, left + size * 0.84, top + size * 0.84), ink)
        cells = [cells[n - 1] ^ (cells[n] | cells[n + 1]) if 0 < n < len(cells) - 1 else 0 for n in range(len(cells))]
    sheet.disc(sheet.focus, 0, 0.05, rgb("#e2733d"), 0.0)
