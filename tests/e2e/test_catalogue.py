"""Titles of the whole world on the screen, from a TMDB of the tests' own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.audit import sign_in, violations
from tests.servers.fake_tmdb import KEY, FakeTmdb
from tests.servers.product import Product, running

pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]

FILM, DIRECTOR, ACTOR = "The Lantern Keepers", "Mireille Aubin", "Ines Halvard"


@pytest.fixture(scope="module")
def tmdb() -> Iterator[FakeTmdb]:
    with FakeTmdb() as server:
        yield server


@pytest.fixture(scope="module")
def site(tmdb: FakeTmdb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A server with an empty library and a catalogue."""
    settings = {"tmdb_api_key": KEY, "tmdb_base_urls": tmdb.api_url, "tmdb_image_url": tmdb.image_url}
    with running(tmp_path_factory.mktemp("catalogue"), **settings) as server:
        yield server


def test_a_film_is_found_and_followed_to_its_people(page: Page, site: Product) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/search")
    page.get_by_role("searchbox").type("lantern")
    page.locator(".search-results").get_by_role("link", name=re.compile(FILM)).first.click()
    expect(page.get_by_role("heading", level=1, name=FILM)).to_be_visible()
    expect(page.get_by_text(DIRECTOR)).to_be_visible()
    page.get_by_role("link", name=re.compile(ACTOR)).click()
    expect(page.get_by_role("heading", level=1, name=ACTOR)).to_be_visible()
    expect(page.get_by_text("Plays keepers of all kinds.")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(FILM))).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1, name=FILM)).to_be_visible()


def test_an_empty_library_beside_a_full_catalogue_still_says_how_to_fill_it(page: Page, site: Product) -> None:
    sign_in(page, site)
    page.goto(site.url)
    expect(page.get_by_role("link", name="Choose a folder")).to_be_visible()
    page.get_by_role("region", name="Trending").get_by_role("link", name=re.compile(FILM)).first.click()
    expect(page.get_by_text("Not in your library")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^Play"))).to_have_count(0)


def test_suggestions_come_while_typing(page: Page, site: Product) -> None:
    sign_in(page, site)
    # Suggested is what the index holds, or what has been asked for before.
    assert page.request.get(f"{site.url}/api/v1/search?q=saltwater&limit=48&language=en").ok
    page.goto(f"{site.url}/search")
    page.get_by_role("searchbox").fill("saltwater")
    page.get_by_role("list", name="Suggestions").get_by_role("link", name=re.compile("Saltwater Clockwork")).click()
    expect(page.get_by_role("heading", level=1, name="Saltwater Clockwork")).to_be_visible()


def test_a_trailer_loads_nothing_until_it_is_pressed(page: Page, site: Product) -> None:
    """The fixture `page` fails on any request to somebody else."""
    sign_in(page, site)
    page.goto(f"{site.url}/movies/movie-1001")
    trailer = page.get_by_role("link", name=re.compile("Official Trailer")).first
    trailer.scroll_into_view_if_needed()
    expect(trailer).to_have_attribute("href", "https://www.youtube.com/watch?v=lanternTRL1")
    expect(trailer).to_have_attribute("target", "_blank")
    expect(trailer).to_have_attribute("rel", re.compile("noreferrer"))


def test_lists_and_filters_are_in_the_address(page: Page, site: Product) -> None:
    sign_in(page, site)
    page.goto(site.url)
    page.get_by_role("link", name="Discover").first.click()
    page.get_by_role("region", name="Trending").wait_for()
    page.get_by_role("region", name="Popular").get_by_role("link", name=re.compile("^Popular")).click()
    page.wait_for_url("**/discover?list=popular")
    expect(page.get_by_role("button", name="Popular")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Genre").select_option("adventure")
    page.wait_for_url("**/discover?genre=adventure")
    expect(page.get_by_role("link", name=re.compile(FILM)).first).to_be_visible()
    page.get_by_label("Year").select_option("1990")
    page.reload()
    expect(page.get_by_label("Year")).to_have_value("1990")
    expect(page.get_by_role("link", name=re.compile(FILM))).to_have_count(0)
    page.get_by_role("radio", name="Shows").click()
    page.wait_for_url(re.compile("kind=show"))


def test_old_data_says_how_old_it_is(page: Page, site: Product) -> None:
    sign_in(page, site)

    def aged(route: Route) -> None:
        answer = route.fetch()
        body = answer.json() | {"degraded": {"reason": "upstream_unavailable", "age": 5 * 3600 + 60}}
        route.fulfill(response=answer, body=json.dumps(body))

    page.route("**/api/v1/movies/movie-1001?*", aged)
    page.goto(f"{site.url}/movies/movie-1001")
    expect(page.get_by_text("Last known data, 5 hours old")).to_be_visible()
    page.goto(f"{site.url}/movies/movie-1002")
    page.get_by_role("heading", level=1).wait_for()
    expect(page.get_by_text("Last known data")).to_have_count(0)


def test_a_breaker_is_tripped_and_reset(page: Page, site: Product, tmdb: FakeTmdb) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/services")
    line = page.get_by_role("listitem").filter(has=page.get_by_text("TMDB", exact=True))
    line.get_by_role("button", name="Trip the breaker").click()
    expect(line.get_by_text("Tripped by hand")).to_be_visible()
    tmdb.forget()
    assert page.request.get(f"{site.url}/api/v1/people/person-999999").status == 503
    assert not tmdb.calls
    line.get_by_role("button", name="Reset").click()
    expect(line.get_by_role("button", name="Trip the breaker")).to_be_visible()
    assert page.request.get(f"{site.url}/api/v1/people/person-507").ok


def test_the_cache_is_shown_and_purged(page: Page, site: Product, tmdb: FakeTmdb) -> None:
    sign_in(page, site)
    url = f"{site.url}/api/v1/movies/movie-1003?language=en"
    assert page.request.get(url).ok
    tmdb.forget()
    assert page.request.get(url).ok
    assert not tmdb.calls
    page.goto(f"{site.url}/cache")
    expect(page.get_by_role("rowheader", name="catalog.details")).to_be_visible()
    page.get_by_label("Tag").last.fill("title:movie-1003")
    page.get_by_role("button", name="Forget").click()
    expect(page.get_by_text(re.compile("entr(y|ies) forgotten"))).to_be_visible()
    assert page.request.get(url).ok
    assert tmdb.count("/3/movie/1003") == 1


def test_a_title_is_put_on_the_watchlist_and_rated(page: Page, site: Product) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/movies/movie-1001")
    button = page.get_by_role("button", name="Watchlist")
    expect(button).to_be_enabled()
    with page.expect_response(lambda answer: "/me/watchlist/" in answer.url and answer.request.method == "PUT"):
        button.click()
    with page.expect_response(lambda answer: "/me/ratings/" in answer.url and answer.request.method == "PUT"):
        page.get_by_role("button", name="4 stars").click()
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="4 stars")).to_have_attribute("aria-pressed", "true")
    page.goto(site.url)
    expect(page.get_by_role("region", name="Your watchlist").get_by_role("link", name=re.compile(FILM))).to_be_visible()


def test_the_screens_of_the_catalogue_are_accessible(look: Page, site: Product) -> None:
    sign_in(look, site)
    found: dict[str, list[str]] = {}
    screens = {
        "/discover": "Trending",
        "/discover?genre=adventure&sort=-vote_average": FILM,
        "/movies/movie-1001": "Trailers and clips",
        "/people/person-501": "In front of the camera",
        "/search?q=lantern": FILM,
        "/services": "Parts of Matinee",
        "/cache": "Where it is kept",
    }
    for path, shown in screens.items():
        look.goto(site.url + path)
        look.get_by_text(shown).locator("visible=true").first.wait_for()
        look.wait_for_function("() => !document.querySelector('main [aria-busy=true], .bone')")
        found[path] = violations(look)
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_a_show_has_seasons_and_episodes(page: Page, site: Product) -> None:
    sign_in(page, site)
    shows = page.request.get(f"{site.url}/api/v1/shows/popular").json()["items"]
    page.goto(f"{site.url}/shows/{shows[0]['id']}")
    expect(page.get_by_role("heading", level=1, name=shows[0]["title"])).to_be_visible()
    page.get_by_role("region", name="Seasons").get_by_role("listitem").first.wait_for()
