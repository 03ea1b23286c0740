"""The stand-in for TMDB itself: what other tests and the measurements rely on."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import msgspec
import pytest

from tests.servers.fake_tmdb import KEY, TOKEN, FakeTmdb, Trouble, over_limit


@pytest.fixture
def client(fake_tmdb: FakeTmdb) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=fake_tmdb.url, params={"api_key": KEY}, timeout=5, trust_env=False) as one:
        yield one


def test_a_key_or_a_token_is_needed(fake_tmdb: FakeTmdb) -> None:
    with httpx2.Client(base_url=fake_tmdb.url, trust_env=False) as client:
        refused = client.get("/3/authentication")
        assert (refused.status_code, refused.json()["status_code"]) == (401, 7)
        assert client.get("/3/authentication", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
        assert client.get("/3/authentication", params={"api_key": KEY}).status_code == 200
        assert client.get("/t/p/w92/lantern.jpg").status_code == 200


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("/3/movie/99", 404, 34), ("/3/nothing", 404, 34), ("/3/movie/popular?page=501", 400, 22),
        ("/3/movie/popular?page=x", 400, 22),
        ("/3/movie/1001?append_to_response=" + ",".join(f"season/{n}" for n in range(21)), 400, 27),
        ("/3/find/tt9001001", 400, 47),
    ],
)  # fmt: skip
def test_refusals_have_tmdbs_codes(client: httpx2.Client, target: str, status: int, code: int) -> None:
    address, _, query = target.partition("?")
    name, _, value = query.partition("=")
    answer = client.get(address, params={name: value} if name else {})
    assert (answer.status_code, answer.json()["status_code"]) == (status, code)


def test_the_other_form_of_a_refused_page(client: httpx2.Client, fake_tmdb: FakeTmdb) -> None:
    fake_tmdb.answers.page_error = "422"
    answer = client.get("/3/movie/popular", params={"page": 501})
    assert (answer.status_code, "status_code" in answer.json()) == (422, False)
    assert client.get("/3/search/movie").status_code == 422


def test_trouble_comes_as_often_and_where_it_was_asked_for(client: httpx2.Client, fake_tmdb: FakeTmdb) -> None:
    fake_tmdb.trouble(over_limit("3", times=2, path="/movie/"))
    fake_tmdb.trouble(over_limit(None, html=True, path="/tv/"))
    assert [client.get("/3/movie/1001").status_code for _ in range(3)] == [429, 429, 200]
    refused = client.get("/3/tv/2001")
    assert (refused.status_code, refused.headers.get("retry-after"), refused.text[:6]) == (429, None, "<html>")
    fake_tmdb.calm()
    assert client.get("/3/tv/2001").status_code == 200
    assert (fake_tmdb.count("/3/movie/1001"), fake_tmdb.count("/3/tv/2001")) == (3, 2)


@pytest.mark.parametrize("action", ["reset", "truncate", "hang"])
def test_connections_break_on_demand(client: httpx2.Client, fake_tmdb: FakeTmdb, action: str) -> None:
    fake_tmdb.trouble(Trouble(action=action, times=1))  # type: ignore[arg-type]  # one of the actions
    with pytest.raises(httpx2.TransportError):
        client.get("/3/movie/1001", timeout=0.5)
    assert client.get("/3/movie/1001").status_code == 200


def test_answers_come_later_on_demand(client: httpx2.Client, fake_tmdb: FakeTmdb) -> None:
    fake_tmdb.latency = 0.3
    began = time.monotonic()
    client.get("/3/movie/1001")
    assert time.monotonic() - began >= 0.3


def test_it_runs_alone() -> None:
    command = [sys.executable, "-m", "tests.servers.fake_tmdb"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as process:
        try:
            assert process.stdout is not None
            said = msgspec.json.decode(process.stdout.readline())
            answer = httpx2.get(f"{said['api']}/movie/1001", params={"api_key": said["key"]}, trust_env=False)
            assert answer.json()["title"] == "The Lantern Keepers"
            calls = httpx2.get(said["api"].removesuffix("/3") + "/_calls", trust_env=False).json()
            assert calls["/3/movie/1001"] == 1
        finally:
            process.terminate()
