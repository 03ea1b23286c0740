"""Real connections that break in every way: the caller gets a typed error in time, and a cured upstream is used again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from prometheus_client import CollectorRegistry

from matinee.infra.clock import Clock, ManualClock, SystemClock
from matinee.infra.upstream import (
    Backoff,
    BreakerPolicy,
    BudgetPolicy,
    BulkheadPolicy,
    Call,
    CircuitOpen,
    ResponseTooLarge,
    Upstream,
    UpstreamError,
    UpstreamPolicy,
    UpstreamRateLimited,
    UpstreamRejected,
    Upstreams,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from tests.integration.upstream.conftest import FilmServer
from tests.servers.fault_proxy import (
    Answer,
    Drip,
    Endless,
    Fault,
    FaultProxy,
    Garbage,
    Hang,
    Latency,
    Refuse,
    Reset,
    Truncate,
)

pytestmark = pytest.mark.anyio
FILM = Call("GET", "/movie/603", expects="application/json", decode=json.loads)
TOTAL = 0.8
LATE = 0.1
"""Seconds that a call may overstay its total, on a machine that does nothing else meanwhile."""

Make = Callable[..., Awaitable[Upstream]]


def ms(value: float) -> timedelta:
    return timedelta(milliseconds=value)


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    """An upstream at the given places, its HTTP client loaded already, since that takes longer than some of the limits here."""
    opened: list[Upstreams] = []

    async def make(*base_urls: str, clock: Clock | None = None, warm: bool = True, **changes: Any) -> Upstream:
        upstreams = Upstreams(clock or SystemClock(), CollectorRegistry())
        opened.append(upstreams)
        limits = {
            "total": ms(TOTAL * 1000),
            "per_try": ms(300),
            "connect": ms(300),
            "attempts": 2,
            "backoff": Backoff(first=ms(10)),
            "budget": BudgetPolicy(rate=10_000, burst=10_000),
            "response_limit": 100_000,
        }
        upstream = upstreams.add(UpstreamPolicy(name="films", base_urls=base_urls, **{**limits, **changes}), kind="metadata")
        if warm:
            await upstream._client._opened()
        return upstream

    yield make
    for upstreams in opened:
        await upstreams.aclose()


async def timed(upstream: Upstream, call: Call = FILM) -> tuple[float, UpstreamError | None]:
    began = time.monotonic()
    try:
        assert (await upstream.send(call)).value["id"] == 603
    except UpstreamError as error:
        return time.monotonic() - began, error
    return time.monotonic() - began, None


class Stalls:
    """Measures how long the event loop was kept from working, by others on the machine: that is not the chain's doing."""

    worst = 0.0

    async def measure(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.005)
            self.worst = max(self.worst, time.monotonic() - began - 0.005)


@contextlib.asynccontextmanager
async def stalls() -> AsyncIterator[Stalls]:
    found = Stalls()
    async with asyncio.TaskGroup() as group:
        measuring = group.create_task(found.measure())
        yield found
        measuring.cancel()


@pytest.mark.parametrize(
    ("fault", "kind", "tries"),
    [
        (Reset(), UpstreamUnavailable, 2),
        (Reset(after=5000), UpstreamUnavailable, 2),
        (Hang(), UpstreamTimeout, 2),
        (Refuse(), UpstreamUnavailable, 0),
        (Garbage(), UpstreamUnavailable, 2),
        (Truncate(after=5000), UpstreamUnavailable, 2),
        (Truncate(after=0), UpstreamUnavailable, 2),
        (Drip(seconds=0.01, size=1), UpstreamTimeout, 2),
        (Latency(seconds=5), UpstreamTimeout, 2),
        (Endless(), ResponseTooLarge, 1),
        (Answer(500), UpstreamUnavailable, 2),
        (Answer(401), UpstreamRejected, 1),
        (Answer(429, {"Retry-After": "30"}), UpstreamRateLimited, 1),
        (Answer(200, {"Content-Type": "text/html"}, b"<html>"), UpstreamUnavailable, 2),
        (Answer(200, body=b'{"id": 60'), UpstreamUnavailable, 2),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(value),
)
async def test_every_fault_is_a_typed_error_in_time_and_leaves_no_trace(
    faults: FaultProxy, make: Make, fault: Fault, kind: type[UpstreamError], tries: int
) -> None:
    # Faults that are seen at once have time enough on a machine that is busy with something else.
    patient = {} if kind is UpstreamTimeout else {"total": ms(9000), "per_try": ms(4000)}
    upstream = await make(faults.url, **patient)
    assert (await timed(upstream))[1] is None
    before = faults.requests
    faults.fault = fault
    async with stalls() as found:
        seconds, error = await timed(upstream)
    assert isinstance(error, kind), error
    assert seconds <= TOTAL + LATE + found.worst
    assert faults.requests - before == tries
    faults.fault = None
    upstream.reset()
    assert (await timed(upstream))[1] is None
    assert (upstream.status().in_flight, upstream.status().waiting) == (0, 0)


async def test_no_mixture_of_faults_keeps_anybody_longer_than_promised(faults: FaultProxy, make: Make) -> None:
    upstream = await make(
        faults.url, attempts=3, bulkhead=BulkheadPolicy(concurrent=4, queue=10), breaker=BreakerPolicy(minimum_calls=10_000)
    )
    chance = random.Random(603)
    choices: list[Fault | None] = [
        None,
        Reset(),
        Reset(100),
        Hang(),
        Garbage(),
        Truncate(300),
        Drip(0.02),
        Latency(0.3),
        Endless(),
    ]
    spent: list[float] = []
    async with stalls() as found:
        for _ in range(4):
            faults.once(*chance.choices(choices, k=40))
            spent += [seconds for seconds, _ in await asyncio.gather(*(timed(upstream) for _ in range(12)))]
    assert max(spent) <= TOTAL + LATE + found.worst
    assert faults.requests <= 4 * 12 * 3
    assert (upstream.status().in_flight, upstream.status().waiting) == (0, 0)


async def test_one_fault_is_not_noticed(faults: FaultProxy, make: Make) -> None:
    upstream = await make(faults.url)
    for fault in (Reset(), Reset(100), Garbage(), Truncate(300), Hang(), Answer(503)):
        faults.once(fault)
        assert (await timed(upstream))[1] is None
        upstream.reset()


async def test_the_breaker_opens_while_nobody_listens_and_closes_once_somebody_does(faults: FaultProxy, make: Make) -> None:
    clock = ManualClock()
    breaker = BreakerPolicy(minimum_calls=5, open_for=timedelta(seconds=15), probes=2)
    upstream = await make(faults.url, clock=clock, attempts=1, breaker=breaker)
    faults.fault = Refuse()
    for _ in range(5):
        assert isinstance((await timed(upstream))[1], UpstreamUnavailable)
    faults.fault = None
    seconds, error = await timed(upstream)
    assert isinstance(error, CircuitOpen)
    assert (error.retry_after, faults.requests, seconds < 0.2) == (15, 0, True)
    await clock.advance(15)
    assert [(await timed(upstream))[1] for _ in range(3)] == [None] * 3
    assert upstream.status().breaker == "closed"


async def test_the_second_place_is_asked_when_the_first_is_dead(faults: FaultProxy, film_server: FilmServer, make: Make) -> None:
    for fault in (Refuse(), Hang(), Garbage()):
        upstream = await make(faults.url, film_server.url, per_try=ms(400), total=ms(3000))
        faults.fault = fault
        assert (await timed(upstream))[1] is None
        asked = len(film_server.asked)
        seconds, error = await timed(upstream)
        assert (error, len(film_server.asked) - asked, seconds < 0.4) == (None, 1, True)


async def test_connections_are_kept_and_never_more_than_the_bulkhead_allows(film_server: FilmServer, make: Make) -> None:
    upstream = await make(film_server.url, total=timedelta(seconds=20), bulkhead=BulkheadPolicy(concurrent=3, queue=100))
    replies = await asyncio.gather(*(upstream.send(FILM) for _ in range(60)))
    assert [reply.status for reply in replies] == [200] * 60
    assert 1 <= len(film_server.connections) <= 3


async def test_requests_go_through_the_proxy_of_the_policy(film_server: FilmServer, make: Make) -> None:
    proxy = film_server.url.replace("http://", "http://matinee:hunter2@")
    upstream = await make("http://films.example/3", proxy=proxy)
    assert (await upstream.send(FILM)).status == 200
    target, headers = film_server.asked[0]
    assert (target, headers["Host"]) == ("http://films.example/3/movie/603", "films.example")
    assert headers["Proxy-Authorization"].startswith("Basic ")


async def test_the_first_call_loads_the_client_once(film_server: FilmServer, make: Make) -> None:
    upstream = await make(film_server.url, warm=False, total=timedelta(seconds=20), per_try=timedelta(seconds=10))
    await asyncio.gather(*(upstream.send(FILM) for _ in range(5)))
    assert len(film_server.asked) == 5


async def test_nothing_of_the_library_gets_into_the_log(faults: FaultProxy, make: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    upstream = await make(faults.url, warm=False, total=timedelta(seconds=20), per_try=timedelta(seconds=10))
    call = Call("GET", "/movie/603", query={"api_key": "s3cret-query"}, headers={"Authorization": "Bearer s3cret-header"})
    for fault in (None, Reset(), Garbage(), Truncate(100), Answer(401), Answer(429), Endless(), Refuse()):
        faults.fault = fault
        with contextlib.suppress(UpstreamError):
            await upstream.send(call)
        upstream.reset()
    assert "s3cret" not in caplog.text


async def test_calls_that_were_given_up_hold_no_connection(faults: FaultProxy, make: Make) -> None:
    upstream = await make(
        faults.url, total=ms(20_000), per_try=ms(10_000), attempts=1, bulkhead=BulkheadPolicy(concurrent=3, queue=100)
    )
    for fault in (Hang(), Drip(0.05), Latency(5)):
        faults.fault = fault
        for _ in range(5):
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(upstream.send(FILM)) for _ in range(6)]
                asked = faults.requests
                while faults.requests < asked + 3:
                    await asyncio.sleep(0.001)
                for task in tasks:
                    task.cancel()
    faults.fault = None
    replies = await asyncio.gather(*(upstream.send(FILM) for _ in range(30)))
    assert {reply.status for reply in replies} == {200}
    assert (upstream.status().in_flight, upstream.status().waiting, upstream.status().failed) == (0, 0, 0)


async def test_a_certificate_that_nobody_vouches_for_is_refused_in_words(tmp_path: Path, make: Make) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        upstream = await make(f"https://localhost:{port}", total=ms(9000), per_try=ms(4000))
        _, error = await timed(upstream)
    assert isinstance(error, UpstreamUnavailable)
    assert (error.reason, error.sent) == ("its certificate is not valid", False)


def self_signed(folder: Path) -> Path:
    """A key and a certificate for localhost that no authority has signed, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "server.pem"
    path.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    return path
