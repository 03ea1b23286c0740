"""The library over HTTP, built by its own feature, behind the product's inbound side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest

from matinee.features.accounts.events import SetupCompleted
from matinee.features.catalog.feature import FEATURE as CATALOG
from matinee.features.library.demo import DemoLibrary, DemoProgress
from matinee.features.library.feature import FEATURE
from matinee.features.library.policy import LibraryOptions
from matinee.infra.cache import Cache
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database
from matinee.infra.feature import Container, EventBus
from matinee.infra.http.app import HttpOptions, create_app
from matinee.infra.http.caller import ALL_SCOPES, USER_SCOPES, Authenticator, Caller
from matinee.infra.http.web import WebFiles
from matinee.infra.ids import UserId
from matinee.infra.jobs.definitions import Jobs
from matinee.infra.jobs.immediate import ImmediateJobs
from matinee.infra.media.probe import Prober
from matinee.infra.media.tools import MediaTools
from tests.fixtures.catalogue import furnished
from tests.fixtures.metadata import RecordedMetadata
from tests.integration.library.conftest import ScriptedProbe

pytestmark = pytest.mark.anyio


class Named:
    """Whoever names himself in `X-Api-Key` is in; only `admin` is an administrator."""

    async def authenticate(self, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller | None:
        name = headers.get("x-api-key")
        if name is None:
            return None
        boss = name == "admin"
        scopes = ALL_SCOPES if boss else USER_SCOPES
        return Caller(UserId(name), name, "admin" if boss else "user", "api", scopes, "token", "k")


@dataclass
class ScriptedDemo:
    """A demo of two clips."""

    folder: Path
    made: list[str] = field(default_factory=list)

    def present(self) -> bool:
        return (self.folder / "Demo One (2001).mkv").exists()

    def installed(self) -> bool:
        return (self.folder / "Demo Two (2002).mkv").exists()

    async def install(self, progress: DemoProgress | None = None) -> Path:
        for number, name in enumerate(("Demo One (2001).mkv", "Demo Two (2002).mkv")):
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(b"video " + name.encode())
            if progress:
                await progress(number + 1, 2, name)
        return self.folder

    async def remove(self) -> None:
        for path in self.folder.glob("*.mkv"):
            path.unlink()


@dataclass
class Site:
    client: httpx2.AsyncClient
    container: Container
    root: Path
    demo: ScriptedDemo

    async def get(self, path: str, user: str = "admin") -> Any:  # Any: JSON
        answer = await self.client.get(path, headers={"x-api-key": user})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: object, user: str = "admin") -> httpx2.Response:
        return await self.client.post(path, json=body, headers={"x-api-key": user})


@pytest.fixture
async def site(database: Database, clock: ManualClock, tmp_path: Path, cache: Cache) -> AsyncIterator[Site]:
    container = furnished(database, clock, tmp_path / "data", cache, providers=[RecordedMetadata()])
    container.add(EventBus, EventBus())
    jobs = cast(ImmediateJobs, container.get(Jobs))  # type: ignore[type-abstract]  # a Protocol as a key
    demo = ScriptedDemo(tmp_path / "data" / "demo")
    container.add(DemoLibrary, demo)  # type: ignore[type-abstract]  # a Protocol as a key
    container.add(Prober, cast(Prober, ScriptedProbe()))
    container.add(MediaTools, cast(MediaTools, None))
    container.add(LibraryOptions, LibraryOptions(data_dir=tmp_path / "data", poster_frames=False))
    container.add(Authenticator, Named())  # type: ignore[type-abstract]  # a Protocol as a key
    (tmp_path / "data").mkdir()
    for feature in (CATALOG, FEATURE):
        feature.build(container)
    assert FEATURE.jobs is not None
    jobs.register(*FEATURE.jobs(container))
    root = tmp_path / "videos"
    (root / "Harbour (1999)").mkdir(parents=True)
    (root / "Harbour (1999)" / "Harbour (1999).mkv").write_bytes(b"video one")
    (root / "Show").mkdir()
    (root / "Show" / "Show S01E01.mkv").write_bytes(b"video two")
    (root / "noise.mkv").write_bytes(b"not_media")

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield

    routers = [router for feature in (CATALOG, FEATURE) for group in feature.routes for router in group.routers]
    app = create_app(container, routers, options=HttpOptions(), web=WebFiles(None, ""), lifespan=lifespan)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost/api/v1") as client:
        yield Site(client, container, root, demo)


async def test_a_folder_is_added_scanned_and_taken_out(site: Site) -> None:
    added = await site.post("/library/folders", {"path": str(site.root), "kind": "mixed"})
    assert added.status_code == 201
    [folder] = (await site.get("/library/folders"))["items"]
    assert (folder["path"], folder["origin"], folder["files"]) == (str(site.root), "user", 2)
    assert [card["title"] for card in (await site.get("/library/movies"))["items"]] == ["Harbour"]
    assert [card["title"] for card in (await site.get("/library/shows", "anna"))["items"]] == ["Show"]
    assert {card["title"] for card in (await site.get("/library/recent?fields=title"))["items"]} == {"Harbour", "Show"}
    [problem] = (await site.get("/library/problems"))["items"]
    assert (problem["path"], problem["code"]) == (str(site.root / "noise.mkv"), "still_copying")
    gone = await site.client.delete(f"/library/folders/{folder['id']}", headers={"x-api-key": "admin"})
    assert gone.status_code == 204
    assert (await site.get("/library/movies"))["items"] == []


async def test_an_item_has_tracks_and_its_path_is_for_administrators(site: Site) -> None:
    await site.post("/library/folders", {"path": str(site.root)})
    [card] = (await site.get("/library/movies"))["items"]
    [item] = (await site.get(f"/movies/{card['id']}"))["library"]["items"]
    view = await site.get(f"/library/items/{item['id']}", "anna")
    [file] = view["files"]
    assert (file["video"]["codec"], file["audio"][0]["language"], file["path"]) == ("h264", "en", None)
    view = await site.get(f"/library/items/{item['id']}")
    assert view["files"][0]["path"] == str(site.root / "Harbour (1999)" / "Harbour (1999).mkv")
    missing = await site.client.get("/library/items/nothing", headers={"x-api-key": "anna"})
    assert (missing.status_code, missing.json()["code"]) == (404, "resource_not_found")


async def test_a_scan_is_started_and_told_about(site: Site) -> None:
    await site.post("/library/folders", {"path": str(site.root)})
    started = await site.post("/library/scan", {"full": True})
    assert started.status_code == 202
    assert started.headers["location"] == f"/api/v1/library/scan/{started.json()['job_id']}"
    job = await site.get(f"/library/scan/{started.json()['job_id']}")
    assert (job["state"], job["updated"], job["problems"], job["progress"]) == ("succeeded", 2, 1, 1.0)
    nowhere = await site.post("/library/scan", {"folder_id": "nothing"})
    assert nowhere.status_code == 404


@pytest.mark.parametrize(
    "path", ["relative", "/nonexistent-folder", "{data}", "{data}/pictures", "{above}", "/etc/hostname", "a\0b"]
)
async def test_what_cannot_be_a_folder_is_refused(site: Site, path: str) -> None:
    data = site.root.parent / "data"
    (data / "pictures").mkdir(exist_ok=True)
    answer = await site.post("/library/folders", {"path": path.format(data=data, above=data.parent)})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_folders_do_not_overlap(site: Site) -> None:
    await site.post("/library/folders", {"path": str(site.root)})
    again = await site.post("/library/folders", {"path": str(site.root / "Show")})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


async def test_only_administrators_change_the_library_and_see_the_servers_folders(site: Site) -> None:
    for path, body in (("/library/folders", {"path": "/tmp"}), ("/library/scan", {}), ("/library/demo", {})):
        assert (await site.post(path, body, "anna")).status_code == 403
    for path in ("/library/folders", "/library/browse", "/library/problems"):
        assert (await site.client.get(path, headers={"x-api-key": "anna"})).status_code == 403
    assert (await site.client.get("/library/movies")).status_code == 401


async def test_browsing_shows_sub_folders_but_not_matinees_own(site: Site) -> None:
    found = await site.get(f"/library/browse?path={site.root.parent}")
    assert [entry["name"] for entry in found["folders"]] == ["videos"]
    assert found["parent"] == str(site.root.parent.parent)
    refused = await site.client.get(f"/library/browse?path={site.root.parent / 'data'}", headers={"x-api-key": "admin"})
    assert refused.status_code == 422


async def test_the_demo_comes_and_goes_without_a_trace(site: Site) -> None:
    await site.post("/library/folders", {"path": str(site.root)})
    started = await site.post("/library/demo", None)
    assert started.status_code == 202
    job = await site.get(f"/library/scan/{started.json()['job_id']}")
    assert (job["state"], job["added"]) == ("succeeded", 2)
    assert len((await site.get("/library/movies"))["items"]) == 3
    assert await site.get("/library/demo") == {"installed": True}
    gone = await site.client.delete("/library/demo", headers={"x-api-key": "admin"})
    assert gone.status_code == 204
    assert [card["title"] for card in (await site.get("/library/movies"))["items"]] == ["Harbour"]
    assert await site.get("/library/demo") == {"installed": False}
    assert [folder["origin"] for folder in (await site.get("/library/folders"))["items"]] == ["user"]


async def test_the_first_run_page_brings_its_folder_and_the_demo(site: Site) -> None:
    await site.container.get(EventBus).publish(SetupCompleted(UserId("u"), str(site.root), True))
    assert len((await site.get("/library/movies"))["items"]) == 3


async def test_a_refused_folder_of_the_first_run_page_is_no_failure(site: Site) -> None:
    await site.container.get(EventBus).publish(SetupCompleted(UserId("u"), "/nonexistent-folder", True))
    assert len((await site.get("/library/movies"))["items"]) == 2


async def test_lists_are_paged_by_cursor(site: Site) -> None:
    for number in range(5):
        (site.root / f"Film {number} (200{number}).mkv").write_bytes(b"video %d" % number)
    await site.post("/library/folders", {"path": str(site.root)})
    titles: list[str] = []
    cursor = ""
    for _ in range(3):
        page = await site.get(f"/library/movies?sort=-year&limit=2{cursor}")
        titles += [card["title"] for card in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert titles == ["Film 4", "Film 3", "Film 2", "Film 1", "Film 0", "Harbour"]


async def test_lists_can_be_of_some_years(site: Site) -> None:
    for number in range(5):
        (site.root / f"Film {number} (200{number}).mkv").write_bytes(b"video %d" % number)
    await site.post("/library/folders", {"path": str(site.root)})
    page = await site.get("/library/movies?sort=year&year_from=2001&year_to=2002")
    assert [card["title"] for card in page["items"]] == ["Film 1", "Film 2"]


async def test_administrators_have_missing_files_forgotten(site: Site, clock: ManualClock) -> None:
    await site.post("/library/folders", {"path": str(site.root)})
    (site.root / "Show" / "Show S01E01.mkv").unlink()
    await site.post("/library/scan", {})
    await clock.advance(3 * 86_400)
    asked = {"older_than": 2 * 86_400, "dry_run": True}
    assert (await site.post("/library/purge", asked, "anna")).status_code == 403
    assert (await site.post("/library/purge", {"older_than": 60})).status_code == 422
    jobs = site.container.get(Jobs)  # type: ignore[type-abstract]  # a Protocol as a key
    for dry_run in (True, False):
        started = await site.post("/library/purge", {**asked, "dry_run": dry_run})
        assert started.status_code == 202
        job = await jobs.get(started.json()["job_id"])
        path = str(site.root / "Show" / "Show S01E01.mkv")
        assert job.result == {"forgotten": 1, "kept": 0, "dry_run": dry_run, "paths": [path]}
    started = await site.post("/library/purge", {**asked, "dry_run": True})
    assert (await jobs.get(started.json()["job_id"])).result == {"forgotten": 0, "kept": 0, "dry_run": True, "paths": []}
