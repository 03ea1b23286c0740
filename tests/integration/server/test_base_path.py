"""The whole server below a prefix that is set at run time, behind a proxy that says for whom it asks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.integration.server.conftest import Secrets, check_log
from tests.integration.server.playing import DIRECT, TRANSCODED, first_segment, session_of, title_of
from tests.servers.product import ADMIN, Product
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.timeout(120), pytest.mark.slow]
PREFIX = "/tv"
API = f"{PREFIX}/api/v1"


@pytest.fixture(scope="module")
def server(film: Path, secrets: Secrets, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A server below `/tv` with a film; proxies on this machine are trusted."""
    settings = {"PROFILE": "production", "WATCH": "false", "LIBRARY_PATHS": str(film), "BASE_PATH": PREFIX}
    settings["TRUSTED_PROXIES"] = "10.0.0.0/8,127.0.0.1"
    product = Product(tmp_path_factory.mktemp("data"), {f"MATINEE_{name}": value for name, value in settings.items()})
    product.start()
    yield product
    product.close()
    check_log(product, secrets)


@pytest.fixture
def client(server: Product, secrets: Secrets) -> Iterator[httpx2.Client]:
    with secrets.listen(server.signed_in()) as opened:
        yield opened


@pytest.fixture
def visitor(server: Product, secrets: Secrets) -> Iterator[httpx2.Client]:
    """Without a credential."""
    with secrets.listen(server.client()) as opened:
        yield opened


def test_the_greeting_has_the_prefix(server: Product) -> None:
    assert f"is at {server.url}{PREFIX}\n" in server.output


def test_the_page_and_what_it_loads_lie_below_the_prefix(visitor: httpx2.Client) -> None:
    for path in (f"{PREFIX}/", f"{PREFIX}/library/movies"):
        page = visitor.get(path)
        assert page.status_code == 200
        assert f'<base href="{PREFIX}/">' in page.text or f'href="{PREFIX}/docs"' in page.text
    assets = re.findall(r'(?:src|href)="\./(assets/[^"]+)"', page.text)
    for name in assets:
        assert visitor.get(f"{PREFIX}/{name}").status_code == 200
        assert visitor.get(f"{PREFIX}/no/{name}").status_code == 404


def test_the_prefix_without_a_slash_leads_to_the_page(visitor: httpx2.Client) -> None:
    answer = visitor.get(f"{PREFIX}?a=b")
    assert (answer.status_code, answer.headers["location"]) == (308, f"{PREFIX}/?a=b")


def test_the_documentation_works(visitor: httpx2.Client) -> None:
    page = visitor.get(f"{PREFIX}/docs").raise_for_status().text
    places = re.findall(r'(?:src|href|data-openapi)="([^"]+)"', page)
    assert len(places) >= 4
    for place in places:
        assert place.startswith(f"{PREFIX}/")
        assert visitor.get(place).status_code == 200
    document = visitor.get(f"{PREFIX}/openapi.json").json()
    assert document["servers"] == [{"url": PREFIX}]
    problem = visitor.get(f"{API}/me").json()
    assert problem["instance"] == f"{API}/me"
    assert visitor.get(problem["type"].partition("#")[0]).status_code == 200


def test_cookies_are_for_the_prefix(server: Product, visitor: httpx2.Client) -> None:
    answer = visitor.post(f"{API}/auth/login", json={"name": ADMIN[0], "password": ADMIN[1]}).raise_for_status()
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all(f"Path={PREFIX};" in cookie + ";" for cookie in cookies)
    assert visitor.get(f"{API}/me").status_code == 200
    assert visitor.get("/api/v1/me").status_code == 401  # the client has not sent the cookie there


def test_pictures_and_playback_have_working_addresses(client: httpx2.Client, visitor: httpx2.Client) -> None:
    title = wait_until(lambda: with_poster(client), 30, "a poster")
    assert title["poster"].startswith(f"{API}/images/")
    assert client.get(title["poster"]).headers["content-type"].startswith("image/")
    direct = session_of(client, title["id"], DIRECT)
    assert direct["file_url"].startswith(f"{API}/streaming/files/")
    part = visitor.get(direct["file_url"], headers={"range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)
    transcoded = session_of(client, title["id"], TRANSCODED)
    assert transcoded["master_url"].startswith(f"{API}/streaming/sessions/")
    address, segment = first_segment(visitor, transcoded["master_url"])
    assert f"{API}/" in address
    assert len(segment) > 1000
    accepted = client.post(f"{API}/library/scan", json={})
    assert accepted.headers["location"].startswith(f"{API}/library/scan/")


def with_poster(client: httpx2.Client) -> dict[str, Any] | None:
    title = title_of(client)
    return title if title["poster"] else None


def test_outside_the_prefix_the_same_is_answered(visitor: httpx2.Client) -> None:
    """For a proxy that takes the prefix off, and for health checks that ask the process itself."""
    assert visitor.get("/api/health/ready").status_code == 200
    assert visitor.get("/api/v1/setup").status_code == 200
    assert visitor.get("/").text == visitor.get(f"{PREFIX}/").text
    assert visitor.get("/tvset/api/v1/setup").headers["content-type"].startswith("text/html")
    assert visitor.get(f"{API}/nothing/here").status_code == 404


def test_a_trusted_proxy_says_for_whom_it_asks(server: Product, visitor: httpx2.Client) -> None:
    visitor.get(f"{API}/setup", headers={"x-forwarded-for": "198.51.100.7, 10.1.2.3", "x-request-id": "forwarded-1"})
    lines = wait_until(lambda: [line for line in server.errors.splitlines() if "forwarded-1" in line], 10, "the line of the log")
    assert [json.loads(line)["client"] for line in lines] == ["198.51.100.7"]
