"""An evening of browsing, searching and watching while the upstream is gone: what was seen before is there without an error."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.load import Report
from benchmarks.mix import Content, Visitor, client_of, evening, popularity, survey
from tests.fixtures import episodes
from tests.servers.fake_tmdb import KEY, FakeTmdb
from tests.servers.fault_proxy import Answer, Fault, FaultProxy, Hang, Refuse
from tests.servers.product import running
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]
SECONDS = 2.0
NAMES = ("trending", "lists", "details", "search", "genres", "home", "personal")
OLD_AT_ONCE = ",".join(f"{name}=1s/0s/30d" for name in NAMES)
"""Everything is out of date a second later, so that each answer has to do without the upstream."""
KINDS = {
    *("home", "list", "title", "related", "season", "person", "search", "suggestions", "image"),
    *("session", "range", "progress", "end"),
}


@dataclass
class Site:
    """A server with a film, its upstream, and what was seen while that was well."""

    url: str
    token: str
    content: Content
    proxy: FaultProxy


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("videos")
    episodes.clip(folder / "The Lantern Keepers (2011).mp4", seconds=1)
    with FakeTmdb() as fake, FaultProxy(fake.port) as proxy:
        settings = {
            "tmdb_api_key": KEY,
            "tmdb_base_urls": f"{proxy.url}/3",
            "tmdb_image_url": f"{proxy.url}/t/p/",
            "library_paths": str(folder),
            "catalog_lifetimes": OLD_AT_ONCE,
            "tmdb_rate": "1000",
        }
        with running(tmp_path_factory.mktemp("data"), **settings) as product, product.signed_in() as client:
            wait_until(lambda: client.get("/api/v1/library/movies").raise_for_status().json()["items"], 60, "the film")
            token = client.headers["authorization"].removeprefix("Bearer ")
            content = asyncio.run(survey(product.url, token))
            assert content.playable
            yield Site(product.url, token, content, proxy)


@pytest.mark.parametrize("fault", [Refuse(), Hang(), Answer(500, body=b"{}")], ids=["refused", "hanging", "500"])
def test_seen_content_has_no_error_while_the_upstream_is_gone(site: Site, fault: Fault) -> None:
    site.proxy.fault = fault
    try:
        report = asyncio.run(evening(site.url, site.token, site.content, people=8, seconds=SECONDS))
    finally:
        site.proxy.fault = None
    assert report.failures == {}
    assert report.requests > 8


def test_the_evening_has_everything_that_people_do(site: Site) -> None:
    report = Report()

    async def walk() -> None:
        async with client_of(site.url, site.token) as client:
            visitor = Visitor(client, site.content, report, random.Random(1))
            for _ in range(150):
                await visitor.act()

    asyncio.run(walk())
    assert report.failures == {}
    assert set(report.latencies) == KINDS


def test_films_are_wanted_as_often_as_people_rated_them(tmp_path: Path) -> None:
    assert popularity(tmp_path) == {}
    folder = tmp_path / "ml-latest-small"
    folder.mkdir()
    (folder / "links.csv").write_text("movieId,imdbId,tmdbId\n1,11,603\n2,12,604\n3,13,\n")
    (folder / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,1,5,0\n2,1,4,0\n1,2,3,0\n1,3,3,0\n")
    assert popularity(tmp_path) == {603: 2, 604: 1}
