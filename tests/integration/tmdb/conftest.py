"""The provider over real connections to a TMDB of the test's own, with a proxy between them that breaks things."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from matinee.infra.clock import Clock, SystemClock
from matinee.infra.upstream import Backoff, BudgetPolicy, UpstreamPolicy, Upstreams
from matinee.providers.tmdb import TmdbOptions, TmdbProvider, api_policy, image_policy
from tests.servers.fake_tmdb import KEY, FakeTmdb
from tests.servers.fault_proxy import FaultProxy

TOTAL = 1.5
"""Seconds that a call may take here."""


def hurried(policy: UpstreamPolicy) -> UpstreamPolicy:
    """The policy with limits that a test can wait for."""
    return replace(
        policy,
        total=timedelta(seconds=TOTAL),
        per_try=timedelta(seconds=0.5),
        connect=timedelta(seconds=0.5),
        attempts=2,
        backoff=Backoff(first=timedelta(milliseconds=10)),
        budget=BudgetPolicy(rate=1000, burst=1000, first_pause=timedelta(milliseconds=50)),
    )


def plain(policy: UpstreamPolicy) -> UpstreamPolicy:
    """The policy as it is."""
    return policy


@dataclass
class Made:
    """A provider and the upstreams it speaks through."""

    provider: TmdbProvider
    upstreams: Upstreams


@asynccontextmanager
async def made(options: TmdbOptions, clock: Clock | None = None, *, hurry: bool = False) -> AsyncIterator[Made]:
    """A provider as bootstrap makes it; with `hurry` it gives up soon."""
    upstreams = Upstreams(SystemClock(), CollectorRegistry())
    limits = hurried if hurry else plain
    api = upstreams.add(limits(api_policy(options)), kind="metadata")
    images = upstreams.add(limits(image_policy(options)), kind="images")
    provider = TmdbProvider(api, images, clock or SystemClock(), options)
    api.probe_with(provider.probe)
    try:
        yield Made(provider, upstreams)
    finally:
        await upstreams.aclose()


@pytest.fixture
async def tmdb(fake_tmdb: FakeTmdb, anyio_backend: str) -> AsyncIterator[TmdbProvider]:
    """English, no region, straight to the fake."""
    options = TmdbOptions(KEY, (fake_tmdb.api_url,), fake_tmdb.image_url)
    async with made(options) as one:
        yield one.provider


@pytest.fixture
async def german(fake_tmdb: FakeTmdb, anyio_backend: str) -> AsyncIterator[TmdbProvider]:
    """An operator who reads German and lives in Germany."""
    options = TmdbOptions(KEY, (fake_tmdb.api_url,), fake_tmdb.image_url, "de", "DE")
    async with made(options) as one:
        yield one.provider


@pytest.fixture
def faults(fake_tmdb: FakeTmdb) -> Iterator[FaultProxy]:
    with FaultProxy(fake_tmdb.port) as proxy:
        yield proxy


@pytest.fixture
async def behind(faults: FaultProxy, anyio_backend: str) -> AsyncIterator[Made]:
    """The provider behind the proxy."""
    options = TmdbOptions(KEY, (f"{faults.url}/3",), f"{faults.url}/t/p/")
    async with made(options, hurry=True) as one:
        yield one
