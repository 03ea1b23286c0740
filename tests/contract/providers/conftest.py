"""Every provider of a port, as bootstrap would make it, over servers of the tests' own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from matinee.infra.clock import SystemClock
from matinee.infra.media.tools import MediaTools
from matinee.infra.upstream import Upstreams
from matinee.ports.catalogue import CatalogueSource
from matinee.ports.metadata import MetadataProvider, TitleQuery
from matinee.providers.demo import DemoLibrary, DemoProvider
from matinee.providers.demo.library import NOTICE
from matinee.providers.tmdb import TmdbOptions, TmdbProvider, api_policy, image_policy
from tests.servers.fake_tmdb import KEY, FakeTmdb


@dataclass(frozen=True)
class Subject:
    """A provider with a film and a show that it knows."""

    provider: MetadataProvider
    film: TitleQuery
    film_id: str
    show: TitleQuery
    show_id: str


@pytest.fixture
async def tmdb(fake_tmdb: FakeTmdb, anyio_backend: str) -> AsyncIterator[TmdbProvider]:
    options = TmdbOptions(KEY, (fake_tmdb.api_url,), fake_tmdb.image_url)
    upstreams = Upstreams(SystemClock(), CollectorRegistry())
    api = upstreams.add(api_policy(options), kind="metadata")
    yield TmdbProvider(api, upstreams.add(image_policy(options), kind="images"), SystemClock(), options)
    await upstreams.aclose()


@pytest.fixture(params=["demo", "tmdb"])
def subject(request: pytest.FixtureRequest, tmp_path: Path, tmdb: TmdbProvider) -> Subject:
    """Each metadata provider in turn."""
    if request.param == "tmdb":
        film, show = TitleQuery("movie", "The Lantern Keepers", 2011), TitleQuery("show", "Harbour Nine")
        return Subject(tmdb, film, "movie-1001", show, "show-2001")
    library = DemoLibrary(MediaTools(Path("ffmpeg"), "0", 0, frozenset(), frozenset()), tmp_path / "demo")
    library.folder.mkdir()
    (library.folder / NOTICE).touch()
    film, show = TitleQuery("movie", "Salt and Silver", 2016), TitleQuery("show", "Marrow Street")
    return Subject(DemoProvider(library), film, "local-demo-salt-and-silver", show, "local-demo-marrow-street")


@pytest.fixture(params=["tmdb"])
def source(request: pytest.FixtureRequest, tmdb: TmdbProvider) -> CatalogueSource:
    """Each catalogue source in turn."""
    return tmdb
