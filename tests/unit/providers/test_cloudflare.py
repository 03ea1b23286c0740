"""Cloudflare's answers become outcomes, and its limits are kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from matinee.infra.clock import ManualClock
from matinee.infra.upstream import UpstreamRejected, Upstreams
from matinee.ports.cdn import Cdn, NoCdn, Purged, TagsRefused, edge_tag
from matinee.ports.metadata import Rejected, Unavailable
from matinee.providers.cloudflare import BATCH, CloudflareCdn, CloudflareOptions, policy
from matinee.providers.plain_cdn import PlainCdn
from tests.servers.mock_network import MockNetwork

pytestmark = pytest.mark.anyio
ZONE, TOKEN = "fedcba9876543210fedcba9876543210", "invented-token-of-the-tests"
RECORDED = Path(__file__).parents[2] / "fixtures" / "cloudflare"
PATH = "/cinema/api/v1/images/poster/w342/tmdb~lantern.jpg"


def recorded(name: str, status: int = 200, **headers: str) -> httpx2.Response:
    return httpx2.Response(
        status, content=(RECORDED / f"{name}.json").read_bytes(), headers={"content-type": "application/json", **headers}
    )


class SteadyClock(ManualClock):
    """Stands still, and lets nobody wait."""

    async def sleep(self, seconds: float) -> None:
        return


@dataclass
class Edge:
    """Cloudflare's API, answering from a list; the last answer stays."""

    answers: list[httpx2.Response | Exception] = field(default_factory=lambda: [recorded("purged")])
    seen: list[httpx2.Request] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def bodies(self) -> list[object]:
        return [json.loads(request.content) for request in self.seen]


def made(edge: Callable[[httpx2.Request], httpx2.Response], **changes: str) -> CloudflareCdn:
    options = CloudflareOptions(**{"zone": ZONE, "token": TOKEN, **changes})
    upstreams = Upstreams(SteadyClock(), CollectorRegistry(), network=MockNetwork(edge))
    return CloudflareCdn(upstreams.add(policy(options), kind="cdn"), options)


async def test_a_purge_by_tag_and_by_address() -> None:
    edge = Edge()
    outcome = await made(edge).purge(["https://tv.example/a.jpg"], ["title:movie-603", "lists"])
    assert outcome == Purged(3)
    assert edge.bodies == [{"files": ["https://tv.example/a.jpg"]}, {"tags": ["title-movie-603", "lists"]}]
    for request in edge.seen:
        assert str(request.url) == f"https://api.cloudflare.com/client/v4/zones/{ZONE}/purge_cache"
        assert (request.method, request.headers["content-type"]) == ("POST", "application/json")
        assert request.headers["authorization"] == f"Bearer {TOKEN}"


async def test_nothing_to_purge_is_no_call() -> None:
    edge = Edge()
    assert await made(edge).purge([], ["::", ""]) == Purged(0)
    assert edge.seen == []


async def test_a_batch_has_the_documented_size() -> None:
    edge = Edge()
    cdn = made(edge)
    assert cdn.purge_limit == BATCH == 100
    assert await cdn.purge(tags=[f"title:movie-{number}" for number in range(100)]) == Purged(100)
    with pytest.raises(ValueError, match="at most 100"):
        await cdn.purge(tags=[f"title:movie-{number}" for number in range(101)])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (recorded("authentication_error", 403), "status 403, error 10000"),
        (recorded("authentication_error", 401), "status 401, error 10000"),
        (recorded("tags_refused", 400), "status 400, error 1107"),
        (recorded("no_such_zone", 404), "status 404, error 7003"),
        (recorded("authentication_error", 200), "status 200, error 10000"),
        (httpx2.Response(400, content=b"<html>"), "status 400"),
        (httpx2.Response(403, content=b'{"success": false, "errors": "no list"}'), "status 403"),
    ],
)
async def test_refusals(answer: httpx2.Response, words: str) -> None:
    outcome = await made(Edge([answer])).purge(tags=["lists"])
    assert isinstance(outcome, Rejected)
    assert outcome.reason.startswith("upstream_rejected: ")
    assert words in outcome.reason
    assert TOKEN not in outcome.reason


@pytest.mark.parametrize("status", [200, 400, 403])
async def test_a_plan_without_purges_by_tag_says_so_and_takes_addresses_and_everything(status: int) -> None:
    refusals = [recorded("tags_refused", status) for _ in range(2 if status == 403 else 1)]
    edge = Edge([*refusals, recorded("purged")])
    cdn = made(edge)
    outcome = await cdn.purge(tags=["lists"])
    assert isinstance(outcome, TagsRefused)
    assert "error 1107" in outcome.reason
    assert await cdn.purge(urls=["https://tv.example/api/v1/home"]) == Purged(1)
    assert await cdn.purge(everything=True) == Purged(1)
    assert edge.bodies[-2:] == [{"files": ["https://tv.example/api/v1/home"]}, {"purge_everything": True}]


async def test_a_good_token_that_is_refused_once_is_tried_again() -> None:
    edge = Edge([recorded("authentication_error", 401), recorded("purged")])
    assert await made(edge).purge(tags=["lists"]) == Purged(1)
    assert len(edge.seen) == 2


async def test_over_the_limit_says_when_to_come_again() -> None:
    outcome = await made(Edge([httpx2.Response(429, headers={"retry-after": "30"})])).purge(tags=["lists"])
    assert isinstance(outcome, Unavailable)
    assert outcome.reason.startswith("upstream_rate_limited: ")
    assert outcome.retry_after is not None
    assert timedelta(seconds=20) <= outcome.retry_after <= timedelta(seconds=30)


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(500),
        httpx2.Response(502, content=b"<html>bad gateway</html>"),
        httpx2.Response(200, content=b"<html>a page</html>"),
        httpx2.Response(200, content=b'{"success": "yes"}'),
        httpx2.Response(200, content=b"[]"),
        httpx2.ConnectError("refused"),
        httpx2.ReadTimeout("late"),
    ],
    ids=["500", "502", "no JSON", "no boolean", "no object", "refused", "late"],
)
async def test_what_may_be_better_later_is_tried_again_first(answer: httpx2.Response | Exception) -> None:
    edge = Edge([answer])
    assert isinstance(await made(edge).purge(tags=["lists"]), Unavailable)
    assert len(edge.seen) == 3


async def test_the_budget_is_that_of_a_free_plan() -> None:
    edge = Edge()
    cdn = made(edge)
    outcomes = [await cdn.purge(tags=["lists"]) for _ in range(30)]
    assert [type(outcome) for outcome in outcomes] == [Purged] * 25 + [Unavailable] * 5
    assert len(edge.seen) == 25


async def test_the_probe() -> None:
    edge = Edge([recorded("token_active")])
    await made(edge).probe()
    assert edge.seen[0].url.path == "/client/v4/user/tokens/verify"
    for answer in (recorded("token_disabled"), recorded("authentication_error", 401), recorded("authentication_error", 400)):
        with pytest.raises(UpstreamRejected):
            await made(Edge([answer])).probe()


async def test_without_zone_or_token_nothing_is_sent() -> None:
    edge = Edge()
    for changes in ({"zone": ""}, {"token": ""}):
        cdn = made(edge, **changes)
        assert cdn.purge_limit == 0
        assert isinstance(await cdn.purge(tags=["lists"]), Rejected)
    assert edge.seen == []


@pytest.mark.parametrize(
    ("cdn_url", "url", "origin"),
    [
        ("", f"{PATH}?format=webp", ""),
        ("https://cdn.example/", f"https://cdn.example{PATH}?format=webp", "https://cdn.example"),
        (
            "https://tv.example:8443/cdn-cgi/image",
            f"https://tv.example:8443/cdn-cgi/image/format=auto,metadata=none{PATH}?format=jpeg",
            "https://tv.example:8443",
        ),
    ],
)
def test_addresses(cdn_url: str, url: str, origin: str) -> None:
    cdn = made(Edge(), cdn_url=cdn_url)
    assert (cdn.url(PATH), cdn.image_origin) == (url, origin)


def test_headers() -> None:
    cdn = made(Edge(), cdn_url="https://cdn.example")
    assert cdn.headers(["catalogue", "title:movie-603"]) == {"cache-tag": "catalogue,title-movie-603"}
    assert cdn.headers([]) == {}
    assert cdn.picture_headers(["image"], negotiated=True) == {
        "cache-tag": "image",
        "cdn-cache-control": "no-store",
        "cross-origin-resource-policy": "cross-origin",
    }
    assert made(Edge()).picture_headers(["image"], negotiated=False) == {"cache-tag": "image"}
    many = cdn.headers(f"title:movie-{number}" for number in range(5000))["cache-tag"]
    assert many.startswith("title-movie-0,title-movie-1,")
    assert 4000 < len(many) <= 4096


@given(st.lists(st.text(max_size=200), max_size=40))
def test_any_tags_make_a_sound_header(tags: list[str]) -> None:
    value = made(Edge()).headers(tags).get("cache-tag", "x")
    assert value.isascii()
    assert value.isprintable()
    assert " " not in value
    assert ",," not in value
    for tag in tags:
        assert edge_tag(edge_tag(tag)) == edge_tag(tag)


async def test_other_networks_and_none() -> None:
    plain: Cdn = PlainCdn("https://cdn.example/")
    assert (plain.url(PATH), plain.image_origin) == (f"https://cdn.example{PATH}?format=webp", "https://cdn.example")
    assert plain.picture_headers(["image"], negotiated=False) == {"cross-origin-resource-policy": "cross-origin"}
    assert plain.picture_headers(["image"], negotiated=True)["cdn-cache-control"] == "no-store"
    none: Cdn = NoCdn()
    assert (none.url(PATH), none.image_origin) == (PATH, "")
    assert none.picture_headers(["image"], negotiated=False) == {}
    assert none.picture_headers(["image"], negotiated=True) == {"cdn-cache-control": "no-store"}
    for cdn in (plain, none):
        assert (cdn.purge_limit, dict(cdn.headers(["lists"])), await cdn.purge(tags=["lists"])) == (0, {}, Purged(0))
