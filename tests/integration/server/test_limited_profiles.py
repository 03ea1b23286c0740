"""A child's profile on the whole product: no route tells of what is not for it, and what it does is its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.contract.operations import OPERATIONS, Operation
from tests.fixtures import episodes
from tests.servers.product import ADMIN, running
from tests.servers.waiting import wait_for_job

pytestmark = pytest.mark.slow
GROWN, SMALL, LATE, OTHER = "Grown Film", "Small Film", "Late Show", "Other Film"
CAPABILITIES = {"video_codecs": ["h264"], "audio_codecs": ["aac"], "containers": ["mp4"]}
ENDLESS = ("/api/v1/events", "/api/v1/realtime")


@dataclass(frozen=True)
class House:
    """A library with something for everybody, a parent, a child of twelve, and what is what."""

    parent: httpx2.Client
    child: httpx2.Client
    titles: dict[str, str]
    """Ids by name."""
    items: dict[str, str]
    files: dict[str, str]

    def secrets(self) -> list[str]:
        """What no answer to the child may contain."""
        hidden = (GROWN, LATE, OTHER)
        return [*hidden, *(ids[name] for ids in (self.titles, self.items, self.files) for name in hidden)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    library = tmp_path_factory.mktemp("library")
    _fill(library)
    server = running(tmp_path_factory.mktemp("house"), library_paths=str(library), watch="false")
    with server as product, product.signed_in() as parent, product.client() as child:
        wait_for_job(parent, parent.post("/api/v1/library/scan", json={}))
        body = {"name": "Kim", "avatar": "fox", "max_age": 12}
        profile = parent.post("/api/v1/me/profiles", json=body).raise_for_status().json()
        login = child.post("/api/v1/auth/login", json={"name": ADMIN[0], "password": ADMIN[1]}).json()
        child.cookies.clear()
        child.headers["authorization"] = f"Bearer {login['access_token']}"
        entered = child.post(f"/api/v1/me/profiles/{profile['id']}/use", json={}).raise_for_status().json()
        child.headers["authorization"] = f"Bearer {entered['access_token']}"
        yield _known(parent, child)


def _fill(library: Path) -> None:
    content = episodes.clip(library / f"{GROWN} (2001).mp4")
    _nfo(library / f"{GROWN} (2001).nfo", "movie", GROWN, "Rated R")
    (library / f"{SMALL} (2002).mp4").write_bytes(content + b"\0\0\0\x0cfree\0\0\0\2")
    _nfo(library / f"{SMALL} (2002).nfo", "movie", SMALL, "Germany:FSK 6")
    (library / f"{OTHER} (2003).mp4").write_bytes(content + b"\0\0\0\x0cfree\0\0\0\3")
    season = library / LATE / "Season 01"
    season.mkdir(parents=True)
    (season / f"{LATE} - S01E01.mp4").write_bytes(content + b"\0\0\0\x0cfree\0\0\0\4")
    _nfo(library / LATE / "tvshow.nfo", "tvshow", LATE, "TV-MA")


def _nfo(path: Path, kind: str, title: str, rating: str) -> None:
    path.write_text(f"<{kind}><title>{title}</title><mpaa>{rating}</mpaa></{kind}>", encoding="utf-8")


def _known(parent: httpx2.Client, child: httpx2.Client) -> House:
    cards = [card for kind in ("movies", "shows") for card in parent.get(f"/api/v1/library/{kind}").json()["items"]]
    titles = {card["title"]: card["id"] for card in cards}
    kinds = {card["title"]: card["kind"] for card in cards}
    items, files = {}, {}
    for name, title_id in titles.items():
        item = parent.get(f"/api/v1/{kinds[name]}s/{title_id}").raise_for_status().json()["library"]["items"][0]
        items[name], files[name] = item["id"], item["files"][0]["id"]
    return House(parent, child, titles, items, files)


@pytest.fixture(scope="module")
def used(house: House) -> House:
    """The parent has played, rated and listed everything; the child's account-mates leave traces everywhere."""
    for name, title_id in house.titles.items():
        report = {"position": 0.5, "duration": 60, "state": "paused", "item_id": house.items[name]}
        house.parent.post(f"/api/v1/streaming/progress/{title_id}", json=report).raise_for_status()
        house.parent.put(f"/api/v1/me/ratings/{title_id}", json={"rating": 4.5}).raise_for_status()
        house.parent.put(f"/api/v1/me/watchlist/{title_id}").raise_for_status()
    house.parent.post(
        "/api/v1/streaming/sessions", json={"item_id": house.items[GROWN], "capabilities": CAPABILITIES}
    ).raise_for_status()
    return house


def _variables(house: House) -> Iterator[dict[str, str]]:
    for name in (GROWN, LATE, OTHER):
        found = {"title_id": house.titles[name], "item_id": house.items[name], "file_id": house.files[name]}
        yield found | {"person_id": "person-1", "session_id": "nothing", "profile_id": "nothing"}


def _readings() -> list[Operation]:
    return [one for one in OPERATIONS if one.method == "GET" and not one.path.startswith(ENDLESS) and not one.is_signed]


def test_no_route_tells_a_child_of_what_is_not_for_it(used: House) -> None:
    told: list[str] = []
    shown_to_parent = 0
    for operation in _readings():
        for variables in _variables(used):
            url = operation.url(variables)
            url = url.replace("q=1", "q=film") if "/search" in url else url
            answer = used.child.get(url)
            assert answer.status_code < 500, url
            if answer.status_code == 200:
                told += [f"{url}: {secret}" for secret in used.secrets() if secret in answer.text.replace(url, "")]
            if answer.status_code == 403 and "{title_id}" in operation.path:
                shown_to_parent += used.parent.get(url).status_code == 200
    assert told == []
    assert shown_to_parent >= 10  # the refusals are the profile's, not the routes'


def test_the_same_addresses_tell_the_parent(used: House) -> None:
    paths = ("/home", "/library/movies", "/library/recent", "/search?q=film", "/me/history", "/me/ratings", "/me/watchlist")
    for path in paths:
        assert GROWN in used.parent.get(f"/api/v1{path}").text, path
    assert LATE in used.parent.get("/api/v1/library/shows").text


def test_what_is_not_for_a_child_is_neither_played_nor_noted(used: House) -> None:
    for name in (GROWN, LATE, OTHER):
        title, item = used.titles[name], used.items[name]
        report = {"position": 1, "duration": 60, "state": "playing"}
        answers: list[httpx2.Response] = [
            used.child.post("/api/v1/streaming/sessions", json={"title_id": title, "capabilities": CAPABILITIES}),
            used.child.post("/api/v1/streaming/sessions", json={"item_id": item, "capabilities": CAPABILITIES}),
            used.child.post(f"/api/v1/streaming/progress/{title}", json=report),
            used.child.put(f"/api/v1/me/ratings/{title}", json={"rating": 5}),
            used.child.put(f"/api/v1/me/watchlist/{title}"),
        ]
        assert [(one.status_code, one.json()["code"]) for one in answers] == [(403, "forbidden")] * len(answers)
    parts = [{"path": f"/movies/{used.titles[GROWN]}"}, {"path": "/library/movies"}, {"path": "/search?q=grown"}]
    batch = used.child.post("/api/v1/batch", json={"requests": parts}).json()["responses"]
    assert [one["status"] for one in batch] == [403, 200, 200]
    assert not any(GROWN in str(one["body"]) for one in batch[1:])


def test_what_is_for_a_child_is_found_played_and_its_own(used: House) -> None:
    title, item = used.titles[SMALL], used.items[SMALL]
    names = [card["title"] for card in used.child.get("/api/v1/library/movies").json()["items"]]
    assert names == [SMALL]
    assert used.child.get(f"/api/v1/movies/{title}").json()["age_rating"] == {"region": "DE", "rating": "FSK 6", "age": 6}
    assert used.child.get(f"/api/v1/streaming/progress/{title}").json()["position"] == 0.0
    assert used.child.get("/api/v1/me/continue-watching").json()["items"] == []
    assert used.child.get(f"/api/v1/me/ratings/{title}").status_code == 404
    report = {"position": 30, "duration": 60, "state": "paused"}
    used.child.post(f"/api/v1/streaming/progress/{title}", json=report).raise_for_status()
    used.child.put(f"/api/v1/me/ratings/{title}", json={"rating": 1}).raise_for_status()
    playing = used.child.post("/api/v1/streaming/sessions", json={"item_id": item, "capabilities": CAPABILITIES})
    assert (playing.status_code, playing.json()["resume_position"]) == (201, 30.0)
    assert used.child.get(playing.json()["file_url"]).status_code == 200
    theirs = used.parent.post("/api/v1/streaming/sessions", json={"item_id": item, "capabilities": CAPABILITIES}).json()
    shown = used.child.get("/api/v1/streaming/sessions").raise_for_status().json()["items"]
    assert [one["id"] for one in shown] == [playing.json()["id"]], "what others of the account play is theirs"
    assert used.child.delete(f"/api/v1/streaming/sessions/{theirs['id']}").status_code == 404
    assert used.child.delete(f"/api/v1/streaming/sessions/{playing.json()['id']}").status_code == 204
    assert _row(used.child, "continue-watching") == [SMALL]
    assert used.parent.get(f"/api/v1/streaming/progress/{title}").json()["position"] == 0.5
    assert used.parent.get(f"/api/v1/me/ratings/{title}").json()["rating"] == 4.5


def _row(client: httpx2.Client, row_id: str) -> list[str]:
    rows: list[dict[str, Any]] = client.get("/api/v1/home").raise_for_status().json()["rows"]
    return next(([card["title"] for card in row["items"]] for row in rows if row["id"] == row_id), [])
