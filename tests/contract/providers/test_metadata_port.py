"""What every metadata provider promises, on answers of our own."""

from __future__ import annotations

import re

import pytest

from matinee.features.catalog.pictures import picture_name
from matinee.features.catalog.policy import accepted
from matinee.infra.media.pictures import sniff
from matinee.ports.metadata import Found, ImageSize, NotFound, TitleDetails, TitleQuery
from tests.contract.providers.conftest import Subject

pytestmark = pytest.mark.anyio
TITLE_ID = re.compile(r"(movie|show)-\d+|local-demo-[a-z0-9-]+")


async def details(subject: Subject, title_id: str) -> TitleDetails:
    found = await subject.provider.title(title_id)
    assert isinstance(found, Found)
    return found.value


async def test_its_name_can_be_a_part_of_a_pictures_name(subject: Subject) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,32}", subject.provider.name)


async def test_a_title_it_knows_is_matched_best_first(subject: Subject) -> None:
    for query, title_id in ((subject.film, subject.film_id), (subject.show, subject.show_id)):
        found = await subject.provider.match(query)
        assert isinstance(found, Found)
        scores = [one.score for one in found.value]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)
        believed = accepted(query, found.value)
        assert believed is not None
        assert (believed.title_id, believed.kind) == (title_id, query.kind)
        assert TITLE_ID.fullmatch(believed.title_id)


async def test_what_it_does_not_know_is_not_found(subject: Subject) -> None:
    assert await subject.provider.match(TitleQuery("movie", "Zxqv wjkp qqq", 1931)) == NotFound()
    assert await subject.provider.title("movie-999999999") == NotFound()
    assert await subject.provider.title("") == NotFound()
    assert await subject.provider.image("missing.jpg") == NotFound()
    assert await subject.provider.image("../../etc/passwd") == NotFound()


async def test_a_film_has_words_people_genres_and_pictures(subject: Subject) -> None:
    film = await details(subject, subject.film_id)
    assert (film.title_id, film.kind) == (subject.film_id, "movie")
    assert film.overview
    assert film.genres
    assert film.release_date is not None
    assert film.release_date.year == subject.film.year
    assert {one.department for one in film.credits} == {"cast", "crew"}
    assert film.attribution
    assert film.seasons == ()
    assert film.vote_average is None or 0 < film.vote_average <= 10


async def test_a_show_has_its_seasons_and_episodes_in_order(subject: Subject) -> None:
    show = await details(subject, subject.show_id)
    numbers = [season.number for season in show.seasons]
    assert numbers == sorted(set(numbers))
    assert numbers
    for season in show.seasons:
        episodes = [episode.number for episode in season.episodes]
        assert episodes == sorted(set(episodes))
        assert episodes
        assert {episode.season for episode in season.episodes} == {season.number}
        assert all(episode.name for episode in season.episodes)


async def test_its_pictures_have_names_that_addresses_can_carry_and_are_pictures(subject: Subject) -> None:
    film = await details(subject, subject.film_id)
    assert film.poster is not None
    assert picture_name(subject.provider.name, film.poster) is not None
    for size in (None, ImageSize("poster", 500), ImageSize("poster")):
        picture = await subject.provider.image(film.poster, size)
        assert isinstance(picture, Found)
        assert sniff(picture.value) in {"image/jpeg", "image/png", "image/webp"}
    again = await subject.provider.image(film.poster)
    assert again == await subject.provider.image(film.poster)
