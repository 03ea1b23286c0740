"""A server with a key of TMDB: files in a folder become titles with words, pictures and episodes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.fixtures import episodes
from tests.servers.fake_tmdb import KEY, TOKEN, FakeTmdb, Trouble
from tests.servers.product import Product, running
from tests.servers.waiting import wait_for_job, wait_until

pytestmark = pytest.mark.timeout(120)
FILES = (
    "The Lantern Keepers (2011).mp4",
    "Saltwater.Clockwork.2018.1080p.WEB-DL.x264-GRP.mp4",
    "Marble Orchard (1968)/Marble Orchard.mp4",
    "marble orchard 2015.mp4",
    "Amelise and Zoe (2009).mp4",
    "Ninety Nine Hours (2016).mp4",
    "7 Winters (2019).mp4",
    "Something else entirely {tmdb-1110}.mp4",
    "Our Holiday in the Garden.mp4",
    "Harbour Nine/Season 02/Harbour.Nine.S02E01.mp4",
    "Harbour Nine/Season 02/Harbour.Nine.S02E02.mp4",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same second of video under many names."""
    root = tmp_path_factory.mktemp("videos")
    clip = tmp_path_factory.mktemp("clip") / "clip.mp4"
    episodes.clip(clip, seconds=1)
    for number, name in enumerate(FILES):
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(clip, target)
        with target.open("ab") as file:  # the same bytes would be one film
            file.write(b"\0\0\0\x0cfree" + number.to_bytes(4, "big"))
    return root


@pytest.fixture
def server(tmp_path: Path, folder: Path, fake_tmdb: FakeTmdb) -> Iterator[Product]:
    with running(
        tmp_path / "data", library_paths=str(folder), watch="false", tmdb_api_key=KEY, tmdb_base_urls=fake_tmdb.api_url,
        tmdb_image_url=fake_tmdb.image_url,
    ) as product:  # fmt: skip
        yield product


def scanned(client: httpx2.Client, count: int) -> dict[str, dict[str, Any]]:
    """The titles of the library by id, once there are so many."""

    def look() -> dict[str, dict[str, Any]] | None:
        items = [
            item
            for kind in ("movies", "shows")
            for item in client.get(f"/api/v1/library/{kind}").raise_for_status().json()["items"]
        ]
        return {item["id"]: item for item in items} if len(items) == count else None

    found: dict[str, dict[str, Any]] = wait_until(look, 60, "the library's titles")
    return found


def test_a_folder_of_names_becomes_a_library_of_titles(server: Product, fake_tmdb: FakeTmdb) -> None:
    with server.signed_in() as client:
        titles = scanned(client, 10)
        matched = {key for key in titles if key.startswith(("movie-", "show-"))}
        assert matched == {
            "movie-1001", "movie-1002", "movie-1005", "movie-1006", "movie-1007", "movie-1009", "movie-1010", "movie-1110",
            "show-2001",
        }  # fmt: skip
        (unknown,) = set(titles) - matched
        assert titles[unknown]["title"] == "Our Holiday in the Garden"
        lantern = titles["movie-1001"]
        assert (lantern["title"], lantern["year"]) == ("The Lantern Keepers", 2011)
        poster = client.get(lantern["poster"])
        assert poster.status_code == 200
        assert poster.headers["content-type"].startswith("image/")
        assert len(lantern["poster_color"]) == 7
        view = client.get("/api/v1/movies/movie-1001").raise_for_status().json()
        assert view["overview"].startswith("Two keepers")
        assert view["credits"]["cast"][0]["name"] == "Ines Halvard"
        assert view["external_ids"]["imdb"] == "tt9001001"
        assert "TMDB" in view["attribution"]
        season = client.get("/api/v1/shows/show-2001/seasons/2").raise_for_status().json()
        assert [(one["number"], one["name"], bool(one["item_id"])) for one in season["episodes"][:3]] == [
            (1, "The Pellworth Letter", True), (2, "The Quarrel Letter", True), (3, "The Rushby Letter", False),
        ]  # fmt: skip
    assert KEY not in server.log


def test_what_is_scanned_while_tmdb_is_away_gets_its_title_later(tmp_path: Path, folder: Path, fake_tmdb: FakeTmdb) -> None:
    settings = {"library_paths": str(folder), "watch": "false", "tmdb_api_key": TOKEN, "tmdb_base_urls": fake_tmdb.api_url}
    fake_tmdb.trouble(Trouble(503, b"", path="/3/"))
    with running(tmp_path / "data", **settings) as product, product.signed_in() as client:
        before = scanned(client, 10)
    assert "movie-1110" in before, "the file itself says so"
    assert "movie-1001" not in before
    fake_tmdb.calm()
    with running(tmp_path / "data", **settings) as product, product.signed_in() as client:
        wait_for_job(client, client.post("/api/v1/library/scan", json={"full": True}))
        after = scanned(client, 10)
    assert after["movie-1001"]["title"] == "The Lantern Keepers"
    assert after["movie-1110"]["title"] == "Postcard from Kirrin"


def test_without_a_key_nothing_is_asked(tmp_path: Path, folder: Path, fake_tmdb: FakeTmdb) -> None:
    with running(
        tmp_path / "data", watch="false", tmdb_base_urls=fake_tmdb.api_url,
        tmdb_image_url=fake_tmdb.image_url, library_paths=str(folder),
    ) as product, product.signed_in() as client:  # fmt: skip
        titles = scanned(client, 10)
        assert all(key.startswith("local-") or key == "movie-1110" for key in titles)
    assert fake_tmdb.calls == {}
