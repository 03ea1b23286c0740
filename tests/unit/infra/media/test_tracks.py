from __future__ import annotations

from fractions import Fraction

import pytest

from matinee.infra.media.tracks import TrackNotes, frame_rate

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("average", "guessed", "expected"),
    [
        (NTSC, NTSC, (NTSC, False)),
        (Fraction(25), Fraction(25), (Fraction(25), False)),
        (Fraction(1000), Fraction(60), (Fraction(60), True)),  # a time base, not a rate
        (Fraction(24), Fraction(30), (Fraction(30), True)),
        (Fraction(810000, 13487), Fraction(60), (Fraction(810000, 13487), False)),
        (Fraction(25), None, (Fraction(25), True)),
        (None, None, (None, True)),
        (None, Fraction(90000), (None, True)),
    ],
)
def test_frame_rate(average: Fraction | None, guessed: Fraction | None, expected: tuple[Fraction | None, bool]) -> None:
    assert frame_rate(average, guessed) == expected


@pytest.mark.parametrize(("told", "clockwise"), [("-90.00", 90), ("90.00", 270), ("180.00", 180), ("-180.00", 180), ("0.30", 0)])
def test_rotation_is_counted_clockwise(told: str, clockwise: int) -> None:
    assert TrackNotes("h264", {"display matrix": f"rotation of {told} degrees"}).rotation == clockwise


def test_without_a_matrix_nothing_is_turned() -> None:
    assert TrackNotes("h264").rotation == 0
