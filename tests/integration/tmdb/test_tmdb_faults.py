"""TMDB in every kind of trouble: the caller learns in time whether to try again, and never gets an exception."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from matinee.infra.upstream import UpstreamRejected
from matinee.ports.catalogue import Locale
from matinee.ports.metadata import Found, NotFound, Outcome, Rejected, TitleQuery, Unavailable
from matinee.providers.tmdb import TmdbOptions
from tests.integration.tmdb.conftest import TOTAL, Made, made
from tests.servers.fake_tmdb import KEY, FakeTmdb, Trouble, over_limit
from tests.servers.fault_proxy import Answer, Drip, Endless, Fault, FaultProxy, Garbage, Hang, Latency, Refuse, Reset, Truncate

pytestmark = pytest.mark.anyio
EN = Locale("en")
HTML = b"<html><body>A page of somebody else</body></html>"
ERRORS = [
    Answer(500, body=b'{"status_code":11}'),
    Answer(502, body=HTML),
    Answer(503),
    Answer(504, body=b'{"status_code":24}'),
    Answer(520),
]
NONSENSE = [
    Answer(200, body=b"{"),
    Answer(200, body=b"[1,2]"),
    Answer(200, body=b"null"),
    Answer(200, {"Content-Type": "text/html"}, HTML),
    Answer(204),
    Answer(302, {"Location": "http://127.0.0.1:1/"}),
    Answer(404, {"Content-Type": "text/html"}, HTML),
]
BROKEN = [
    Refuse(), Reset(), Reset(after=300), Hang(), Latency(5.0), Garbage(), Truncate(after=400), Drip(0.2), Endless(),
]  # fmt: skip
FAULTS: list[Fault] = [*ERRORS, *NONSENSE, *BROKEN]


async def everything(made: Made) -> list[Outcome[object]]:
    provider = made.provider
    return [
        await provider.details("movie-1001", EN),
        await provider.listing("movie", "popular", 1, EN),
        await provider.match(TitleQuery("movie", "7 Winters", 2020)),
        await provider.image("lantern.jpg"),
    ]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: repr(fault)[:40])
async def test_trouble_is_unavailable_in_time_and_over_when_it_is_over(behind: Made, faults: FaultProxy, fault: Fault) -> None:
    faults.fault = fault
    began = time.monotonic()
    found = await behind.provider.details("movie-1001", EN)
    assert time.monotonic() - began < TOTAL + 1
    assert isinstance(found, Unavailable), found
    assert found.reason.partition(":")[0] in {"upstream_unavailable", "upstream_timeout"}
    assert KEY not in found.reason
    faults.fault = None
    await behind.upstreams.reset("tmdb")
    assert isinstance(await behind.provider.details("movie-1001", EN), Found)


@pytest.mark.parametrize("fault", [Refuse(), Hang(), Garbage(), Answer(500)], ids=repr)
async def test_no_method_raises(behind: Made, faults: FaultProxy, fault: Fault) -> None:
    faults.fault = fault
    assert all(isinstance(one, Unavailable) for one in await everything(behind))
    provider = behind.provider
    assert isinstance(await provider.search("x", None, 1, EN), Unavailable)
    assert isinstance(await provider.season("show-2001", 1, EN), Unavailable)
    assert isinstance(await provider.person("person-501", EN), Unavailable)
    assert isinstance(await provider.related("movie-1001", "similar", 1, EN), Unavailable)
    assert isinstance(await provider.genres(EN), Found), "they were never not known"


async def test_a_first_failure_is_tried_again(behind: Made, faults: FaultProxy) -> None:
    await behind.provider.genres(EN)
    faults.once(Answer(500), None)
    assert isinstance(await behind.provider.details("movie-1001", EN), Found)


@pytest.mark.parametrize("html", [False, True])
@pytest.mark.parametrize("wait", ["7", None])
async def test_too_many_requests_say_when_to_come_back(behind: Made, fake_tmdb: FakeTmdb, wait: str | None, html: bool) -> None:
    fake_tmdb.trouble(over_limit(wait, html=html))
    found = await behind.provider.details("movie-1001", EN)
    assert isinstance(found, Unavailable)
    assert found.reason.startswith("upstream_rate_limited: TMDB: ")
    assert found.retry_after is not None
    assert found.retry_after > (timedelta(seconds=5) if wait else timedelta(0))


@pytest.mark.parametrize("key", ["f" * 32, "eyJwrong.token", ""])
async def test_a_wrong_key_is_refused_and_not_tried_again(fake_tmdb: FakeTmdb, key: str) -> None:
    async with made(TmdbOptions(key, (fake_tmdb.api_url,), fake_tmdb.image_url)) as one:
        found = await one.provider.details("movie-1001", EN)
        assert isinstance(found, Rejected)
        assert found.reason.startswith("upstream_rejected: TMDB: ")
        assert not key or key not in found.reason
        assert fake_tmdb.count("/3/movie/1001") == 1
        with pytest.raises(UpstreamRejected):
            await one.provider.probe()


async def test_the_probe_tells_that_all_is_well(behind: Made, fake_tmdb: FakeTmdb) -> None:
    await behind.provider.probe()
    assert fake_tmdb.count("/3/authentication") == 1
    assert (await behind.upstreams.check("tmdb")).state == "up"


async def test_an_impossible_id_is_not_found_although_tmdb_calls_it_an_error(behind: Made, fake_tmdb: FakeTmdb) -> None:
    fake_tmdb.trouble(Trouble(500, b'{"success":false,"status_code":44,"status_message":"The ID is invalid."}', path="/movie/"))
    assert await behind.provider.details("movie-1001", EN) == NotFound()
    assert fake_tmdb.count("/3/movie/1001") == 1, "it is no failure, so it is not tried again"


@pytest.mark.parametrize("status", [400, 405, 406, 422])
async def test_a_request_that_is_refused_is_no_reason_to_try_again(behind: Made, fake_tmdb: FakeTmdb, status: int) -> None:
    fake_tmdb.trouble(Trouble(status, b'{"status_code":5,"status_message":"Invalid parameters"}', path="/movie/"))
    found = await behind.provider.details("movie-1001", EN)
    assert isinstance(found, Rejected)
    assert fake_tmdb.count("/3/movie/1001") == 1


async def test_the_second_address_is_asked_when_the_first_is_gone(fake_tmdb: FakeTmdb, faults: FaultProxy) -> None:
    faults.fault = Refuse()
    async with made(TmdbOptions(KEY, (f"{faults.url}/3", fake_tmdb.api_url), fake_tmdb.image_url)) as one:
        assert isinstance(await one.provider.details("movie-1001", EN), Found)
    assert fake_tmdb.count("/3/movie/1001") == 1


async def test_a_configuration_that_hangs_does_not_hold_an_answer_for_long(behind: Made, fake_tmdb: FakeTmdb) -> None:
    fake_tmdb.trouble(Trouble(action="hang", path="/configuration"))
    began = time.monotonic()
    assert isinstance(await behind.provider.details("movie-1001", EN), Found)
    assert time.monotonic() - began < TOTAL + 1
    asked = fake_tmdb.count("/3/configuration")
    assert isinstance(await behind.provider.details("movie-1001", EN), Found)
    assert fake_tmdb.count("/3/configuration") == asked > 0, "it is not asked for again at once"


@pytest.mark.parametrize(
    "fault", [Refuse(), Hang(), Reset(after=600), Answer(500), Answer(200, {}, HTML), Truncate(after=700)], ids=repr
)
async def test_pictures_that_cannot_be_had_are_unavailable(behind: Made, faults: FaultProxy, fault: Fault) -> None:
    faults.fault = fault
    found = await behind.provider.image("lantern.jpg")
    assert isinstance(found, Unavailable)
    assert "pictures" in found.reason


async def test_a_picture_without_end_is_cut(behind: Made, faults: FaultProxy) -> None:
    faults.fault = Endless("image/jpeg")
    assert isinstance(await behind.provider.image("lantern.jpg"), Rejected | Unavailable)


async def test_calls_go_through_the_proxy(fake_tmdb: FakeTmdb) -> None:
    # The fake takes absolute addresses as a proxy does; the host itself does not exist.
    options = TmdbOptions(KEY, ("http://tmdb.invalid/3",), "http://images.invalid/t/p/", proxy=fake_tmdb.url)
    async with made(options) as one:
        assert isinstance(await one.provider.details("movie-1001", EN), Found)
        assert isinstance(await one.provider.image("lantern.jpg"), Found)
    assert (fake_tmdb.count("/3/movie/1001"), fake_tmdb.count("/t/p/original/lantern.jpg")) == (1, 1)
