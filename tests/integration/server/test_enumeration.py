"""Somebody walks through titles that lie ready: the hot lane answers, and the protection sees it all the same."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest

from tests.servers.fake_tmdb import KEY, FakeTmdb
from tests.servers.product import running

pytestmark = [pytest.mark.timeout(120), pytest.mark.slow]
WALKER, READER = {"x-forwarded-for": "203.0.113.7"}, {"x-forwarded-for": "203.0.113.8"}
TITLES = [f"/api/v1/movies/movie-{number}" for number in (1001, 1002, 1003)]
LISTS = [f"/api/v1/movies/{name}" for name in ("popular", "trending", "top-rated")]


def metric(client: httpx2.Client, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").raise_for_status().text, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def test_a_walk_through_cached_titles_ends_in_a_block(tmp_path: Path, fake_tmdb: FakeTmdb) -> None:
    addresses = {"tmdb_base_urls": fake_tmdb.api_url, "tmdb_image_url": fake_tmdb.image_url}
    settings = {"catalog_access": "public", "trusted_proxies": "127.0.0.1", "demo": "false", "limits": "anonymous.hit=100000"}
    with running(tmp_path / "data", tmdb_api_key=KEY, **addresses, **settings) as product, product.client() as client:
        for path in (*TITLES, *LISTS):
            client.get(path, headers=READER).raise_for_status()
        before = metric(client, "matinee_http_hot_requests_total")
        statuses: list[int] = []
        while len(statuses) < 60_000 and (not statuses or statuses[-1] == 200):
            place = len(statuses) % 3
            statuses.append(client.get(TITLES[place], headers=WALKER).status_code)
            if len(statuses) % 20 == 0:
                assert client.get(LISTS[place], headers=READER).status_code == 200
        hot = metric(client, "matinee_http_hot_requests_total") - before
        assert statuses[-1] == 403
        assert hot > 40, "the hot lane has answered"
        assert metric(client, 'matinee_protection_findings_total{rule="title_enumeration"}') >= 4
        assert client.get(LISTS[0], headers=READER).status_code == 200
