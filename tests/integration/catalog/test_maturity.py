"""What a limited profile gets of the catalogue, over HTTP, behind the product's own inbound side."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from matinee.features.catalog.archive import Archive
from matinee.features.catalog.feature import FEATURE
from matinee.features.catalog.maturity import Maturity, MaturityLimits
from matinee.features.catalog.service import CatalogService
from matinee.infra.cache import Cache
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database
from matinee.infra.http.app import HttpOptions, create_app
from matinee.infra.http.caller import ALL_SCOPES, Authenticator, Caller
from matinee.infra.http.web import WebFiles
from matinee.infra.ids import TitleId, UserId
from matinee.ports.catalogue import Locale
from matinee.ports.metadata import Found, Outcome, TitleDetails, TitleQuery, Unavailable
from matinee.ports.ratings import AgeRating
from tests.fixtures.catalogue import RecordedCatalogue, furnished
from tests.integration.catalog.conftest import ADDED

pytestmark = pytest.mark.anyio
RATINGS = (AgeRating("US", "G", 0), AgeRating("US", "PG-13", 13), AgeRating("US", "R", 17), None)
"""By the number of the title: 4, 8, 12 and so on are for everybody, 3, 7, 11 and so on are unrated."""


class RatedCatalogue(RecordedCatalogue):
    """Titles whose age follows from their number; 40 is for adults only, although it carries a mild rating."""

    async def details(self, title_id: str, locale: Locale) -> Outcome[TitleDetails]:
        found = await super().details(title_id, locale)
        if not isinstance(found, Found):
            return found
        number = int(title_id.partition("-")[2])
        rating = RATINGS[number % 4]
        return Found(replace(found.value, certification="", age_rating=rating, adult=number == 40))


class Household:
    """`x-api-key: 12` is a profile for 12-year-olds, `none` one without a limit."""

    async def authenticate(self, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller | None:
        limit = headers.get("x-api-key", "none")
        max_age = None if limit == "none" else int(limit)
        user = UserId("anna")
        return Caller(user, "anna", "user", "api", ALL_SCOPES, "api_key", limit, f"profile-{limit}", max_age)


@dataclass
class Cinema:
    """The catalogue behind HTTP, and what is behind it."""

    app: Any
    source: RatedCatalogue
    catalog: CatalogService
    maturity: Maturity
    archive: Archive
    database: Database

    def client(self, limit: str) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=self.app)
        return httpx2.AsyncClient(transport=transport, base_url="http://localhost/api/v1", headers={"x-api-key": limit})


@pytest.fixture
async def cinema(database: Database, clock: ManualClock, tmp_path: Path, cache: Cache) -> Cinema:
    return _cinema(RatedCatalogue(size=60), database, clock, tmp_path, cache)


@pytest.fixture
async def wide(database: Database, clock: ManualClock, tmp_path: Path, cache: Cache) -> Cinema:
    """The same with more titles."""
    return _cinema(RatedCatalogue(size=120), database, clock, tmp_path, cache)


def _cinema(source: RatedCatalogue, database: Database, clock: ManualClock, tmp_path: Path, cache: Cache) -> Cinema:
    container = furnished(database, clock, tmp_path, cache, sources=[source])
    container.add(Authenticator, Household())  # type: ignore[type-abstract]  # a Protocol as a key
    FEATURE.build(container)

    @asynccontextmanager
    async def lifespan() -> Any:
        yield

    routers = [router for group in FEATURE.routes for router in group.routers]
    app = create_app(container, routers, options=HttpOptions(), web=WebFiles(None, ""), lifespan=lifespan)
    return Cinema(app, source, container.get(CatalogService), container.get(Maturity), container.get(Archive), database)


def numbers(entries: list[dict[str, Any]]) -> list[int]:
    return [int(entry["id"].partition("-")[2]) for entry in entries]


async def test_lists_leave_out_what_is_too_old_unrated_or_for_adults_and_their_cursors_go_on(cinema: Cinema) -> None:
    found: list[int] = []
    cursor, pages = "", 0
    async with cinema.client("12") as child:
        while pages < 10:
            body = (await child.get(f"/movies/popular?limit=20{cursor}")).raise_for_status().json()
            found += numbers(body["items"])
            pages += 1
            if body["next_cursor"] is None:
                break
            cursor = f"&cursor={body['next_cursor']}"
    assert found == [number for number in range(60, 0, -1) if number % 4 == 0 and number != 40]
    assert pages == 2, "forty ages are learned for one answer"


async def walked(client: httpx2.AsyncClient, path: str) -> list[list[int]]:
    """All pages of a list, by their titles."""
    pages, cursor = [], ""
    while True:
        body = (await client.get(f"{path}{cursor}")).raise_for_status().json()
        pages.append(numbers(body["items"]))
        if body["next_cursor"] is None:
            return pages
        cursor = f"&cursor={body['next_cursor']}"


@pytest.mark.parametrize("path", ["/movies/popular?limit=10", "/discover?kind=movie&limit=10", "/movies/movie-4/similar?limit=2"])
async def test_once_ages_are_known_pages_are_full_and_nothing_is_asked_of_the_upstream(wide: Cinema, path: str) -> None:
    limit = int(path.rpartition("=")[2])
    async with wide.client("12") as child, wide.client("none") as parent:
        whole = {number for page in await walked(parent, path) for number in page}
        first = await walked(child, path)
        await wide.archive.flush()
        asked = dict(wide.source.asked)
        again = await walked(child, path)
        assert dict(wide.source.asked) == asked
        shown = [number for page in again for number in page]
        assert shown == [number for page in first for number in page]
        assert sorted(shown) == sorted(number for number in whole if number % 4 == 0 and number != 40)
        assert [len(page) for page in again[:-1]] == [limit] * (len(again) - 1)
        assert len(again) > 1


async def test_where_nearly_nothing_is_suitable_an_answer_looks_at_a_bounded_number_of_titles(wide: Cinema) -> None:
    wide.maturity.limits = MaturityLimits(parts=3)
    async with wide.client("12") as child:
        body = (await child.get("/movies/popular?limit=10")).json()
    assert numbers(body["items"]) == [120, 116, 112, 108, 104, 100]
    assert body["next_cursor"] is not None
    assert details_asked(wide) == 10 + 7 + 5


def details_asked(cinema: Cinema) -> int:
    return sum(count for what, count in cinema.source.asked.items() if what.startswith("details"))


async def test_only_so_many_ages_are_learned_for_one_answer(wide: Cinema) -> None:
    async with wide.client("12") as child:
        cold = (await child.get("/movies/popular?limit=20")).json()
        assert details_asked(wide) == 40
        assert numbers(cold["items"]) == list(range(120, 80, -4))
        await wide.archive.flush()
        warmer = (await child.get("/movies/popular?limit=20")).json()
        assert numbers(warmer["items"]) == list(range(120, 40, -4))
        assert details_asked(wide) == 77, "120 to 44"


async def test_no_title_is_lost_between_pages_that_are_longer_than_what_is_learned_at_once(wide: Cinema) -> None:
    async with wide.client("12") as child:
        pages = await walked(child, "/movies/popular?limit=100")
    assert [number for page in pages for number in page] == [n for n in range(120, 0, -4) if n != 40]


async def test_who_may_see_everything_for_grown_ups_still_gets_nothing_for_adults_only(cinema: Cinema) -> None:
    async with cinema.client("18") as grown:
        found = numbers((await grown.get("/movies/popular?limit=40")).json()["items"])
    assert found == [number for number in range(60, 20, -1) if number != 40]


FORBIDDEN = (
    "/movies/movie-2",
    "/movies/movie-3",
    "/movies/movie-40",
    "/movies/movie-2?fields=title",
    "/movies/movie-2/credits",
    "/movies/movie-2/videos",
    "/movies/movie-2/similar",
    "/movies/movie-2/recommendations",
    "/shows/show-2",
    "/shows/show-2/seasons/1",
    "/shows/show-2/credits",
)


async def test_no_address_of_a_title_opens_what_is_not_for_the_profile(cinema: Cinema) -> None:
    async with cinema.client("none") as parent, cinema.client("12") as child:
        for path in FORBIDDEN:
            assert (await parent.get(path)).status_code == 200, path  # and it lies ready now
            refused = await child.get(path)
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), path
            assert "limited" in refused.json()["detail"]
            allowed = await child.get(path.replace("-2", "-4").replace("-3", "-8").replace("-40", "-4"))
            assert allowed.status_code == 200, path
            assert allowed.headers["cache-control"].startswith("private, no-")
        assert (await child.get("/movies/movie-999")).status_code == 404


async def test_what_is_made_for_a_child_is_never_given_to_others_nor_theirs_to_it(cinema: Cinema) -> None:
    paths = ("/movies/popular?", "/discover?kind=movie&", "/movies/movie-4/similar?", "/search?q=film+number+1&")
    async with cinema.client("none") as parent, cinema.client("12") as child:
        for path in paths:
            first = numbers((await child.get(f"{path}limit=4")).json()["items"])
            whole = numbers((await parent.get(f"{path}limit=60")).json()["items"])
            again = numbers((await child.get(f"{path}limit=4")).json()["items"])
            assert first == again
            assert set(first) < set(whole), path
            assert all(number % 4 == 0 for number in first), path


async def test_words_people_and_the_home_page(cinema: Cinema) -> None:
    async with cinema.client("12") as child:
        hits = (await child.get("/search?q=ines")).json()["items"]
        assert [hit["kind"] for hit in hits] == ["person"]
        assert (await child.get("/people/person-9001")).json()["titles"] == []  # she was in 1, 2 and 3
        await cinema.archive.flush()
        suggested = (await child.get("/search/suggest?q=number+1")).json()["items"]
        assert all(one["id"].endswith(("4", "8", "2", "6", "0")) for one in suggested)
        home = (await child.get("/home")).json()
        cards = [card for row in home["rows"] for card in row["items"]]
        assert cards
        assert all(number % 4 == 0 and number != 40 for number in numbers(cards))
        assert numbers([home["hero"]])[0] % 4 == 0
    async with cinema.client("none") as parent:
        whole = (await parent.get("/home")).json()
        assert sum(len(row["items"]) for row in whole["rows"]) > len(cards)


async def test_the_parts_of_a_batch_are_the_callers(cinema: Cinema) -> None:
    wanted = {"requests": [{"path": "/movies/movie-2"}, {"path": "/movies/popular"}, {"path": "/movies/movie-4"}]}
    async with cinema.client("none") as parent, cinema.client("12") as child:
        assert [one["status"] for one in (await parent.post("/batch", json=wanted)).json()["responses"]] == [200] * 3
        answers = (await child.post("/batch", json=wanted)).json()["responses"]
    assert [one["status"] for one in answers] == [403, 200, 200]
    assert all(number % 4 == 0 for number in numbers(answers[1]["body"]["items"]))


async def test_an_age_is_asked_for_once_and_then_known(cinema: Cinema) -> None:
    async with cinema.client("12") as child:
        await child.get("/movies/popular?limit=4")
        await cinema.archive.flush()
        before = details_asked(cinema)
        await child.get("/movies/popular?limit=4")
    assert before == 13, "60, 56, 52 and 48, and what is between"
    assert details_asked(cinema) == before


async def test_while_the_upstream_fails_only_what_is_known_to_be_suitable_is_shown(cinema: Cinema) -> None:
    async with cinema.client("12") as child, cinema.client("18") as grown:
        await child.get("/movies/movie-60")
        await cinema.archive.flush()
        cinema.source.troubled |= {f"details movie-{number}" for number in range(60)}
        assert numbers((await child.get("/movies/popular")).json()["items"]) == [60]
        assert len((await grown.get("/movies/popular")).json()["items"]) == 20
        cinema.source.trouble = Unavailable("upstream_unavailable: away")
        refused = await child.get("/movies/movie-4")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_an_upstream_that_hangs_holds_no_list_up(cinema: Cinema) -> None:
    assert await cinema.maturity.ages(["movie-4", "movie-2", "local-nothing"]) == {"movie-4": 0, "movie-2": 17}
    cinema.source.hanging = asyncio.Event()
    cinema.maturity.limits = MaturityLimits(seconds=0.05)
    assert await cinema.maturity.ages(["movie-4", "movie-8"]) == {"movie-4": 0, "movie-8": None}
    cinema.source.hanging.set()


async def test_details_name_the_rating_and_its_age(cinema: Cinema) -> None:
    async with cinema.client("none") as parent:
        assert (await parent.get("/movies/movie-1")).json()["age_rating"] == {"region": "US", "rating": "PG-13", "age": 13}
        assert (await parent.get("/movies/movie-3")).json()["age_rating"] is None


async def test_a_file_beside_the_video_says_for_whom_a_title_is_that_nobody_knows(cinema: Cinema) -> None:
    shown: list[TitleId] = []
    for title, printed in (("Summer by the lake", "Germany:FSK 6"), ("Night shift", "Rated R"), ("Whatever", "")):
        title_id = await cinema.catalog.resolve(TitleQuery("movie", title, 1999, age_rating=printed))
        shown.append(title_id)
        async with cinema.database.write() as unit:
            await cinema.catalog.set_available(unit, [title_id], ADDED)
    assert await cinema.maturity.allowed(shown, 12) == {shown[0]}
    async with cinema.client("12") as child, cinema.client("none") as parent:
        view = (await parent.get(f"/movies/{shown[0]}")).json()
        assert view["age_rating"] == {"region": "DE", "rating": "FSK 6", "age": 6}
        assert (await child.get(f"/movies/{shown[0]}")).status_code == 200
        assert [(await child.get(f"/movies/{one}")).status_code for one in shown[1:]] == [403, 403]


async def test_rows_of_the_library_on_a_childs_home_page_are_full(cinema: Cinema) -> None:
    shown: list[TitleId] = []
    for number in range(60):
        printed = "Germany:FSK 6" if number % 3 == 0 else "Rated R"
        shown.append(await cinema.catalog.resolve(TitleQuery("movie", f"Home film {number}", 1999, age_rating=printed)))
    async with cinema.database.write() as unit:
        await cinema.catalog.set_available(unit, shown, ADDED)
    async with cinema.client("12") as child, cinema.client("none") as parent:
        rows = {row["id"]: row["items"] for row in (await child.get("/home")).raise_for_status().json()["rows"]}
        assert {row: len(rows[row]) for row in ("recently-added", "movies")} == {"recently-added": 20, "movies": 20}
        assert {card["id"] for card in rows["movies"]} == set(shown[::3])
        whole = {row["id"]: row["items"] for row in (await parent.get("/home")).json()["rows"]}
        assert {card["id"] for card in whole["recently-added"]} != {card["id"] for card in rows["recently-added"]}
