"""The demo's titles are complete, and their pictures come out the same every time."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from matinee.providers.demo import pictures
from matinee.providers.demo.artwork.faces import PLAIN
from matinee.providers.demo.artwork.lettering import line_mask
from matinee.providers.demo.library import EVERYTHING
from matinee.providers.demo.titles import DemoTitle

TITLES = pytest.mark.parametrize("title", EVERYTHING, ids=lambda title: title.slug)


def test_there_are_sixteen_films_and_two_shows_of_two_seasons() -> None:
    shows = [title for title in EVERYTHING if title.kind == "show"]
    assert len(EVERYTHING) == 18
    assert len(shows) == 2
    assert all([episode.season for episode in show.episodes] == [1, 1, 1, 2, 2, 2] for show in shows)
    assert len({title.title_id for title in EVERYTHING}) == 18
    assert len({title.scene for title in EVERYTHING}) == 18


def test_the_first_three_titles_show_both_kinds_soon() -> None:
    assert {title.kind for title in EVERYTHING[:4]} == {"movie", "show"}


@TITLES
def test_a_title_has_everything_a_page_shows(title: DemoTitle) -> None:
    assert re.fullmatch(r"[a-z-]+", title.slug)
    assert len(title.overview) > 120
    assert title.tagline
    assert len(title.cast) >= 3
    assert 1 <= len(title.genres) <= 3
    assert 6 < title.vote < 9
    assert title.release_date.year == title.year
    assert 20 <= title.clip.seconds <= 60
    assert len(title.clip.notes) == 16
    assert title.poster.lines.replace("|", " ") == title.title
    assert all(english and german and english != german for english, german in title.spoken)
    assert bool(title.episodes) == (title.kind == "show")


def test_clips_differ_in_picture_and_sound() -> None:
    assert len({(title.clip.root, tuple(title.clip.notes)) for title in EVERYTHING}) == 18
    assert len({title.clip.motif for title in EVERYTHING}) >= 9
    assert {(title.clip.width, title.clip.height) for title in EVERYTHING} == {(1280, 720), (1920, 1080), (960, 720)}
    assert {title.clip.container for title in EVERYTHING} == {"mkv", "mp4"}


def test_a_poster_is_drawn_the_same_every_time_and_with_its_title() -> None:
    title = EVERYTHING[0]
    drawn = pictures.poster(title)
    assert drawn == pictures.poster(title)
    image = Image.open(io.BytesIO(drawn))
    assert (image.format, image.size) == ("JPEG", pictures.POSTER)
    bare = pictures.plate(title, *pictures.POSTER)
    top = (0, round(0.07 * image.height), image.width, round(0.3 * image.height))
    assert image.crop(top).tobytes() != bare.crop(top).tobytes()


def test_pictures_of_different_titles_and_episodes_differ() -> None:
    show = next(title for title in EVERYTHING if title.slug == "marrow-street")
    stills = {pictures.still(show, episode) for episode in show.episodes[:2]}
    assert len(stills) == 2
    backdrop = Image.open(io.BytesIO(pictures.backdrop(show)))
    assert backdrop.size == pictures.BACKDROP


def test_the_typeface_has_every_letter_that_is_set() -> None:
    missing = bytes(line_mask("\u0416", PLAIN, 40).tobytes())
    assert line_mask("\u0419", PLAIN, 40).tobytes() == missing, "letters it lacks look alike"
    words = "".join(
        title.title + title.tagline + title.director + title.writer + "".join(name for name, _ in title.cast)
        for title in EVERYTHING
    )
    for letter in sorted(set(words) - {" "}):
        assert line_mask(letter, PLAIN, 40).tobytes() != missing, letter


@TITLES
def test_every_scene_fills_the_whole_sheet(title: DemoTitle) -> None:
    for width, height in ((120, 180), (256, 144)):
        image = pictures.plate(title, width, height)
        assert image.size == (width, height)
        assert len(image.convert("L").resize((16, 16)).getcolors() or []) > 12
