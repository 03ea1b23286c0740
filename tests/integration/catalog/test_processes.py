"""The catalogue of real server processes: with an upstream that fails in every way, and with two that share a Redis."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from tests.fixtures import episodes
from tests.servers.fake_tmdb import KEY, FakeTmdb
from tests.servers.fault_proxy import Answer, Fault, FaultProxy, Garbage, Hang, Refuse, Reset, Truncate
from tests.servers.product import Product, run, running
from tests.servers.redis import own
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.timeout(240), pytest.mark.slow]
SEEN = (
    "/movies/popular?limit=50",
    "/movies/trending",
    "/shows/top-rated",
    "/movies/movie-1001",
    "/movies/movie-1001/credits",
    "/movies/movie-1001/videos",
    "/movies/movie-1001/similar",
    "/shows/show-2001",
    "/shows/show-2001/seasons/1",
    "/people/person-501",
    "/discover?kind=movie&genre=drama",
    "/search?q=lantern",
)
# Whoever plays in a title that was seen is known from that title; nobody plays in any with this number. Nor is one spelt so.
UNSEEN = ("/movies/movie-1003", "/people/person-999999", "/shows/show-2002/seasons/1", "/search?q=xylographers")
SHORT = ",".join(f"{name}=1s/0s/30d" for name in ("trending", "lists", "details", "search", "genres", "home"))
FAULTS: dict[str, Fault] = {
    "refused": Refuse(),
    "hanging": Hang(),
    "reset": Reset(),
    "500": Answer(500, body=b"{}"),
    "garbage": Garbage(),
    "cut": Truncate(40),
    "429": Answer(429, {"Retry-After": "2"}, b"slow down"),  # the last, because it is left alone for longer afterwards
}


@dataclass
class Site:
    """A server whose TMDB is behind a proxy that fails on demand."""

    product: Product
    client: httpx2.Client
    proxy: FaultProxy

    def get(self, path: str) -> httpx2.Response:
        return self.client.get(f"/api/v1{path}")

    def all(self, paths: tuple[str, ...]) -> dict[str, httpx2.Response]:
        """Every path, asked for at once."""
        with ThreadPoolExecutor(len(paths)) as pool:
            return dict(zip(paths, pool.map(self.get, paths), strict=True))

    def all_new(self) -> bool:
        """Whether the upstream was asked for everything that was seen, and has answered."""
        return all(answer.status_code == 200 and not answer.json()["degraded"] for answer in self.all(SEEN).values())


@contextmanager
def site(folder: Path, fake: FakeTmdb, proxy: FaultProxy, **settings: str) -> Iterator[Site]:
    addresses = {"tmdb_base_urls": f"{proxy.url}/3", "tmdb_image_url": fake.image_url}
    with running(folder, tmdb_api_key=KEY, demo="false", **addresses, **settings) as product, product.signed_in() as client:
        yield Site(product, client, proxy)


def told(answer: httpx2.Response) -> list[tuple[str, str]]:
    """Ids and names in an answer: of its items, else its own. (Cards also show what the database has learned meanwhile.)"""
    body = answer.json()
    things = body.get("items") or body.get("cast") or body.get("episodes") or [body]
    return [(str(one.get("id", "")), one.get("title") or one.get("name")) for one in things]


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for all faults: each of them has to be over for the next."""
    data = tmp_path_factory.mktemp("failing")
    with FakeTmdb() as fake, FaultProxy(fake.port) as proxy, site(data, fake, proxy, catalog_lifetimes=SHORT) as here:
        yield here


@pytest.fixture
def well(failing: Site) -> Iterator[Site]:
    """The server while its upstream answers; so it does again afterwards, and what was old is forgotten with the pauses."""
    yield failing
    failing.proxy.fault = None
    failing.client.post("/api/v1/admin/breakers/tmdb/reset").raise_for_status()
    failing.client.post("/api/v1/admin/cache/purge", json={"all": True}).raise_for_status()


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_was_seen_is_answered_whatever_the_upstream_does(well: Site, fault: Fault) -> None:
    here = well
    wait_until(here.all_new, 60, "an upstream that is well")
    before = here.all(SEEN)
    assert {path: answer.status_code for path, answer in before.items()} == dict.fromkeys(SEEN, 200)
    assert not any(answer.json()["degraded"] for answer in before.values())
    here.proxy.fault = fault

    def all_old() -> bool:
        answers = here.all(SEEN)
        assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(SEEN, 200)
        return all(answer.json()["degraded"] for answer in answers.values())

    wait_until(all_old, 60, "old answers")
    after = here.all(SEEN)
    for path, answer in after.items():
        assert told(answer) == told(before[path]), path
        assert answer.headers["cache-status"].startswith("Matinee; hit"), path
        assert int(answer.headers["age"]) >= 1, path
    for path, answer in here.all(UNSEEN).items():
        assert answer.status_code in {502, 503, 504}, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["retry_after"] > 0
        assert int(answer.headers["retry-after"]) > 0
    assert [here.get(path).status_code for path in ("/home", "/genres")] == [200] * 2
    here.proxy.fault = None
    here.client.post("/api/v1/admin/breakers/tmdb/reset").raise_for_status()
    if fault == FAULTS["refused"]:  # the pause that follows is the same for all, and long
        wait_until(here.all_new, 60, "new answers")


def test_a_restart_without_the_upstream_keeps_the_catalogue(tmp_path: Path, fake_tmdb: FakeTmdb) -> None:
    with FaultProxy(fake_tmdb.port) as proxy:
        with site(tmp_path / "data", fake_tmdb, proxy) as here:
            before = here.all(SEEN)
        proxy.fault = Refuse()
        with site(tmp_path / "data", fake_tmdb, proxy) as here:
            after = here.all(SEEN)
            assert {path: answer.status_code for path, answer in after.items()} == dict.fromkeys(SEEN, 200)
            assert [answer.json()["degraded"] for answer in after.values()] == [None] * len(SEEN), "it is fresh still"
            assert after[SEEN[3]].json() == before[SEEN[3]].json()


@dataclass
class Fleet:
    """Two servers with one PostgreSQL and one Redis."""

    first: httpx2.Client
    second: httpx2.Client
    folder: Path


@pytest.fixture
def fleet(
    engine_name: str, empty_database_url: str, tmp_path: Path, fake_tmdb: FakeTmdb
) -> Iterator[tuple[Fleet, Callable[[], None]]]:
    with ExitStack() as stack:
        redis = stack.enter_context(own())
        settings = {
            "database_url": empty_database_url,
            "redis_url": redis.server.url(),
            "tmdb_api_key": KEY,
            "tmdb_base_urls": fake_tmdb.api_url,
            "tmdb_image_url": fake_tmdb.image_url,
            "demo": "false",
            "secret_key": "k" * 40,
        }
        run(tmp_path / "first", "migrate", **settings).check_returncode()
        clients = []
        for name in ("first", "second"):
            product = stack.enter_context(running(tmp_path / name, **settings))
            clients.append(stack.enter_context(product.signed_in()))

        def restart() -> None:
            redis.kill()
            time.sleep(1.0)  # requests meet a Redis that is away
            redis.start()

        yield Fleet(clients[0], clients[1], tmp_path), restart


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_a_change_in_one_process_is_seen_in_the_other_within_a_second(fleet: tuple[Fleet, Callable[[], None]]) -> None:
    here, _ = fleet
    path = "/api/v1/movies/movie-1001"
    for client in (here.first, here.second, here.second):
        assert client.get(path).json()["library"]["available"] is False
    assert "hit" in here.second.get(path).headers["cache-status"]
    videos = here.folder / "videos"
    (videos / "The Lantern Keepers (2011) {tmdb-1001}").mkdir(parents=True)
    (videos / "The Lantern Keepers (2011) {tmdb-1001}" / "The Lantern Keepers (2011).mp4").write_bytes(
        episodes.clip(here.folder / "clip.mp4")
    )
    here.first.post("/api/v1/library/folders", json={"path": str(videos), "kind": "movies"}).raise_for_status()
    wait_until(lambda: here.first.get(path).json()["library"]["available"], 30, "the film in the first")
    seen = time.monotonic()
    wait_until(lambda: here.second.get(path).json()["library"]["available"], 5, "the film in the second")
    assert time.monotonic() - seen < 1.0
    folder = here.first.get("/api/v1/library/folders").json()["items"][0]["id"]
    here.second.delete(f"/api/v1/library/folders/{folder}").raise_for_status()
    seen = time.monotonic()
    wait_until(lambda: not here.first.get(path).json()["library"]["available"], 5, "no film in the first")
    assert time.monotonic() - seen < 1.0


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_redis_killed_and_started_under_load_fails_no_request(fleet: tuple[Fleet, Callable[[], None]]) -> None:
    here, restart = fleet
    stop, counts, wrong = threading.Event(), [0, 0], list[str]()

    def load(number: int) -> None:
        client = (here.first, here.second)[number % 2]
        while not stop.is_set():
            for path in (*SEEN, f"/search?q=lantern+{counts[number % 2] % 50}", "/home"):
                answer = client.get(f"/api/v1{path}")
                counts[number % 2] += 1
                if answer.status_code != 200:
                    wrong.append(f"{path}: {answer.status_code} {answer.text[:200]}")

    with ThreadPoolExecutor(4) as pool:
        running_ = [pool.submit(load, number) for number in range(4)]
        try:
            for _ in range(2):
                moving(counts)
                restart()
            moving(counts)
        finally:
            stop.set()
        for one in running_:
            one.result()
    assert wrong == []


def moving(counts: list[int]) -> None:
    """Wait until every server has answered a hundred requests more."""
    goal = [count + 100 for count in counts]
    wait_until(lambda: all(now >= then for now, then in zip(counts, goal, strict=True)), 60, "answers under load")
