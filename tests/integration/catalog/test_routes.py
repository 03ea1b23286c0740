"""The catalogue over HTTP, behind the product's own inbound side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from matinee.features.catalog.feature import FEATURE
from matinee.features.catalog.service import CatalogService
from matinee.infra.cache import Cache
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database
from matinee.infra.http.app import HttpOptions, create_app
from matinee.infra.http.caller import ALL_SCOPES, Authenticator, Caller
from matinee.infra.http.web import WebFiles
from matinee.infra.ids import UserId
from matinee.ports.metadata import TitleQuery
from tests.fixtures.catalogue import furnished
from tests.fixtures.metadata import RecordedMetadata
from tests.integration.catalog.conftest import ADDED

pytestmark = pytest.mark.anyio


class Named:
    """Whoever names himself in `X-Api-Key` is in; `nothing` has no scope."""

    async def authenticate(self, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller | None:
        name = headers.get("x-api-key")
        if name is None:
            return None
        scopes = frozenset() if name == "nothing" else ALL_SCOPES
        return Caller(UserId(name), name, "user", "api", scopes, "api_key", "k")


@pytest.fixture
async def client(database: Database, clock: ManualClock, tmp_path: Path, cache: Cache) -> AsyncIterator[httpx2.AsyncClient]:
    container = furnished(database, clock, tmp_path, cache, providers=[RecordedMetadata()])
    container.add(Authenticator, Named())  # type: ignore[type-abstract]  # a Protocol as a key
    FEATURE.build(container)
    catalog = container.get(CatalogService)
    for kind, title in (("movie", "The Paper Lantern"), ("show", "Harbour Nine"), ("movie", "Home Video")):
        title_id = await catalog.resolve(TitleQuery(kind, title))  # type: ignore[arg-type]  # literals of the tuple
        async with database.write() as unit:
            await catalog.set_available(unit, [title_id], ADDED)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield

    routers = [router for group in FEATURE.routes for router in group.routers]
    app = create_app(container, routers, options=HttpOptions(), web=WebFiles(None, ""), lifespan=lifespan)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://localhost/api/v1", headers={"x-api-key": "anna"}
    ) as found:
        yield found


async def test_a_film(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/movies/movie-101")
    body = answer.json()
    assert answer.status_code == 200
    assert body["genres"] == [{"id": "drama", "name": "Drama"}, {"id": "science-fiction", "name": "Science Fiction"}]
    assert body["release_date"] == "2019-04-12"
    assert body["library"] == {"available": False, "items": []}
    assert body["added_at"] == "2026-01-01T00:00:00Z"
    wanted = {"id", "kind", "title", "original_title", "overview", "tagline", "release_date", "runtime", "genres", "vote_average"}
    wanted |= {"vote_count", "poster", "backdrop", "credits", "videos", "external_ids", "library", "attribution"}
    assert wanted <= body.keys()


async def test_a_second_reading_is_not_sent_again(client: httpx2.AsyncClient) -> None:
    for path in ("/movies/movie-101", "/shows/show-201", "/home", "/genres", "/search?q=lantern"):
        first = await client.get(path)
        again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b""), path


async def test_fields(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/movies/movie-101", params={"fields": "id,credits.cast.name"})
    assert answer.json() == {
        "id": "movie-101",
        "credits": {"cast": [{"name": "Ines Okafor"}, {"name": "Teodor Lind"}]},
    }
    assert (await client.get("/movies/movie-101", params={"fields": "size"})).json()["code"] == "unknown_field"
    found = (await client.get("/search", params={"q": "lantern", "fields": "id"})).json()
    assert found == {"items": [{"id": "movie-101"}], "next_cursor": None, "degraded": None}
    home = (await client.get("/home", params={"fields": "rows.items.id"})).json()
    assert {"id": "movie-101"} in home["rows"][0]["items"]


async def test_a_show_and_its_season(client: httpx2.AsyncClient) -> None:
    show = (await client.get("/shows/show-201")).json()
    assert [season["number"] for season in show["seasons"]] == [1, 2, 0]
    season = (await client.get("/shows/show-201/seasons/1")).json()
    assert season["episodes"][0]["air_date"] == "2021-01-05"
    assert season["episodes"][0]["item_id"] is None


@pytest.mark.parametrize("path", ["/movies/movie-1", "/movies/show-201", "/shows/movie-101", "/shows/show-201/seasons/7"])
async def test_unknown_titles(client: httpx2.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "title_not_found")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/movies/a%00b", "/shows/%F0%9F%98%80", "/movies/a%2fb", "/search?q=%00%FF", "/search/suggest?q=%00"]
)
async def test_odd_characters_are_no_crash(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code in {200, 404, 422}


async def test_search(client: httpx2.AsyncClient) -> None:
    [hit] = (await client.get("/search", params={"q": "papr lantrn"})).json()["items"]
    assert set(hit) == {"id", "kind", "title", "year", "overview", "poster", "poster_color", "in_library", "score"}
    assert hit["id"] == "movie-101"
    assert (await client.get("/search", params={"q": "lantern", "kind": "show"})).json()["items"] == []
    assert (await client.get("/search")).status_code == 422
    assert (await client.get("/search", params={"q": "x", "kind": "opera"})).status_code == 422
    assert (await client.get("/search/suggest", params={"q": "har"})).json() == {
        "items": [{"id": "show-201", "kind": "show", "title": "Harbour Nine", "year": 2021}],
        "degraded": None,
    }


async def test_genres(client: httpx2.AsyncClient) -> None:
    names = [genre["name"] for genre in (await client.get("/genres")).json()["items"]]
    assert names == ["Crime", "Drama", "Science Fiction"]


async def test_pictures(client: httpx2.AsyncClient) -> None:
    poster = (await client.get("/movies/movie-101")).json()["poster"]
    webp = await client.get(f"http://localhost{poster}", headers={"accept": "image/webp,*/*"})
    jpeg = await client.get(f"http://localhost{poster}", headers={"accept": "*/*"})
    assert (webp.headers["content-type"], webp.content[8:12]) == ("image/webp", b"WEBP")
    assert (jpeg.headers["content-type"], jpeg.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert webp.headers["cache-control"] == "public, max-age=2592000, stale-while-revalidate=2592000, immutable"
    assert "Accept" in webp.headers["vary"]
    assert webp.headers["etag"] != jpeg.headers["etag"]
    again = await client.get(f"http://localhost{poster}", headers={"accept": "*/*", "if-none-match": jpeg.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    ["poster/w342/local~..%2f..%2fsecret", "poster/w9/tmdb~!x.jpg", "poster/original/%2e%2e", "poster/w342/tmdb~..!x"],
)
async def test_pictures_that_are_none(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(f"/images/{path}")).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/home", "/movies/movie-101", "/shows/show-201", "/search?q=a", "/search/suggest?q=a", "/genres", "/images/poster/w342/x"],
)
async def test_everything_needs_a_caller_with_the_scope(client: httpx2.AsyncClient, path: str) -> None:
    del client.headers["x-api-key"]
    assert (await client.get(path)).status_code == 401
    refused = await client.get(path, headers={"x-api-key": "nothing"})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
