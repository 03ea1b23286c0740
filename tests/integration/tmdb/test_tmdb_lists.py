"""Lists, search and discovery of TMDB."""

from __future__ import annotations

import pytest

from matinee.infra.clock import ManualClock
from matinee.ports.catalogue import DiscoverQuery, Listing, Locale, TitlePage
from matinee.ports.metadata import Found, ImageKind, ImageSize, NotFound, Outcome, TitleKind
from matinee.providers.tmdb import TmdbOptions, TmdbProvider
from tests.integration.tmdb.conftest import made
from tests.servers.fake_tmdb import KEY, FakeTmdb, Trouble

pytestmark = pytest.mark.anyio
EN, DE = Locale("en"), Locale("de", "DE")


def page_of(outcome: Outcome[TitlePage]) -> TitlePage:
    assert isinstance(outcome, Found), outcome
    return outcome.value


@pytest.mark.parametrize("kind", ["movie", "show"])
@pytest.mark.parametrize("listing", ["popular", "trending", "top-rated", "now-playing", "upcoming"])
async def test_every_list_has_pages_of_titles_of_its_kind(tmdb: TmdbProvider, kind: TitleKind, listing: Listing) -> None:
    page = page_of(await tmdb.listing(kind, listing, 1, EN))
    if (kind, listing) != ("show", "upcoming"):
        assert len(page.titles) == 20
        assert page.pages > 1
    assert all(one.title_id.startswith(f"{kind}-") for one in page.titles)


async def test_popular_films_come_by_popularity_page_after_page(tmdb: TmdbProvider) -> None:
    pages = [page_of(await tmdb.listing("movie", "popular", number, EN)) for number in (1, 2, 3, 4)]
    titles = [one for page in pages for one in page.titles]
    assert len(titles) == len({one.title_id for one in titles}) == 52
    assert titles[0].title == "The Lantern Keepers"
    assert [one.popularity for one in titles] == sorted((one.popularity for one in titles), reverse=True)
    assert (pages[0].pages, pages[0].total, pages[3].titles) == (3, 52, ())
    assert titles[0].genres == ("Adventure", "Drama", "Fantasy")
    assert (titles[0].poster, titles[0].year) == ("lantern.jpg", 2011)


async def test_pages_that_tmdb_does_not_serve_are_neither_offered_nor_asked_for(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    fake_tmdb.answers.inflated_pages = True
    assert page_of(await tmdb.listing("movie", "popular", 1, EN)).pages == 500
    fake_tmdb.forget()
    for page in (0, -1, 501):
        assert page_of(await tmdb.listing("movie", "popular", page, EN)).titles == ()
    assert fake_tmdb.calls == {}


@pytest.mark.parametrize("form", ["400", "422"])
async def test_a_page_that_is_refused_is_the_end_of_the_list(tmdb: TmdbProvider, fake_tmdb: FakeTmdb, form: str) -> None:
    body = b'{"success":false,"errors":["page must be less than or equal to 500"]}'
    code = b'{"success":false,"status_code":22,"status_message":"Invalid page"}'
    fake_tmdb.trouble(Trouble(int(form), code if form == "400" else body, path="/movie/popular"))
    assert page_of(await tmdb.listing("movie", "popular", 400, EN)).titles == ()


async def test_a_title_that_comes_twice_is_shown_once(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    item = b'{"id":7,"title":"Twice","release_date":"2001-02-03"}'
    body = b'{"page":1,"results":[%s,%s,{"id":8,"adult":true,"title":"x"},{"id":9}],"total_pages":1}' % (item, item)
    fake_tmdb.trouble(Trouble(200, body, path="/movie/popular"))
    assert [one.title_id for one in page_of(await tmdb.listing("movie", "popular", 1, EN)).titles] == ["movie-7"]


async def test_language_and_region_are_sent(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    await tmdb.listing("movie", "now-playing", 1, DE)
    first = next(seen for seen in fake_tmdb.seen if seen.path == "/3/movie/now_playing")
    assert (first.query["language"], first.query["region"]) == ("de", "DE")
    await tmdb.listing("movie", "now-playing", 1, Locale("de'; drop", "somewhere"))
    last = [seen for seen in fake_tmdb.seen if seen.path == "/3/movie/now_playing"][-1]
    assert (last.query["language"], "region" in last.query) == ("en", False), "what makes no sense is the operator's default"


async def test_a_list_without_words_in_german_gets_english_ones_by_one_more_call(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    page = page_of(await tmdb.listing("movie", "popular", 1, DE))
    by_id = {one.title_id: one for one in page.titles}
    assert by_id["movie-1001"].overview.startswith("Zwei Wärter")
    assert by_id["movie-1002"].title == "Salzwasser-Uhrwerk"
    assert by_id["movie-1002"].overview == "A watchmaker repairs the tide."
    assert fake_tmdb.count("/3/movie/popular") == 2
    await tmdb.listing("movie", "popular", 1, EN)
    assert fake_tmdb.count("/3/movie/popular") == 3


async def test_names_in_other_scripts_become_english_ones(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    def body(title: str, overview: str) -> bytes:
        item = f'{{"id":5,"title":"{title}","original_title":"군체","original_language":"ko","overview":"{overview}"}}'
        return f'{{"page":1,"results":[{item}],"total_pages":1}}'.encode()

    fake_tmdb.trouble(Trouble(200, body("Colony", "Bees."), path="language=en"))
    fake_tmdb.trouble(Trouble(200, body("군체", ""), path="/movie/popular"))
    titles = page_of(await tmdb.listing("movie", "popular", 1, DE)).titles
    assert [(one.title, one.overview) for one in titles] == [("Colony", "Bees.")]
    korean = page_of(await tmdb.listing("movie", "popular", 1, Locale("ko"))).titles
    assert korean[0].title == "군체"


async def test_shows_to_come_begin_after_today(fake_tmdb: FakeTmdb, clock: ManualClock) -> None:
    async with made(TmdbOptions(KEY, (fake_tmdb.api_url,), fake_tmdb.image_url), clock) as one:
        page_of(await one.provider.listing("show", "upcoming", 1, EN))
    asked = next(seen for seen in fake_tmdb.seen if seen.path == "/3/discover/tv")
    assert asked.query["first_air_date.gte"] == "2026-01-02"


async def test_discovery_filters_and_sorts(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    query = DiscoverQuery("movie", ("drama", "romance"), 1980, 2000, sort="release_date")
    titles = page_of(await tmdb.discover(query, 1, EN)).titles
    assert len(titles) == 6
    assert all(set(one.genres) >= {"Drama", "Romance"} and 1980 <= (one.year or 0) <= 2000 for one in titles)
    assert [one.year for one in titles] == sorted(one.year or 0 for one in titles)
    rated = page_of(await tmdb.discover(DiscoverQuery("movie", vote_from=7.5, sort="-vote_average"), 1, EN)).titles
    assert {one.title for one in rated} >= {"7 Winters", "The Lantern Keepers", "Amélise & Zoé"}
    averages = [one.vote_average or 0 for one in rated]
    assert averages == sorted(averages, reverse=True)
    assert all((one.vote_average or 0) >= 7.5 and one.vote_count >= 200 for one in rated)
    language = page_of(await tmdb.discover(DiscoverQuery("movie", language="ja"), 1, EN)).titles
    assert [one.title_id for one in language] == ["movie-1004"]


async def test_a_genre_means_the_same_for_films_and_shows(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    shows = page_of(await tmdb.discover(DiscoverQuery("show", ("science-fiction",)), 1, EN)).titles
    assert [one.title for one in shows] == ["The Quiet Signal"]
    films = page_of(await tmdb.discover(DiscoverQuery("movie", ("sci-fi-and-fantasy",)), 1, EN)).titles
    assert {one.title_id for one in films} == {"movie-1001", "movie-1002"}, "science fiction or fantasy"
    assert page_of(await tmdb.discover(DiscoverQuery("movie", ("soap",)), 1, EN)).titles == ()


async def test_a_search_finds_titles_and_people(tmdb: TmdbProvider) -> None:
    found = await tmdb.search("harbour", None, 1, EN)
    assert isinstance(found, Found)
    assert [one.title_id for one in found.value.titles] == ["show-2001"]
    people = await tmdb.search("halvard", None, 1, EN)
    assert isinstance(people, Found)
    assert [(one.person_id, one.name, one.department) for one in people.value.people] == [
        ("person-501", "Ines Halvard", "Acting")
    ]
    assert people.value.titles == ()


async def test_a_search_in_german_finds_german_names(tmdb: TmdbProvider) -> None:
    found = await tmdb.search("Hüter der Laterne", "movie", 1, DE)
    assert isinstance(found, Found)
    assert [one.title for one in found.value.titles] == ["Die Hüter der Laterne"]


async def test_an_empty_search_costs_nothing(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    await tmdb.genres(EN)
    fake_tmdb.forget()
    found = await tmdb.search("   ", None, 1, EN)
    assert isinstance(found, Found)
    assert (found.value.titles, fake_tmdb.calls) == ((), {})


@pytest.mark.parametrize("relation", ["similar", "recommendations"])
async def test_titles_near_a_title_share_its_genres(tmdb: TmdbProvider, relation: str) -> None:
    titles = page_of(await tmdb.related("movie-1001", relation, 1, EN)).titles  # type: ignore[arg-type]  # one of two
    assert titles
    assert all(set(one.genres) & {"Adventure", "Drama", "Fantasy"} for one in titles)
    assert await tmdb.related("movie-999999", relation, 1, EN) == NotFound()  # type: ignore[arg-type]  # one of two


async def test_genres_have_names_in_every_language_and_the_same_ids(tmdb: TmdbProvider) -> None:
    english, german, danish = [await tmdb.genres(Locale(language)) for language in ("en", "de", "da")]
    assert isinstance(english, Found)
    assert isinstance(german, Found)
    assert isinstance(danish, Found)
    assert (
        {one.genre_id for one in english.value}
        == {one.genre_id for one in german.value}
        == {one.genre_id for one in danish.value}
    )
    assert {one.genre_id: one.name for one in german.value}["comedy"] == "Komödie"
    assert {one.genre_id: one.name for one in danish.value}["comedy"] == "Comedy", "nameless there"
    assert len(english.value) == len({one.genre_id for one in english.value}) == 27


@pytest.mark.parametrize(
    ("kind", "width", "size"),
    [("poster", 780, "w780"), ("poster", 500, "w500"), ("poster", 186, "w342"), ("poster", None, "original"),
     ("backdrop", 1281, "original"), ("still", 300, "w300"), ("profile", 185, "w185"), ("profile", 421, "h632"),
     ("logo", 46, "w92")],
)  # fmt: skip
async def test_a_picture_comes_in_the_smallest_size_that_serves(
    tmdb: TmdbProvider, fake_tmdb: FakeTmdb, kind: ImageKind, width: int | None, size: str
) -> None:
    found = await tmdb.image("lantern.jpg", ImageSize(kind, width))
    assert isinstance(found, Found)
    assert found.value[:3] == b"\xff\xd8\xff"
    assert fake_tmdb.count(f"/t/p/{size}/lantern.jpg") == 1
    assert all("api_key" not in seen.query for seen in fake_tmdb.seen if seen.path.startswith("/t/p/"))


@pytest.mark.parametrize("name", ["missing.jpg", "../3/movie/1001", "a/b.jpg", "", "..", "x?y=.jpg", "%2e%2e%2fa.jpg"])
async def test_pictures_that_do_not_exist_or_are_none_are_not_found(tmdb: TmdbProvider, fake_tmdb: FakeTmdb, name: str) -> None:
    assert await tmdb.image(name) == NotFound()
    assert all(path.startswith(("/t/p/original/missing.jpg", "/3/genre", "/3/configuration")) for path in fake_tmdb.calls)
