"""Every picture has a colour before it is there."""

from __future__ import annotations

import colorsys
from pathlib import Path

import pytest

from matinee.features.catalog.pictures.colours import Colours, placeholder_colour

pytestmark = pytest.mark.anyio


def test_made_up_colours_are_the_same_each_time_differ_and_carry_white_text() -> None:
    names = [f"tmdb~{number}.jpg" for number in range(200)]
    colours = [placeholder_colour(name) for name in names]
    assert colours == [placeholder_colour(name) for name in names]
    assert len(set(colours)) > 100
    for colour in colours:
        red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        assert 0.2 < colorsys.rgb_to_hls(red, green, blue)[1] < 0.3


async def test_a_seen_colour_wins_and_outlives_the_process(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "colours"
    colours = Colours(file)
    assert colours.of("tmdb~a.jpg") == placeholder_colour("tmdb~a.jpg")
    await colours.remember("tmdb~a.jpg", "#102030")
    await colours.remember("tmdb~a.jpg", "#102030")
    assert colours.of("tmdb~a.jpg") == "#102030"
    assert file.read_text() == "tmdb~a.jpg #102030\n"
    other = Colours(file)
    assert other.known("tmdb~a.jpg") is None
    await other.load()
    assert other.known("tmdb~a.jpg") == "#102030"


async def test_only_so_many_are_remembered_and_the_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    colours = Colours(tmp_path / "colours", limit=100)
    for number in range(350):
        await colours.remember(f"tmdb~{number}.jpg", "#102030")
    assert len(colours) == 100
    await colours.load()
    assert len((tmp_path / "colours").read_text().splitlines()) == 100
    assert colours.known("tmdb~349.jpg") == "#102030"
    assert colours.known("tmdb~1.jpg") is None


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\n\n", b"nothing\n" * 500, b"tmdb~a.jpg #12345\ntmdb~../x #123456\n"])
async def test_a_damaged_file_is_no_trouble(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "colours").write_bytes(content)
    colours = Colours(tmp_path / "colours")
    await colours.load()
    await colours.remember("not a name", "#123456")
    await colours.remember("tmdb~a.jpg", "red; background: url(x)")
    assert colours.known("not a name") is None
    assert colours.known("tmdb~a.jpg") is None


async def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    colours = Colours(tmp_path / "file" / "colours")
    await colours.load()
    await colours.remember("tmdb~a.jpg", "#102030")
    assert colours.of("tmdb~a.jpg") == "#102030"
