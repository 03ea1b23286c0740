"""The hot lane sends a segment as the documented route does."""

from __future__ import annotations

from pathlib import Path

import pytest

from matinee.infra.observability import Metrics
from tests.integration.playback.harness import Stage, addresses

pytestmark = pytest.mark.anyio
WEB = {"video_codecs": ["h264"], "audio_codecs": ["aac"], "containers": ["mp4"]}
MATTERS = ("content-type", "content-length", "content-range", "etag", "cache-control", "accept-ranges", "last-modified")


def the_long_way(url: str) -> str:
    """The same address in a form that no lane matches: parameters in the other order."""
    path, _, query = url.partition("?")
    return f"{path}?{'&'.join(reversed(query.split('&')))}"


@pytest.fixture
async def urls(stage: Stage, long_film: Path) -> list[str]:
    session = await stage.play(await stage.add(long_film), **WEB)
    variants = await stage.variants(session["master_url"])
    _, pictures, _ = addresses(variants["original"], await stage.text(variants["original"]))
    sound = session["master_url"].replace("master.m3u8", f"audio/{session['audio'][0]['name']}/0.m4s")
    for url in (pictures[1], sound):  # from now on they are on disk
        await stage.data(url)
    return [pictures[1], sound]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Range": "bytes=10-99"},
        {"Range": "bytes=-7"},
        {"Range": "bytes=999999999-"},
        {"If-None-Match": "*"},
        {"If-Range": '"other"', "Range": "bytes=0-9"},
    ],
)
async def test_both_ways_give_the_same_answer(stage: Stage, urls: list[str], headers: dict[str, str]) -> None:
    for url in urls:
        short = await stage.client.get(url, headers=headers)
        long = await stage.client.get(the_long_way(url), headers=headers)
        assert short.status_code == long.status_code
        assert {name: short.headers.get(name) for name in MATTERS} == {name: long.headers.get(name) for name in MATTERS}
        if short.headers["content-type"] != "application/problem+json":
            assert short.content == long.content


async def test_a_wrong_signature_or_a_missing_segment_is_the_same_problem(stage: Stage, urls: list[str]) -> None:
    forged = urls[0][:-4] + "AAAA"
    missing = urls[0].replace("/1.m4s", "/999999.m4s")
    for url, code in ((forged, "playback_url_expired"), (missing, "resource_not_found")):
        short, long = await stage.client.get(url), await stage.client.get(the_long_way(url))
        assert short.json()["code"] == long.json()["code"] == code
        assert short.status_code == long.status_code


async def test_both_ways_are_counted_as_one_route(stage: Stage, urls: list[str]) -> None:
    await stage.client.get(urls[0])
    await stage.client.get(the_long_way(urls[0]))
    text = stage.container.get(Metrics).render().decode()
    assert "matinee_http_hot_requests_total 1.0" in text
    route = 'route="/api/v1/streaming/sessions/{session_id}/video/{name}/{number}.m4s",status="200"'
    assert f'matinee_http_requests_total{{method="GET",{route}}} 3.0' in text
