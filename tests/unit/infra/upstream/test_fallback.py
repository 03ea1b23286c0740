"""The base URLs in turn."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from matinee.infra.upstream import Call, Reply, UpstreamError, UpstreamRejected, UpstreamTimeout, UpstreamUnavailable
from matinee.infra.upstream.fallback import FallingBack
from tests.unit.infra.upstream.doubles import GET, POST, LoopClock, policy, reply, seconds

pytestmark = pytest.mark.anyio
FIRST, SECOND, THIRD = "https://one.example/3", "https://user:hunter2@two.example/3", "https://three.example/3"


class Places:
    """Answers by base URL: those of `broken` raise."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken: dict[str, UpstreamError] = {}

    async def send(self, call: Call) -> Reply:
        assert call.base_url is not None
        self.asked.append(call.base_url)
        if call.base_url in self.broken:
            raise self.broken[call.base_url]
        return reply()


@pytest.fixture
def places() -> Places:
    return Places()


@pytest.fixture
def chain(places: Places, clock: LoopClock) -> FallingBack:
    return FallingBack(places, policy(base_urls=(FIRST, SECOND, THIRD), base_url_rest=seconds(30)), clock)


@pytest.mark.parametrize("error", [UpstreamUnavailable("films", "refused"), UpstreamTimeout("films", "hangs")])
async def test_the_next_one_is_asked_and_the_broken_one_rests(
    chain: FallingBack, places: Places, clock: LoopClock, error: UpstreamError
) -> None:
    places.broken[FIRST] = error
    await chain.send(GET)
    await chain.send(GET)
    assert places.asked == [FIRST, SECOND, SECOND]
    await clock.sleep(31)
    await chain.send(GET)
    assert places.asked[3:] == [FIRST, SECOND]
    chain.forget()
    await chain.send(GET)
    assert places.asked[5:] == [FIRST, SECOND]


async def test_when_all_are_broken_each_is_asked_once(chain: FallingBack, places: Places) -> None:
    places.broken = {url: UpstreamUnavailable("films", url[8:11]) for url in (FIRST, SECOND, THIRD)}
    for _ in range(2):
        with pytest.raises(UpstreamUnavailable):
            await chain.send(GET)
    assert places.asked == [FIRST, SECOND, THIRD] * 2


async def test_a_refused_credential_is_refused_everywhere(chain: FallingBack, places: Places) -> None:
    places.broken[FIRST] = UpstreamRejected("films", "401")
    with pytest.raises(UpstreamRejected):
        await chain.send(GET)
    assert places.asked == [FIRST]


async def test_what_must_not_be_repeated_goes_on_only_when_it_has_not_arrived(chain: FallingBack, places: Places) -> None:
    places.broken[FIRST] = UpstreamUnavailable("films", "reset")
    with pytest.raises(UpstreamUnavailable):
        await chain.send(POST)
    chain.forget()
    places.broken[FIRST] = UpstreamUnavailable("films", "refused", sent=False)
    await chain.send(POST)
    assert places.asked == [FIRST, FIRST, SECOND]


async def test_after_the_end_of_the_call_nobody_is_asked(chain: FallingBack, places: Places, clock: LoopClock) -> None:
    places.broken[FIRST] = UpstreamTimeout("films", "hangs")
    with pytest.raises(UpstreamTimeout):
        await chain.send(replace(GET, expires_at=clock.monotonic()))
    assert places.asked == [FIRST]


async def test_a_base_url_of_the_call_is_the_only_one(chain: FallingBack, places: Places) -> None:
    images = "https://images.example"
    places.broken[images] = UpstreamUnavailable("films", "refused")
    with pytest.raises(UpstreamUnavailable):
        await chain.send(replace(GET, base_url=images))
    assert places.asked == [images]


async def test_the_log_says_once_that_it_failed_and_once_that_it_is_back(
    chain: FallingBack, places: Places, clock: LoopClock
) -> None:
    places.broken = {FIRST: UpstreamUnavailable("films", "x"), SECOND: UpstreamUnavailable("films", "x")}
    with capture_logs() as lines:
        await chain.send(GET)
        await clock.sleep(31)
        await chain.send(GET)
        places.broken.clear()
        await clock.sleep(31)
        await chain.send(GET)
        await chain.send(GET)
    assert [(line["event"], line["base"]) for line in lines] == [
        ("upstream_base_url_failed", "https://one.example"),
        ("upstream_base_url_failed", "https://two.example"),
        ("upstream_base_url_back", "https://one.example"),
    ]
