"""What every catalogue source promises, on answers of our own."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from matinee.ports.catalogue import CatalogueSource, DiscoverQuery, DiscoverSort, Listing, Locale, Relation, TitlePage, genre_id
from matinee.ports.metadata import Found, NotFound, TitleKind

pytestmark = pytest.mark.anyio
LOCALES = [Locale("en", "US"), Locale("de", "DE"), Locale("pt-BR"), Locale("", ""), Locale("not a language", "not a region")]


def plausible(page: TitlePage, kind: TitleKind, number: int) -> None:
    assert page.page == number
    assert 1 <= page.pages <= 500
    assert len({one.title_id for one in page.titles}) == len(page.titles)
    for one in page.titles:
        assert one.kind == kind
        assert re.fullmatch(rf"{kind}-[1-9]\d*", one.title_id)
        assert one.title
        assert one.poster is None or re.fullmatch(r"[A-Za-z0-9._-]+", one.poster)


@pytest.mark.parametrize("locale", LOCALES, ids=str)
@pytest.mark.parametrize("kind", ["movie", "show"])
async def test_every_list_answers_in_every_language(source: CatalogueSource, kind: TitleKind, locale: Locale) -> None:
    for listing in get_args(Listing):
        found = await source.listing(kind, listing, 1, locale)
        assert isinstance(found, Found), (listing, found)
        plausible(found.value, kind, 1)


@pytest.mark.parametrize("kind", ["movie", "show"])
async def test_discovery_takes_every_order_and_every_genre_there_is(source: CatalogueSource, kind: TitleKind) -> None:
    for sort in get_args(DiscoverSort):
        found = await source.discover(DiscoverQuery(kind, sort=sort), 1, Locale())
        assert isinstance(found, Found), sort
        plausible(found.value, kind, 1)
    genres = await source.genres(Locale())
    assert isinstance(genres, Found)
    for genre in genres.value:
        found = await source.discover(DiscoverQuery(kind, (genre.genre_id,)), 1, Locale())
        assert isinstance(found, Found), genre


async def test_genres_have_the_ids_of_their_english_names_in_every_language(source: CatalogueSource) -> None:
    english = await source.genres(Locale("en"))
    german = await source.genres(Locale("de"))
    assert isinstance(english, Found)
    assert isinstance(german, Found)
    assert all(one.genre_id == genre_id(one.name) for one in english.value)
    assert {one.genre_id for one in english.value} == {one.genre_id for one in german.value}
    titles = await source.listing("movie", "popular", 1, Locale("de"))
    assert isinstance(titles, Found)
    known = {one.genre_id for one in english.value}
    assert all(genre_id(name) in known for one in titles.value.titles for name in one.genres)


async def test_what_it_lists_it_can_describe(source: CatalogueSource) -> None:
    for kind in get_args(TitleKind):
        listed = await source.listing(kind, "popular", 1, Locale())
        assert isinstance(listed, Found)
        title_id = listed.value.titles[0].title_id
        details = await source.details(title_id, Locale())
        assert isinstance(details, Found)
        assert details.value.title_id == title_id
        assert all(not season.episodes for season in details.value.seasons)
        for season in details.value.seasons:
            whole = await source.season(title_id, season.number, Locale())
            assert isinstance(whole, Found)
            assert len(whole.value.episodes) == season.episode_count
        for relation in get_args(Relation):
            near = await source.related(title_id, relation, 1, Locale())
            assert isinstance(near, Found)
            plausible(near.value, kind, 1)
        person_id = next(one.person_id for one in details.value.credits if one.person_id)
        person = await source.person(person_id, Locale())
        assert isinstance(person, Found)
        assert title_id in {one.title.title_id for one in person.value.titles}


async def test_a_search_without_a_kind_finds_people_too(source: CatalogueSource) -> None:
    found = await source.search("halvard", None, 1, Locale())
    assert isinstance(found, Found)
    assert re.fullmatch(r"person-\d+", found.value.people[0].person_id)
    for kind in get_args(TitleKind):
        only = await source.search("a", kind, 1, Locale())
        assert isinstance(only, Found)
        assert {one.kind for one in only.value.titles} <= {kind}
        assert only.value.people == ()


async def test_pages_that_do_not_exist_are_empty(source: CatalogueSource) -> None:
    for page in (0, -3, 499, 500, 501, 10**9):
        found = await source.listing("movie", "popular", page, Locale())
        assert isinstance(found, Found)
        assert found.value.titles == ()
        hits = await source.search("the", None, page, Locale())
        assert isinstance(hits, Found)
        assert hits.value.titles == ()


async def test_what_it_does_not_know_is_not_found(source: CatalogueSource) -> None:
    for title_id in ("movie-999999999", "show-999999999", "local-abc", "", "movie-1; drop", "movie-1\u0661"):
        assert await source.details(title_id, Locale()) == NotFound()
        assert await source.related(title_id, "similar", 1, Locale()) == NotFound()
        assert await source.season(title_id, 1, Locale()) == NotFound()
    for person_id in ("person-999999999", "movie-1001", ""):
        assert await source.person(person_id, Locale()) == NotFound()
